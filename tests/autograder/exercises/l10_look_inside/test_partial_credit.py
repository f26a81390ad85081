"""A list of right numbers keeps half of the points only where no number is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.exercises import find
from autograder.judging import judge
from tests.autograder.evidence import right_evidence

FEATURE_MAPS = find("l10_feature_maps")


@pytest.mark.parametrize(("others", "points"), [(1.0, 1.0), (2.0, 0.0)])
def test_lists_with_wrong_numbers(others: float, points: float) -> None:
    """The first maps come as a list; what the others hold decides."""
    cases, evidence = right_evidence(FEATURE_MAPS)
    first, *rest = evidence.outcomes
    outcomes = (
        replace(first, value=first.value.tolist()),
        *(replace(one, value=others * one.value) for one in rest),
    )
    assert judge(FEATURE_MAPS, cases, replace(evidence, outcomes=outcomes)).points == points

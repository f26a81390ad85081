"""What readers claim is taken at its form, once: whole descriptions come through, all else stops before a judge."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.claims import number, numbers, read_claims
from autograder.exercise import Case
from autograder.exercises import EXERCISES, find
from autograder.inside.codec import Opaque
from autograder.judging import judge
from autograder.records import ErrorSeen, Evidence, Outcome, Status
from tests.autograder.evidence import right_evidence

CASE = Case((1,))


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (2, 2.0),
        (0.5, 0.5),
        (np.array(3, dtype=np.uint8), 3.0),
        (np.array(0.5, dtype=np.float16), 0.5),
        (2**2000, math.inf),
        (-(2**2000), -math.inf),
        (math.inf, math.inf),
        (True, None),
        (np.array(True), None),
        (np.array(1j), None),
        (np.array([1.0]), None),
        ("1", None),
        (None, None),
        ([1], None),
    ],
)
def test_number(value: Any, read: float | None) -> None:
    """A real number of any size and type is a float; a truth value and a text are none."""
    assert number(value) == read


def test_numbers() -> None:
    """A row of numbers is read from a list, a tuple or an array; one thing that is none spoils it."""
    assert numbers([1, 2**2000, np.array(0.5)]) == [1.0, math.inf, 0.5]
    assert numbers((1, 2)) == numbers(np.array([1, 2])) == [1.0, 2.0]
    assert numbers([]) == []
    for other in ([1, None], [True], [[1]], np.zeros((1, 1)), np.array(1), np.array([1j]), np.array([True]), "1", None):
        assert numbers(other) is None


def test_whole_descriptions_come_through() -> None:
    """What right answers come to is read as it is."""
    for exercise in EXERCISES:
        cases, evidence = right_evidence(exercise)
        read = read_claims(cases, evidence.outcomes)
        assert read is not None
        assert repr(read) == repr(evidence.outcomes)


def test_an_error_has_no_value() -> None:
    """A call that raised gave nothing, whatever is claimed beside the error."""
    error = ErrorSeen(type="ValueError")
    assert read_claims((CASE,), (Outcome(value=2, error=error),)) == (Outcome(error=error),)


def test_no_more_answers_than_questions() -> None:
    """An answer to a call that was not made spoils the claims."""
    assert read_claims((CASE,), (Outcome(value=2), Outcome(value=3))) is None


def test_a_dictionary_that_poses_as_a_model_is_none() -> None:
    """A student's own `{"model": True}` is what it is: no Keras model."""
    exercise = find("l06_build_cnn")
    cases, evidence = right_evidence(exercise)
    for posing in ({"model": True}, {**evidence.outcomes[0].value, "layers": [{}]}):
        read = read_claims(cases, (Outcome(value=posing),))
        assert read is not None
        assert isinstance(read[0].value, Opaque)
        verdict = judge(exercise, cases, Evidence(found=True, outcomes=(Outcome(value=posing),)))
        assert (verdict.status, verdict.message) == (Status.FAILED, "What comes back is not a Keras model.")


@pytest.mark.parametrize(
    ("name", "part", "value"),
    [
        ("l07_train_model", "images", np.zeros(3)),
        ("l07_train_model", "learnt", np.zeros(1, dtype=bool)),
        ("l06_overfit_tiny", "answers", None),
        ("l08_add_dropout", "given", {"model": True}),
        ("l08_add_dropout", "further", 1),
        ("l11_leaked", "times", -math.inf),
    ],
)
def test_a_reader_that_was_replaced_earns_nothing(name: str, part: str, value: Any) -> None:
    """A description that no reader of ours makes is said to be unreadable, and what to do."""
    exercise = find(name)
    cases, evidence = right_evidence(exercise)
    last = evidence.outcomes[-1] if exercise.function == "leaked" else evidence.outcomes[0]
    forged = tuple(replace(one, value={**one.value, part: value}) if one is last else one for one in evidence.outcomes)
    verdict = judge(exercise, cases, replace(evidence, outcomes=forged))
    assert (verdict.status, verdict.points) == (Status.FAILED, 0)
    assert "cannot be read" in verdict.message
    assert verdict.next_step is not None

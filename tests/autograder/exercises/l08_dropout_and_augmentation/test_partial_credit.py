"""A slip keeps some of the points only where all else is right: its look alone earns nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise import outcomes_of
from autograder.exercises import find
from autograder.judging import judge
from autograder.records import ErrorSeen, Evidence, Outcome
from tests.autograder.evidence import right_evidence

DROPOUT, ADD_DROPOUT = find("l08_dropout"), find("l08_add_dropout")
Array = np.ndarray[Any, Any]


def swapped(x: Array, rate: float, training: bool, rng: Any) -> Any:
    """Return mask and numbers, and silence nothing."""
    return np.ones(x.shape, dtype=bool), x.astype(float)


def silenced_by_name(x: Array, rate: float, training: bool, rng: Any) -> Any:
    """Return scaled numbers with a mask that says of all that they were silenced."""
    scale = 1 - rate if training else 1.0
    return x / scale, np.zeros(x.shape, dtype=bool)


def read_off(x: Array, rate: float, training: bool, rng: Any) -> Any:
    """Return scaled numbers, and where they are not 0."""
    scale = 1 - rate if training else 1.0
    return x / scale, x != 0


def scaled(x: Array, rate: float, training: bool, rng: Any) -> Any:
    """Return any numbers with a scaled mask."""
    mask = (rng.random(x.shape) >= rate) / (1 - rate) if training else np.ones(x.shape)
    return np.zeros(x.shape), mask


@pytest.mark.parametrize("function", [swapped, silenced_by_name, read_off, scaled])
def test_dropout_that_silences_nothing(function: Callable[..., Any]) -> None:
    """The form of a slip without any dropout earns nothing."""
    cases = DROPOUT.cases(1)
    verdict = judge(DROPOUT, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))
    assert verdict.points == 0, verdict


@pytest.mark.parametrize(("kind", "refused"), [("ValueError", (0.0,)), ("AssertionError", ())])
@pytest.mark.parametrize("right", [True, False])
def test_errors_without_a_model(kind: str, refused: tuple[float, ...], right: bool) -> None:
    """Who raises another error, or one for rate 0 too, keeps half only if dropout is added everywhere else."""
    cases, evidence = right_evidence(ADD_DROPOUT)
    error = Outcome(error=ErrorSeen(type=kind, ancestors=(kind, "Exception"), message="rate"))
    outcomes = tuple(
        error
        if one.error is not None or case.args[1] in refused
        else one
        if right
        else replace(one, value={**one.value, "returned": one.value["given"]})
        for case, one in zip(cases, evidence.outcomes, strict=True)
    )
    verdict = judge(ADD_DROPOUT, cases, Evidence(found=True, outcomes=outcomes))
    assert verdict.points == (1.0 if right else 0.0), verdict

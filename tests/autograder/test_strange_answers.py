"""Answers that know nothing, in the form of right ones or in none: no judge stops at them, and none earns a point."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Cases, Exercise, outcomes_of
from autograder.exercises import EXERCISES
from autograder.judging import judge
from autograder.records import Evidence, Outcome, Status

QUICK = [exercise for exercise in EXERCISES if not exercise.needs_tensorflow and exercise.file is None]
# In the form of the right answer, each number in it this one.
NUMBERS = {"zero": 0, "one": 1, "half": 0.5, "nan": np.nan, "infinite": np.inf, "negative": -1.0}
# Without its form.
THINGS = {
    "vector": np.zeros(3),
    "empty": np.zeros((0, 10**12)),
    "long": np.zeros((200_000, 1), np.uint8),
    "wide": np.zeros((1, 200_000), np.uint8),
    "vectors": [np.zeros(3), np.zeros((2, 2))],
    "named": {"answers": np.zeros(3), 1: None},
    "huge": 2**2000,
    "text": "x",
    "nothing": None,
}


@functools.cache
def right(exercise: Exercise) -> tuple[Cases, tuple[Outcome, ...]]:
    """Return the cases of an exercise, and what a right answer comes to."""
    cases = exercise.cases(3)
    return cases, outcomes_of(exercise.answer or exercise.right_answers[0], cases)


def filled(value: Any, number: float) -> Any:
    """Return a value with each number in it replaced."""
    if isinstance(value, dict):
        return {key: filled(item, number) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(filled(item, number) for item in value)
    if isinstance(value, np.ndarray):
        return np.full(value.shape, number)
    return number if isinstance(value, (int, float)) else value


def earned(exercise: Exercise, change: Callable[[Any], Any]) -> float:
    """Return the points for a right answer whose every value was changed; 0 where nothing was left to change."""
    cases, outcomes = right(exercise)
    changed = tuple(replace(one, value=change(one.value), error=None) for one in outcomes)
    if all(repr(one.value) == repr(other.value) for one, other in zip(changed, outcomes, strict=True)):
        return 0.0
    verdict = judge(exercise, cases, Evidence(found=True, outcomes=changed))
    assert verdict.status is not Status.NOT_JUDGED, verdict.message
    return verdict.points


@pytest.mark.parametrize("exercise", QUICK, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_one_number_everywhere_earns_nothing(exercise: Exercise, number: float) -> None:
    """The form of the right answer, filled with one number, earns nothing: no judge is content with shapes or NaN."""
    assert earned(exercise, lambda value: filled(value, number)) == 0


@pytest.mark.parametrize("exercise", QUICK, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize("thing", THINGS.values(), ids=THINGS)
def test_another_thing_earns_nothing(exercise: Exercise, thing: object) -> None:
    """Something else than what is asked for is a wrong answer, and nothing that a person would have to look at."""
    assert earned(exercise, lambda _: thing) == 0

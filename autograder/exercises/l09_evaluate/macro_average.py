"""l09_macro_average: every class counts the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.scores import macro_average

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return scores with zeros among them, of two, ten and other numbers of classes."""
    with_zeros = rng.random(10)
    with_zeros[[2, 5]] = 0.0
    return [
        Case((np.array([0.5, 1.0]),)),
        Case((rng.random(10),)),
        Case((with_zeros,), "two are 0"),
        Case((rng.random(4),)),
    ]


def with_mean(values: Array) -> Any:
    return values.mean()


def with_sum(values: Array) -> float:
    return float(sum(values) / len(values))


def with_loop(values: Array) -> float:
    total = 0.0
    for value in values:
        total += float(value)
    return total / values.size


def summed(values: Array) -> Any:
    return values.sum()


def zeros_left_out(values: Array) -> Any:
    return values[values > 0].mean()


def median(values: Array) -> Any:
    return np.median(values)


def always_ten(values: Array) -> Any:
    return values.sum() / 10


def weighted_by_itself(values: Array) -> Any:
    return np.average(values, weights=values)


EXERCISE = Exercise(
    id="l09_macro_average",
    title="Macro average",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=macro_average,
    right_answers=(with_mean, with_sum, with_loop),
    mistakes=(
        Mistake(
            "sum-for-mean",
            summed,
            "The scores are added up and not divided.",
            "Can an average of scores from 0 to 1 be above 1?",
        ),
        Mistake(
            "zeros-left-out",
            zeros_left_out,
            "Classes with a score of 0 are left out. In a macro average every class counts, failures most of all.",
            "What should the average of 1 and 0 be?",
        ),
        Mistake(
            "median-for-mean",
            median,
            "That is the median; the macro average is the mean.",
            "How is the mean of 0, 0 and 1 worked out?",
        ),
        Mistake(
            "always-ten-classes",
            always_ten,
            "You divide by 10 however many classes there are.",
            "How many scores did you add up?",
        ),
        Mistake(
            "weighted-for-macro",
            weighted_by_itself,
            "The scores are weighted; in a macro average every class counts the same.",
            "Which class should count more than another here?",
        ),
    ),
    hints=(
        "In a macro average, does a rare digit count less than a frequent one?",
        "It is the plain mean over the classes.",
        "`return float(np.mean(values))`",
    ),
)

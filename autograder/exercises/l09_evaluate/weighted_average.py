"""l09_weighted_average: every image counts the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.scores import weighted_average

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return scores with uneven support, and with classes that have none."""
    support = rng.integers(5, 300, 10)
    absent = support.copy()
    absent[[1, 8]] = 0
    return [
        Case((np.array([0.5, 1.0]), np.array([3, 1]))),
        Case((rng.random(10), support)),
        Case((rng.random(10), absent), "two classes have no images"),
        Case((rng.random(4), rng.integers(1, 50, 4))),
    ]


def with_average(values: Array, support: Array) -> Any:
    return np.average(values, weights=support)


def with_dot(values: Array, support: Array) -> Any:
    return values @ support / support.sum()


def with_loop(values: Array, support: Array) -> float:
    total = sum(float(value) * int(n) for value, n in zip(values, support, strict=True))
    return total / int(sum(support))


def macro(values: Array, _support: Array) -> Any:
    return values.mean()


def by_number_of_classes(values: Array, support: Array) -> Any:
    return (values * support).sum() / len(values)


def shares_then_mean(values: Array, support: Array) -> Any:
    return (values * support / support.sum()).mean()


def undivided(values: Array, support: Array) -> Any:
    return (values * support).sum()


def inverse(values: Array, support: Array) -> Any:
    return np.average(values, weights=1 / np.maximum(support, 1))


def by_the_largest(values: Array, support: Array) -> Any:
    return (values * support).sum() / support.max()


EXERCISE = Exercise(
    id="l09_weighted_average",
    title="Weighted average",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=weighted_average,
    right_answers=(with_average, with_dot, with_loop),
    mistakes=(
        Mistake(
            "macro-for-weighted",
            macro,
            "That is the macro average: the support is not used.",
            "Should a digit with 3 images count as much as one with 300?",
        ),
        Mistake(
            "divided-by-the-number-of-classes",
            by_number_of_classes,
            "You weight the scores, and then divide by the number of classes; divide by the sum of the weights.",
            "What should come out when every score is 1?",
            also=(shares_then_mean,),
        ),
        Mistake(
            "not-divided",
            undivided,
            "The weighted scores are added up and not divided.",
            "What should come out when every score is 1?",
        ),
        Mistake(
            "inverse-weights",
            inverse,
            "Rare classes count most; in a weighted average frequent ones do.",
            "Which class should count more: the one with 3 images, or the one with 300?",
        ),
        Mistake(
            "divided-by-the-largest-support",
            by_the_largest,
            "You divide by the largest support; divide by the sum of all of them.",
            "What should come out when every score is 1?",
        ),
    ),
    hints=(
        "If 90 of 100 images are ones, how much should the score of the digit 1 count?",
        "Multiply each score by its support, add up, and divide by the sum of the support.",
        "`return float((values * support).sum() / support.sum())`",
    ),
)

"""l09_accuracy_interval: how sure an accuracy is, by Wilson's interval."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.scores import accuracy_interval

Z = 1.96
Pair = tuple[float, float]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return accuracies in the middle and at both ends, of few and of many images."""
    n = int(rng.integers(80, 400))
    return [
        Case((0.9, 10)),
        Case((0.98, 10_000)),
        Case((1.0, 20), "every answer is right"),
        Case((0.0, 50), "every answer is wrong"),
        Case((int(rng.integers(n // 2, n)) / n, n)),
    ]


def _wilson(p: float, n: int, z: float = Z) -> Pair:
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return centre - half, centre + half


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_exact_z(accuracy: float, n: int) -> Pair:
    return _wilson(accuracy, n, 1.959963984540054)


def with_numpy(accuracy: float, n: int) -> Any:
    middle = n * accuracy + Z**2 / 2
    half = Z * np.sqrt(n * accuracy * (1 - accuracy) + Z**2 / 4)
    return np.array([middle - half, middle + half]) / (n + Z**2)


def with_clipping(accuracy: float, n: int) -> list[float]:
    low, high = _wilson(accuracy, n)
    return [max(0.0, low), min(1.0, high)]


# --- mistakes ------------------------------------------------------------------------------------------------------


def normal(accuracy: float, n: int) -> Pair:
    half = Z * sqrt(accuracy * (1 - accuracy) / n)
    return accuracy - half, accuracy + half


def normal_clipped(accuracy: float, n: int) -> Pair:
    low, high = normal(accuracy, n)
    return max(0.0, low), min(1.0, high)


def not_squared(accuracy: float, n: int) -> Pair:
    centre = (accuracy + Z / (2 * n)) / (1 + Z / n)
    half = Z / (1 + Z / n) * sqrt(accuracy * (1 - accuracy) / n + Z / (4 * n * n))
    return centre - half, centre + half


def not_squared_inside(accuracy: float, n: int) -> Pair:
    centre = (accuracy + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(accuracy * (1 - accuracy) / n + Z * Z / (4 * n))
    return centre - half, centre + half


def around_the_accuracy(accuracy: float, n: int) -> Pair:
    low, high = _wilson(accuracy, n)
    half = (high - low) / 2
    return accuracy - half, accuracy + half


def ninety_nine_per_cent(accuracy: float, n: int) -> Pair:
    return _wilson(accuracy, n, 2.576)


def one_standard_error(accuracy: float, n: int) -> Pair:
    return _wilson(accuracy, n, 1.0)


def high_first(accuracy: float, n: int) -> Pair:
    low, high = _wilson(accuracy, n)
    return high, low


def in_per_cent(accuracy: float, n: int) -> Pair:
    low, high = _wilson(accuracy, n)
    return 100 * low, 100 * high


EXERCISE = Exercise(
    id="l09_accuracy_interval",
    title="The 95 % interval of an accuracy",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=accuracy_interval,
    tolerance=Tolerance(relative=1e-4, absolute=2e-5),
    right_answers=(with_exact_z, with_numpy, with_clipping),
    mistakes=(
        Mistake(
            "normal-approximation",
            normal,
            "This is the normal approximation: where every answer is right its interval has no width, as if 20 images proved "
            "perfection.",
            "How sure can 20 right answers of 20 make you? What does Wilson's formula add under the root?",
            also=(normal_clipped,),
        ),
        Mistake(
            "z-not-squared",
            not_squared,
            "In Wilson's formula z stands squared in the centre, in the denominator and under the root.",
            "What is 1.96 squared, and where does the formula ask for it?",
        ),
        Mistake(
            "n-not-squared",
            not_squared_inside,
            "Under the root, z² is divided by 4n²; you divide by 4n.",
            "Compare the two terms under the root: which one shrinks faster when n grows?",
        ),
        Mistake(
            "leaves-0-to-1",
            around_the_accuracy,
            "The interval has the right width, but lies around the accuracy itself and leaves [0, 1]. Wilson's centre is "
            "drawn towards one half.",
            "Can an accuracy be above 1? What does the formula put in the middle?",
        ),
        Mistake(
            "another-confidence",
            ninety_nine_per_cent,
            "The interval is right for another confidence than 95 %.",
            "Which z belongs to 95 %?",
            also=(),
        ),
        Mistake(
            "one-standard-error",
            one_standard_error,
            "z is 1 here, which covers about 68 %; the exercise asks for 95 %.",
            "Which z belongs to 95 %?",
        ),
        Mistake(
            "high-before-low",
            high_first,
            "The bounds are right but come the wrong way round: low first, then high.",
            "In which order does your `return` line list them?",
            credit=0.5,
        ),
        Mistake(
            "per-cent",
            in_per_cent,
            "The bounds come in per cent; the exercise asks for shares from 0 to 1.",
            "In which unit is the accuracy that goes in?",
            credit=0.5,
        ),
    ),
    hints=(
        "If 20 of 20 answers are right, could the true accuracy still be 0.9?",
        "Wilson: centre (p + z²/2n) / (1 + z²/n), half width z / (1 + z²/n) · √(p(1-p)/n + z²/4n²), with z = 1.96.",
        "Compute `z2 = 1.96 ** 2`, `centre` and `half` as in the formula, and `return centre - half, centre + half`.",
    ),
)

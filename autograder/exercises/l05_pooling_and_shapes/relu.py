"""l05_relu: negative becomes 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.stacks import relu

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return arrays of one to four axes, with values below 0, between 0 and 1, and above."""
    return [
        Case((np.array([-2.0, 0.0, 0.5, 3.0]),)),
        Case((rng.normal(0, 3, (3, 4)),)),
        Case((rng.normal(0, 3, (2, 3, 3, 2)).astype(np.float32),), "four axes"),
    ]


def with_where(x: Array) -> Array:
    return np.where(x > 0, x, 0)


def with_mask(x: Array) -> Array:
    return x * (x > 0)


def with_copy(x: Array) -> Array:
    out = x.copy()
    out[out < 0] = 0
    return out


def absolute(x: Array) -> Array:
    return np.abs(x)


def clipped_at_one(x: Array) -> Array:
    return np.clip(x, 0, 1)


def in_place(x: Array) -> Array:
    x[x < 0] = 0
    return x


def leaky(x: Array) -> Array:
    return np.where(x > 0, x, 0.01 * x)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def negatives_dropped(x: Array) -> Array:
    return x[x > 0]


def minimum(x: Array) -> Array:
    return np.minimum(x, 0)


def step(x: Array) -> Array:
    return (x > 0).astype(float)


EXERCISE = Exercise(
    id="l05_relu",
    title="ReLU",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=relu,
    right_answers=(with_where, with_mask, with_copy),
    mistakes=(
        Mistake(
            "absolute-value",
            absolute,
            "-2 became 2: that is the absolute value. ReLU makes 0 of it.",
            "What should -2 become?",
        ),
        Mistake(
            "clipped-at-1",
            clipped_at_one,
            "Values above 1 are cut off; ReLU leaves them as they are.",
            "What should 3 become?",
        ),
        Mistake(
            "changes-its-argument",
            in_place,
            "The values are right, but the array that you were given was changed.",
            "Which line writes into `x` itself?",
        ),
        Mistake(
            "leaky",
            leaky,
            "Negative values became small ones: that is a leaky ReLU. ReLU makes them 0.",
            "What should -2 become?",
        ),
        Mistake(
            "sigmoid-for-relu",
            sigmoid,
            "That is the sigmoid, which squeezes everything between 0 and 1.",
            "What should 3 become?",
        ),
        Mistake(
            "negatives-dropped",
            negatives_dropped,
            "Negative values are dropped, and the shape with them; ReLU keeps every place.",
            "What should stand where the -2 stood?",
        ),
        Mistake(
            "wrong-way-round",
            minimum,
            "Positive values became 0 and negative ones stayed: the wrong way round.",
            "What should 3 become, and what -2?",
        ),
        Mistake("step-for-relu", step, "Every positive value became 1; ReLU keeps the value.", "What should 3 become?"),
    ),
    hints=(
        "What should -2 become, and what 3?",
        "`np.maximum` compares each number with another and keeps the larger.",
        "`return np.maximum(x, 0)`",
    ),
)

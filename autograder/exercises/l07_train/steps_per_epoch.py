"""l07_steps_per_epoch: how many batches one pass over the images takes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.curves import steps_per_epoch


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return whole and broken last batches, a remainder below and above one half, and a batch larger than the data."""
    batch = int(rng.integers(20, 60))
    whole = int(rng.integers(3, 9))
    return [
        Case((10, 4)),
        Case((1000, 250), "no remainder"),
        Case((whole * batch + 1, batch), "one image is left over"),
        Case((whole * batch + batch - 1, batch), "all but one image of a batch are left over"),
        Case((60_000, 128)),
        Case((7, 32), "fewer images than a batch holds"),
        Case((5, 1)),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_ceil(n: int, batch_size: int) -> int:
    return math.ceil(n / batch_size)


def with_remainder(n: int, batch_size: int) -> int:
    full, rest = divmod(n, batch_size)
    return full + (1 if rest else 0)


def with_range(n: int, batch_size: int) -> int:
    return len(range(0, n, batch_size))


def with_numpy(n: int, batch_size: int) -> Any:
    return np.ceil(n / batch_size).astype(int)


# --- mistakes ------------------------------------------------------------------------------------------------------


def floored(n: int, batch_size: int) -> int:
    return n // batch_size


def rounded(n: int, batch_size: int) -> int:
    return round(n / batch_size)


def one_more_always(n: int, batch_size: int) -> int:
    return n // batch_size + 1


def not_rounded(n: int, batch_size: int) -> float:
    return n / batch_size


def remainder(n: int, batch_size: int) -> int:
    return n % batch_size


def turned_round(n: int, batch_size: int) -> int:
    return -(-batch_size // n)


def as_a_float(n: int, batch_size: int) -> Any:
    return np.ceil(n / batch_size)


EXERCISE = Exercise(
    id="l07_steps_per_epoch",
    title="Steps in an epoch",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=steps_per_epoch,
    right_answers=(with_ceil, with_remainder, with_range, with_numpy),
    mistakes=(
        Mistake(
            "rounds-down",
            floored,
            "The images that are left over after the full batches are dropped; they make one more, smaller batch.",
            "10 images in batches of 4: which images has the model not seen after two steps?",
        ),
        Mistake(
            "rounds-to-the-nearest",
            rounded,
            "You round to the nearest whole number; a remainder of any size needs one more step.",
            "9 images in batches of 4: what happens to the last one?",
        ),
        Mistake(
            "one-step-too-many",
            one_more_always,
            "Where no image is left over you count an empty step.",
            "8 images in batches of 4: how many steps?",
        ),
        Mistake(
            "not-a-whole-number",
            not_rounded,
            "A part of a step comes back; an optimiser takes whole steps.",
            "The last batch is smaller. Does its step count less?",
        ),
        Mistake(
            "remainder-for-quotient",
            remainder,
            "That is how many images the last batch has, not how many batches there are.",
            "What is the difference between `%` and `//`?",
        ),
        Mistake(
            "arguments-swapped",
            turned_round,
            "The batch size is divided by the number of images.",
            "Which of the two numbers is split into portions?",
        ),
        Mistake(
            "float-for-int",
            as_a_float,
            "The number is right, but it is a float; a count is an int.",
            "What does `np.ceil` give for whole numbers, and what does `math.ceil`?",
            credit=0.5,
        ),
    ),
    hints=(
        "10 images in batches of 4: which batches does the model see?",
        "Divide and round up: an incomplete batch is a step too.",
        "`math.ceil(n / batch_size)`, or without floats `-(-n // batch_size)`.",
    ),
)

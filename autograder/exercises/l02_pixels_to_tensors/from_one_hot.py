"""l02_from_one_hot: back from rows to labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.tensors import from_one_hot

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one-hot rows, rows of probabilities (the largest entry decides), and other numbers of classes."""
    labels = rng.integers(0, 10, 8)
    probabilities = rng.dirichlet(np.full(6, 0.7), 5).astype(np.float32)
    return [
        Case((np.eye(3, dtype=np.float32)[[0, 2]],)),
        Case((np.eye(10, dtype=np.float32)[labels],)),
        Case((probabilities,), "rows of probabilities"),
        Case((np.eye(4)[[3, 3, 0, 1]],)),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_method(encoded: Array) -> Array:
    return encoded.argmax(axis=1)


def with_last_axis(encoded: Array) -> Array:
    return np.argmax(encoded, -1).astype(np.uint8)


def with_loop(encoded: Array) -> Array:
    return np.array([list(row).index(max(row)) for row in encoded])


# --- mistakes ------------------------------------------------------------------------------------------------------


def by_columns(encoded: Array) -> Array:
    return encoded.argmax(axis=0)


def over_everything(encoded: Array) -> Any:
    return encoded.argmax()


def one_based(encoded: Array) -> Array:
    return encoded.argmax(axis=1) + 1


def where_it_is_one(encoded: Array) -> Array:
    return np.where(encoded == 1)[1]


def index_of_a_one(encoded: Array) -> Array:
    return np.array([list(row).index(1) for row in encoded])


def where_it_is_one_row_by_row(encoded: Array) -> Array:
    return np.array([np.where(row == 1)[0][0] for row in encoded])


def largest_value(encoded: Array) -> Array:
    return encoded.max(axis=1)


def as_floats(encoded: Array) -> Array:
    return encoded.argmax(axis=1).astype(np.float32)


EXERCISE = Exercise(
    id="l02_from_one_hot",
    title="Back from one-hot to labels",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=from_one_hot,
    right_answers=(with_method, with_last_axis, with_loop),
    mistakes=(
        Mistake(
            "axis-0",
            by_columns,
            "You look for the largest entry of each column; the exercise asks for one label for each row.",
            "Along which axis does `argmax` have to look so that N labels come back?",
            also=(over_everything,),
        ),
        Mistake(
            "one-based",
            one_based,
            "Every label is one too large: places count from 0, and so do digits.",
            "Which place has the 1 of label 0?",
        ),
        Mistake(
            "looks-for-exact-ones",
            where_it_is_one,
            "Rows without an exact 1 get lost: the exercise asks for the place of the largest entry.",
            "What should come back for the row 0.1, 0.7, 0.2?",
            also=(index_of_a_one, where_it_is_one_row_by_row),
        ),
        Mistake(
            "largest-value",
            largest_value,
            "You return the largest entry itself; the exercise asks for its place.",
            "What is the difference between `max` and `argmax`?",
        ),
        Mistake(
            "float-labels",
            as_floats,
            "The labels are right but come as floats; labels are whole numbers.",
            "Which dtype does `argmax` give by itself?",
            credit=0.5,
        ),
    ),
    hints=(
        "Which place of a row holds its largest entry?",
        "`np.argmax` finds the place of the largest entry; `axis` says along which direction it looks.",
        "`return encoded.argmax(axis=1)`",
    ),
)

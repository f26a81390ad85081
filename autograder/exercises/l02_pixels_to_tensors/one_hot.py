"""l02_one_hot: a label becomes a row with a single 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.tensors import one_hot

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return labels without the largest class, other numbers of classes, and labels out of range."""
    return [
        Case((np.array([0, 2], dtype=np.uint8), 3)),
        Case((np.concatenate([[0, 1], rng.integers(0, 6, 4)]).astype(np.uint8), 10), "no label above 5"),
        Case((np.array([3, 0, 3, 1, 6, 0]), 7)),
        Case((rng.integers(0, 10, 12).astype(np.uint8), 10)),
        Case((np.array([4, 1, 0, 2]), 12), "12 classes"),
        Case((np.array([0, 5, 1]), 5), "the label 5 with 5 classes"),
        Case((np.array([0, -1, 1]), 4), "the label -1"),
    ]


def _check(labels: Array, n_classes: int) -> None:
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError("a label is out of range")


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_eye(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    return np.eye(n_classes, dtype=np.float32)[labels]


def with_loop(labels: Array, n_classes: int = 10) -> Array:
    rows = np.zeros((len(labels), n_classes), dtype="float32")
    for i, label in enumerate(labels):
        if not 0 <= label < n_classes:
            raise ValueError(f"label {label}")
        rows[i, label] = 1
    return rows


def with_comparison(labels: Array, n_classes: int = 10) -> Array:
    if not all(label in range(n_classes) for label in labels.tolist()):
        raise ValueError
    return (labels.reshape(-1, 1) == np.arange(n_classes)).astype(np.float32)


# --- mistakes ------------------------------------------------------------------------------------------------------


def width_from_labels(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    return np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]


def classes_by_rows(labels: Array, n_classes: int = 10) -> Array:
    return np.ascontiguousarray(with_eye(labels, n_classes).T)


def label_zero_empty(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    rows = np.zeros((len(labels), n_classes + 1), dtype=np.float32)
    rows[np.arange(len(labels)), labels.astype(int)] = 1
    return rows[:, 1:]


def always_ten(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    return (labels[:, None] == np.arange(10)).astype(np.float32)


def in_float64(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    return np.eye(n_classes)[labels]


def integers(labels: Array, n_classes: int = 10) -> Array:
    _check(labels, n_classes)
    return np.eye(n_classes, dtype=int)[labels]


def unchecked(labels: Array, n_classes: int = 10) -> Array:
    return (labels[:, None] == np.arange(n_classes)).astype(np.float32)


def index_error(labels: Array, n_classes: int = 10) -> Array:
    return np.eye(n_classes, dtype=np.float32)[labels]


def only_above_checked(labels: Array, n_classes: int = 10) -> Array:
    if labels.max() >= n_classes:
        raise ValueError("too large")
    return np.eye(n_classes, dtype=np.float32)[labels]


def label_as_value(labels: Array, n_classes: int = 10) -> Array:
    return with_eye(labels, n_classes) * labels[:, None].astype(np.float32)


EXERCISE = Exercise(
    id="l02_one_hot",
    title="One-hot encode labels",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=one_hot,
    tolerance=Tolerance(dtype="float32"),
    right_answers=(with_eye, with_loop, with_comparison),
    mistakes=(
        Mistake(
            "width-from-the-largest-label",
            width_from_labels,
            "The rows are as wide as the largest label needs. A batch without nines would get narrower rows.",
            "How wide should a row be when `n_classes` is 10 and the labels are 0 and 1?",
        ),
        Mistake(
            "classes-by-rows",
            classes_by_rows,
            "The result is (n_classes, N): a column for each label. The exercise asks for a row for each label.",
            "Which axis should count the labels, the first or the second?",
        ),
        Mistake(
            "label-0-is-an-empty-row",
            label_zero_empty,
            "The label 0 becomes a row of zeros, and all others stand one place too far left.",
            "Which place of the row belongs to the digit 0?",
        ),
        Mistake(
            "always-ten-classes",
            always_ten,
            "The rows have ten places whatever `n_classes` is.",
            "Where does your function use `n_classes`?",
        ),
        Mistake(
            "not-float32",
            in_float64,
            "The places are right; the dtype is not: the exercise asks for float32.",
            "Which dtype has what `np.zeros` or `np.eye` makes, and how do you ask for another?",
            credit=0.5,
            also=(integers,),
        ),
        Mistake(
            "labels-not-checked",
            unchecked,
            "Labels outside 0 … n_classes - 1 are not noticed: such a label becomes an empty row.",
            "What should happen to the label 10 when there are ten classes?",
            credit=0.5,
        ),
        Mistake(
            "out-of-range-by-chance",
            index_error,
            "A label outside 0 … n_classes - 1 should raise a ValueError. Yours raises an IndexError when it is too large, and "
            "takes -1 for the last class.",
            "What does NumPy do with the index -1, and how can you check the labels first?",
            credit=0.5,
        ),
        Mistake(
            "negative-labels-not-checked",
            only_above_checked,
            "Negative labels are not noticed: NumPy counts -1 from the end, so it becomes the last class.",
            "Which two bounds does a label have?",
            credit=0.5,
        ),
        Mistake(
            "label-for-one",
            label_as_value,
            "The rows hold the label itself where they should hold a 1.",
            "Which two numbers occur in a one-hot row?",
        ),
    ),
    hints=(
        "How wide is a row, and in which place does the 1 of label 3 stand?",
        "Begin with `np.zeros((len(labels), n_classes), dtype=np.float32)`, and check the labels' smallest and largest.",
        "`if labels.min() < 0 or labels.max() >= n_classes: raise ValueError(...)`; "
        "`return np.eye(n_classes, dtype=np.float32)[labels]`.",
    ),
)

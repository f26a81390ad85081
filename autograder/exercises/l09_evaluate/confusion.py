"""l09_confusion: which digit was taken for which."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.scores import confusion

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return labels with repeats, with errors that are not symmetric, and with classes that are absent."""
    true = rng.integers(0, 10, 60)
    predicted = np.where(rng.random(60) < 0.6, true, rng.integers(0, 10, 60))
    absent = rng.choice([1, 4, 7], 20)
    return [
        Case((np.array([2, 2, 2, 7]), np.array([2, 3, 3, 7]))),
        Case((true, predicted)),
        Case((absent, np.where(rng.random(20) < 0.5, absent, 4)), "only 1, 4 and 7 occur"),
        Case((np.array([3, 3, 9], dtype=np.uint8), np.array([9, 9, 9], dtype=np.uint8)), "uint8 labels"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(true: Array, predicted: Array) -> Array:
    cm = np.zeros((10, 10), dtype=int)
    for t, p in zip(true, predicted, strict=True):
        cm[t, p] += 1
    return cm


def with_add_at(true: Array, predicted: Array) -> Array:
    cm = np.zeros((10, 10), dtype=np.int32)
    np.add.at(cm, (true, predicted), 1)
    return cm


def with_sklearn(true: Array, predicted: Array) -> Any:
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(true, predicted, labels=range(10))


def with_counter(true: Array, predicted: Array) -> Array:
    pairs = Counter(zip(true.tolist(), predicted.tolist(), strict=True))
    return np.array([[pairs[t, p] for p in range(10)] for t in range(10)])


# --- mistakes ------------------------------------------------------------------------------------------------------


def transposed(true: Array, predicted: Array) -> Array:
    return with_loop(predicted, true)


def repeats_once(true: Array, predicted: Array) -> Array:
    cm = np.zeros((10, 10), dtype=int)
    cm[true, predicted] += 1
    return cm


def normalised(true: Array, predicted: Array) -> Array:
    cm = with_loop(true, predicted)
    return cm / np.maximum(cm.sum(axis=1, keepdims=True), 1)


def normalised_by_all(true: Array, predicted: Array) -> Array:
    cm = with_loop(true, predicted)
    return cm / cm.sum()


def absent_dropped(true: Array, predicted: Array) -> Any:
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(true, predicted)


def errors_alone(true: Array, predicted: Array) -> Array:
    cm = with_loop(true, predicted)
    np.fill_diagonal(cm, 0)
    return cm


def hits_alone(true: Array, predicted: Array) -> Array:
    return np.diag(np.diag(with_loop(true, predicted)))


def floats(true: Array, predicted: Array) -> Array:
    cm = np.zeros((10, 10))
    np.add.at(cm, (true, predicted), 1)
    return cm


EXERCISE = Exercise(
    id="l09_confusion",
    title="Count the confusions",
    points=3,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=confusion,
    right_answers=(with_loop, with_add_at, with_sklearn, with_counter),
    mistakes=(
        Mistake(
            "transposed",
            transposed,
            "Rows and columns are swapped: a row should stand for a true digit, a column for a predicted one.",
            "Three images of a 2 were given, one was taken for a 2 and two for a 3. In which row should these stand?",
        ),
        Mistake(
            "repeats-counted-once",
            repeats_once,
            "A pair that occurs more than once is counted once: `cm[true, predicted] += 1` on arrays adds to a repeated "
            "place only once.",
            "What does `np.add.at` do that `+=` with repeated indices does not?",
        ),
        Mistake(
            "normalised",
            normalised,
            "The rows are shares; the exercise asks for counts.",
            "What should all the entries add up to: the number of images, or 1 for each row?",
            also=(normalised_by_all,),
        ),
        Mistake(
            "absent-classes-dropped",
            absent_dropped,
            "The matrix has a row only for classes that occur; the exercise asks for 10 by 10, always.",
            "Which row should stand for the digit 7 when there is no 5?",
        ),
        Mistake(
            "errors-alone",
            errors_alone,
            "The diagonal is empty: right answers are counted too, they stand on it.",
            "Where does an image of a 4 that was taken for a 4 belong?",
        ),
        Mistake(
            "hits-alone",
            hits_alone,
            "Only right answers are counted. The confusions stand off the diagonal.",
            "Where does an image of a 4 that was taken for a 9 belong?",
        ),
        Mistake(
            "float-counts",
            floats,
            "The counts are right but come as floats; counts are whole numbers.",
            "Which dtype does `np.zeros` make, and how do you ask for another?",
            credit=0.5,
        ),
    ),
    hints=(
        "In which row and column does an image of a 2 that was taken for a 3 belong?",
        "Begin with a 10 by 10 array of zeros of dtype int, and add 1 at `[true, predicted]` for each image.",
        "A loop over `zip(true, predicted)` with `cm[t, p] += 1`, or `np.add.at(cm, (true, predicted), 1)`.",
    ),
)

"""l09_precision_recall_f1: three scores for each digit, from the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.scores import precision_recall_f1

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return matrices that are not symmetric, with classes that never occur or are never predicted."""
    full = rng.integers(0, 6, (10, 10)) + np.diag(rng.integers(5, 40, 10))
    never_predicted = full.copy()
    never_predicted[:, 4] = 0
    never_occurs = full.copy()
    never_occurs[7, :] = 0
    simple = np.zeros((10, 10), dtype=int)
    simple[0, 0], simple[0, 1], simple[1, 1] = 1, 3, 2
    neither = np.diag(np.arange(10))
    return [
        Case((simple,), "only 0 and 1 occur"),
        Case((full,)),
        Case((never_predicted,), "4 is never predicted"),
        Case((never_occurs,), "7 never occurs"),
        Case((neither,), "0 neither occurs nor is predicted"),
    ]


def _scores(cm: Array) -> tuple[Array, Array, Array]:
    hits = np.diag(cm).astype(float)
    predicted, true = cm.sum(axis=0), cm.sum(axis=1)
    precision = np.divide(hits, predicted, out=np.zeros(10), where=predicted > 0)
    recall = np.divide(hits, true, out=np.zeros(10), where=true > 0)
    both = precision + recall
    return precision, recall, np.divide(2 * precision * recall, both, out=np.zeros(10), where=both > 0)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(cm: Array) -> Array:
    rows = []
    for k in range(10):
        hit, predicted, true = cm[k, k], sum(cm[:, k]), sum(cm[k, :])
        p = hit / predicted if predicted else 0.0
        r = hit / true if true else 0.0
        rows.append([p, r, 2 * p * r / (p + r) if p + r else 0.0])
    return np.array(rows)


def with_column_stack(cm: Array) -> Array:
    return np.column_stack(_scores(cm))


def with_nan_to_num(cm: Array) -> Array:
    with np.errstate(all="ignore"):
        tp = np.diag(cm)
        p, r = tp / cm.sum(0), tp / cm.sum(1)
        p, r = np.nan_to_num(p), np.nan_to_num(r)
        f = np.nan_to_num(2 * p * r / (p + r))
    return np.stack([p, r, f], axis=-1).astype(np.float32)


def with_sklearn(cm: Array) -> Array:
    from sklearn.metrics import precision_recall_fscore_support

    true, predicted = (np.repeat(np.indices((10, 10))[axis].ravel(), cm.ravel()) for axis in (0, 1))
    p, r, f, _ = precision_recall_fscore_support(true, predicted, labels=range(10), zero_division=0)
    return np.array([p, r, f]).T


# --- mistakes ------------------------------------------------------------------------------------------------------


def swapped(cm: Array) -> Array:
    precision, recall, f1 = _scores(cm)
    return np.column_stack([recall, precision, f1])


def nan(cm: Array) -> Array:
    with np.errstate(all="ignore"):
        hits = np.diag(cm)
        precision, recall = hits / cm.sum(axis=0), hits / cm.sum(axis=1)
        return np.column_stack([precision, recall, 2 * precision * recall / (precision + recall)])


def arithmetic_f1(cm: Array) -> Array:
    precision, recall, _ = _scores(cm)
    return np.column_stack([precision, recall, (precision + recall) / 2])


def by_rows(cm: Array) -> Array:
    return np.ascontiguousarray(with_column_stack(cm).T)


def over_all(cm: Array) -> Array:
    share = np.diag(cm) / cm.sum()
    return np.column_stack([share, share, share])


def f1_without_two(cm: Array) -> Array:
    precision, recall, f1 = _scores(cm)
    return np.column_stack([precision, recall, f1 / 2])


def with_an_epsilon(cm: Array) -> Array:
    hits = np.diag(cm)
    precision, recall = hits / (cm.sum(axis=0) + 1), hits / (cm.sum(axis=1) + 1)
    return np.column_stack([precision, recall, 2 * precision * recall / (precision + recall + 1e-12)])


def one_where_undefined(cm: Array) -> Array:
    precision, recall, _ = _scores(cm)
    precision[cm.sum(axis=0) == 0] = 1
    recall[cm.sum(axis=1) == 0] = 1
    both = precision + recall
    return np.column_stack(
        [precision, recall, np.divide(2 * precision * recall, both, out=np.zeros(10), where=both > 0)]
    )


EXERCISE = Exercise(
    id="l09_precision_recall_f1",
    title="Precision, recall and F1 of each digit",
    points=3,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=precision_recall_f1,
    right_answers=(with_loop, with_column_stack, with_nan_to_num, with_sklearn),
    mistakes=(
        Mistake(
            "precision-and-recall-swapped",
            swapped,
            "Precision and recall are swapped: precision divides by what was predicted, recall by what there was.",
            "In `cm`, rows are true digits. Does the sum of a column count what was predicted, or what there was?",
        ),
        Mistake(
            "nan-where-undefined",
            nan,
            "Where a digit never occurs or is never predicted, you divide by 0 and get NaN; the exercise asks for 0 there.",
            "Which sums can be 0, and what can you do before you divide?",
        ),
        Mistake(
            "arithmetic-mean-for-f1",
            arithmetic_f1,
            "Your F1 is the arithmetic mean of precision and recall; F1 is their harmonic mean.",
            "What should F1 be when precision is 1 and recall is 0?",
        ),
        Mistake(
            "rows-and-columns-mixed",
            by_rows,
            "The result is (3, 10): a row for each score. The exercise asks for a row for each digit, (10, 3).",
            "Which function stacks arrays as columns?",
        ),
        Mistake(
            "shares-of-all-images",
            over_all,
            "You divide by the number of all images; each score has a sum of its own to divide by.",
            "Of the images that were called 3, how many were a 3? Which sum is that?",
        ),
        Mistake(
            "f1-without-the-2",
            f1_without_two,
            "Your F1 is half of what it should be.",
            "What should F1 be when precision and recall are both 1?",
        ),
        Mistake(
            "one-where-undefined",
            one_where_undefined,
            "Where a score is undefined you give 1; the exercise asks for 0.",
            "Should a digit that was never found look perfect in a report?",
        ),
        Mistake(
            "adds-one-to-the-sums",
            with_an_epsilon,
            "You add something to the sums so that they are not 0; that changes all the other scores too.",
            "How could you divide only where the sum is above 0?",
        ),
    ),
    hints=(
        "For one digit: which entries of the matrix are the images that were called so, and which those that are so?",
        "The diagonal holds the hits. Divide it by the column sums for precision, by the row sums for recall; mind the zeros.",
        "`precision = np.divide(hits, cm.sum(axis=0), out=np.zeros(10), where=cm.sum(axis=0) > 0)`, recall with `axis=1`, "
        "F1 = 2PR / (P + R); then `np.column_stack`.",
    ),
)

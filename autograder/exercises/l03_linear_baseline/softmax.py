"""l03_softmax: scores become probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.linear import softmax

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square and other batches, rows of very different size, and scores that overflow `exp`."""
    return [
        Case((np.array([[0.0, 1.0], [2.0, 0.0]]),)),
        Case((rng.normal(0, 2, (4, 3)),)),
        Case((rng.normal(0, 1, (3, 10)).astype(np.float32),)),
        Case((np.array([[1000.0, 1001.0], [0.5, -0.5]]),), "one row of scores around 1000"),
        Case(
            (np.array([[800.0, 799.0, 798.0], [-1.0, 0.0, 1.0], [-900.0, -901.0, -902.0]]),),
            "rows of very different size",
        ),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_keepdims(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def with_loop(scores: Array) -> Array:
    out = np.zeros(scores.shape)
    for i, row in enumerate(scores):
        e = [float(np.exp(s - max(row))) for s in row]
        out[i] = [value / sum(e) for value in e]
    return out


def with_scipy(scores: Array) -> Any:
    from scipy.special import softmax as scipy_softmax

    return scipy_softmax(scores, axis=-1)


def with_logsumexp(scores: Array) -> Array:
    top = scores.max(axis=1)[:, None]
    return np.exp(scores - top - np.log(np.exp(scores - top).sum(axis=1))[:, None]).astype(np.float32)


# --- mistakes ------------------------------------------------------------------------------------------------------


def by_columns(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def overflows(scores: Array) -> Array:
    with np.errstate(all="ignore"):
        e = np.exp(scores)
        return e / e.sum(axis=1, keepdims=True)


def no_keepdims(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


def over_all(scores: Array) -> Array:
    e = np.exp(scores - scores.max())
    return e / e.sum()


def largest_of_all(scores: Array) -> Array:
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max())
        return e / e.sum(axis=1, keepdims=True)


def no_exponential(scores: Array) -> Array:
    with np.errstate(all="ignore"):
        return scores / scores.sum(axis=1, keepdims=True)


def not_divided(scores: Array) -> Array:
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def in_place(scores: Array) -> Array:
    scores -= scores.max(axis=1, keepdims=True)
    e = np.exp(scores)
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(scores: Array) -> Array:
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-scores))


EXERCISE = Exercise(
    id="l03_softmax",
    title="Softmax",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=softmax,
    right_answers=(with_keepdims, with_loop, with_scipy, with_logsumexp),
    mistakes=(
        Mistake(
            "axis-0",
            by_columns,
            "Each column adds up to 1; each row should: a row holds the scores of one image.",
            "Over which axis do the ten scores of one image run?",
        ),
        Mistake(
            "overflows",
            overflows,
            "Large scores overflow: exp(1000) is more than any float can hold, and NaN comes out.",
            "Does softmax change when you take the same number off every score of a row? Which number would help?",
        ),
        Mistake(
            "no-keepdims",
            no_keepdims,
            "The sums have lost their axis, so NumPy lines them up with the columns, or cannot line them up at all.",
            "What does `keepdims=True` do to the shape of a sum?",
        ),
        Mistake(
            "over-all-entries",
            over_all,
            "All entries together add up to 1; each row should.",
            "What should the probabilities of one image add up to?",
        ),
        Mistake(
            "largest-of-the-whole-batch",
            largest_of_all,
            "You take off the largest score of the whole batch. A row of much smaller scores then becomes 0 divided by 0.",
            "Whose largest score should be taken off from a row?",
        ),
        Mistake(
            "no-exponential",
            no_exponential,
            "You divide the scores by their sum; a negative score then gives a negative probability.",
            "Which function makes every number positive, and larger scores larger?",
        ),
        Mistake(
            "not-normalised",
            not_divided,
            "The rows do not add up to 1: nothing is divided by the sum.",
            "What should the probabilities of one image add up to?",
        ),
        Mistake(
            "changes-its-argument",
            in_place,
            "The values are right, but the scores that you were given have been changed.",
            "What is the difference between `scores -= …` and `scores = scores - …`?",
        ),
        Mistake(
            "sigmoid-for-softmax",
            sigmoid,
            "That is the sigmoid of each score by itself; softmax weighs the scores of a row against each other.",
            "If one score of a row rises, what must happen to the probabilities of the others?",
        ),
    ),
    hints=(
        "What must every row of the result add up to, and which function makes all scores positive?",
        "Take off each row's largest score, take `np.exp`, and divide by each row's sum; `keepdims=True` keeps the axes in line.",
        "`e = np.exp(scores - scores.max(axis=1, keepdims=True))`; `return e / e.sum(axis=1, keepdims=True)`.",
    ),
)

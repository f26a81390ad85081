"""l03_accuracy: the share of right answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.linear import accuracy

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square and other batches in which some are right, none are, and labels other than 0 occur."""
    probabilities = rng.dirichlet(np.full(10, 0.5), 10)
    labels = np.where(rng.random(10) < 0.5, probabilities.argmax(axis=1), rng.integers(0, 10, 10))
    labels[0] = probabilities[0].argmax()
    four = rng.dirichlet(np.full(4, 0.5), 8)
    return [
        Case((np.array([[0.1, 0.9], [0.2, 0.8]]), np.array([1, 0]))),
        Case((probabilities, labels)),
        Case((four, four.argmax(axis=1).astype(np.uint8)), "all right"),
        Case((four, (four.argmax(axis=1) + 1) % 4), "all wrong"),
    ]


def with_mean(probabilities: Array, labels: Array) -> Any:
    return np.mean(np.argmax(probabilities, axis=1) == labels)


def with_loop(probabilities: Array, labels: Array) -> float:
    right = 0
    for row, label in zip(probabilities, labels, strict=True):
        right += int(np.argmax(row) == label)
    return right / len(labels)


def with_sklearn(probabilities: Array, labels: Array) -> Any:
    from sklearn.metrics import accuracy_score

    return accuracy_score(labels, probabilities.argmax(-1))


def argmax_of_labels(probabilities: Array, labels: Array) -> Any:
    return np.mean(probabilities.argmax(axis=1) == labels.argmax())


def per_cent(probabilities: Array, labels: Array) -> Any:
    return 100 * np.mean(probabilities.argmax(axis=1) == labels)


def by_columns(probabilities: Array, labels: Array) -> Any:
    return np.mean(np.resize(probabilities.argmax(axis=0), len(labels)) == labels)


def by_columns_as_written(probabilities: Array, labels: Array) -> Any:
    return np.mean(probabilities.argmax(axis=0) == labels)


def count(probabilities: Array, labels: Array) -> Any:
    return (probabilities.argmax(axis=1) == labels).sum()


def error_rate(probabilities: Array, labels: Array) -> Any:
    return np.mean(probabilities.argmax(axis=1) != labels)


def mean_probability(probabilities: Array, labels: Array) -> Any:
    return probabilities[np.arange(len(labels)), labels].mean()


EXERCISE = Exercise(
    id="l03_accuracy",
    title="Accuracy",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=accuracy,
    right_answers=(with_mean, with_loop, with_sklearn),
    mistakes=(
        Mistake(
            "argmax-of-integer-labels",
            argmax_of_labels,
            "You take the argmax of the labels too; they are digits already, not one-hot rows.",
            "Which shape have the labels, and what would their argmax mean?",
        ),
        Mistake(
            "per-cent",
            per_cent,
            "The accuracy comes in per cent; the exercise asks for a share from 0 to 1.",
            "What should come out when every answer is right?",
        ),
        Mistake(
            "axis-0",
            by_columns_as_written,
            "You look for the largest entry of each column; each row is an image.",
            "Along which axis does `argmax` have to look so that N answers come back?",
            also=(by_columns,),
        ),
        Mistake(
            "count-for-share",
            count,
            "That is how many are right; the exercise asks for the share.",
            "How many of how many?",
        ),
        Mistake(
            "error-rate",
            error_rate,
            "That is the share of wrong answers.",
            "What should come out when every answer is right?",
        ),
        Mistake(
            "mean-probability",
            mean_probability,
            "That is the mean probability of the true class; accuracy asks only whether the most probable class is the true one.",
            "If the true class has probability 0.4 and the others less, is the answer right?",
        ),
    ),
    hints=(
        "When does a row of probabilities count as a right answer?",
        "`argmax(axis=1)` names each row's class. Comparing with the labels gives true or false; the mean of those is the share.",
        "`return float((probabilities.argmax(axis=1) == labels).mean())`",
    ),
)

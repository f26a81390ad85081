"""l10_worst_errors: the errors of which the model was most sure."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab import inspection

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a small batch to read by eye, a large one, and one with fewer errors than are asked for."""
    small = np.array([[0.9, 0.1, 0.0], [0.3, 0.1, 0.6], [0.2, 0.8, 0.0], [0.0, 0.05, 0.95], [0.45, 0.2, 0.35]])
    many, few = _rows(rng, 60), _rows(rng, 25)
    said = few.argmax(axis=1)
    labels = said.copy()
    wrong = rng.choice(25, 4, replace=False)
    labels[wrong] = (said[wrong] + rng.integers(1, 10, 4)) % 10
    return [
        Case((small, np.array([1, 2, 0, 0, 2]), 2)),
        Case((many, np.where(rng.random(60) < 0.6, many.argmax(axis=1), rng.integers(0, 10, 60)), 7)),
        Case((few, labels, 6), "fewer errors than k"),
    ]


def _rows(rng: np.random.Generator, count: int) -> Array:
    """Return rows of probabilities, some sure and some not; no two have the same largest entry."""
    scores = rng.normal(0, 1, (count, 10)) * rng.uniform(0.5, 4, (count, 1))
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def answer(probabilities: Array, labels: Array, k: int) -> list[int]:
    """Return the right places as a list: then a list, a tuple and an array are all right."""
    return [int(place) for place in inspection.worst_errors(probabilities, labels, k)]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_argsort(probabilities: Array, labels: Array, k: int) -> Array:
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    return wrong[np.argsort(probabilities[wrong, predicted[wrong]])[::-1][:k]]


def with_sorted(probabilities: Array, labels: Array, k: int) -> list[int]:
    errors = []
    for i in range(len(labels)):
        guess = int(np.argmax(probabilities[i]))
        if guess != labels[i]:
            errors.append((float(probabilities[i][guess]), i))
    return [i for _, i in sorted(errors, reverse=True)][:k]


def with_a_mask(probabilities: Array, labels: Array, k: int) -> Array:
    wrong = probabilities.argmax(1) != labels
    sureness = np.where(wrong, probabilities.max(1), -1)
    return np.argsort(-sureness)[: min(k, wrong.sum())]


def with_a_heap(probabilities: Array, labels: Array, k: int) -> tuple[int, ...]:
    wrong = [i for i, (row, label) in enumerate(zip(probabilities, labels, strict=True)) if row.argmax() != label]
    return tuple(heapq.nlargest(k, wrong, key=lambda i: probabilities[i].max()))


# --- mistakes ------------------------------------------------------------------------------------------------------


def _wrong(probabilities: Array, labels: Array) -> Array:
    return np.flatnonzero(probabilities.argmax(axis=1) != labels)


def least_sure(probabilities: Array, labels: Array, k: int) -> list[int]:
    wrong = _wrong(probabilities, labels)
    return wrong[np.argsort(probabilities[wrong].max(axis=1))][:k].tolist()


def right_answers_too(probabilities: Array, labels: Array, k: int) -> list[int]:
    return np.argsort(-probabilities.max(axis=1))[:k].tolist()


def filled_up_with_right_ones(probabilities: Array, labels: Array, k: int) -> list[int]:
    sureness = np.where(probabilities.argmax(axis=1) != labels, probabilities.max(axis=1), 0)
    return np.argsort(-sureness, kind="stable")[:k].tolist()


def ascending(probabilities: Array, labels: Array, k: int) -> list[int]:
    wrong = _wrong(probabilities, labels)
    return wrong[np.argsort(probabilities[wrong].max(axis=1))][-k:].tolist()


def places_among_the_errors(probabilities: Array, labels: Array, k: int) -> list[int]:
    wrong = _wrong(probabilities, labels)
    return np.argsort(-probabilities[wrong].max(axis=1))[:k].tolist()


def by_the_true_digit(probabilities: Array, labels: Array, k: int) -> list[int]:
    wrong = _wrong(probabilities, labels)
    return wrong[np.argsort(probabilities[wrong, labels[wrong]])][:k].tolist()


def first_in_order(probabilities: Array, labels: Array, k: int) -> list[int]:
    return _wrong(probabilities, labels)[:k].tolist()


def probabilities_for_places(probabilities: Array, labels: Array, k: int) -> list[float]:
    wrong = _wrong(probabilities, labels)
    return np.sort(probabilities[wrong].max(axis=1))[::-1][:k].tolist()


def surest_right_answers(probabilities: Array, labels: Array, k: int) -> list[int]:
    right = np.flatnonzero(probabilities.argmax(axis=1) == labels)
    return right[np.argsort(-probabilities[right].max(axis=1))][:k].tolist()


EXERCISE = Exercise(
    id="l10_worst_errors",
    title="Find the errors of which the model was surest",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=answer,
    right_answers=(with_argsort, with_sorted, with_a_mask, with_a_heap),
    mistakes=(
        Mistake(
            "least-sure-first",
            least_sure,
            "These are the errors of which the model was least sure; the exercise asks for those of which it was most sure.",
            "`argsort` begins with the smallest. Which end of it holds the surest errors?",
        ),
        Mistake(
            "right-answers-included",
            right_answers_too,
            "Right answers are among the places: only images whose most probable digit is not the label are errors.",
            "How do you tell for each image whether the model was wrong, before you sort?",
            also=(filled_up_with_right_ones,),
        ),
        Mistake(
            "ascending",
            ascending,
            "These are the right errors in the wrong order: the surest should come first, and it comes last.",
            "What does `[::-1]` do to an array?",
        ),
        Mistake(
            "places-among-the-errors",
            places_among_the_errors,
            "These are places in the list of errors, not in the list of all images.",
            "Your sorting counts the errors from 0. How do you get from there back to the number of the image?",
        ),
        Mistake(
            "by-the-true-digit",
            by_the_true_digit,
            "You sort by the probability of the true digit; the exercise asks for that of the wrong digit that was "
            "predicted.",
            "Two errors give the true digit 0.1: one says 0.9 for another digit, one 0.3. Which is the surer one?",
        ),
        Mistake(
            "not-sorted",
            first_in_order,
            "These are the first errors in the order of the images; nothing has sorted them.",
            "Where in the row of an image stands how sure the model was?",
        ),
        Mistake(
            "probabilities-for-places",
            probabilities_for_places,
            "These are the probabilities; the exercise asks for the numbers of the images.",
            "What does `argsort` give that `sort` does not?",
        ),
        Mistake(
            "right-answers-alone",
            surest_right_answers,
            "These images are all right: the comparison is the wrong way round.",
            "Which sign says that predicted digit and label differ?",
        ),
    ),
    hints=(
        "Which images are errors at all, and where does it stand how sure the model was of each?",
        "`np.flatnonzero` gives the numbers of the wrong images; sort these by their row's largest probability, and mind "
        "in which direction `argsort` sorts.",
        "`wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)`; "
        "`return wrong[np.argsort(-probabilities[wrong].max(axis=1))[:k]]`",
    ),
)

"""l01_class_counts: how often each digit occurs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.describing import class_counts

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return labels in which digits are absent: the last, the first, one in the middle, and all but one."""
    middle = rng.permutation(np.repeat([0, 1, 2, 4, 5, 9], rng.integers(1, 6, 6))).astype(np.uint8)
    low = rng.permutation(np.repeat([0, 1, 2, 3], [4, 1, 3, 2]))
    return [
        Case((np.array([3, 3, 8], dtype=np.uint8),), "most digits are absent"),
        Case((low,), "no label above 3"),
        Case((middle,), "3, 6, 7 and 8 are absent"),
        Case((np.full(7, 9, dtype=np.uint8),), "only nines"),
        Case((rng.permutation(np.repeat(np.arange(10), rng.integers(1, 8, 10))),)),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(labels: Array) -> Array:
    counts = np.zeros(10, dtype=int)
    for label in labels:
        counts[label] += 1
    return counts


def with_comparison(labels: Array) -> Array:
    return (labels[:, None] == np.arange(10)).sum(axis=0)


def with_counter(labels: Array) -> Array:
    counter = Counter(labels.tolist())
    return np.array([counter[digit] for digit in range(10)])


def with_histogram(labels: Array) -> Array:
    return np.histogram(labels, bins=range(11))[0]


# --- mistakes ------------------------------------------------------------------------------------------------------


def absent_dropped(labels: Array) -> Array:
    return np.unique(labels, return_counts=True)[1]


def absent_at_the_end_dropped(labels: Array) -> Array:
    return np.bincount(labels)


def shares(labels: Array) -> Array:
    return np.bincount(labels, minlength=10) / len(labels)


def by_first_appearance(labels: Array) -> Array:
    counter = Counter(labels.tolist())
    counts = list(counter.values()) + [0] * (10 - len(counter))
    return np.array(counts)


def by_size(labels: Array) -> Array:
    return np.sort(np.bincount(labels, minlength=10))[::-1]


def as_a_dictionary(labels: Array) -> dict[int, int]:
    return {digit: int((labels == digit).sum()) for digit in range(10)}


def once_each(labels: Array) -> Array:
    counts = np.zeros(10, dtype=int)
    counts[labels] += 1
    return counts


EXERCISE = Exercise(
    id="l01_class_counts",
    title="Count the images of each digit",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=class_counts,
    right_answers=(with_loop, with_comparison, with_counter, with_histogram),
    mistakes=(
        Mistake(
            "absent-digits-dropped",
            absent_dropped,
            "Digits that do not occur are left out, so the counts no longer stand at their digit's place.",
            "When there is no 0 among the labels, what should the first of the ten counts be?",
        ),
        Mistake(
            "digits-above-the-largest-dropped",
            absent_at_the_end_dropped,
            "The counts end at the largest label that occurs; the exercise asks for ten, always.",
            "Which argument of `np.bincount` says how long the result must be at least?",
        ),
        Mistake(
            "shares-instead-of-counts",
            shares,
            "These are shares that add up to 1; the exercise asks for counts, which are whole numbers.",
            "How many images of each digit are there?",
        ),
        Mistake(
            "unsorted",
            by_first_appearance,
            "The counts stand in the order in which the digits first appear, not from 0 to 9.",
            "At which place of the result should the count of digit 7 stand?",
        ),
        Mistake(
            "sorted-by-size",
            by_size,
            "The counts are sorted by size, so nobody can tell which digit each belongs to.",
            "At which place of the result should the count of digit 7 stand?",
            also=(
                lambda labels: np.array(
                    [n for _, n in Counter(labels.tolist()).most_common()] + [0] * (10 - len(set(labels.tolist())))
                ),
            ),
        ),
        Mistake(
            "dictionary-for-array",
            as_a_dictionary,
            "The counts are right, but they come in a dictionary; the exercise asks for an array of ten.",
            "How do you put ten numbers into an array, in the order of the digits?",
            credit=0.5,
        ),
        Mistake(
            "repeats-counted-once",
            once_each,
            "Each digit is counted once at the most: `counts[labels] += 1` adds to a repeated place only once.",
            "What does NumPy do when the same index stands in the list twice? Try `np.bincount` or a loop.",
        ),
    ),
    hints=(
        "How many numbers should come back when the labels hold only the digit 3, and where does the count stand?",
        "`np.bincount` counts whole numbers; look for its argument `minlength`. A loop over an array of ten zeros works too.",
        "`return np.bincount(labels, minlength=10)`",
    ),
)

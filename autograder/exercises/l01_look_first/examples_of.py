"""l01_examples_of: the first k images of one digit."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.describing import examples_of

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return requests for some, all, none and too many images of a digit."""
    labels = rng.permutation(np.repeat([1, 3, 7], [6, 4, 3])).astype(np.uint8)
    images = rng.integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
    few = rng.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    few_labels = np.array([3, 1, 3, 3, 1], dtype=np.uint8)
    return [
        Case((few, few_labels, 3, 2)),
        Case((images, labels, 1, 4)),
        Case((images, labels, 7, 3), "all that there are"),
        Case((images, labels, 3, 0), "k is 0"),
        Case((few, few_labels, 1, 3), "there are only two"),
        Case((images, labels, 9, 1), "there are none"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(images: Array, labels: Array, digit: int, k: int) -> Array:
    found: list[Array] = []
    for image, label in zip(images, labels, strict=True):
        if label == digit and len(found) < k:
            found.append(image)
    if len(found) < k:
        raise ValueError(f"only {len(found)} images of {digit}")
    return np.array(found, dtype=images.dtype).reshape(k, 28, 28)


def with_flatnonzero(images: Array, labels: Array, digit: int, k: int) -> Array:
    where = np.flatnonzero(labels == digit)
    if where.size < k:
        raise ValueError("too few")
    return images[where[:k]]


class TooFewError(ValueError):
    """A student's own error, which is a ValueError too."""


def with_where_and_own_error(images: Array, labels: Array, digit: int, k: int) -> Array:
    (where,) = np.where(labels == digit)
    if k > len(where):
        raise TooFewError
    return np.take(images, where[:k], axis=0)


# --- mistakes ------------------------------------------------------------------------------------------------------


def _checked(labels: Array, digit: int, k: int) -> Array:
    where = np.flatnonzero(labels == digit)
    if len(where) < k:
        raise ValueError("too few")
    return where


def indices(images: Array, labels: Array, digit: int, k: int) -> Array:
    return _checked(labels, digit, k)[:k]


def compares_with_text(images: Array, labels: Array, digit: int, k: int) -> Array:
    chosen = [image for image, label in zip(images, labels, strict=True) if label == str(digit)]
    return np.array(chosen, dtype=images.dtype).reshape(-1, 28, 28)[:k]


def compares_with_text_and_raises(images: Array, labels: Array, digit: int, k: int) -> Array:
    chosen = compares_with_text(images, labels, digit, k)
    if len(chosen) < k:
        raise ValueError("too few")
    return chosen


def last_k(images: Array, labels: Array, digit: int, k: int) -> Array:
    where = _checked(labels, digit, k)
    return images[where[len(where) - k :]]


def no_error(images: Array, labels: Array, digit: int, k: int) -> Array:
    return images[labels == digit][:k]


def no_error_from_a_list(images: Array, labels: Array, digit: int, k: int) -> Array:
    return np.array([image for image, label in zip(images, labels, strict=True) if label == digit][:k])


def all_of_them(images: Array, labels: Array, digit: int, k: int) -> Array:
    return images[_checked(labels, digit, k)]


def any_digit(images: Array, labels: Array, digit: int, k: int) -> Array:
    _checked(labels, digit, k)
    return images[:k]


def one_too_many(images: Array, labels: Array, digit: int, k: int) -> Array:
    return images[_checked(labels, digit, k)[: k + 1]]


EXERCISE = Exercise(
    id="l01_examples_of",
    title="Pick the first examples of a digit",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=examples_of,
    right_answers=(with_loop, with_flatnonzero, with_where_and_own_error),
    mistakes=(
        Mistake(
            "indices-instead-of-images",
            indices,
            "These are the places where the digit stands, not the images that stand there.",
            "What does `images[places]` give, when `places` is an array of indices?",
        ),
        Mistake(
            "compares-with-text",
            compares_with_text_and_raises,
            "No image is found: the labels are numbers, and you compare them with text.",
            "Is `3 == '3'` true in Python?",
            also=(compares_with_text,),
        ),
        Mistake(
            "last-instead-of-first",
            last_k,
            "You return the last k images of the digit; the exercise asks for the first.",
            "What does a slice like `[:k]` keep, and what `[-k:]`?",
        ),
        Mistake(
            "too-few-without-an-error",
            no_error,
            "The images are right. But where there are fewer than k, your function gives fewer and says nothing.",
            "How does a caller who asked for 100 images learn that there were only 3?",
            credit=0.5,
            also=(no_error_from_a_list,),
        ),
        Mistake(
            "all-instead-of-k",
            all_of_them,
            "You return all images of the digit, however many were asked for.",
            "Where in your function does k decide how many come back?",
        ),
        Mistake(
            "any-digit",
            any_digit,
            "You return the first k images of the data set, whatever digit they show.",
            "Which line of your function looks at the labels?",
        ),
        Mistake(
            "one-too-many",
            one_too_many,
            "You return one image more than was asked for.",
            "How many items does `places[:k]` have?",
        ),
    ),
    hints=(
        "What does `labels == digit` give, and how long is it?",
        "A mask picks images: `images[labels == digit]`. Of those, keep the first k, and count them before.",
        "`chosen = images[labels == digit]`; `if len(chosen) < k: raise ValueError(...)`; `return chosen[:k]`.",
    ),
)

"""l01_mean_digit: the average image of one digit."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.describing import mean_digit

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return bright uint8 images of several digits, float images, and a digit that is absent."""
    labels = np.concatenate([[2, 5, 5, 2, 5], rng.integers(0, 5, 5)]).astype(np.uint8)
    bright = rng.integers(120, 256, (len(labels), 28, 28), dtype=np.uint8)
    few = rng.integers(90, 256, (3, 28, 28), dtype=np.uint8)
    return [
        Case((few, np.array([1, 4, 1], dtype=np.uint8), 1)),
        Case((bright, labels, 5)),
        Case((bright / 255, labels, 2), "float images"),
        Case((bright, labels, 9), "the digit is absent"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(images: Array, labels: Array, digit: int) -> Array:
    total, count = np.zeros(images.shape[1:]), 0
    for image, label in zip(images, labels, strict=True):
        if label == digit:
            total += image
            count += 1
    if count == 0:
        raise ValueError(f"no image of {digit}")
    return total / count


def with_float32_mean(images: Array, labels: Array, digit: int) -> Array:
    chosen = images[labels == digit]
    if not len(chosen):
        raise ValueError("absent")
    return chosen.mean(axis=0, dtype=np.float32)


def with_wide_sum(images: Array, labels: Array, digit: int) -> Array:
    mask = labels == digit
    if not mask.any():
        raise ValueError("absent")
    return np.sum(images[mask], axis=0, dtype=np.float64) / mask.sum()


# --- mistakes ------------------------------------------------------------------------------------------------------


def _chosen(images: Array, labels: Array, digit: int) -> Array:
    chosen = images[labels == digit]
    if len(chosen) == 0:
        raise ValueError("absent")
    return chosen


def over_all_pixels(images: Array, labels: Array, digit: int) -> float:
    return float(_chosen(images, labels, digit).mean())


def filled_with_one_number(images: Array, labels: Array, digit: int) -> Array:
    return np.full((28, 28), _chosen(images, labels, digit).mean())


def sum_overflows(images: Array, labels: Array, digit: int) -> Array:
    chosen = _chosen(images, labels, digit)
    total = np.zeros((28, 28), dtype=images.dtype)
    for image in chosen:
        total = total + image
    return total / len(chosen)


def over_every_class(images: Array, labels: Array, digit: int) -> Array:
    _chosen(images, labels, digit)
    return images.mean(axis=0)


def divided_by_all(images: Array, labels: Array, digit: int) -> Array:
    return _chosen(images, labels, digit).sum(axis=0, dtype=float) / len(images)


def rounded(images: Array, labels: Array, digit: int) -> Array:
    return _chosen(images, labels, digit).mean(axis=0).astype(images.dtype)


def nan_where_absent(images: Array, labels: Array, digit: int) -> Array:
    return np.asarray(images[labels == digit].mean(axis=0))


def zeros_where_absent(images: Array, labels: Array, digit: int) -> Array:
    chosen = images[labels == digit]
    return chosen.mean(axis=0) if len(chosen) else np.zeros((28, 28))


def none_where_absent(images: Array, labels: Array, digit: int) -> Array | None:
    chosen = images[labels == digit]
    return chosen.mean(axis=0) if len(chosen) else None


def one_mean_per_image(images: Array, labels: Array, digit: int) -> Array:
    return _chosen(images, labels, digit).mean(axis=(1, 2))


EXERCISE = Exercise(
    id="l01_mean_digit",
    title="Average all images of a digit",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=mean_digit,
    right_answers=(with_loop, with_float32_mean, with_wide_sum),
    mistakes=(
        Mistake(
            "mean-over-all-pixels",
            over_all_pixels,
            "One number comes back: you average over all pixels. The exercise asks for an image.",
            "Which axis of (count, 28, 28) counts the images?",
            also=(filled_with_one_number,),
        ),
        Mistake(
            "uint8-sum-overflows",
            sum_overflows,
            "The sum is taken in uint8, which cannot hold more than 255 and starts again at 0.",
            "What is `np.uint8(200) + np.uint8(100)`? In which dtype should the sum be taken?",
        ),
        Mistake(
            "mean-over-every-class",
            over_every_class,
            "You average the images of all digits, not of the one that was asked for.",
            "Which line of your function uses `labels`?",
        ),
        Mistake(
            "divided-by-all-images",
            divided_by_all,
            "You add up the right images, but divide by the number of all images.",
            "How many images did you add up?",
        ),
        Mistake(
            "fractions-lost",
            rounded,
            "The mean is turned back into the dtype of the images, which cannot hold fractions.",
            "Can a mean of uint8 images be a uint8?",
        ),
        Mistake(
            "absent-without-an-error",
            nan_where_absent,
            "The mean is right. But where the digit is absent, your function raises no ValueError.",
            "What is the mean of no images? How should the caller hear of it?",
            credit=0.5,
            also=(zeros_where_absent, none_where_absent),
        ),
        Mistake(
            "one-mean-for-each-image",
            one_mean_per_image,
            "You get one mean brightness for each image; the exercise asks for one image.",
            "Which axis disappears when you average over the images, and which must stay?",
        ),
    ),
    hints=(
        "What is the shape of `images[labels == digit]`, and which of its axes should disappear?",
        "`.mean(axis=0)` averages over the first axis, and computes in float. Check first that there is an image at all.",
        "`chosen = images[labels == digit]`; `if len(chosen) == 0: raise ValueError(...)`; `return chosen.mean(axis=0)`.",
    ),
)

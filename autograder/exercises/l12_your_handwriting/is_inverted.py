"""l12_is_inverted: dark ink on a light ground, or the other way round."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.handwriting import is_inverted

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return small images of both sorts and both dtypes, with ink in a corner, along the border, and on much of them."""
    tiny = np.full((3, 4), 255, np.uint8)
    tiny[1, 1:3] = 0
    first, frame, much = np.zeros((9, 12), bool), np.zeros((14, 11), bool), np.zeros((11, 13), bool)
    first[:2, :3] = True
    first[5:8, 2:5] = True  # and none in the middle
    last = first[::-1, ::-1]
    frame[[0, -1], :] = frame[:, [0, -1]] = True  # the whole border: 46 pixels of 154
    much[1:-1, 1:-1] = rng.permutation(99).reshape(9, 11) < 62  # 62 pixels of 143, none at the border
    middle = np.zeros((8, 8), bool)
    middle[3:5, 2:7] = True
    return [
        Case((tiny,)),
        Case((255 - tiny,), "bright ink"),
        Case((_drawn(first, rng, dark=True),), "ink in the first pixel"),
        Case((_drawn(last, rng, dark=False),), "ink in the last pixel, bright"),
        Case((_drawn(middle, rng, dark=True) / 255,), "a float image"),
        Case((_drawn(middle, rng, dark=False) / 255,), "a float image, bright ink"),
        Case((_drawn(frame, rng, dark=True),), "ink along the border"),
        Case(((_drawn(frame, rng, dark=False) / 255).astype(np.float32),), "ink along the border, bright"),
        Case((_drawn(much, rng, dark=True),), "much ink"),
        Case((_drawn(much, rng, dark=False),), "much ink, bright"),
    ]


def _drawn(ink: Array, rng: np.random.Generator, *, dark: bool) -> Array:
    """Return ink on a ground that is not wholly even, as paper is."""
    image = np.where(ink, rng.integers(235, 256, ink.shape), rng.integers(1, 21, ink.shape)).astype(np.uint8)
    return 255 - image if dark else image


def _white(image: Array) -> float:
    return 255.0 if image.dtype.kind in "iu" else 1.0


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_the_mean(image: Array) -> Any:
    return image.mean() > _white(image) / 2


def with_a_count(image: Array) -> bool:
    middle = (float(image.min()) + float(image.max())) / 2
    bright = 0
    for row in image:
        for pixel in row:
            bright += bool(pixel > middle)
    return bright > image.size / 2


def with_a_histogram(image: Array) -> bool:
    counts, _ = np.histogram(image, bins=2, range=(0, _white(image)))
    return bool(counts[1] > counts[0])


# --- mistakes ------------------------------------------------------------------------------------------------------


def always(image: Array) -> bool:
    return True


def never(image: Array) -> bool:
    return False


def first_pixel(image: Array) -> Any:
    return image[0, 0] > _white(image) / 2


def last_pixel(image: Array) -> Any:
    return image[-1, -1] > _white(image) / 2


def middle_pixel(image: Array) -> Any:
    return image[image.shape[0] // 2, image.shape[1] // 2] < _white(image) / 2


def border(image: Array) -> Any:
    around = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return around.mean() > _white(image) / 2


def corners(image: Array) -> Any:
    return np.mean([image[0, 0], image[0, -1], image[-1, 0], image[-1, -1]]) > _white(image) / 2


def other_way_round(image: Array) -> Any:
    return image.mean() < _white(image) / 2


def as_if_bytes(image: Array) -> Any:
    return image.mean() > 127


def as_if_scaled(image: Array) -> Any:
    return image.mean() > 0.5


def not_zero(image: Array) -> Any:
    return (image > 0).mean() > 0.5


def by_the_extremes(image: Array) -> Any:
    return image.max() - np.median(image) < _white(image) * 0.05


EXERCISE = Exercise(
    id="l12_is_inverted",
    title="See whether ink is dark on light",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=is_inverted,
    right_answers=(with_the_mean, with_a_count, with_a_histogram),
    mistakes=(
        Mistake(
            "assumes-one-sort",
            always,
            "Your function answers the same for every image, as if all were on paper, or none.",
            "What is different in the numbers of a white sheet and of a black one?",
            also=(never,),
        ),
        Mistake(
            "looks-at-one-pixel",
            first_pixel,
            "Your function goes by a single pixel, and there may be ink on it.",
            "Which pixel can you be sure of, and what is true of most of them?",
            also=(last_pixel, middle_pixel),
        ),
        Mistake(
            "looks-at-the-border",
            border,
            "Your function goes by the border, and ink may run along it.",
            "The ground is more than half of the pixels. Which number of all pixels together tells its brightness?",
            also=(corners,),
        ),
        Mistake(
            "other-way-round",
            other_way_round,
            "Your function says the opposite: true is asked for where the ink is dark and the ground light.",
            "Is the mean of a white sheet with a black digit above or below the middle?",
        ),
        Mistake(
            "assumes-0-to-255",
            as_if_bytes,
            "A float image ends at 1, and your function compares it with a number of the scale that ends at 255.",
            "Half of which number is the middle of a float image?",
        ),
        Mistake(
            "assumes-0-to-1",
            as_if_scaled,
            "An image of whole numbers ends at 255, and your function compares it with a number of the scale that ends at 1.",
            "Half of which number is the middle of a uint8 image?",
        ),
        Mistake(
            "counts-what-is-not-zero",
            not_zero,
            "A dark ground need not be 0 everywhere, and your function counts every pixel above 0 as bright.",
            "From which number on would you call a pixel bright?",
        ),
    ),
    hints=(
        "More than half of the pixels are ground. Which number tells how bright most pixels are?",
        "Compare the median (or the mean) of all pixels with the middle of the scale; `image.dtype.kind` is `'u'` for uint8.",
        "`return np.median(image) > (255 if image.dtype.kind == 'u' else 1) / 2`",
    ),
)

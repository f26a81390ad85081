"""l12_centre_of_mass: where the ink is balanced."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.handwriting import centre_of_mass

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return images that are not square, whose ink is not even and not symmetric."""
    cases = [Case((np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.5]]),))]
    for high, wide, kind in ((7, 12, float), (20, 9, np.uint8), (15, 28, np.float32)):
        image = np.zeros((high, wide))
        top, left = int(rng.integers(1, high // 3)), int(rng.integers(1, wide // 3))
        bar, stem = int(rng.integers(2, high // 2)), int(rng.integers(2, wide // 2))
        image[top : top + bar, left : left + 1] = 0.3
        image[top + bar - 1, left : left + stem + 1] = rng.uniform(0.6, 1, stem + 1)
        image[top, left] = 1.0
        cases.append(Case(((255 * image).round().astype(kind) if kind is np.uint8 else image.astype(kind),)))
    dot = np.zeros((10, 13), np.uint8)
    dot[int(rng.integers(1, 4)), int(rng.integers(8, 12))] = 200
    return [*cases, Case((dot,), "a single dot")]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_indices(image: Array) -> Any:
    rows, columns = np.indices(image.shape)
    return (rows * image).sum() / image.sum(), (columns * image).sum() / image.sum()


def with_loops(image: Array) -> list[float]:
    total = row_sum = column_sum = 0.0
    for r in range(image.shape[0]):
        for c in range(image.shape[1]):
            weight = float(image[r, c])
            total += weight
            row_sum += r * weight
            column_sum += c * weight
    return [row_sum / total, column_sum / total]


def with_sums(image: Array) -> Array:
    ink = image.astype(float)
    return np.array(
        [np.average(np.arange(len(ink)), weights=ink.sum(1)), np.average(np.arange(ink.shape[1]), weights=ink.sum(0))]
    )


def with_scipy(image: Array) -> Any:
    from scipy import ndimage

    return ndimage.center_of_mass(image)


# --- mistakes ------------------------------------------------------------------------------------------------------


def swapped(image: Array) -> Any:
    row, column = with_indices(image)
    return column, row


def of_the_box(image: Array) -> Any:
    rows, columns = np.nonzero(image)
    return (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2


def every_inked_pixel_the_same(image: Array) -> Any:
    return tuple(np.argwhere(image > 0).mean(axis=0))


def of_the_image(image: Array) -> Any:
    return (image.shape[0] - 1) / 2, (image.shape[1] - 1) / 2


def of_the_image_halved(image: Array) -> Any:
    return image.shape[0] / 2, image.shape[1] / 2


def of_the_image_whole(image: Array) -> Any:
    return image.shape[0] // 2, image.shape[1] // 2


def one_based(image: Array) -> Any:
    row, column = with_indices(image)
    return row + 1, column + 1


def half_based(image: Array) -> Any:
    row, column = with_indices(image)
    return row + 0.5, column + 0.5


def not_divided(image: Array) -> Any:
    rows, columns = np.indices(image.shape)
    return (rows * image).sum(), (columns * image).sum()


def divided_by_the_pixels(image: Array) -> Any:
    rows, columns = np.indices(image.shape)
    return (rows * image).mean(), (columns * image).mean()


def brightest(image: Array) -> Any:
    return np.unravel_index(image.argmax(), image.shape)


def rounded(image: Array) -> Any:
    row, column = with_indices(image)
    return round(float(row)), round(float(column))


EXERCISE = Exercise(
    id="l12_centre_of_mass",
    title="Find where the ink is balanced",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=centre_of_mass,
    right_answers=(with_indices, with_loops, with_sums, with_scipy),
    mistakes=(
        Mistake(
            "swapped",
            swapped,
            "Row and column are swapped: the row comes first.",
            "Which axis of an array counts the rows?",
        ),
        Mistake(
            "centre-of-the-box",
            of_the_box,
            "That is the middle of the box around the ink. A heavy part of the ink should draw the centre towards itself.",
            "Where would you support a 7 of cardboard so that it does not tip over?",
        ),
        Mistake(
            "every-inked-pixel-the-same",
            every_inked_pixel_the_same,
            "Every pixel with ink counts the same; each should count by its brightness.",
            "How much should a pixel of 0.3 count beside one of 1?",
        ),
        Mistake(
            "centre-of-the-image",
            of_the_image,
            "That is the middle of the image, wherever the ink may be.",
            "Does your answer change when the ink moves?",
            also=(of_the_image_halved, of_the_image_whole),
        ),
        Mistake(
            "counts-from-one",
            one_based,
            "Your answer lies one pixel, or half of one, too far down and to the right: (0, 0) is the middle of the first pixel.",
            "What is the centre of an image whose only ink is in image[0, 0]?",
            also=(half_based,),
        ),
        Mistake(
            "not-divided-by-the-mass",
            not_divided,
            "The weighted places are added up, but not divided by the sum of all weights.",
            "What becomes of your answer when every pixel is twice as bright, and what should become of it?",
            also=(divided_by_the_pixels,),
        ),
        Mistake(
            "brightest-pixel",
            brightest,
            "That is the place of the brightest pixel; all the ink counts.",
            "What do the other pixels of the digit do to your answer?",
        ),
        Mistake(
            "rounded",
            rounded,
            "The centre is right but rounded to whole pixels.",
            "What is the centre between two equally bright pixels side by side?",
            credit=0.5,
        ),
    ),
    hints=(
        "If a row has twice as much ink as another, how much more should its number count in the mean?",
        "A weighted mean: the sum of place × brightness, divided by the sum of the brightness. `np.indices(image.shape)` gives the places.",
        "`rows, columns = np.indices(image.shape)`; `return (rows * image).sum() / image.sum(), (columns * image).sum() / image.sum()`",
    ),
)

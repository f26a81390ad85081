"""l08_shift: move the digit, and let zeros come in."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.judging import judge_by_answer
from autograder.records import Evidence
from digitlab.distortions import shift

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return images that are not square, moved to all sides, by nothing, and out of sight; uint8 and float."""
    small = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.uint8)
    image = rng.integers(1, 256, (5, 7), dtype=np.uint8)
    grey = rng.uniform(0.1, 1, (6, 4)).astype(np.float32)
    return [
        Case((small, 1, 0)),
        Case((small, 0, 1)),
        Case((image, -2, 0), "to the left"),
        Case((image, 0, -1), "up"),
        Case((image, 2, 3), "right and down"),
        Case((image, -3, 1), "left and down"),
        Case((grey, 1, -2), "a float32 image"),
        Case((image, 0, 0), "not at all"),
        Case((image, 7, 0), "by its width"),
        Case((grey, 0, -9), "beyond its height"),
    ]


def judge_shift(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a shifted image; the tolerance names one dtype, and this looks at the other too."""
    finding = judge_by_answer(exercise, cases, evidence)
    if finding.share < 1:
        return finding
    for case, outcome in zip(cases, evidence.outcomes, strict=True):
        given = case.args[0].dtype
        if outcome.value.dtype != given:
            return Finding(
                share=0.5,
                mistake="other-dtype",
                message=f"The values are right, but a {given} image comes back as {outcome.value.dtype}.",
                next_step="Which function makes zeros of the shape and of the dtype of another array?",
            )
    return finding


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_slices(image: Array, dx: int, dy: int) -> Array:
    h, w = image.shape
    out = np.zeros_like(image)
    if abs(dx) < w and abs(dy) < h:
        out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = image[
            max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
        ]
    return out


def with_loops(image: Array, dx: int, dy: int) -> Array:
    out = np.zeros(image.shape, dtype=image.dtype)
    for row in range(image.shape[0]):
        for col in range(image.shape[1]):
            if 0 <= row + dy < image.shape[0] and 0 <= col + dx < image.shape[1]:
                out[row + dy, col + dx] = image[row, col]
    return out


def with_scipy(image: Array, dx: int, dy: int) -> Any:
    from scipy.ndimage import shift as move

    return move(image, (dy, dx), order=0, cval=0)


def with_padding(image: Array, dx: int, dy: int) -> Array:
    h, w = image.shape
    wide = np.pad(image, ((abs(dy), abs(dy)), (abs(dx), abs(dx))))
    return wide[abs(dy) - dy : abs(dy) - dy + h, abs(dx) - dx : abs(dx) - dx + w]


def with_roll(image: Array, dx: int, dy: int) -> Array:
    out = np.roll(image, (dy, dx), axis=(0, 1))
    if dy > 0:
        out[:dy] = 0
    elif dy < 0:
        out[max(len(out) + dy, 0) :] = 0
    if dx > 0:
        out[:, :dx] = 0
    elif dx < 0:
        out[:, max(out.shape[1] + dx, 0) :] = 0
    return out


# --- mistakes ------------------------------------------------------------------------------------------------------


def wraps(image: Array, dx: int, dy: int) -> Array:
    return np.roll(np.roll(image, dx, axis=1), dy, axis=0)


def swapped(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, dy, dx)


def other_way(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, -dx, -dy)


def dx_other_way(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, -dx, dy)


def dy_upwards(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, dx, -dy)


def edges_repeated(image: Array, dx: int, dy: int) -> Array:
    rows = np.clip(np.arange(image.shape[0]) - dy, 0, image.shape[0] - 1)
    columns = np.clip(np.arange(image.shape[1]) - dx, 0, image.shape[1] - 1)
    return image[np.ix_(rows, columns)]


def grows(image: Array, dx: int, dy: int) -> Array:
    return np.pad(image, ((max(dy, 0), max(-dy, 0)), (max(dx, 0), max(-dx, 0))))


def as_floats(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image.astype(float), dx, dy)


def beyond_is_an_error(image: Array, dx: int, dy: int) -> Array:
    h, w = image.shape
    out = np.zeros_like(image)
    out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = image[
        max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)
    ]
    return out


def beyond_is_refused(image: Array, dx: int, dy: int) -> Array:
    if abs(dx) >= image.shape[1] or abs(dy) >= image.shape[0]:
        raise ValueError("too far")
    return with_slices(image, dx, dy)


def beyond_stays(image: Array, dx: int, dy: int) -> Array:
    h, w = image.shape
    return with_slices(image, dx, dy) if abs(dx) < w and abs(dy) < h else image


def beyond_wraps(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, int(np.fmod(dx, image.shape[1])), int(np.fmod(dy, image.shape[0])))


def positive_only(image: Array, dx: int, dy: int) -> Array:
    h, w = image.shape
    out = np.zeros_like(image)
    out[dy:, dx:] = image[: h - dy, : w - dx]
    return out


def negative_is_nothing(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, max(dx, 0), max(dy, 0))


def negative_is_positive(image: Array, dx: int, dy: int) -> Array:
    return with_slices(image, abs(dx), abs(dy))


EXERCISE = Exercise(
    id="l08_shift",
    title="Shift an image",
    points=2,
    draw_cases=draw_cases,
    judge=judge_shift,
    answer=shift,
    tolerance=Tolerance(dtype="uint8"),
    right_answers=(with_slices, with_loops, with_scipy, with_padding, with_roll),
    mistakes=(
        Mistake(
            "wraps-around",
            wraps,
            "What leaves the image on one side comes in again on the other; zeros should come in.",
            "What does `np.roll` do with the last column?",
        ),
        Mistake(
            "dx-and-dy-swapped",
            swapped,
            "dx and dy are swapped: dx is to move along a row, to the right, and dy down.",
            "Which axis of an array runs from left to right?",
        ),
        Mistake(
            "moves-the-other-way",
            other_way,
            "The image moves the other way: a positive dx goes to the right, a positive dy down.",
            "Where should the pixel of row 0, column 0 be after a shift by dx = 1?",
        ),
        Mistake(
            "dx-to-the-left",
            dx_other_way,
            "A positive dx moves the image to the left; it should move to the right.",
            "Where should the first column be after a shift by dx = 1?",
        ),
        Mistake(
            "dy-upwards",
            dy_upwards,
            "A positive dy moves the image up, as in a plot; in an image row 0 is at the top, and dy is to go down.",
            "Which row should row 0 become after a shift by dy = 1?",
        ),
        Mistake(
            "edges-repeated",
            edges_repeated,
            "The pixels of the border are repeated where the image left; zeros should come in.",
            "Which number is the ground of these images?",
        ),
        Mistake(
            "image-grows",
            grows,
            "Zeros are added, but what leaves on the other side is not cut off: the image grows.",
            "Which shape should come back for an image of 5 × 7?",
        ),
        Mistake(
            "dtype-not-kept",
            as_floats,
            "The values are right, but uint8 images come back as floats; the dtype should stay.",
            "Which dtype do `np.zeros(shape)` and `np.zeros_like(image)` give?",
            credit=0.5,
        ),
        Mistake(
            "beyond-the-size",
            beyond_is_an_error,
            "A shift by the whole width, or beyond the height, does not work; it should leave nothing but zeros.",
            "What do your slices become when dx is as large as the width?",
            credit=0.5,
            also=(beyond_is_refused, beyond_stays, beyond_wraps),
        ),
        Mistake(
            "negative-shifts",
            positive_only,
            "Shifts to the right and down work; those to the left and up do not.",
            "What does `out[-2:]` mean? And which rows should it be?",
            also=(negative_is_nothing, negative_is_positive),
        ),
    ),
    hints=(
        "For a shift by dx = 1: which columns of the image are still in sight, and in which columns do they stand now?",
        "Zeros first: `out = np.zeros_like(image)`. Then for each pixel that stays inside: `out[row + dy, col + dx] = image[row, col]`.",
        "Loop over all rows and columns; where `0 <= row + dy < height` and `0 <= col + dx < width`, copy the pixel to that place.",
    ),
)

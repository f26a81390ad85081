"""l04_pad_same: zeros around the image."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.convolution import pad_same

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square and other kernels, a kernel of one, and kernels with an even side."""
    image = rng.integers(1, 9, (4, 5)).astype(float)
    return [
        Case((np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones((3, 3)))),
        Case((image, np.ones((5, 5)))),
        Case((image, np.ones((3, 7))), "a kernel of 3 by 7"),
        Case((rng.random((3, 6)), np.ones((5, 1))), "a kernel of 5 by 1"),
        Case((image, np.ones((1, 1))), "a kernel of 1 by 1"),
        Case((image, np.ones((2, 3))), "an even height"),
        Case((image, np.ones((3, 4))), "an even width"),
    ]


def _check(kernel: Array) -> None:
    if kernel.shape[0] % 2 == 0 or kernel.shape[1] % 2 == 0:
        raise ValueError("even side")


def with_pad(image: Array, kernel: Array) -> Array:
    _check(kernel)
    rows, columns = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    return np.pad(image, [(rows, rows), (columns, columns)], constant_values=0)


def with_zeros(image: Array, kernel: Array) -> Array:
    _check(kernel)
    kh, kw = kernel.shape
    h, w = image.shape
    out = np.zeros((h + kh - 1, w + kw - 1))
    out[kh // 2 : kh // 2 + h, kw // 2 : kw // 2 + w] = image
    return out


def with_stacking(image: Array, kernel: Array) -> Array:
    if not all(side % 2 for side in kernel.shape):
        raise ValueError("only odd kernels")
    top, left = (side // 2 for side in kernel.shape)
    sides = np.zeros((image.shape[0], left), dtype=image.dtype)
    wide = np.hstack([sides, image, sides])
    lids = np.zeros((top, wide.shape[1]), dtype=image.dtype)
    return np.vstack([lids, wide, lids])


def pads_k(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(side, side) for side in kernel.shape])


def pads_k_minus_one(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(side - 1, side - 1) for side in kernel.shape])


def edge_values(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(side // 2, side // 2) for side in kernel.shape], mode="edge")


def mirrored(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(side // 2, side // 2) for side in kernel.shape], mode="symmetric")


def rows_and_columns_swapped(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(side // 2, side // 2) for side in kernel.shape[::-1]])


def no_error(image: Array, kernel: Array) -> Array:
    return np.pad(image, [(side // 2, side // 2) for side in kernel.shape])


def by_height_alone(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, kernel.shape[0] // 2)


def one_side_only(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, [(0, side - 1) for side in kernel.shape])


def always_one(image: Array, kernel: Array) -> Array:
    _check(kernel)
    return np.pad(image, 1)


EXERCISE = Exercise(
    id="l04_pad_same",
    title="Pad so that the size stays",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=pad_same,
    right_answers=(with_pad, with_zeros, with_stacking),
    mistakes=(
        Mistake(
            "pads-the-kernel-size",
            pads_k,
            "You put k zeros on each side; a kernel of k reaches only (k - 1) / 2 beyond its centre.",
            "How far beyond its centre does a kernel of 3 reach?",
            also=(pads_k_minus_one,),
        ),
        Mistake(
            "edge-values-for-zeros",
            edge_values,
            "The border repeats or mirrors the image; the exercise asks for zeros.",
            "Which `mode` does `np.pad` use for a constant?",
            also=(mirrored,),
        ),
        Mistake(
            "rows-and-columns-swapped",
            rows_and_columns_swapped,
            "Rows are padded by the kernel's width, columns by its height.",
            "Which side of the kernel decides how many rows are added?",
        ),
        Mistake(
            "even-without-an-error",
            no_error,
            "The padding is right. But a kernel with an even side should raise a ValueError: it has no centre.",
            "How many zeros would go to the left and to the right of a kernel of 2?",
            credit=0.5,
        ),
        Mistake(
            "by-the-height-alone",
            by_height_alone,
            "All sides are padded by the kernel's height; its width decides left and right.",
            "How many columns does a kernel of 3 by 7 need on each side?",
        ),
        Mistake(
            "on-one-side-only",
            one_side_only,
            "All zeros stand on the right and at the bottom; half of them belong to the left and the top.",
            "Where should the kernel's centre lie for the first pixel?",
        ),
        Mistake(
            "always-one",
            always_one,
            "You always pad by 1; that fits a kernel of 3 alone.",
            "How far beyond its centre does a kernel of 5 reach?",
        ),
    ),
    hints=(
        "How far beyond its centre does a kernel of 5 reach?",
        "`kh // 2` rows of zeros above and below, `kw // 2` columns left and right; `np.pad` takes a pair for each axis.",
        "`return np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)))`, after a ValueError for even sides.",
    ),
)

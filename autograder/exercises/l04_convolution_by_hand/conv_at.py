"""l04_conv_at: one weighted sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.convolution import conv_at

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square and other kernels, at the edge and inside, on floats and on uint8."""
    image = rng.integers(0, 10, (6, 7)).astype(float)
    kernel = rng.integers(-3, 4, (3, 3)).astype(float)
    kernel[0, 1], kernel[1, 0] = 3.0, -3.0
    bright = rng.integers(150, 256, (5, 5), dtype=np.uint8)
    return [
        Case((np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [2.0, -1.0]]), 0, 0)),
        Case((image, kernel, 1, 2)),
        Case((image, kernel, 3, 4), "the last place"),
        Case((image, rng.integers(1, 4, (2, 4)).astype(float), 2, 1), "a kernel of 2 by 4"),
        Case((bright, np.array([[1, 2], [3, 1]]), 1, 2), "a uint8 image"),
        Case((bright, np.array([[1, 2], [3, 1]], dtype=np.uint8), 0, 0), "a uint8 image and a uint8 kernel"),
    ]


def with_window(image: Array, kernel: Array, row: int, col: int) -> Any:
    kh, kw = kernel.shape
    return np.sum(image[row : row + kh, col : col + kw].astype(float) * kernel)


def with_loop(image: Array, kernel: Array, row: int, col: int) -> float:
    total = 0.0
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += float(image[row + i, col + j]) * float(kernel[i, j])
    return total


def with_dot(image: Array, kernel: Array, row: int, col: int) -> Any:
    window = image[row : row + len(kernel), col : col + len(kernel[0])]
    return window.astype(np.int64).ravel() @ kernel.astype(np.float64).ravel()


def matrix_product(image: Array, kernel: Array, row: int, col: int) -> Any:
    kh, kw = kernel.shape
    return (image[row : row + kh, col : col + kw].astype(float) @ kernel.astype(float)).sum()


def window_off_by_one(image: Array, kernel: Array, row: int, col: int) -> float:
    return conv_at(np.pad(image, 1), kernel, row, col)


def centred(image: Array, kernel: Array, row: int, col: int) -> float:
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh, kh), (kw, kw)))
    return conv_at(padded, kernel, row + kh - kh // 2, col + kw - kw // 2)


def flipped(image: Array, kernel: Array, row: int, col: int) -> float:
    return conv_at(image, kernel[::-1, ::-1], row, col)


def wraps(image: Array, kernel: Array, row: int, col: int) -> Any:
    kh, kw = kernel.shape
    product = image[row : row + kh, col : col + kw] * kernel.astype(image.dtype)
    return np.sum(product, dtype=image.dtype)


def row_and_column_swapped(image: Array, kernel: Array, row: int, col: int) -> float:
    padded = np.pad(image, ((0, 8), (0, 8)))
    return conv_at(padded, kernel, col, row)


def mean(image: Array, kernel: Array, row: int, col: int) -> float:
    return conv_at(image, kernel, row, col) / kernel.size


EXERCISE = Exercise(
    id="l04_conv_at",
    title="One weighted sum",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=conv_at,
    right_answers=(with_window, with_loop, with_dot),
    mistakes=(
        Mistake(
            "matrix-product",
            matrix_product,
            "You use the matrix product of window and kernel; here each pixel is multiplied by the weight that lies on it.",
            "What is the difference between `*` and `@` for arrays?",
        ),
        Mistake(
            "window-off-by-one",
            window_off_by_one,
            "The window lies one row and one column too far up and left: (row, col) is its top-left corner.",
            "Which pixel lies under the kernel's top-left weight?",
            also=(centred,),
        ),
        Mistake(
            "flipped-kernel",
            flipped,
            "The kernel is flipped. In mathematics a convolution flips it; Keras, and this exercise, do not.",
            "Which weight belongs to the window's top-left pixel?",
        ),
        Mistake(
            "uint8-wraps",
            wraps,
            "The products are computed in uint8 and wrap round at 256.",
            "What is `np.uint8(200) * np.uint8(2)`? Which dtype has room for it?",
        ),
        Mistake(
            "row-and-column-swapped",
            row_and_column_swapped,
            "Row and column are swapped.",
            "Which comes first in `image[i, j]`: the row or the column?",
        ),
        Mistake(
            "mean-for-sum",
            mean,
            "That is the mean of the products; the exercise asks for their sum.",
            "Is anything divided in a weighted sum?",
        ),
    ),
    hints=(
        "Which part of the image lies under the kernel, when its top-left corner lies at (row, col)?",
        "Cut out the window by slicing, turn it into float, multiply it by the kernel number by number, add up.",
        "`window = image[row : row + kh, col : col + kw].astype(float)`; `return float((window * kernel).sum())`.",
    ),
)

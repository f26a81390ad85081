"""l04_conv2d_valid: the weighted sum at every place."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.convolution import conv2d_valid

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square and other images and kernels, uint8 images, a kernel of the image's size, and one too large."""
    image = rng.integers(0, 9, (5, 6)).astype(float)
    kernel = rng.integers(-3, 4, (3, 3)).astype(float)
    kernel[0, 0], kernel[2, 2] = 4.0, -2.0
    flat = rng.integers(1, 4, (1, 3)).astype(float)
    flat[0, 0], flat[0, 2] = 1.0, 5.0
    bright = rng.integers(100, 256, (6, 5), dtype=np.uint8)
    return [
        Case((np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]), np.array([[1.0, -1.0]]))),
        Case((image, kernel)),
        Case((image, rng.integers(1, 5, (2, 3)).astype(float)), "a kernel of 2 by 3"),
        Case((image, flat), "a kernel of 1 by 3"),
        Case((bright, np.array([[1, 2], [3, -4]])), "a uint8 image"),
        Case((bright, np.array([[1, 2], [3, 1]], dtype=np.uint8)), "a uint8 image and kernel"),
        Case((kernel, kernel.copy()), "a kernel as large as the image"),
        Case((image, np.ones((6, 2))), "a kernel that is higher than the image"),
        Case((image, np.ones((2, 7))), "a kernel that is wider than the image"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def _check(image: Array, kernel: Array) -> None:
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("kernel too large")


def with_loops(image: Array, kernel: Array) -> Array:
    _check(image, kernel)
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + kh, j : j + kw].astype(float) * kernel).sum()
    return out


def with_shifts(image: Array, kernel: Array) -> Array:
    _check(image, kernel)
    h, w = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return np.sum(
        [
            float(kernel[i, j]) * image[i : i + h, j : j + w].astype(np.float32)
            for i in range(kernel.shape[0])
            for j in range(kernel.shape[1])
        ],
        axis=0,
    )


def with_scipy(image: Array, kernel: Array) -> Any:
    from scipy.signal import correlate2d

    if any(k > n for k, n in zip(kernel.shape, image.shape, strict=True)):
        raise ValueError("kernel too large")
    return correlate2d(image.astype(float), kernel.astype(float), mode="valid")


def with_windows(image: Array, kernel: Array) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return (windows * kernel).sum(axis=(-1, -2))


# --- mistakes ------------------------------------------------------------------------------------------------------


def flipped(image: Array, kernel: Array) -> Array:
    return with_loops(image, kernel[::-1, ::-1])


def one_too_small(image: Array, kernel: Array) -> Array:
    return with_loops(image, kernel)[:-1, :-1]


def wraps(image: Array, kernel: Array) -> Array:
    _check(image, kernel)
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1), dtype=image.dtype)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            product = image[i : i + kh, j : j + kw] * kernel.astype(image.dtype)
            out[i, j] = np.sum(product, dtype=image.dtype)
    return out


def square_only(image: Array, kernel: Array) -> Array:
    k = kernel.shape[0]
    out = np.zeros((image.shape[0] - k + 1, image.shape[1] - k + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + k, j : j + k].astype(float) * kernel).sum()
    return out


def same_size(image: Array, kernel: Array) -> Array:
    _check(image, kernel)
    kh, kw = kernel.shape
    padded = np.pad(image.astype(float), ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2)))
    return with_loops(padded, kernel)


def no_error(image: Array, kernel: Array) -> Array:
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        return np.zeros((0, 0))
    return with_loops(image, kernel)


def negative_clipped(image: Array, kernel: Array) -> Array:
    return np.maximum(with_loops(image, kernel), 0)


def averaged(image: Array, kernel: Array) -> Array:
    return with_loops(image, kernel) / kernel.size


def transposed_kernel(image: Array, kernel: Array) -> Array:
    _check(image, kernel)
    return with_loops(image, kernel.T)


EXERCISE = Exercise(
    id="l04_conv2d_valid",
    title="Convolve an image",
    points=3,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=conv2d_valid,
    right_answers=(with_loops, with_shifts, with_scipy, with_windows),
    mistakes=(
        Mistake(
            "flipped-kernel",
            flipped,
            "The kernel is flipped: that is the convolution of mathematics. Keras does not flip (its name is cross-correlation).",
            "Which weight belongs to the top-left pixel of each window?",
        ),
        Mistake(
            "one-row-and-column-short",
            one_too_small,
            "The last row and column are missing: the result has H - kh + 1 rows.",
            "In how many places does a kernel of 3 fit into a row of 5?",
        ),
        Mistake(
            "uint8-wraps",
            wraps,
            "With uint8 images the sums wrap round at 256, or lose their sign.",
            "Which dtype has room for 9 · 255, and for negative sums? Where do you change to it?",
        ),
        Mistake(
            "square-kernels-only",
            square_only,
            "Your function takes the kernel's height for its width too; kernels need not be square.",
            "Which two numbers does `kernel.shape` hold?",
        ),
        Mistake(
            "padded-to-the-same-size",
            same_size,
            "The result has the image's size: you pad. The exercise asks for 'valid', only places where the kernel lies inside.",
            "How many rows does a valid convolution give for H rows and a kernel of kh?",
        ),
        Mistake(
            "too-large-without-an-error",
            no_error,
            "The sums are right. But a kernel that is larger than the image should raise a ValueError.",
            "How should a caller hear that the kernel does not fit anywhere?",
            credit=0.67,
        ),
        Mistake(
            "negative-sums-clipped",
            negative_clipped,
            "Negative sums became 0: that is a ReLU, which comes in the next lesson. The exercise asks for the sums themselves.",
            "What should a kernel of -1 give on a bright image?",
        ),
        Mistake(
            "mean-for-sum",
            averaged,
            "You divide by the number of weights; a weighted sum is not divided.",
            "What should a kernel of nine ones give on an image of ones?",
        ),
        Mistake(
            "kernel-transposed",
            transposed_kernel,
            "The kernel's rows and columns are swapped.",
            "Which weight lies to the right of the kernel's first?",
        ),
    ),
    hints=(
        "In how many places does a kernel of 3 fit into a row of 5 pixels?",
        "Make an array of zeros, (H - kh + 1, W - kw + 1); at each place multiply the window (as float) by the kernel and add up.",
        "Two loops: `out[i, j] = (image[i : i + kh, j : j + kw].astype(float) * kernel).sum()`; a ValueError first, if it does not fit.",
    ),
)

"""l02_to_images: rows of 784 pixels become images of 28 by 28 with one channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.tensors import to_images

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one, two and many flat images, of integers and of floats."""
    return [
        Case((np.arange(784, dtype=np.int64).reshape(1, 784),), "one image, its pixels numbered 0 to 783"),
        Case((rng.integers(0, 256, (2, 784), dtype=np.uint8),)),
        Case((rng.random((5, 784)).astype(np.float32),)),
        Case((rng.random((28, 784)),), "28 images"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_minus_one(flat: Array) -> Array:
    return flat.reshape(-1, 28, 28, 1)


def with_newaxis(flat: Array) -> Array:
    return np.reshape(flat, (len(flat), 28, 28))[..., np.newaxis]


def with_loops(flat: Array) -> Array:
    images = np.empty((flat.shape[0], 28, 28, 1), dtype=flat.dtype)
    for n in range(flat.shape[0]):
        for row in range(28):
            images[n, row, :, 0] = flat[n, row * 28 : (row + 1) * 28]
    return images


def with_expand_dims(flat: Array) -> Array:
    return np.expand_dims(np.stack([row.reshape(28, 28) for row in flat]), axis=-1)


# --- mistakes ------------------------------------------------------------------------------------------------------


def images_last(flat: Array) -> Array:
    return flat.reshape(28, 28, -1)


def images_last_then_transposed(flat: Array) -> Array:
    return flat.reshape(28, 28, -1).transpose(2, 0, 1)[..., None]


def fortran_order(flat: Array) -> Array:
    return flat.reshape((len(flat), 28, 28, 1), order="F")


def rows_and_columns_swapped(flat: Array) -> Array:
    return flat.reshape(-1, 28, 28).transpose(0, 2, 1)[..., None]


def no_channel(flat: Array) -> Array:
    return flat.reshape(-1, 28, 28)


def channel_first(flat: Array) -> Array:
    return flat.reshape(-1, 1, 28, 28)


def one_image_only(flat: Array) -> Array:
    return flat.reshape(1, 28, 28, 1)


def fixed_batch(flat: Array) -> Array:
    return flat.reshape(60000, 28, 28, 1)


def first_image_only(flat: Array) -> Array:
    return flat[0].reshape(1, 28, 28, 1)


EXERCISE = Exercise(
    id="l02_to_images",
    title="Reshape flat pixels to images",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=to_images,
    right_answers=(with_minus_one, with_newaxis, with_loops, with_expand_dims),
    mistakes=(
        Mistake(
            "images-on-the-last-axis",
            images_last,
            "The shape is (28, 28, N): the images lie on the last axis, and their pixels are mixed.",
            "Which axis does Keras expect the images on, the first or the last?",
        ),
        Mistake(
            "transposed-to-the-right-shape",
            images_last_then_transposed,
            "The shape is right and the pixels are not: you reshaped to (28, 28, N) and moved the axes afterwards.",
            "Where does pixel 1 of image 0 end up? Follow it through each step.",
        ),
        Mistake(
            "fortran-order",
            fortran_order,
            "The shape is right and each image is mirrored along its diagonal: rows and columns are swapped, as "
            "`order='F'` does.",
            "Pixel 1 stands to the right of pixel 0. Where does it stand in your image?",
            also=(rows_and_columns_swapped,),
        ),
        Mistake(
            "no-channel-axis",
            no_channel,
            "The channel axis is missing: a convolution expects (N, 28, 28, 1), with 1 for one grey channel.",
            "How many numbers describe the colour of one grey pixel, and where does the shape say so?",
        ),
        Mistake(
            "channel-first",
            channel_first,
            "The channel axis stands before the rows; Keras expects it last: (N, 28, 28, 1).",
            "Which is the last axis of a Keras image batch?",
        ),
        Mistake(
            "fixed-number-of-images",
            fixed_batch,
            "The number of images is written into your function; it only works for that many.",
            "Which number in `reshape` lets NumPy work out the rest by itself?",
            also=(one_image_only,),
        ),
        Mistake(
            "first-image-only",
            first_image_only,
            "Only the first image comes back.",
            "How many images go in, and how many should come out?",
        ),
    ),
    hints=(
        "The 784 numbers list an image row by row. What shape should N such lists become?",
        "`reshape` fills the last axis fastest, which is what you want here. It may be given -1 for one side.",
        "`return flat.reshape(-1, 28, 28, 1)`",
    ),
)

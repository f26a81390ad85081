"""l02_scale_pixels: whole numbers from 0 to 255 become float32 from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.tensors import scale_pixels

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return images with and without pure white, nearly black ones, and some that are scaled already."""
    full = rng.integers(0, 256, (3, 4, 4), dtype=np.uint8)
    full[0, 0, 0], full[1, 1, 1] = 255, 0
    dim = rng.integers(1, 200, (2, 4, 4), dtype=np.uint8)
    scaled = rng.random((2, 3, 3))
    scaled[0, 0, 0] = 1.0
    return [
        Case((np.array([[[0, 51], [204, 255]]], dtype=np.uint8),)),
        Case((full,)),
        Case((dim,), "no pixel is pure white"),
        Case((np.array([[[0, 1], [1, 0]]], dtype=np.uint8),), "the largest pixel is 1, and the dtype is uint8"),
        Case((scaled,), "the image is float and scaled already"),
        Case((scaled.astype(np.float32),), "the image is float32 and scaled already"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_astype(images: Array) -> Array:
    if np.issubdtype(images.dtype, np.integer):
        return images.astype(np.float32) / 255
    return images.astype(np.float32)


def with_multiply(images: Array) -> Array:
    factor = 1.0 if images.dtype.kind == "f" else 1 / 255.0
    return np.multiply(images, factor, dtype=np.float32)


def with_loops(images: Array) -> Array:
    out = np.empty(images.shape, dtype="float32")
    for i in np.ndindex(images.shape):
        out[i] = images[i] if images.dtype.kind == "f" else float(images[i]) / 255
    return out


def with_list_comprehension(images: Array) -> Array:
    if images.dtype == np.uint8:
        return np.array([[[float(p) / 255 for p in row] for row in image] for image in images], dtype=np.float32)
    return np.array(images, dtype=np.float32)


# --- mistakes ------------------------------------------------------------------------------------------------------


def by_256(images: Array) -> Array:
    return (images / 256).astype(np.float32) if images.dtype.kind in "iu" else images.astype(np.float32)


def by_own_maximum(images: Array) -> Array:
    return (images / images.max()).astype(np.float32) if images.dtype.kind in "iu" else images.astype(np.float32)


def floor_divided(images: Array) -> Array:
    return (images // 255).astype(np.float32) if images.dtype.kind in "iu" else images.astype(np.float32)


def cast_back(images: Array) -> Array:
    return (images / 255).astype(images.dtype)


def in_float64(images: Array) -> Array:
    return images / 255 if images.dtype.kind in "iu" else images.astype(np.float64)


def in_place(images: Array) -> Array:
    if images.dtype.kind == "f":
        return images.astype(np.float32)
    scaled = (images / 255).astype(np.float32)
    images[...] = scaled
    return scaled


def whatever_the_dtype(images: Array) -> Array:
    return (images / 255).astype(np.float32)


def by_looking_at_the_maximum(images: Array) -> Array:
    return (images / 255 if images.max() > 1 else images).astype(np.float32)


def around_zero(images: Array) -> Array:
    return (images / 127.5 - 1).astype(np.float32) if images.dtype.kind in "iu" else images.astype(np.float32)


EXERCISE = Exercise(
    id="l02_scale_pixels",
    title="Scale pixels to [0, 1]",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=scale_pixels,
    tolerance=Tolerance(dtype="float32"),
    right_answers=(with_astype, with_multiply, with_loops, with_list_comprehension),
    mistakes=(
        Mistake(
            "divides-by-256",
            by_256,
            "White comes out as 0.996 instead of 1.0: you divide by 256.",
            "What is the largest number that a uint8 can hold?",
        ),
        Mistake(
            "divides-by-own-maximum",
            by_own_maximum,
            "You divide by the largest pixel of the batch that you were given, so the same grey means one thing in "
            "one batch and another thing in the next.",
            "If a batch holds only dark images, what should its brightest pixel become?",
        ),
        Mistake(
            "integer-division",
            floor_divided,
            "Every pixel but pure white became 0: `//` throws the fraction away.",
            "Which division operator keeps fractions?",
            also=(
                lambda images: (
                    np.floor_divide(images, 255).astype(np.float32)
                    if images.dtype.kind in "iu"
                    else images.astype(np.float32)
                ),
            ),
        ),
        Mistake(
            "casts-back-to-integers",
            cast_back,
            "The fractions are gone: after dividing, you turn the result back into whole numbers.",
            "Which values between 0 and 1 can a uint8 hold?",
        ),
        Mistake(
            "float64",
            in_float64,
            "The values are right, but they are float64: twice the memory, and not what Keras computes with.",
            "Which dtype does `np.array([1, 2], dtype=np.uint8) / 255` have, and how do you ask for another?",
            credit=0.5,
        ),
        Mistake(
            "changes-its-argument",
            in_place,
            "The result is right, but the images that you were given are destroyed: your function writes into them.",
            "Which line assigns into `images` itself, and what could it make instead?",
        ),
        Mistake(
            "scales-twice",
            whatever_the_dtype,
            "A float image counts as scaled already, and you divide it by 255 once more: it is nearly black now.",
            "How can your function tell by the dtype whether an image has been scaled?",
        ),
        Mistake(
            "decides-by-maximum",
            by_looking_at_the_maximum,
            "You look at the largest pixel to see whether the images are scaled. A dark uint8 image whose largest "
            "pixel is 1 fools that test.",
            "Which property of the array says for certain that its pixels are whole numbers from 0 to 255?",
        ),
        Mistake(
            "scales-to-minus-one",
            around_zero,
            "Your pixels run from -1 to 1; the exercise asks for 0 to 1.",
            "What should black become, and what white?",
        ),
    ),
    hints=(
        "What is the largest value a uint8 pixel can have, and what should it become?",
        "Look at `images.dtype`: `np.issubdtype(images.dtype, np.integer)` tells whole numbers from floats.",
        "Integers: `images.astype(np.float32) / 255`. Floats: only `images.astype(np.float32)`.",
    ),
)

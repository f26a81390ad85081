"""l01_nearest_mean: the class whose mean image is nearest."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.describing import nearest_mean

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return images and means for which wrapping, signs, absolute values and argmax each choose otherwise."""
    wraps = np.stack([np.full((4, 4), 210), np.full((4, 4), 140), np.full((4, 4), 20)]).astype(np.uint8)
    cancels = np.zeros((3, 4, 4))
    cancels[0, :2], cancels[0, 2:] = 90.0, -90.0
    cancels[1] = 7.0
    cancels[2] = -60.0
    manhattan = np.zeros((3, 4, 4))
    manhattan[0, 0, 0] = 30.0
    manhattan[1] = 3.0
    manhattan[2] = 50.0
    means = rng.random((10, 28, 28))
    digit = int(rng.integers(1, 10))
    image = np.clip(means[digit] + rng.normal(0, 0.05, (28, 28)), 0, 1)
    uint8_means = rng.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    near = uint8_means[3].copy()
    near[:3] = 255 - near[:3]
    return [
        Case((np.full((4, 4), 150, dtype=np.uint8), wraps), "uint8 image and means"),
        Case((np.full((4, 4), 205, dtype=np.uint8), wraps), "uint8 image and means"),
        Case((np.full((4, 4), 30, dtype=np.uint8), wraps), "uint8 image and means"),
        Case((np.zeros((4, 4)), cancels)),
        Case((np.zeros((4, 4)), manhattan)),
        Case((image, means)),
        Case((near, uint8_means)),
        Case(((image * 255).astype(np.uint8), means * 255), "a uint8 image and float means"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loop(image: Array, means: Array) -> int:
    best, smallest = -1, float("inf")
    for digit, mean in enumerate(means):
        distance = sum((float(a) - float(b)) ** 2 for a, b in zip(image.ravel(), mean.ravel(), strict=True)) ** 0.5
        if distance < smallest:
            best, smallest = digit, distance
    return best


def with_norm(image: Array, means: Array) -> Any:
    return np.argmin([np.linalg.norm(image.astype(float) - mean) for mean in means])


def with_einsum(image: Array, means: Array) -> Any:
    gaps = (means.astype(np.float32) - image.astype(np.float32)).reshape(len(means), -1)
    return np.einsum("ij,ij->i", gaps, gaps).argmin()


# --- mistakes ------------------------------------------------------------------------------------------------------


def _gaps(image: Array, means: Array) -> Array:
    return means.astype(float) - image.astype(float)


def wraps(image: Array, means: Array) -> int:
    return int(np.argmin([((image - mean) ** 2).sum() for mean in means]))


def farthest(image: Array, means: Array) -> int:
    return int((_gaps(image, means) ** 2).sum(axis=(1, 2)).argmax())


def signs_cancel(image: Array, means: Array) -> int:
    return int(_gaps(image, means).sum(axis=(1, 2)).argmin())


def size_of_the_sum(image: Array, means: Array) -> int:
    return int(np.abs(_gaps(image, means).sum(axis=(1, 2))).argmin())


def manhattan(image: Array, means: Array) -> int:
    return int(np.abs(_gaps(image, means)).sum(axis=(1, 2)).argmin())


def the_distance_itself(image: Array, means: Array) -> float:
    return float(np.sqrt((_gaps(image, means) ** 2).sum(axis=(1, 2)).min()))


def the_mean_itself(image: Array, means: Array) -> Array:
    return np.asarray(means[(_gaps(image, means) ** 2).sum(axis=(1, 2)).argmin()])


EXERCISE = Exercise(
    id="l01_nearest_mean",
    title="Classify by the nearest mean image",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=nearest_mean,
    right_answers=(with_loop, with_norm, with_einsum),
    mistakes=(
        Mistake(
            "uint8-difference-wraps",
            wraps,
            "The difference is taken in uint8, where 10 - 20 is 246: near images look far away.",
            "Which dtype can hold a negative number? Turn image and means into it before you subtract.",
        ),
        Mistake(
            "farthest-instead-of-nearest",
            farthest,
            "You choose the mean that is farthest away.",
            "Is a good match a large distance, or a small one?",
        ),
        Mistake(
            "signed-differences-cancel",
            signs_cancel,
            "You add up the differences with their signs: too bright in one place makes up for too dark in another.",
            "What must happen to each difference before they are added?",
            also=(size_of_the_sum,),
        ),
        Mistake(
            "absolute-differences",
            manhattan,
            "You add up absolute differences (the Manhattan distance); the exercise asks for the Euclidean one.",
            "Which distance squares each difference? On which images do the two disagree?",
        ),
        Mistake(
            "distance-instead-of-class",
            the_distance_itself,
            "You return the smallest distance; the exercise asks for the class that has it.",
            "What is the difference between `min` and `argmin`?",
        ),
        Mistake(
            "image-instead-of-class",
            the_mean_itself,
            "You return the nearest mean image itself; the exercise asks for its place, a whole number.",
            "What is the difference between `means[i]` and `i`?",
        ),
    ),
    hints=(
        "How would you measure with one number how different two images are?",
        "Subtract as floats, square, add up over the pixels: one distance for each mean. Which place has the smallest?",
        "`distances = ((means.astype(float) - image) ** 2).sum(axis=(1, 2))`; `return int(distances.argmin())`.",
    ),
)

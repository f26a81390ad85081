"""l01_describe: what a data set holds, in a dictionary."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.describing import describe

Array = np.ndarray[Any, Any]
Facts = dict[str, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return data sets that are not square, not complete, and whose extremes are not in the first image."""
    tiny = np.array([[[5, 5, 5], [5, 6, 5]], [[9, 5, 5], [5, 5, 2]]], dtype=np.uint8)
    images = rng.integers(20, 200, (6, 5, 7), dtype=np.uint8)
    images[4, 2, 3], images[5, 1, 1] = 255, 3
    floats = rng.random((4, 3, 8)).astype(np.float32) * 0.5 + 0.25
    floats[2, 0, 0], floats[3, 2, 7] = 0.9, 0.1
    tall = rng.integers(100, 1000, (5, 9, 4)).astype(np.int16)
    tall[0, 0, 0], tall[1, 0, 0], tall[4, 8, 3] = 500, 1500, 50
    return [
        Case((tiny, np.array([4, 4], dtype=np.uint8))),
        Case((images, np.array([7, 2, 7, 9, 2, 7], dtype=np.uint8)), "some digits are absent"),
        Case((floats, np.array([0, 1, 1, 0])), "float images"),
        Case((tall, np.array([3, 1, 8, 8, 0])), "int16 images, taller than wide"),
    ]


def _facts(images: Array, labels: Array, **others: Any) -> Facts:
    count, height, width = images.shape
    facts: Facts = {
        "count": count,
        "height": height,
        "width": width,
        "dtype": str(images.dtype),
        "min": images.min(),
        "max": images.max(),
        "n_classes": len(set(labels.tolist())),
    }
    return facts | others


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_unique(images: Array, labels: Array) -> Facts:
    return {
        "n_classes": np.unique(labels).size,
        "count": images.shape[0],
        "height": images.shape[1],
        "width": images.shape[2],
        "dtype": images.dtype.name,
        "min": images.min().item(),
        "max": images.max().item(),
        "mean": images.mean(),
    }


def with_loops(images: Array, labels: Array) -> Facts:
    seen: list[int] = []
    for label in labels:
        if label not in seen:
            seen.append(label)
    low, high = images[0, 0, 0], images[0, 0, 0]
    for pixel in images.flatten():
        low, high = min(low, pixel), max(high, pixel)
    return {
        "count": len(images),
        "height": len(images[0]),
        "width": len(images[0][0]),
        "dtype": f"{images.dtype}",
        "min": low,
        "max": high,
        "n_classes": len(seen),
    }


def with_dict_call(images: Array, labels: Array) -> Facts:
    n, h, w = np.shape(images)
    return dict(
        count=n,
        height=h,
        width=w,
        dtype=str(images.dtype),
        min=np.min(images),
        max=np.max(images),
        n_classes=int((np.bincount(labels) > 0).sum()),
    )


# --- mistakes ------------------------------------------------------------------------------------------------------


def largest_label(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, n_classes=int(labels.max()))


def largest_label_plus_one(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, n_classes=int(labels.max()) + 1)


def swapped(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, height=images.shape[2], width=images.shape[1])


def first_image_alone(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, min=images[0].min(), max=images[0].max())


def dtype_object(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, dtype=images.dtype)


def python_type(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, dtype=str(type(images)))


def always_ten(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, n_classes=10)


def counts_labels(images: Array, labels: Array) -> Facts:
    return _facts(images, labels, n_classes=len(labels))


EXERCISE = Exercise(
    id="l01_describe",
    title="Describe a data set",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=describe,
    right_answers=(with_unique, with_loops, with_dict_call),
    mistakes=(
        Mistake(
            "classes-by-largest-label",
            largest_label,
            "`n_classes` is the largest label. Labels begin at 0, and some may be absent.",
            "How many different digits are there in the labels 0, 1, 1, 0?",
        ),
        Mistake(
            "classes-by-largest-label-plus-one",
            largest_label_plus_one,
            "`n_classes` is the largest label plus one. That counts digits that do not occur.",
            "Which NumPy function lists each value of an array once?",
        ),
        Mistake(
            "height-and-width-swapped",
            swapped,
            "Height and width are swapped. Squares of 28 by 28 hide this; other images do not.",
            "In an array of shape (count, rows, columns), which one is the height?",
        ),
        Mistake(
            "extremes-of-the-first-image",
            first_image_alone,
            "`min` and `max` are those of the first image alone.",
            "Over how many images does `images[0].max()` look, and over how many does `images.max()`?",
        ),
        Mistake(
            "dtype-not-text",
            dtype_object,
            "`dtype` is NumPy's dtype object; the exercise asks for its name as text, like 'uint8'.",
            "What does `str(images.dtype)` give?",
            credit=0.5,
        ),
        Mistake(
            "type-for-dtype",
            python_type,
            "`dtype` describes the array as a Python object; the exercise asks for the type of its pixels.",
            "What is the difference between `type(images)` and `images.dtype`?",
        ),
        Mistake(
            "ten-classes-always",
            always_ten,
            "`n_classes` is 10 whatever the labels are. MNIST has ten classes, but your function describes any data set.",
            "What should it say when the labels are only 0 and 1?",
        ),
        Mistake(
            "counts-labels",
            counts_labels,
            "`n_classes` is the number of labels, one for each image; a class counts once.",
            "What does `np.unique` do with labels that repeat?",
        ),
    ),
    hints=(
        "Which attribute of an array tells how many images there are, and how many rows and columns each has?",
        "`images.shape` gives three numbers, `str(images.dtype)` the type; `np.unique(labels)` lists each label once.",
        "`count, height, width = images.shape`, then a dictionary with `images.min()`, `images.max()` and "
        "`len(np.unique(labels))`.",
    ),
)

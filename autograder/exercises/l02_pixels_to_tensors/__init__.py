"""Lesson 02, pixels to tensors: scale, reshape, encode, split."""

from autograder.exercises.l02_pixels_to_tensors import (
    from_one_hot,
    one_hot,
    scale_pixels,
    split,
    standardise,
    to_images,
)

EXERCISES = (
    scale_pixels.EXERCISE,
    to_images.EXERCISE,
    one_hot.EXERCISE,
    from_one_hot.EXERCISE,
    split.EXERCISE,
    standardise.EXERCISE,
)

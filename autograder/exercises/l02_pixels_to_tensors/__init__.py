"""Lesson 02, pixels to tensors: scale, reshape, encode, split."""

from autograder.exercises.l02_pixels_to_tensors import scale_pixels

EXERCISES = (scale_pixels.EXERCISE,)

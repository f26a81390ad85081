"""Lesson 04, convolution by hand: local weighted sums."""

from autograder.exercises.l04_convolution_by_hand import (
    conv2d_multi,
    conv2d_valid,
    conv_at,
    output_size,
    pad_same,
    vertical_edge,
)

EXERCISES = (
    conv_at.EXERCISE,
    conv2d_valid.EXERCISE,
    pad_same.EXERCISE,
    output_size.EXERCISE,
    conv2d_multi.EXERCISE,
    vertical_edge.EXERCISE,
)

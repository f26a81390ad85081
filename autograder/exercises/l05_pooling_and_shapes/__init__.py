"""Lesson 05, pooling and shapes: trade position for robustness."""

from autograder.exercises.l05_pooling_and_shapes import conv_params, max_pool, receptive_field, relu, trace_shapes

EXERCISES = (
    relu.EXERCISE,
    max_pool.EXERCISE,
    conv_params.EXERCISE,
    trace_shapes.EXERCISE,
    receptive_field.EXERCISE,
)

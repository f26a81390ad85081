"""Lesson 03, linear baseline: scores, probabilities, loss."""

from autograder.exercises.l03_linear_baseline import accuracy, cross_entropy, dense_params, gradient_step, softmax

EXERCISES = (
    softmax.EXERCISE,
    cross_entropy.EXERCISE,
    accuracy.EXERCISE,
    dense_params.EXERCISE,
    gradient_step.EXERCISE,
)

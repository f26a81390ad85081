"""Lesson 11, robustness: measure beyond the test set."""

from autograder.exercises.l11_robustness import add_noise, group_accuracy, leaked, robustness_curve

EXERCISES = (
    add_noise.EXERCISE,
    robustness_curve.EXERCISE,
    leaked.EXERCISE,
    group_accuracy.EXERCISE,
)

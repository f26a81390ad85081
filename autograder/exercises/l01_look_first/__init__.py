"""Lesson 01, look first: describe a data set before you model it."""

from autograder.exercises.l01_look_first import class_counts, describe, examples_of, mean_digit, nearest_mean

EXERCISES = (
    describe.EXERCISE,
    class_counts.EXERCISE,
    examples_of.EXERCISE,
    mean_digit.EXERCISE,
    nearest_mean.EXERCISE,
)

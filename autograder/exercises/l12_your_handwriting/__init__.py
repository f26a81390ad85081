"""Lesson 12, your handwriting: ship it."""

from autograder.exercises.l12_your_handwriting import centre_of_mass, is_inverted, reject, to_mnist

EXERCISES = (
    is_inverted.EXERCISE,
    centre_of_mass.EXERCISE,
    to_mnist.EXERCISE,
    reject.EXERCISE,
)

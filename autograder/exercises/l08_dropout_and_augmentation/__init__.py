"""Lesson 08, dropout and augmentation: against learning by heart."""

from autograder.exercises.l08_dropout_and_augmentation import add_dropout, dropout, generalisation_gap, shift

EXERCISES = (
    generalisation_gap.EXERCISE,
    dropout.EXERCISE,
    add_dropout.EXERCISE,
    shift.EXERCISE,
)

"""Lesson 07, train: train a model, and read what the curves say."""

from autograder.exercises.l07_train import best_epoch, diagnose, early_stop, steps_per_epoch, train_model

EXERCISES = (
    steps_per_epoch.EXERCISE,
    train_model.EXERCISE,
    best_epoch.EXERCISE,
    early_stop.EXERCISE,
    diagnose.EXERCISE,
)

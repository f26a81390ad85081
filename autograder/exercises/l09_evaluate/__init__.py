"""Lesson 09, evaluate: report it honestly, and pass 98 %."""

from autograder.exercises.l09_evaluate import (
    accuracy_interval,
    confusion,
    macro_average,
    model_gate,
    precision_recall_f1,
    predict_labels,
    weighted_average,
)

EXERCISES = (
    predict_labels.EXERCISE,
    confusion.EXERCISE,
    precision_recall_f1.EXERCISE,
    macro_average.EXERCISE,
    weighted_average.EXERCISE,
    accuracy_interval.EXERCISE,
    model_gate.EXERCISE,
)

"""Lesson 09, evaluate: report it honestly, and pass 98 %."""

from autograder.exercises.l09_evaluate import model_gate

EXERCISES = (model_gate.EXERCISE,)

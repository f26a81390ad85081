"""Lesson 06, build the CNN: assemble it, and prove that it can learn."""

from autograder.exercises.l06_build_the_cnn import (
    build_cnn,
    build_linear,
    compile_model,
    overfit_tiny,
    params_by_hand,
    untrained_check,
)

EXERCISES = (
    build_linear.EXERCISE,
    build_cnn.EXERCISE,
    compile_model.EXERCISE,
    params_by_hand.EXERCISE,
    untrained_check.EXERCISE,
    overfit_tiny.EXERCISE,
)

"""The exercises of the course, lesson by lesson: a visible tuple, nothing registers itself."""

from __future__ import annotations

from difflib import get_close_matches

from autograder.exercise import Exercise
from autograder.exercises import (
    l01_look_first,
    l02_pixels_to_tensors,
    l03_linear_baseline,
    l04_convolution_by_hand,
    l05_pooling_and_shapes,
    l06_build_the_cnn,
    l07_train,
    l08_dropout_and_augmentation,
    l09_evaluate,
    l10_look_inside,
    l11_robustness,
    l12_your_handwriting,
)

EXERCISES: tuple[Exercise, ...] = (
    *l01_look_first.EXERCISES,
    *l02_pixels_to_tensors.EXERCISES,
    *l03_linear_baseline.EXERCISES,
    *l04_convolution_by_hand.EXERCISES,
    *l05_pooling_and_shapes.EXERCISES,
    *l06_build_the_cnn.EXERCISES,
    *l07_train.EXERCISES,
    *l08_dropout_and_augmentation.EXERCISES,
    *l09_evaluate.EXERCISES,
    *l10_look_inside.EXERCISES,
    *l11_robustness.EXERCISES,
    *l12_your_handwriting.EXERCISES,
)

BY_ID: dict[str, Exercise] = {exercise.id: exercise for exercise in EXERCISES}


def find(exercise_id: str) -> Exercise:
    """Return the exercise with this id.

    Raises
    ------
    KeyError
        With the nearest ids that exist, where there is none.
    """
    if exercise_id in BY_ID:
        return BY_ID[exercise_id]
    near = get_close_matches(exercise_id, BY_ID, n=3, cutoff=0.4)
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise KeyError(f"There is no exercise {exercise_id!r}.{hint}")


def of_lesson(number: int) -> tuple[Exercise, ...]:
    """Return the exercises of one lesson, in the order in which it asks them."""
    return tuple(exercise for exercise in EXERCISES if exercise.lesson == number)

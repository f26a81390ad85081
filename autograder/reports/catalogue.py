"""What lessons, exercises and mistakes are called, for readers: their titles where the course knows them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from autograder import course
from autograder.course import LESSON_NAME, CourseError
from autograder.exercise import Exercise
from autograder.exercises import BY_ID, EXERCISES


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTitle:
    """How a lesson is called: its number as two digits ("" where its name has none), and its title."""

    number: str
    title: str

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


@functools.cache
def lesson_title(lesson: str) -> LessonTitle:
    """Return how a lesson is called; a lesson that the course does not know is called by its name.

    >>> str(lesson_title("42_beyond_the_course"))
    '42 Beyond the course'
    """
    number = lesson[:2] if LESSON_NAME.fullmatch(lesson) else ""
    try:
        return LessonTitle(number=number, title=course.lesson(lesson).title)
    except (KeyError, CourseError):
        words = lesson[3:].replace("_", " ").capitalize() if number else lesson
        return LessonTitle(number=number, title=words)


def exercise_title(exercise_id: str) -> str:
    """Return what the student does in an exercise; the id where the course does not know it.

    >>> exercise_title("l02_scale_pixels")
    'Scale pixels to [0, 1]'
    """
    exercise = BY_ID.get(exercise_id)
    return exercise_id if exercise is None else exercise.title


@functools.cache
def place_of(exercise_id: str) -> int:
    """Return the place of an exercise in the course; those that it does not know come last."""
    ids = [exercise.id for exercise in EXERCISES]
    return ids.index(exercise_id) if exercise_id in ids else len(ids)


def banked_message(exercise_id: str, mistake: str) -> tuple[str, str] | None:
    """Return the message and the next step of a mistake in the bank; None where the bank does not have it."""
    exercise: Exercise | None = BY_ID.get(exercise_id)
    for banked in () if exercise is None else exercise.mistakes:
        if banked.name == mistake:
            return banked.message, banked.next_step
    return None

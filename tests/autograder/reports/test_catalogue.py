"""`autograder.reports.catalogue`: titles of lessons and exercises, texts of banked mistakes."""

from __future__ import annotations

from autograder import course
from autograder.exercises import EXERCISES
from autograder.reports.catalogue import banked_message, exercise_title, lesson_title, place_of


def test_every_lesson_is_called_by_its_own_title() -> None:
    """The number comes from the name, the title from the lesson."""
    for lesson in course.lessons():
        assert str(lesson_title(lesson.name)) == f"{lesson.number:02} {lesson.title}"


def test_a_lesson_that_is_not_in_the_course_has_a_name_all_the_same() -> None:
    """Results of a lesson that was renamed or taken out can still be read."""
    assert str(lesson_title("77_old_lesson")) == "77 Old lesson"
    assert str(lesson_title("something else")) == "something else"


def test_exercises_stand_in_the_order_of_the_course() -> None:
    """An unknown one comes after all others, under its id."""
    assert [place_of(exercise.id) for exercise in EXERCISES] == list(range(len(EXERCISES)))
    assert place_of("l99_unknown") == len(EXERCISES)
    assert exercise_title("l99_unknown") == "l99_unknown"


def test_every_banked_mistake_is_found_under_its_name() -> None:
    """The class page tells what the bank tells; a name that the bank lacks gives None."""
    for exercise in EXERCISES:
        for mistake in exercise.mistakes:
            assert banked_message(exercise.id, mistake.name) == (mistake.message, mistake.next_step)
        assert banked_message(exercise.id, "no-such-mistake") is None
    assert banked_message("l99_unknown", "transposed") is None

"""`autograder.reports.student_view`: what a student is told, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.records import LessonResult, Status
from autograder.reports.student_view import student_view
from autograder.reports.tally import students_of


def _of(results: Sequence[LessonResult], name: str) -> list[LessonResult]:
    return dict(students_of(results))[name]


def test_points_and_lessons_are_the_students_own(the_class: Sequence[LessonResult]) -> None:
    """The sum of all lessons stands at the top, each lesson below with its own."""
    for name, results in students_of(the_class):
        view = student_view(name, results)
        assert [lesson.points for lesson in view.lessons] == [result.points for result in results]
        assert view.points == sum(result.points for result in results)
        assert 0 <= view.share <= 1
        assert [len(lesson.answers) for lesson in view.lessons] == [len(result.verdicts) for result in results]


def test_what_was_tried_is_worth_another_look_first(the_class: Sequence[LessonResult]) -> None:
    """At most three exercises: those that were tried come before those that were not; none that passed."""
    for name, results in students_of(the_class):
        statuses = [answer.status for _, answer in student_view(name, results).again]
        assert len(statuses) <= 3
        assert not {Status.PASSED, Status.NOT_JUDGED} & set(statuses)
        untried = [status is Status.NOT_ATTEMPTED for status in statuses]
        assert untried == sorted(untried)


def test_full_marks_leave_nothing_to_go_on_with(the_class: Sequence[LessonResult]) -> None:
    """Who passed everything is sent nowhere."""
    view = student_view("ada", _of(the_class, "ada"))
    assert view.again == ()
    assert view.points == view.max_points


def test_exercises_of_a_notebook_that_could_not_be_read_are_not_next(the_class: Sequence[LessonResult]) -> None:
    """The problem of the hand-in is told once; its exercises are no exercises to look at."""
    unread = {result.student for result in the_class if "not valid JSON" in result.verdicts[0].message}
    for name in unread:
        view = student_view(name, _of(the_class, name))
        assert view.lessons[0].problem is not None
        assert all(lesson.number != "01" for lesson, _ in view.again)


def test_the_seed_is_not_told(the_class: Sequence[LessonResult]) -> None:
    """Whoever knows the inputs can answer them by heart: a student's view holds no seed."""
    results = [result for result in the_class if result.student == "bela"]
    assert "seed" not in repr(student_view("bela", results))

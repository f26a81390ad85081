"""`autograder.reports.class_view`: the numbers on the class page, counted a second time here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

import pytest

from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.reports.class_view import ClassView, class_view, spread


@pytest.fixture(scope="module")
def view(the_class: Sequence[LessonResult]) -> ClassView:
    """What the class page says of the example class."""
    return class_view(the_class)


def _verdict(exercise: str, status: Status = Status.FAILED, **more: object) -> Verdict:
    values = {"points": 0.0, "max_points": 2.0, "message": "A message.", **more}
    return Verdict(exercise=exercise, status=status, **values)  # type: ignore[arg-type]


def _result(student: str, *verdicts: Verdict, lesson: str = "02_pixels_to_tensors", **more: object) -> LessonResult:
    values = {"sandbox": "bubblewrap", "seed": 7, **more}
    return LessonResult(student=student, lesson=lesson, verdicts=verdicts, **values)  # type: ignore[arg-type]


def test_every_student_has_a_row_and_a_page(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """One row a student, with the sum of the points and the most that all lessons give; no two pages are one."""
    assert {row.student.name for row in view.rows} == {result.student for result in the_class}
    assert len({row.student.href for row in view.rows}) == len(view.rows)
    for row in view.rows:
        earned = sum(result.points for result in the_class if result.student == row.student.name)
        assert row.total.points == pytest.approx(earned)
        assert row.total.max_points == 41


def test_a_missing_hand_in_is_not_a_zero(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """Who handed nothing in has no mark there, and is counted as missing."""
    handed_in = {(result.student, result.lesson) for result in the_class}
    for row in view.rows:
        for lesson, mark in zip(view.lessons, row.marks, strict=True):
            assert (mark is not None) == ((row.student.name, lesson.name) in handed_in)
    assert view.missing == 30 * 3 - len(the_class) > 0


def test_the_middle_of_the_class(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """Medians are those of the statistics module."""
    totals: dict[str, float] = {}
    for result in the_class:
        totals[result.student] = totals.get(result.student, 0) + result.points
    assert view.median == pytest.approx(median(totals.values()))
    for lesson in view.lessons:
        assert lesson.median == median(one.points for one in the_class if one.lesson == lesson.name)
        assert sum(lesson.spread) == lesson.handed_in
    assert sum(view.spread) == 30


def test_mistakes_are_counted_by_name(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """ "14 of 30": so many of those who handed in the lesson made this mistake, and these are their names."""
    seen = 0
    for lesson in view.lessons:
        of_lesson = [result for result in the_class if result.lesson == lesson.name]
        for exercise in lesson.exercises:
            for mistake in exercise.mistakes:
                who = [
                    result.student
                    for result in of_lesson
                    for verdict in result.verdicts
                    if verdict.exercise == exercise.id and verdict.mistake == mistake.name
                ]
                assert (mistake.count, mistake.of) == (len(who), len(of_lesson))
                assert sorted(link.name for link in mistake.students) == sorted(who)
                seen += len(who)
    assert seen == sum(verdict.mistake is not None for result in the_class for verdict in result.verdicts) > 0


def test_statuses_add_up(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """Every answer is in exactly one part of its exercise's bar."""
    for lesson in view.lessons:
        for exercise in lesson.exercises:
            verdicts = [
                verdict for result in the_class for verdict in result.verdicts if verdict.exercise == exercise.id
            ]
            assert exercise.answers == len(verdicts)
            assert dict(exercise.counts) == {
                status: count for status in Status if (count := sum(verdict.status is status for verdict in verdicts))
            }


def test_the_most_frequent_mistakes_come_first(view: ClassView) -> None:
    """At most six, by their share of the class, and none that one student alone made."""
    shares = [mistake.count / mistake.of for mistake in view.frequent]
    assert shares == sorted(shares, reverse=True)
    assert 1 <= len(view.frequent) <= 6
    assert all(mistake.count > 1 for mistake in view.frequent)


def test_what_could_not_be_judged_needs_a_person(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """Each hand-in with something that was not judged is listed; its sentence is told to the teacher."""
    assert [item.student.name for item in view.unjudged] == [one.student for one in the_class if one.needs_a_person]
    assert view.unjudged[0].why == ("The sandbox did not start a second time.",)


def test_a_hand_in_that_is_not_judged_at_all_is_listed_once() -> None:
    """A hand-in with two notebooks has one line, not one for each exercise."""
    message = "There are 2 notebooks of this lesson, and only one can count. A person has to decide."
    verdicts = [_verdict(one, Status.NOT_JUDGED, message=message) for one in ("l02_split", "l02_one_hot")]
    (item,) = class_view([_result("ada", *verdicts)]).unjudged
    assert (item.what, item.why) == ("the whole hand-in", (message,))


def test_hand_ins_that_could_not_be_read_need_a_person(view: ClassView) -> None:
    """They are listed with the reason, and marked in the table."""
    unread = {item.student.name for item in view.unread}
    assert unread
    marked = {row.student.name for row in view.rows if any(mark and mark.worry == "unread" for mark in row.marks)}
    assert marked == unread


def test_notes_are_told_and_call_nobody(view: ClassView, the_class: Sequence[LessonResult]) -> None:
    """Every note of every hand-in is on the page, apart from what needs a person."""
    told = [(item.student.name, item.why) for item in view.odd]
    assert sorted(told) == sorted((result.student, result.notes) for result in the_class if result.notes)


def test_an_answer_without_a_name_is_told_by_what_ended_it() -> None:
    """Time limits, exceptions and wrong answers of their own kind are told apart."""
    results = [
        _result("ada", _verdict("l02_split", cause=Cause.TIMEOUT)),
        _result("bo", _verdict("l02_split", cause=Cause.WRONG)),
        _result("cy", _verdict("l02_split", cause=Cause.WRONG)),
        _result("di", _verdict("l02_split", mistake="overlap")),
    ]
    (exercise,) = class_view(results).lessons[0].exercises
    assert exercise.unnamed == (("wrong in another way", 2), ("did not come to an end in time", 1))
    assert [mistake.name for mistake in exercise.mistakes] == ["overlap"]


def test_a_mistake_that_the_bank_lacks_is_told_as_most_students_were_told() -> None:
    """A judge may name a mistake that is not in the bank."""
    messages = ["Once.", "Twice.", "Twice."]
    results = [
        _result(name, _verdict("l02_split", mistake="made-up", message=message, next_step="Why?"))
        for name, message in zip("abc", messages, strict=True)
    ]
    (mistake,) = class_view(results).lessons[0].exercises[0].mistakes
    assert (mistake.words, mistake.message, mistake.next_step) == ("made up", "Twice.", "Why?")


def test_results_without_a_sandbox_are_counted(the_class: Sequence[LessonResult]) -> None:
    """What ran trusted is told, however many there are."""
    assert class_view(the_class).trusted == 0
    mixed = [replace(the_class[0], sandbox="none"), *the_class[1:]]
    assert (class_view(mixed).trusted, class_view(mixed).sandboxes) == (1, ("bubblewrap", "none"))


def test_a_class_of_one(make_class: Callable[[int], list[LessonResult]]) -> None:
    """Nothing is frequent where there is one student, and nothing fails."""
    view = class_view(make_class(1))
    assert (len(view.rows), view.frequent, view.missing) == (1, (), 0)


def test_a_full_mark_lies_in_the_last_tenth() -> None:
    """Tenths are closed below; a float that misses its tenth by dust belongs to it."""
    assert spread([1.0, 0.3, 0.1 + 0.2, 0.299]) == (0, 0, 1, 2, 0, 0, 0, 0, 0, 1)

"""`autograder.reports.tally`: sums by student and lesson, and which hand-ins had nothing to grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.reports.tally import in_order, lesson_maxima, number_text, problem_of, share_of, students_of


def _result(*verdicts: Verdict, student: str = "ada", lesson: str = "02_pixels_to_tensors") -> LessonResult:
    return LessonResult(student=student, lesson=lesson, sandbox="bubblewrap", seed=1, verdicts=verdicts)


def _missing(exercise: str, message: str) -> Verdict:
    return Verdict(
        exercise=exercise,
        status=Status.NOT_ATTEMPTED,
        points=0,
        max_points=2,
        message=message,
        cause=Cause.MISSING,
    )


def test_students_come_by_name_and_their_results_by_lesson() -> None:
    """Capitals do not matter to the order of names; two names that differ in them stay two students."""
    results = [_result(student=name, lesson=lesson) for lesson in ("02_b", "01_a") for name in ("bo", "Ada", "ada")]
    found = students_of(results)
    assert [name for name, _ in found] == ["Ada", "ada", "bo"]
    assert all([one.lesson for one in handed_in] == ["01_a", "02_b"] for _, handed_in in found)


def test_the_most_that_a_lesson_can_give_is_the_most_of_its_results(the_class: Sequence[LessonResult]) -> None:
    """Every lesson of the class is there, in order, with the sum of its exercises' points."""
    assert lesson_maxima(the_class) == {"01_look_first": 10.0, "02_pixels_to_tensors": 10.0, "09_evaluate": 21.0}


def test_verdicts_stand_in_the_order_of_the_lesson() -> None:
    """An exercise that the course does not know comes last."""
    ids = ["l99_unknown", "l02_split", "l02_scale_pixels"]
    ordered = in_order(_result(*(_missing(one, f"There is no function named {one[4:]} yet.") for one in ids)))
    assert [verdict.exercise for verdict in ordered] == ["l02_scale_pixels", "l02_split", "l99_unknown"]


@pytest.mark.parametrize("message", ["The file is empty.", "There is no notebook of lesson 02_pixels_to_tensors."])
def test_a_notebook_that_could_not_be_graded_has_its_problem_told(message: str) -> None:
    """One sentence in all verdicts that need the notebook is the problem of the hand-in."""
    assert problem_of(_result(_missing("l02_scale_pixels", message), _missing("l02_split", message))) == message


def test_a_model_that_was_graded_does_not_hide_a_missing_notebook() -> None:
    """In lesson 09 the model file is graded by itself; the notebook is still missing."""
    gate = Verdict(exercise="l09_model_gate", status=Status.PASSED, points=10, max_points=10, message="Right.")
    assert problem_of(_result(_missing("l09_confusion", "The file is empty."), gate)) == "The file is empty."


def test_an_empty_answer_is_no_problem_of_the_hand_in() -> None:
    """Functions that are not there yet are not attempted, one by one, and so is a notebook as released."""
    absent = [_missing(one, f"There is no function named {one[4:]} yet.") for one in ("l02_split", "l02_one_hot")]
    assert problem_of(_result(*absent)) is None
    assert problem_of(_result(absent[0])) is None
    untouched = [replace(one, cause=None, message="Not attempted yet.") for one in absent]
    assert problem_of(_result(*untouched)) is None
    assert problem_of(_result()) is None


def test_points_are_written_without_a_needless_fraction() -> None:
    """Sums of floats show no dust, and large ones no exponent."""
    assert [number_text(number) for number in (0, 0.1 + 0.2, 7.0, 33.333333, 1234567.0)] == [
        "0",
        "0.3",
        "7",
        "33.33",
        "1234567",
    ]


def test_nothing_to_earn_is_a_share_of_nothing() -> None:
    """A lesson without points divides nothing by zero."""
    assert (share_of(0, 0), share_of(1, 2)) == (0.0, 0.5)

"""The rehearsal: which hand-ins it has, and that it sees what is not as it must be. `test_selftest_command` runs it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course import lesson
from autograder.hostile import CORPUS, Kind
from autograder.records import LessonResult, Status, Verdict
from autograder.rehearsal import SOLVED, UNTOUCHED, Rehearsed, count, lesson_misses, parts_of


def test_in_brief_there_are_some_of_each_kind() -> None:
    """The short rehearsal has a few of each kind, the whole one all."""
    assert parts_of(brief=False) == CORPUS
    brief = parts_of(brief=True)
    assert {one.kind for one in brief} == set(Kind)
    assert len(brief) < len(CORPUS) / 3
    assert count(brief=False) - count(brief=True) == len(CORPUS) - len(brief)


@pytest.mark.parametrize(("student", "wanted"), [(SOLVED, Status.PASSED), (UNTOUCHED, Status.NOT_ATTEMPTED)])
def test_sees_a_solution_or_a_stub_with_another_verdict(student: str, wanted: Status) -> None:
    """Solutions have to pass and stubs to be not attempted; whatever else comes out is told."""
    exercise = lesson(2).exercises[0]
    right = Verdict(
        exercise=exercise.id,
        status=wanted,
        points=exercise.points if wanted is Status.PASSED else 0,
        max_points=exercise.points,
        message="",
    )
    wrong = replace(right, status=Status.FAILED, points=0.0, message="White comes out as 0.996.")
    result = LessonResult(student=student, lesson=lesson(2).name, sandbox="bubblewrap", seed=7, verdicts=(right, wrong))
    (miss,) = lesson_misses(result)
    assert miss.startswith("l02_scale_pixels: the ")
    assert f"is failed in the sandbox, 'White comes out as 0.996.'; it must be {wanted}" in miss


def test_one_line_tells_how_it_went() -> None:
    """The line names what was graded, and how many misses there were."""
    assert str(Rehearsed(lessons=24, hostile=140)) == (
        "24 solutions and stubs and 140 hostile hand-ins were graded in the sandbox: each got what it must."
    )
    assert str(Rehearsed(lessons=24, hostile=140, hostile_misses=("a: x", "b: y"))).endswith(": 2 misses.")

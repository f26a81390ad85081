"""The table of results in the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.table import table, what_happened


def _verdict(status: Status = Status.PASSED, **more: Any) -> Verdict:
    points = 2.0 if status is Status.PASSED else 0.0
    return Verdict(
        **{"exercise": "l02_x", "status": status, "points": points, "max_points": 2.0, "message": "", **more}
    )


def _result(*verdicts: Verdict, student: str = "ada") -> LessonResult:
    return LessonResult(student=student, lesson="02_pixels_to_tensors", sandbox="none", seed=1, verdicts=verdicts)


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        ([_verdict()] * 3, "full marks"),
        ([_verdict(Status.NOT_ATTEMPTED)] * 3, "nothing attempted"),
        (
            [_verdict(Status.NOT_ATTEMPTED, cause=Cause.MISSING, message="The file is empty.")] * 3,
            "The file is empty.",
        ),
        (
            [
                _verdict(Status.NOT_ATTEMPTED, cause=Cause.MISSING, message="There is no function named a yet."),
                _verdict(Status.NOT_ATTEMPTED, cause=Cause.MISSING, message="There is no function named b yet."),
            ],
            "nothing attempted",
        ),
        (
            [
                _verdict(),
                _verdict(Status.FAILED, mistake="divides-by-256", cause=Cause.WRONG),
                _verdict(Status.PARTIAL, mistake="float64", cause=Cause.WRONG),
                _verdict(Status.FAILED, cause=Cause.WRONG),
                _verdict(Status.FAILED, cause=Cause.TIMEOUT),
                _verdict(Status.NOT_ATTEMPTED),
            ],
            "divides-by-256 and float64, 1 wrong, 1 too slow, 1 not attempted",
        ),
        (
            [_verdict(), _verdict(Status.NOT_JUDGED, cause=Cause.GRADER, message="The zygote died.")],
            "NEEDS A PERSON: The zygote died.",
        ),
        ([_verdict(Status.FAILED, cause=Cause.CRASHED)] * 2, "2 crashed"),
    ],
)
def test_what_happened_in_a_few_words(verdicts: list[Verdict], says: str) -> None:
    """Named mistakes by name, the rest by cause and count."""
    assert what_happened(_result(*verdicts)) == says


def test_table_lines_up() -> None:
    """A header, a line for each hand-in, points as earned / possible."""
    lines = table([_result(_verdict()), _result(_verdict(Status.FAILED), student="a much longer name")]).splitlines()
    assert lines[0].split() == ["student", "lesson", "points", "what", "happened"]
    assert lines[1].split()[:2] == ["ada", "02_pixels_to_tensors"]
    assert "2 / 2" in lines[1]
    assert "0 / 2" in lines[2]
    assert len({line.index("02_pixels") for line in lines[1:]}) == 1


def test_strange_names_break_no_line() -> None:
    """Whatever a student is called, a hand-in is one line."""
    assert len(table([_result(_verdict(), student="a\n\x1b[31mb\u202e" * 50)]).splitlines()) == 2

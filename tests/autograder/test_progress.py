"""How a run gets on, as a person sees it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from autograder import progress
from autograder.handins import HandIn
from autograder.progress import Progress
from autograder.records import Cause, LessonResult, Status, Verdict


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def _result(status: Status = Status.PASSED, student: str = "ada") -> LessonResult:
    verdict = Verdict(exercise="x", status=status, points=0, max_points=1, message="", cause=Cause.GRADER)
    return LessonResult(student=student, lesson="02", sandbox="none", seed=1, verdicts=(verdict,))


def _watch(stream: Any, results: list[LessonResult], kept: int = 0) -> str:
    watched = Progress(stream)
    watched.begins(len(results), kept)
    for result in results:
        watched.starts(HandIn(student=result.student, lesson="02"))
        watched.ends(result)
    watched.close()
    return str(stream.getvalue())


def test_short_runs_say_nothing() -> None:
    """What is over at once needs no bar and no line."""
    assert _watch(io.StringIO(), [_result()]) == ""


def test_plain_lines_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no terminal, now and then a line tells how many are done and how long it takes still."""
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    lines = _watch(io.StringIO(), [_result()] * 3).splitlines()
    assert lines[0].startswith("graded 1 of 3, about ")
    assert lines[-1] == "graded 3 of 3, about 0 s left"


def test_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal there is a bar that says who is being graded, and it is taken away at the end."""
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0.0)
    shown = _watch(Terminal(), [_result()] * 2)
    assert "ada" in shown
    assert "hand-in" in shown


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_what_fails_is_said_at_once(stream: Any) -> None:
    """A hand-in that could not be judged is named when it happens, on a line of its own."""
    shown = _watch(stream(), [_result(Status.NOT_JUDGED, "bob\x1b[2J")])
    assert "bob�[2J, 02: could not be judged in full\n" in shown


def test_what_is_kept_is_said() -> None:
    """A run that goes on says what it need not do again."""
    assert "3 hand-ins; all of them are graded already." in _watch(io.StringIO(), [], kept=3)
    assert "4 hand-ins; 3 are graded already and have not changed." in _watch(io.StringIO(), [_result()], kept=3)

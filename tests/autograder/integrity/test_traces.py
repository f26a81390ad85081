"""Traces as files: they come back as they were, and only to the result that they belong to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.integrity.answers import AnswerTrace
from autograder.integrity.help_seen import HelpSeen
from autograder.integrity.traces import Hits, ModelTrace, Trace, read_trace, trace_path, write_trace
from autograder.records import LessonResult

RESULT = LessonResult(
    student="zoë/../x", lesson="09_evaluate", sandbox="bubblewrap", seed=7, verdicts=(), fingerprint="abc"
)
TRACE = Trace(
    answers={"l09_confusion": AnswerTrace(digest="0" * 64, size=60)},
    help={"l09_confusion": HelpSeen(hints=2, solution=True)},
    model=ModelTrace(
        weights="1" * 64,
        answers="2" * 64,
        test=Hits(right=9850, count=10_000),
        perturbed=Hits(right=1900, count=2000),
    ),
)


def test_a_trace_comes_back(tmp_path: Path) -> None:
    """What was written is read, below the output folder, whatever the student is called."""
    for trace in (TRACE, Trace()):
        write_trace(tmp_path, RESULT, trace)
        assert read_trace(tmp_path, RESULT) == trace
    assert trace_path(tmp_path, RESULT.student, RESULT.lesson).resolve().is_relative_to(tmp_path.resolve())


def test_a_trace_belongs_to_one_result(tmp_path: Path) -> None:
    """A result that was made anew does not get the trace of the one before."""
    write_trace(tmp_path, RESULT, TRACE)
    assert read_trace(tmp_path, replace(RESULT, fingerprint="other")) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 1, "fingerprint": "abc"}', '{"schema": 9, "fingerprint": "abc"}', "[" * 9999]
)
def test_a_damaged_trace_is_none(tmp_path: Path, text: str) -> None:
    """A trace that cannot be read gives no signal and stops no report."""
    write_trace(tmp_path, RESULT, TRACE)
    trace_path(tmp_path, RESULT.student, RESULT.lesson).write_text(text)
    assert read_trace(tmp_path, RESULT) is None


@pytest.mark.parametrize(("right", "count"), [(3, 2), (-1, 2), (0, 0)])
def test_hits_that_cannot_be(right: int, count: int) -> None:
    """More right answers than digits, fewer than none, and no digit at all are refused."""
    with pytest.raises(ValueError, match="cannot be"):
        Hits(right=right, count=count)

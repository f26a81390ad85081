"""The table of results that a teacher sees in the terminal: one line a hand-in, in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.wording import listed, one_line

MAX_STUDENT = 32
_CAUSES = {
    Cause.TIMEOUT: "too slow",
    Cause.MEMORY: "out of memory",
    Cause.CRASHED: "crashed",
    Cause.ERROR: "raises an error",
    Cause.WRONG: "wrong",
}


def table(results: Sequence[LessonResult]) -> str:
    """Return the table: student, lesson, points, what happened."""
    rows = [("student", "lesson", "points", "what happened")]
    rows += [
        (
            one_line(result.student, MAX_STUDENT),
            one_line(result.lesson, 40),
            f"{result.points:g} / {result.max_points:g}",
            what_happened(result),
        )
        for result in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{student:<{widths[0]}}  {lesson:<{widths[1]}}  {points:>{widths[2]}}  {what}"
        for student, lesson, points, what in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def what_happened(result: LessonResult) -> str:
    """Return what a result is made of, and what was odd about the hand-in, in a few words."""
    if not result.notes:
        return _made_of(result)
    more = f" (and {len(result.notes) - 1} more notes)" if len(result.notes) > 1 else ""
    return f"{_made_of(result)}; note: {one_line(result.notes[0], 90)}{more}"


def _made_of(result: LessonResult) -> str:
    """Return what a result is made of.

    Named mistakes come by name, then what else went wrong by its cause, then what was not attempted.
    """
    verdicts = result.verdicts
    unjudged = [verdict for verdict in verdicts if verdict.status is Status.NOT_JUDGED]
    if unjudged:
        return f"NEEDS A PERSON: {one_line(unjudged[0].message, 100)}"
    if all(verdict.status is Status.PASSED for verdict in verdicts):
        return "full marks"
    missing = {verdict.message for verdict in verdicts}
    if len(missing) == 1 and all(verdict.status is Status.NOT_ATTEMPTED for verdict in verdicts):
        return "nothing attempted" if verdicts[0].cause is None else one_line(verdicts[0].message, 100)
    parts = [verdict.mistake for verdict in verdicts if verdict.mistake is not None]
    words = [listed(parts, 3)] if parts else []
    for cause, count in Counter(_cause_of(verdict) for verdict in verdicts).items():
        if cause is not None:
            words.append(f"{count} {cause}")
    untouched = sum(verdict.status is Status.NOT_ATTEMPTED for verdict in verdicts)
    if untouched == len(verdicts):
        return "nothing attempted"
    if untouched:
        words.append(f"{untouched} not attempted")
    return ", ".join(words)


def _cause_of(verdict: Verdict) -> str | None:
    if verdict.mistake is not None or verdict.status in {Status.PASSED, Status.NOT_ATTEMPTED} or verdict.cause is None:
        return None
    return _CAUSES.get(verdict.cause)

"""The signals of a class, from the traces that lie in an output folder."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course import CourseError, solution_text
from autograder.exercises import BY_ID, EXERCISES
from autograder.integrity.answers import AnswerTrace, trace_of
from autograder.integrity.signals import Signal, signals_of
from autograder.integrity.traces import read_trace
from autograder.records import LessonResult


def signals_in(out: Path, results: Sequence[LessonResult]) -> list[Signal]:
    """Return the signals of these results; a result without a trace gives none."""
    traces = {(result.student, result.lesson): read_trace(out, result) for result in results}
    known = {key: trace for key, trace in traces.items() if trace is not None}
    return signals_of(known, solutions(), _title) if known else []


@functools.cache
def solutions() -> Mapping[str, AnswerTrace]:
    """Return the course's own solutions as traces, by exercise id; those that are not on this disk are left out."""
    found: dict[str, AnswerTrace] = {}
    for exercise in EXERCISES:
        try:
            trace = trace_of(solution_text(exercise.id), exercise.function)
        except (CourseError, KeyError):
            continue
        if trace is not None:
            found[exercise.id] = trace
    return found


def _title(exercise_id: str) -> str:
    exercise = BY_ID.get(exercise_id)
    return exercise_id if exercise is None else exercise.title

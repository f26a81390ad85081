"""What grading keeps of one hand-in for the signals: written beside the results, read back when reports are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.handins.students import folder_name
from autograder.integrity.answers import AnswerTrace
from autograder.integrity.help_seen import HelpSeen
from autograder.records import LessonResult
from autograder.results import write_whole

SCHEMA = 1
TRACES_FOLDER = "traces"
MAX_TRACE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many of so many digits a model named rightly."""

    right: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.count or self.count == 0:
            raise ValueError(f"{self.right} of {self.count} cannot be")

    @property
    def accuracy(self) -> float:
        """The share of right ones."""
        return self.right / self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTrace:
    """A handed-in model: what it is, and what it is worth on the test digits and on others.

    `weights` is the SHA-256 of all its numbers, `answers` that of the digits that it named; `perturbed` are test
    digits that were moved and turned a little, `private` the teacher's own.
    """

    weights: str | None
    answers: str
    test: Hits
    perturbed: Hits | None = None
    private: Hits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is kept of one hand-in; answers and help by exercise id."""

    answers: Mapping[str, AnswerTrace] = field(default_factory=dict)
    model: ModelTrace | None = None
    help: Mapping[str, HelpSeen] = field(default_factory=dict)


def trace_path(out: Path, student: str, lesson: str) -> Path:
    """Return where the trace of one hand-in lies below the output folder."""
    return out / TRACES_FOLDER / folder_name(student) / f"{lesson}.json"


def write_trace(out: Path, result: LessonResult, trace: Trace) -> None:
    """Write the trace that belongs to a result. It bears the result's fingerprint: an older one is never taken for it.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    plain = {"schema": SCHEMA, "fingerprint": result.fingerprint, **_to_plain(trace)}
    text = json.dumps(plain, indent=1, sort_keys=True) + "\n"
    write_whole(trace_path(out, result.student, result.lesson), text, durable=False)


def read_trace(out: Path, result: LessonResult) -> Trace | None:
    """Return the trace that belongs to a result; None where there is none, or none that can be read."""
    try:
        with trace_path(out, result.student, result.lesson).open("rb") as file:
            plain = json.loads(file.read(MAX_TRACE_BYTES))
        if (plain["schema"], plain["fingerprint"]) != (SCHEMA, result.fingerprint):
            return None
        return _from_plain(plain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _to_plain(trace: Trace) -> dict[str, Any]:
    model = trace.model
    return {
        "answers": {exercise: [one.digest, one.size] for exercise, one in trace.answers.items()},
        "help": {exercise: [one.hints, one.solution] for exercise, one in trace.help.items()},
        "model": None
        if model is None
        else {
            "weights": model.weights,
            "answers": model.answers,
            **{name: _pair(getattr(model, name)) for name in ("test", "perturbed", "private")},
        },
    }


def _from_plain(plain: dict[str, Any]) -> Trace:
    model = plain["model"]
    return Trace(
        answers={
            str(exercise): AnswerTrace(digest=str(digest), size=int(size))
            for exercise, (digest, size) in plain["answers"].items()
        },
        help={
            str(exercise): HelpSeen(hints=int(hints), solution=bool(solution))
            for exercise, (hints, solution) in plain["help"].items()
        },
        model=None
        if model is None
        else ModelTrace(
            weights=None if model["weights"] is None else str(model["weights"]),
            answers=str(model["answers"]),
            test=Hits(right=int(model["test"][0]), count=int(model["test"][1])),
            perturbed=_hits(model["perturbed"]),
            private=_hits(model["private"]),
        ),
    )


def _pair(hits: Hits | None) -> list[int] | None:
    return None if hits is None else [hits.right, hits.count]


def _hits(pair: Any) -> Hits | None:
    return None if pair is None else Hits(right=int(pair[0]), count=int(pair[1]))

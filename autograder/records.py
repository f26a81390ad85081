"""The records that travel from a hand-in to a report. Each is frozen; each arrow between them is one function."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What became of one exercise."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_ATTEMPTED = "not_attempted"
    NOT_JUDGED = "not_judged"


class Cause(StrEnum):
    """Why an exercise did not get its full points."""

    WRONG = "wrong"
    ERROR = "error"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    MISSING = "missing"
    GRADER = "grader"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSeen:
    """An exception that a student's code raised: only text, never the exception itself."""

    type: str
    ancestors: tuple[str, ...] = ()
    message: str = ""
    line: str | None = None

    def is_a(self, name: str) -> bool:
        """Whether it is the exception `name`, or a subclass of it."""
        return name == self.type or name in self.ancestors

    def __str__(self) -> str:
        where = f", at the line: {self.line}" if self.line else ""
        return f"{self.type}: {self.message}{where}" if self.message else f"{self.type}{where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call of a student's function came to.

    `changed` lists the places of the arguments that the call changed; `random_changed` says whether it changed NumPy's
    global random state, `printed` whether it printed something.
    """

    value: Any = None
    error: ErrorSeen | None = None
    changed: tuple[int, ...] = ()
    random_changed: bool = False
    printed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of one exercise of one hand-in: claims from the sandbox, to be judged outside.

    `found` says whether the name was defined; `cause` says what cut the probe short (None: nothing did);
    `facts` is what a probe other than a plain call brought back.
    """

    found: bool = False
    outcomes: tuple[Outcome, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    cause: Cause | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one exercise: what the student sees, and what the gradebook keeps.

    `message` says what is so, `next_step` asks the question that leads on, `example` is the smallest failing
    example (input, what came back, what was expected, where they first differ).
    """

    exercise: str
    status: Status
    points: float
    max_points: float
    message: str
    mistake: str | None = None
    cause: Cause | None = None
    next_step: str | None = None
    example: str | None = None

    def __post_init__(self) -> None:
        # As they come back from a file: a page made from either is the same page.
        object.__setattr__(self, "points", float(self.points))
        object.__setattr__(self, "max_points", float(self.max_points))
        if not 0 <= self.points <= self.max_points:
            raise ValueError(f"{self.exercise}: {self.points} points of {self.max_points} cannot be")


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonResult:
    """What one student's hand-in of one lesson came to: the content of `results/STUDENT/LESSON.json`.

    `sandbox` is "bubblewrap", or "none" where the code ran trusted; `notes` say what was odd, in words that a
    student understands; `fingerprint` is the SHA-256 of all that decided the result; `seconds` is wall time.
    """

    student: str
    lesson: str
    sandbox: str
    seed: int
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    fingerprint: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """Points earned in this lesson."""
        return round(sum(verdict.points for verdict in self.verdicts), 2)

    @property
    def max_points(self) -> float:
        """Points that this lesson can give."""
        return round(sum(verdict.max_points for verdict in self.verdicts), 2)

    @property
    def needs_a_person(self) -> bool:
        """Whether something could not be judged, and somebody should look."""
        return any(verdict.status is Status.NOT_JUDGED for verdict in self.verdicts)


MAX_NAME = 100
MAX_MESSAGE = 500
MAX_ANCESTORS = 20


class NotPlain(ValueError):  # noqa: N818 - what it says of the claims is its name
    """Claims from the sandbox that are not of the agreed form."""


def evidence_from_plain(plain: Any) -> Evidence:
    """Return the record of what a probe brought back as plain values.

    Raises
    ------
    NotPlain
        If the claims are not of the agreed form. They come from where student code ran: nothing is assumed.
    """
    if not isinstance(plain, dict) or not isinstance(plain.get("outcomes", []), (list, tuple)):
        raise NotPlain("the probe's answer is not of the agreed form")
    facts = plain.get("facts", {})
    if not isinstance(facts, dict):
        raise NotPlain("the probe's facts are not of the agreed form")
    return Evidence(
        found=plain.get("found") is True,
        outcomes=tuple(_outcome(item) for item in plain.get("outcomes", ())),
        facts=facts,
    )


def _outcome(plain: Any) -> Outcome:
    if not isinstance(plain, dict):
        raise NotPlain("an outcome is not of the agreed form")
    error, changed = plain.get("error"), plain.get("changed", ())
    if error is not None and not isinstance(error, dict):
        raise NotPlain("an error is not of the agreed form")
    if not isinstance(changed, (list, tuple)) or not all(type(index) is int for index in changed):
        raise NotPlain("the list of changed arguments is not of the agreed form")
    return Outcome(
        value=plain.get("value"),
        error=None if error is None else _error(error),
        changed=tuple(changed),
        random_changed=plain.get("random") is True,
        printed=plain.get("printed") is True,
    )


def _error(plain: dict[str, Any]) -> ErrorSeen:
    ancestors = plain.get("ancestors", ())
    if not isinstance(ancestors, (list, tuple)):
        raise NotPlain("an error's ancestors are not of the agreed form")
    line = plain.get("line")
    return ErrorSeen(
        type=_short(plain.get("type", ""), MAX_NAME),
        ancestors=tuple(_short(name, MAX_NAME) for name in ancestors[:MAX_ANCESTORS]),
        message=_short(plain.get("message", ""), MAX_MESSAGE),
        line=None if line is None else _short(line, MAX_MESSAGE),
    )


def _short(text: Any, limit: int) -> str:
    if not isinstance(text, str):
        raise NotPlain("an error is not told in text")
    return text[:limit]

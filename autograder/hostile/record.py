"""What one hostile hand-in is, and what it must get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from autograder.records import Cause, LessonResult, Status, Verdict

Files = Mapping[str, bytes]


class Kind(StrEnum):
    """What a hostile hand-in is after."""

    LOOKS_AROUND = "looks around"
    TAMPERS = "tampers"
    EXHAUSTS = "exhausts"
    CALLS_OUT = "calls out"
    BREAKS = "breaks"
    TRICKS_WITH_MODELS = "tricks with models"


@dataclass(frozen=True, slots=True)
class Mark:
    """What one exercise must get: its status, its points (None: what the status implies), the cause."""

    status: Status
    points: float | None = None
    cause: Cause | None = None

    def fits(self, verdict: Verdict) -> bool:
        """Whether a verdict is this mark."""
        implied = verdict.max_points if self.status is Status.PASSED else 0.0
        points = implied if self.points is None else self.points
        return (verdict.status, verdict.points, verdict.cause) == (self.status, points, self.cause)


FULL = Mark(Status.PASSED)
WRONG = Mark(Status.FAILED, cause=Cause.WRONG)
RAISED = Mark(Status.FAILED, cause=Cause.ERROR)
LATE = Mark(Status.FAILED, cause=Cause.TIMEOUT)
TOO_MUCH = Mark(Status.FAILED, cause=Cause.MEMORY)
CRASHED = Mark(Status.FAILED, cause=Cause.CRASHED)
STUB = Mark(Status.NOT_ATTEMPTED)
MISSING = Mark(Status.NOT_ATTEMPTED, cause=Cause.MISSING)
FOR_A_PERSON = Mark(Status.NOT_JUDGED, cause=Cause.GRADER)


def part(points: float) -> Mark:
    """Return the mark of an answer that is worth a part of its points."""
    return Mark(Status.PARTIAL, points, Cause.WRONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One hostile or broken hand-in.

    Attributes
    ----------
    name : str
        In kebab case, unique; also the student's id, where `student` gives none.
    kind : Kind
    tries : str
        What it tries, in a few words.
    files : callable
        Return the files below the student's folder, by path.
    marks : mapping
        What its exercises must get, by id; all others must get `rest`.
    rest : Mark
    says : str or tuple of str
        Words that a note or a message of the result must hold: the sentence for the student. Of several, one: which
        of two limits is passed first may depend on how busy the machine is.
    lesson : int
        The lesson that it is handed in for.
    student : str
        The student's folder, where its name is the trick.
    links : mapping
        Symbolic links to make below the folder: path → where it leads.
    in_brief : bool
        Whether it stands for its like where there is little time.
    """

    name: str
    kind: Kind
    tries: str
    files: Callable[[], Files]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    rest: Mark = FULL
    says: str | tuple[str, ...] = ""
    lesson: int = 2
    student: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    in_brief: bool = False

    @property
    def folder(self) -> str:
        """The name of the student's folder."""
        return self.student or self.name

    def misses(self, result: LessonResult | None) -> list[str]:
        """Return where a result is not what this hand-in must get, one sentence for each."""
        if result is None:
            return [f"{self.name}: it has no result"]
        wrong = [
            f"{self.name}: {verdict.exercise} is {verdict.status} with {verdict.points:g} points ({verdict.cause}), "
            f"{verdict.message!r}; it must be {_told(self.marks.get(verdict.exercise, self.rest))}"
            for verdict in result.verdicts
            if not self.marks.get(verdict.exercise, self.rest).fits(verdict)
        ]
        told = [*result.notes, *(verdict.message for verdict in result.verdicts)]
        words = (self.says,) if isinstance(self.says, str) else self.says
        if not any(word in text for word in words for text in told):
            wrong.append(f"{self.name}: nobody is told {self.says!r}; the notes are {list(result.notes)}")
        return wrong


def _told(mark: Mark) -> str:
    points = "" if mark.points is None else f" with {mark.points:g} points"
    return f"{mark.status}{points} ({mark.cause})"

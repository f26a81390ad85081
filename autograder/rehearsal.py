"""A rehearsal: a class whose results are known, graded in the real sandbox by the way that every class takes.

It has the solutions of all lessons, which must get full marks; the lessons as released, where nothing is attempted;
and the hostile hand-ins, each of which must get what its record says.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import lessons
from autograder.handins import HandIn, find_handins, shown_name
from autograder.handins.lessons import LessonNames
from autograder.hostile import CORPUS, Hostile, write_class
from autograder.hostile.models import shipped
from autograder.hostile.notebooks import beside, handed_in, released, solutions
from autograder.records import LessonResult, Status
from autograder.runners import Runners
from autograder.runs import Run
from autograder.sandbox import Ending, Job, Kind

SEED = 7
SOLVED, UNTOUCHED = "solution", "as-released"
# Hostile cells are stopped after this: their answers cost less.
HOSTILE_CELL_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal came to: how many hand-ins there were, and what did not get what it must."""

    lessons: int
    hostile: int
    lesson_misses: tuple[str, ...] = ()
    hostile_misses: tuple[str, ...] = ()

    def __str__(self) -> str:
        wrong = len(self.lesson_misses) + len(self.hostile_misses)
        parts = f"{self.lessons} solutions and stubs and {self.hostile} hostile hand-ins were graded in the sandbox: "
        return f"{parts}{'each got what it must' if not wrong else f'{wrong} misses'}."


def parts_of(*, brief: bool) -> tuple[Hostile, ...]:
    """Return the hostile hand-ins to rehearse: all, or a few of each kind that stand for the others."""
    return tuple(one for one in CORPUS if one.in_brief or not brief)


def count(*, brief: bool) -> int:
    """Return how many hand-ins a rehearsal has."""
    return 2 * len(lessons()) + len(parts_of(brief=brief))


def rehearse(*, brief: bool, workers: int, done: Callable[[], object]) -> Rehearsed:
    """Return what the rehearsal came to.

    Parameters
    ----------
    brief : bool
        Only some of the hostile hand-ins.
    workers : int
        Hand-ins graded at once.
    done : callable
        Called after each hand-in.

    Raises
    ------
    SandboxError
        If the sandbox cannot be started.
    """
    corpus = parts_of(brief=brief)
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as place:
        folder = Path(place).resolve()
        runner = Runners(hidden=(folder,))
        try:
            _write_lessons(folder / "lessons")
            results = _graded(folder / "lessons", runner, workers, done, None)
            misses = [miss for result in results for miss in lesson_misses(result)]
            write_class(folder / "hostile", corpus, honest=False)
            by_student = {
                (result.student, int(result.lesson[:2])): result
                for result in _graded(folder / "hostile", runner, workers, done, HOSTILE_CELL_SECONDS)
            }
        finally:
            runner.close()
    hostile_misses = [
        miss for one in corpus for miss in one.misses(by_student.get((shown_name(one.folder), one.lesson)))
    ]
    return Rehearsed(
        lessons=len(results),
        hostile=len(corpus),
        lesson_misses=tuple(misses),
        hostile_misses=tuple(hostile_misses),
    )


def _write_lessons(folder: Path) -> None:
    for lesson in lessons():
        models = {one.file: shipped() for one in lesson.exercises if one.file is not None}
        answered = {
            **handed_in(released(lesson.number, solutions(lesson.number)), lesson.number),
            **beside(lesson.number, models),
        }
        for student, files in ((SOLVED, answered), (UNTOUCHED, handed_in(released(lesson.number, {}), lesson.number))):
            for path, content in files.items():
                target = folder / "submitted" / student / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def lesson_misses(result: LessonResult) -> list[str]:
    """Return one sentence for each exercise whose solution does not pass, or whose stub is not 'not attempted'."""
    wanted = Status.PASSED if result.student == SOLVED else Status.NOT_ATTEMPTED
    what = "the solution" if result.student == SOLVED else "the stub as released"
    return [
        f"{verdict.exercise}: {what} is {verdict.status} in the sandbox, {verdict.message!r}; it must be {wanted}"
        for verdict in result.verdicts
        if verdict.status is not wanted
    ]


def _graded(
    folder: Path, runner: Runners, workers: int, done: Callable[[], object], cell_seconds: float | None
) -> Sequence[LessonResult]:
    names = LessonNames({lesson.number: lesson.name for lesson in lessons()})
    with Run(folder / "grades", seed=SEED, sandbox="bubblewrap", cell_seconds=cell_seconds) as run:
        plan = run.plan(find_handins(folder / "submitted", names), lessons())
        return run.grade(plan, _Lent(runner), workers=workers, watcher=_Counting(done))


class _Lent:
    """A runner that goes on after the run that borrows it: its zygotes serve the next one too."""

    def __init__(self, runner: Runners) -> None:
        self._runner = runner

    def run(self, kind: Kind, job: Job) -> Ending:
        return self._runner.run(kind, job)

    def close(self) -> None:
        """Leave it open."""


class _Counting:
    """Tells somebody of each hand-in that is graded."""

    def __init__(self, done: Callable[[], Any]) -> None:
        self._done = done

    def begins(self, todo: int, kept: int) -> None:
        """Say nothing."""

    def starts(self, handin: HandIn) -> None:
        """Say nothing."""

    def ends(self, result: LessonResult) -> None:
        """Say that one is done."""
        self._done()

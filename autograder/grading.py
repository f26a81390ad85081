"""Grade one hand-in: read it, run it in the sandbox, judge what came back."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder import notes as noted
from autograder.course import Lesson
from autograder.execution import Runner, execute
from autograder.exercise import Exercise
from autograder.handins import HandIn
from autograder.handins.beside import MAX_FILE_BYTES, MAX_MODEL_BYTES, MODEL_ENDING
from autograder.handins.entries import Entry, TooLarge, Unreadable
from autograder.integrity.digits import Digits
from autograder.integrity.help_seen import HelpSeen, read_marks
from autograder.integrity.traces import Trace
from autograder.integrity.tracing import other_digits, trace_of_handin
from autograder.judging import judge
from autograder.models import cases_of, evidence_of_model
from autograder.notebooks import MAX_BYTES, Notebook, NotebookProblem, read_notebook, too_large
from autograder.records import Cause, Evidence, LessonResult, Status, Verdict
from autograder.selection import select
from autograder.wording import printable_lines, without_addresses

MAX_BESIDE_BYTES = 128 << 20  # whatever an archive says of its members' sizes
# A hand-in whose files are larger than this waits for others that are.
LARGE_BYTES = 16 << 20
_LARGE_ONE = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What decides grades besides the hand-in and the exercises.

    `sandbox` is "bubblewrap", or "none" where code runs trusted; `cell_seconds` is the longest that one cell may take,
    None for the usual. `private` are a teacher's own digits, for a signal; they decide no grade.
    """

    seed: int
    sandbox: str
    cell_seconds: float | None = None
    private: Digits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What is known of one hand-in before anything is judged: evidence by exercise, or why there is none.

    `trace` is what is kept for the signals of integrity; it has no part in the judgement.
    """

    handin: HandIn
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    problem: str | None = None
    notes: tuple[str, ...] = ()
    trace: Trace = field(default_factory=Trace)
    seconds: float = 0.0


def grade_handin(handin: HandIn, lesson: Lesson, settings: Settings, runner: Runner) -> LessonResult:
    """Return the result of one hand-in: `examine`, then `conclude`."""
    return conclude(examine(handin, lesson, settings, runner), lesson, settings)


def examine(handin: HandIn, lesson: Lesson, settings: Settings, runner: Runner) -> Examined:
    """Return what the hand-in's code and files bring back from the sandbox. May run in any thread.

    Parameters
    ----------
    handin : HandIn
    lesson : Lesson
        The lesson as released, with its exercises.
    settings : Settings
    runner : Runner
        The sandbox.

    Notes
    -----
    Of hand-ins with large files one is in memory at a time, whatever the number of threads.
    """
    sizes = [entry.size for entry in (handin.notebook, *handin.files) if entry is not None]
    with _LARGE_ONE if sum(sizes) > LARGE_BYTES else contextlib.nullcontext():
        return _examine(handin, lesson, settings, runner)


def _examine(handin: HandIn, lesson: Lesson, settings: Settings, runner: Runner) -> Examined:
    began = time.monotonic()
    evidence: dict[str, Evidence] = {}
    told: list[str] = list(handin.notes)
    functions = [exercise for exercise in lesson.exercises if exercise.file is None]
    problem = handin.problem
    notebook: Notebook | None = None
    helped: dict[str, HelpSeen] = {}
    if handin.notebook is not None:
        try:
            notebook, helped = _read(handin.notebook)
        except TooLarge:
            problem = too_large()
        except (NotebookProblem, Unreadable) as unreadable:
            problem = str(unreadable)
    if notebook is not None and functions:
        told += notebook.notes
        if notebook.lesson is not None and notebook.lesson != lesson.name:
            told.append(f"the notebook says that it is lesson {notebook.lesson}; it was graded as {lesson.name}")
        selection = select(notebook, lesson, [exercise.function for exercise in functions])
        execution = execute(
            selection,
            {exercise.id: probe_of(exercise, settings.seed) for exercise in functions},
            _contents(handin.files, told),
            runner=runner,
            seed=settings.seed,
            who=f"{handin.student}, {handin.lesson}",
            needs_tensorflow=any(exercise.needs_tensorflow for exercise in functions),
            cell_seconds=settings.cell_seconds,
        )
        evidence.update(execution.evidence)
        told += execution.notes
    if not handin.ambiguous:
        for exercise in lesson.exercises:
            if exercise.file is not None:
                evidence[exercise.id] = _evidence_of_file(exercise, exercise.file, handin, settings, runner, told)
    return Examined(
        handin=handin,
        evidence=evidence,
        problem=problem,
        notes=noted.shortened(told),
        trace=trace_of_handin(
            lesson.exercises,
            [cell.source for cell in notebook.cells] if notebook is not None else [],
            helped,
            evidence,
            settings.seed,
            settings.private,
        ),
        seconds=round(time.monotonic() - began, 2),
    )


def conclude(examined: Examined, lesson: Lesson, settings: Settings) -> LessonResult:
    """Return the result that the evidence comes to.

    Judges run right answers and mistakes of ours to compare with, with the process's output turned away: never call
    this in two threads at once. A judge that fails is a fault of ours: nothing is earned, and a person looks.
    """
    handin = examined.handin
    return LessonResult(
        student=handin.student,
        lesson=handin.lesson,
        sandbox=settings.sandbox,
        seed=settings.seed,
        verdicts=tuple(_fit_to_show(_verdict(exercise, examined, settings.seed)) for exercise in lesson.exercises),
        notes=examined.notes,
        seconds=examined.seconds,
    )


def _verdict(exercise: Exercise, examined: Examined, seed: int) -> Verdict:
    if examined.handin.ambiguous:
        return _unread(exercise, Status.NOT_JUDGED, Cause.GRADER, f"{examined.problem} A person has to decide.")
    evidence = examined.evidence.get(exercise.id)
    if evidence is None:
        return _unread(exercise, Status.NOT_ATTEMPTED, Cause.MISSING, examined.problem or "There is no notebook.")
    try:
        return judge(exercise, cases_of(exercise, seed), evidence)
    except (
        Exception
    ) as fault:  # a judge must not raise on claims; when it does, one exercise is lost, and not in silence
        what = f"The judge of {exercise.id} failed with {type(fault).__name__}."
        return judge(exercise, (), Evidence(cause=Cause.GRADER, detail=what))


def _fit_to_show(verdict: Verdict) -> Verdict:
    """Return the verdict with texts that can go to any page or terminal: parts of them are a student's own."""
    example = None if verdict.example is None else printable_lines(without_addresses(verdict.example))
    return replace(verdict, message=printable_lines(without_addresses(verdict.message)), example=example)


def _unread(exercise: Exercise, status: Status, cause: Cause, message: str) -> Verdict:
    return Verdict(
        exercise=exercise.id, status=status, points=0.0, max_points=exercise.points, message=message, cause=cause
    )


@functools.lru_cache(maxsize=256)
def probe_of(exercise: Exercise, seed: int) -> dict[str, object]:
    """Return `exercise.probe(seed)`, made once for a whole class."""
    return exercise.probe(seed)


def _read(entry: Entry) -> tuple[Notebook, dict[str, HelpSeen]]:
    """Return what is read of a notebook file; its bytes, outputs and all, are not kept."""
    data = entry.read(MAX_BYTES)
    return read_notebook(data), read_marks(data)


def _contents(files: Sequence[Entry], told: list[str]) -> list[tuple[str, bytes]]:
    """Return the files that come along with their bytes; what cannot be read is told."""
    contents = []
    room = MAX_BESIDE_BYTES
    for entry in files:
        try:
            content = entry.read(min(_cap(entry), room))
        except Unreadable as problem:
            told.append(f"a file beside the notebook was left out: {problem}")
            continue
        room -= len(content)
        contents.append(("/".join(entry.path), content))
    return contents


def _cap(entry: Entry) -> int:
    return MAX_MODEL_BYTES if entry.name.lower().endswith(MODEL_ENDING) else MAX_FILE_BYTES


def _evidence_of_file(
    exercise: Exercise, name: str, handin: HandIn, settings: Settings, runner: Runner, told: list[str]
) -> Evidence:
    """Return the evidence of a file that was handed in, from a sandbox of its own."""
    entry = _file_named(name, handin.files, told)
    if entry is None:
        return Evidence(found=False)
    try:
        content = entry.read(MAX_MODEL_BYTES)
    except Unreadable as problem:
        return Evidence(found=True, facts={"refused": f"{problem}."})
    more = other_digits(exercise, settings.seed, settings.private)
    evidence = evidence_of_model(exercise, content, settings.seed, runner, handin.student, more)
    told += noted.of_model(evidence.facts.get("weights"))
    return evidence


def _file_named(name: str, files: Sequence[Entry], told: list[str]) -> Entry | None:
    """Return the file with this name; else the only one with its ending, which is told."""
    beside = [entry for entry in files if entry.path == (name,)]
    if beside:
        return beside[0]
    ending = name[name.rindex(".") :]
    alike = [entry for entry in files if entry.name.lower().endswith(ending)]
    if len(alike) == 1:
        told.append(f"the file is called {'/'.join(alike[0].path)}, not {name}; it was graded all the same")
        return alike[0]
    if alike:
        told.append(f"there are {len(alike)} {ending} files, none of them called {name}; none was graded")
    return None

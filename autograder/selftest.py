"""Every exercise's bank of answers against its judge, by the path that a student's answer takes.

A judge is proved by answers whose verdict is known: each banked mistake must fail under its own name and with its own
message, each right answer must pass, the lesson's solution must get full marks, and the stub as released must come out
as not attempted.
"""

from __future__ import annotations

import contextlib
import functools
import re
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import course
from autograder.course import CourseError, Lesson, Role
from autograder.exercise import Exercise, Mistake, outcomes_of
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

SEEDS = 3
# Each answer of these trains or builds a network, for every seed anew.
SEEDS_WITH_TENSORFLOW = 1
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# An exercise of this many points or more needs a bank of at least these sizes.
POINTS_OF_A_LARGE_EXERCISE = 2
FEWEST_MISTAKES = 4
FEWEST_RIGHT_ANSWERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What trying one exercise came to: how many answers its bank has, and every miss in words."""

    exercise: Exercise
    misses: tuple[str, ...]

    @property
    def mistakes(self) -> int:
        """The number of named mistakes in the bank."""
        return len(self.exercise.mistakes)

    @property
    def right_answers(self) -> int:
        """The number of right answers in the bank."""
        return len(self.exercise.right_answers)


def seeds_of(exercise: Exercise, count: int | None = None) -> range:
    """Return the seeds to try an exercise with: `count` of them, or as many as its cost allows."""
    return range(1, 1 + (count or (SEEDS_WITH_TENSORFLOW if exercise.needs_tensorflow else SEEDS)))


def misses_of(exercise: Exercise, seeds: Sequence[int]) -> tuple[str, ...]:
    """Return what is wrong with one exercise, its bank and its lesson's answers: one sentence for each miss."""
    if exercise.needs_tensorflow:
        _import_keras()
    misses = [*bank_rules(exercise), *bank_misses(exercise, seeds), *lesson_misses(exercise, seeds)]
    return tuple(f"{exercise.id}: {miss}" for miss in misses)


def unwritten_lessons(exercises: Sequence[Exercise]) -> list[int]:
    """Return the numbers of the lessons that have exercises, and no notebook yet: nothing there can be graded."""
    written = {lesson.number for lesson in course.lessons()}
    return sorted({exercise.lesson for exercise in exercises} - written)


def table(proofs: Sequence[Proof]) -> str:
    """Return the counts lesson by lesson, and together."""
    rows = [("lesson", "exercises", "named mistakes", "right answers", "misses")]
    numbers = sorted({proof.exercise.lesson for proof in proofs})
    groups = [(f"{number:02}", [proof for proof in proofs if proof.exercise.lesson == number]) for number in numbers]
    for name, group in [*groups, ("all", list(proofs))]:
        rows.append(
            (
                name,
                str(len(group)),
                str(sum(proof.mistakes for proof in group)),
                str(sum(proof.right_answers for proof in group)),
                str(sum(len(proof.misses) for proof in group)),
            )
        )
    return "\n".join("  ".join(text.rjust(len(head)) for text, head in zip(row, rows[0], strict=True)) for row in rows)


def bank_rules(exercise: Exercise) -> Iterator[str]:
    """Yield what is missing or doubled in an exercise's bank and hints, without running anything."""
    names = [mistake.name for mistake in exercise.mistakes]
    for name in names:
        if KEBAB_CASE.fullmatch(name) is None:
            yield f"the mistake {name!r} is not named in-kebab-case"
    yield from (f"two mistakes are named {name!r}" for name, count in Counter(names).items() if count > 1)
    messages = Counter(mistake.message for mistake in exercise.mistakes)
    yield from (f"two mistakes have the message {message!r}" for message, count in messages.items() if count > 1)
    for mistake in exercise.mistakes:
        if not mistake.message.strip() or not mistake.next_step.strip():
            yield f"{mistake.name} has no message or no next step"
        if "?" not in mistake.next_step:
            yield f"the next step of {mistake.name} does not ask: {mistake.next_step!r}"
        if not 0 <= mistake.credit < 1:
            yield f"{mistake.name} has credit {mistake.credit}, and may have 0 up to less than 1"
    if len(exercise.hints) != 3 or not all(hint.strip() for hint in exercise.hints):
        yield "it needs three hints, none of them empty"
    if exercise.points >= POINTS_OF_A_LARGE_EXERCISE:
        if len(names) < FEWEST_MISTAKES:
            yield f"{len(names)} named mistakes are too few for {exercise.points:g} points: {FEWEST_MISTAKES} at least"
        if len(exercise.right_answers) < FEWEST_RIGHT_ANSWERS:
            count = len(exercise.right_answers)
            yield f"{count} right answers are too few for {exercise.points:g} points: {FEWEST_RIGHT_ANSWERS} at least"


def bank_misses(exercise: Exercise, seeds: Sequence[int]) -> Iterator[str]:
    """Yield every answer of the bank that does not get the verdict that it must get."""
    right_answers = exercise.right_answers if exercise.answer is None else (exercise.answer, *exercise.right_answers)
    for answer in right_answers:
        what = f"the right answer {_name(answer)} does not pass"
        yield from _missed(what, verdicts(exercise, answer, seeds), _is_passed)
    for mistake in exercise.mistakes:
        for answer in (mistake.answer, *mistake.also):
            what = f"the mistake {mistake.name} ({_name(answer)}) is not caught under its name"
            yield from _missed(what, verdicts(exercise, answer, seeds), functools.partial(_is_caught, mistake))


def lesson_misses(exercise: Exercise, seeds: Sequence[int]) -> Iterator[str]:
    """Yield what is wrong with the lesson's own answers: the solution must pass, the stub is not attempted.

    An exercise whose lesson is not written yet has no such answers: see `unwritten_lessons`.
    """
    try:
        lesson = next((lesson for lesson in course.lessons() if lesson.number == exercise.lesson), None)
        if lesson is None:
            return
        solved = _defined_by(lesson, with_solutions=True)
        released = _defined_by(lesson, with_solutions=False)
    except (KeyError, CourseError) as problem:
        yield str(problem.args[0])
        return
    except Exception as problem:  # a lesson's code may raise anything, and the other exercises go on
        yield f"the lesson's set-up or exercise cells raised {type(problem).__name__}: {problem}"
        return
    stub = lesson.stub(exercise.id)
    if stub is None:
        if not exercise.file:
            yield f"{lesson.name} has no cell that asks for it"
        return
    name = exercise.function if not exercise.file else _function_in(stub)
    solution, waiting = _as_bank_entry(exercise, solved[name]), _as_bank_entry(exercise, released[name])
    yield from _missed("the lesson's solution does not pass", verdicts(exercise, solution, seeds), _is_passed)
    what = "the stub as released is not 'not attempted'"
    yield from _missed(what, verdicts(exercise, waiting, seeds), _is_not_attempted)


def verdicts(exercise: Exercise, answer: Callable[..., Any], seeds: Sequence[int]) -> Iterator[tuple[int, Verdict]]:
    """Yield each seed with the verdict on an answer; for a file exercise, `answer` is called with the path to write.

    Where a judge or an answer of ours raises, the verdict is that it could not be judged, and says why.
    """
    try:
        if exercise.file:
            yield from _file_verdicts(exercise, exercise.file, answer, seeds)
            return
        for seed in seeds:
            cases = exercise.cases(seed)
            outcomes = outcomes_of(answer, cases, exercise.seconds)
            yield seed, judge(exercise, cases, Evidence(found=True, outcomes=outcomes))
    except Exception as problem:  # one exercise's fault must not hide what is wrong with the others
        last = traceback.extract_tb(problem.__traceback__)[-1]
        message = f"{type(problem).__name__} was raised at {Path(last.filename).name}:{last.lineno}: {problem}"
        status = Status.NOT_JUDGED
        yield 0, Verdict(exercise=exercise.id, status=status, points=0, max_points=exercise.points, message=message)


def _file_verdicts(
    exercise: Exercise, name: str, answer: Callable[[Path], object], seeds: Sequence[int]
) -> Iterator[tuple[int, Verdict]]:
    from autograder.file_evidence import evidence_of_file
    from autograder.inside.call import quiet

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with quiet():
            answer(path)
        for seed in seeds:
            cases = exercise.cases(seed)
            yield seed, judge(exercise, cases, evidence_of_file(path, cases))


def _import_keras() -> None:
    """Import Keras where no clock runs: an import that a time limit cuts short leaves halves of modules behind."""
    from autograder.inside.call import quiet

    with quiet():
        import keras  # noqa: F401


def _missed(what: str, given: Iterator[tuple[int, Verdict]], is_right: Callable[[Verdict], bool]) -> Iterator[str]:
    """Yield one sentence where a verdict is not right: the first such seed is enough to repeat it."""
    wrong = [(seed, verdict) for seed, verdict in given if not is_right(verdict)]
    for seed, verdict in wrong[:1]:
        name = f" as {verdict.mistake}" if verdict.mistake else ""
        yield f"{what}: with seed {seed} it is {verdict.status}{name}, {verdict.message!r}"


def _is_passed(verdict: Verdict) -> bool:
    return verdict.status is Status.PASSED


def _is_not_attempted(verdict: Verdict) -> bool:
    return verdict.status is Status.NOT_ATTEMPTED


def _is_caught(mistake: Mistake, verdict: Verdict) -> bool:
    """Whether the verdict names the mistake and says its message; a judge may add what it measured."""
    said = mistake.message.rstrip(".").lower() in verdict.message.lower()
    return verdict.mistake == mistake.name and said and verdict.status in (Status.FAILED, Status.PARTIAL)


@functools.cache
def _defined_by(lesson: Lesson, *, with_solutions: bool) -> dict[str, Any]:
    """Return what a lesson's set-up and exercise cells define, with the solutions or as released."""
    names: dict[str, Any] = {"__name__": lesson.name}
    for cell in lesson.cells:
        if cell.role not in (Role.SETUP, Role.EXERCISE):
            continue
        solve = with_solutions and cell.role is Role.EXERCISE and cell.exercise is not None
        code = course.solution_text(str(cell.exercise)) if solve else cell.source
        exec(compile(code, f"<{lesson.name}: {cell.exercise or cell.role}>", "exec"), names)  # noqa: S102 - our own lesson's code
    return names


def _as_bank_entry(exercise: Exercise, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a lesson's function in the form of the bank: a stub of a file exercise writes no file."""
    if not exercise.file:
        return function

    def write(path: Path) -> None:
        with contextlib.suppress(NotImplementedError):
            function(path)

    return write


def _function_in(code: str) -> str:
    """Return the name of the function that an exercise cell defines."""
    found = re.search(r"^def (\w+)\(", code, re.MULTILINE)
    if found is None:
        raise CourseError(f"An exercise cell defines no function: {code.splitlines()[0]!r}.")
    return found[1]


def _name(answer: Callable[..., Any]) -> str:
    return getattr(answer, "__name__", repr(answer))

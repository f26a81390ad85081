"""`autograder grade`: grade a class, print the table, write results, reports and the gradebook."""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from autograder.cli import CommandError, Exit
from autograder.course import CourseError, Lesson, lessons
from autograder.handins import ClassFound, NothingFound, Stray, find_handins
from autograder.handins.lessons import LessonNames
from autograder.integrity.digits import Digits, PrivateDigitsProblem, read_private_digits
from autograder.locks import Locked
from autograder.progress import Progress
from autograder.records import LessonResult
from autograder.results import CLASS_FILE
from autograder.runners import Runners
from autograder.runs import Plan, Run
from autograder.sandbox import LIGHT, MODEL, TENSORFLOW, Kind, SandboxError, available
from autograder.sandbox.machine import explain
from autograder.sandbox.selftest import selftest
from autograder.table import table

SAMPLE_CLASS = Path(__file__).parents[1] / "sample_class"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="the hand-ins: nbgrader's submitted folder, one folder a student, a zip archive of Canvas, Moodle or "
        "Gradescope, or one notebook",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("grades"), help="where results and reports go (default: grades)"
    )
    parser.add_argument("--workers", type=_positive, metavar="N", help="hand-ins graded at once (default: one a core)")
    parser.add_argument("--lesson", metavar="NN", help="grade this lesson alone")
    parser.add_argument(
        "--timeout", type=_seconds, metavar="S", help="seconds that one cell may take (default: 10, with TensorFlow 60)"
    )
    parser.add_argument("--seed", type=_seed, metavar="N", help="draw the exercises' inputs from this seed")
    parser.add_argument(
        "--gradebook", metavar="DB-URL", help="the gradebook: a file or a database URL (default: gradebook.db in OUT)"
    )
    parser.add_argument(
        "--private-test",
        type=Path,
        metavar="FILE.npz",
        help="digits of your own, `images` (n, 28, 28) and `labels` (n,): the class page tells which models fall far "
        "on them; no points depend on it",
    )
    parser.add_argument("--force", action="store_true", help="grade again what has not changed")
    parser.add_argument(
        "--trusted", action="store_true", help="run the code without a sandbox, as yourself: only code that you trust"
    )
    parser.add_argument("--sample", action="store_true", help="grade the sample class that comes with digitlab")


def run(args: argparse.Namespace) -> int:
    """Grade, and return the exit status: 3 where something needs a person."""
    path = _path(args)
    try:
        course = lessons()
        only = None if args.lesson is None else _lesson_named(args.lesson, course)
        names = LessonNames({lesson.number: lesson.name for lesson in course})
        found = find_handins(path, names, only, without=(args.out,))
    except (CourseError, NothingFound) as problem:
        raise CommandError(str(problem)) from None
    private = _private(args.private_test)
    trusted = args.trusted or (args.sample and _no_sandbox())
    progress = Progress()
    _terminate_as_interrupt()
    try:
        sandbox = "none" if trusted else "bubblewrap"
        with Run(args.out, seed=args.seed, sandbox=sandbox, cell_seconds=args.timeout, private=private) as grading:
            plan = grading.plan(found, course, force=args.force)
            runner = Runners(trusted=trusted, hidden=(path.resolve(), args.out.resolve()))
            try:
                if plan.todo and not trusted:
                    _proved(runner, plan)
                results = grading.grade(plan, runner, workers=args.workers or _cores(), watcher=progress)
            finally:
                runner.close()
                progress.close()
            problems = _report(grading, results, found.strays, args.gradebook)
    except Locked as problem:
        raise CommandError(str(problem)) from None
    except SandboxError as problem:
        raise CommandError(str(explain(str(problem)))) from None
    except KeyboardInterrupt:
        raise CommandError(
            f"Stopped. What was finished is kept in {args.out}; run the same command again to go on.", Exit.INTERRUPTED
        ) from None
    return _tell(found, results, len(plan.todo), problems, args.out)


def _proved(runner: Runners, plan: Plan) -> None:
    """Prove the sandbox on this machine before a stranger's code runs in it; meanwhile its processes start."""
    kinds: dict[str, Kind] = {}
    for lesson in {task.lesson.name: task.lesson for task in plan.todo}.values():
        heavy = any(exercise.needs_tensorflow for exercise in lesson.exercises if exercise.file is None)
        needed = [TENSORFLOW if heavy else LIGHT]
        needed += [MODEL] if any(exercise.file is not None for exercise in lesson.exercises) else []
        kinds |= {kind.name: kind for kind in needed}
    runner.warm(kinds.values())
    proof = selftest()
    if not proof.ok:
        raise CommandError(f"This machine's sandbox does not hold. {proof}")


def _terminate_as_interrupt() -> None:
    """Let SIGTERM end a run as cleanly as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _no_sandbox() -> bool:
    """Whether there is no sandbox here; the sample class, which came with digitlab, is trusted then, and it is said."""
    problem = available()
    if problem is not None:
        print(f"{problem.what} The sample class comes with digitlab, so it runs without a sandbox.", file=sys.stderr)
    return problem is not None


def _private(path: Path | None) -> Digits | None:
    try:
        return None if path is None else read_private_digits(path)
    except PrivateDigitsProblem as problem:
        raise CommandError(f"--private-test: {problem}", Exit.USAGE) from None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _path(args: argparse.Namespace) -> Path:
    if args.sample == (args.path is not None):
        raise CommandError("Name the folder with the hand-ins, or give --sample for the sample class.", Exit.USAGE)
    return SAMPLE_CLASS if args.sample else args.path


def _lesson_named(text: str, course: Sequence[Lesson]) -> str:
    for lesson in course:
        if text == lesson.name or (text.isdecimal() and int(text) == lesson.number):
            return lesson.name
    names = ", ".join(lesson.name for lesson in course)
    raise CommandError(f"There is no lesson {text!r}. The lessons are: {names}.", Exit.USAGE)


def _report(grading: Run, graded: Sequence[LessonResult], strays: Sequence[Stray], gradebook: str | None) -> list[str]:
    """Write the reports and the gradebook where a result has changed since they were written; return problems."""
    results, problems = grading.all_results(graded)
    unplaced = [str(stray) for stray in strays]
    target = gradebook or grading.out / "gradebook.db"
    state = _digest(results, unplaced, str(target))
    there = (grading.out / CLASS_FILE).exists() and (isinstance(target, str) or target.exists())
    if results and (grading.recalled("reported") != state or not there):
        # Where nothing has changed, nobody waits for what writes pages and databases.
        from autograder.gradebook import GradebookError, write
        from autograder.reports import facts_of_run, facts_to_plain, write_all

        grading.remember(facts=facts_to_plain(facts_of_run(datetime.now().astimezone(), unplaced)))
        write_all(results, grading.out)
        try:
            write(results, target)
        except GradebookError as problem:
            raise CommandError(f"{problem} The grades themselves are safe in {grading.out}.") from None
        grading.remember(reported=state)
    return problems


def _digest(results: Sequence[LessonResult], *others: object) -> str:
    known = [(result.student, result.lesson, result.fingerprint, result.points) for result in results]
    return hashlib.sha256(repr((known, others)).encode("utf-8", "replace")).hexdigest()


def _tell(found: ClassFound, results: Sequence[LessonResult], new: int, problems: Sequence[str], out: Path) -> int:
    """Print the table to standard output and the problems to standard error; return the exit status."""
    print(table(results))
    print(f"\n{len(results)} hand-ins, {new} of them graded now. Open {out / 'index.html'}")
    for stray in found.strays:
        print(f"not graded: {stray}", file=sys.stderr)
    for problem in problems:
        print(problem, file=sys.stderr)
    unjudged = [result for result in results if result.needs_a_person]
    if unjudged:
        print(f"{len(unjudged)} hand-ins need a person: see the table.", file=sys.stderr)
    return Exit.NEEDS_A_PERSON if unjudged or found.strays or problems else Exit.DONE


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1024")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {(1 << 31) - 1}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 36_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 36000")
    return seconds

"""`autograder selftest`: prove every exercise with its bank, its solution and its stub; prove the sandbox too."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from autograder.cli import CommandError, Exit
from autograder.exercise import Exercise
from autograder.exercises import EXERCISES, find
from autograder.selftest import Proof, misses_of, seeds_of, table, unwritten_lessons


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `autograder selftest`."""
    parser.add_argument("exercise", nargs="*", metavar="EXERCISE", help="only these exercises, by id (default: all)")
    parser.add_argument(
        "--seeds", type=_positive, metavar="N", help="draw the inputs from N seeds (default: 3, with TensorFlow 1)"
    )
    parser.add_argument(
        "--workers", type=_positive, metavar="N", help="prove N exercises at once (default: one a core)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="grade only some of the hostile hand-ins, a few of each kind"
    )
    parser.description = (
        "Try every exercise's judge with its bank of right and wrong answers. Then prove this machine: try the walls "
        "of the sandbox, and grade in it the solutions of all lessons (full marks), the lessons as released (not "
        "attempted) and the hostile hand-ins that come with the package. The last line says whether this machine may "
        "be trusted with strangers' code. All of it takes some minutes; --quick leaves out most of the hostile "
        "hand-ins; where exercises are named, they alone are tried, without the sandbox."
    )


def run(args: argparse.Namespace) -> int:
    """Prove the exercises and the sandbox, print the table, the misses and whether the sandbox holds.

    Returns 0 where all is well, 1 where a judge misses or a lesson's own answers do not get what they must, 3 where
    only the sandbox does not hold on this machine. Where exercises are named, the sandbox is left out.
    """
    try:
        exercises = tuple(map(find, args.exercise)) or EXERCISES
    except KeyError as problem:
        raise CommandError(str(problem.args[0]), Exit.USAGE) from problem
    from tqdm import tqdm

    workers = min(args.workers or os.cpu_count() or 1, len(exercises))
    found: dict[str, tuple[str, ...]] = {}
    proved = _proved(exercises, args.seeds, workers)
    quiet = not sys.stderr.isatty()
    bar = tqdm(proved, total=len(exercises), unit="exercise", delay=2, leave=False, disable=quiet)
    for exercise, misses in bar:
        bar.set_description(exercise.id)
        found[exercise.id] = misses
    proofs = [Proof(exercise=exercise, misses=found[exercise.id]) for exercise in exercises]
    print(table(proofs))
    unwritten = unwritten_lessons(exercises)
    if unwritten:
        numbers = ", ".join(f"{number:02}" for number in unwritten)
        print(f"Not written yet, so without a solution or a stub to try: lessons {numbers}.")
    for proof in proofs:
        for miss in proof.misses:
            print(miss, file=sys.stderr)
    judged_right = not any(proof.misses for proof in proofs)
    holds = True
    if not args.exercise:
        holds, graded_right = _machine_holds(brief=args.quick, workers=args.workers or os.cpu_count() or 1)
        judged_right = judged_right and graded_right
    if not judged_right:
        return Exit.FAILED
    return Exit.DONE if holds else Exit.NEEDS_A_PERSON


def _machine_holds(*, brief: bool, workers: int) -> tuple[bool, bool]:
    """Say in one line whether this machine may be trusted with strangers' code.

    Returns whether it may, and whether the lessons' own answers got what they must where they could be graded.
    """
    from tqdm import tqdm

    from autograder.rehearsal import count, rehearse
    from autograder.sandbox.selftest import selftest

    proof = selftest()
    if not proof.ok:
        print(f"This machine may NOT be trusted with strangers' code. {proof}", file=sys.stderr)
        return False, True
    quiet = not sys.stderr.isatty()
    with tqdm(total=count(brief=brief), unit="hand-in", delay=2, leave=False, disable=quiet) as bar:
        rehearsed = rehearse(brief=brief, workers=workers, done=bar.update)
    for miss in (*rehearsed.lesson_misses, *rehearsed.hostile_misses):
        print(miss, file=sys.stderr)
    holds = not rehearsed.hostile_misses
    line = f"This machine may {'' if holds else 'NOT '}be trusted with strangers' code. {proof} {rehearsed}"
    print(line, file=sys.stdout if holds else sys.stderr)
    return holds, not rehearsed.lesson_misses


def _proved(
    exercises: Sequence[Exercise], seeds: int | None, workers: int
) -> Iterator[tuple[Exercise, tuple[str, ...]]]:
    """Yield each exercise with its misses as it is finished; the long ones begin first."""
    if workers == 1:
        for exercise in exercises:
            yield exercise, misses_of(exercise, seeds_of(exercise, seeds))
        return
    # Fresh processes, as TensorFlow's threads do not survive a fork; Ctrl-C ends them without a word.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL)
    ) as pool:
        waiting: dict[Future[tuple[str, ...]], Exercise] = {}
        for exercise in sorted(exercises, key=lambda exercise: -exercise.seconds):
            waiting[pool.submit(_misses_by_id, exercise.id, seeds)] = exercise
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _misses_by_id(exercise_id: str, seeds: int | None) -> tuple[str, ...]:
    exercise = find(exercise_id)
    return misses_of(exercise, seeds_of(exercise, seeds))


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)

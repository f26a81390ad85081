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


def run(args: argparse.Namespace) -> int:
    """Prove the exercises and the sandbox, print the table, the misses and whether the sandbox holds.

    Returns 0 where all is well, 1 where a judge misses, 3 where only the sandbox does not hold on this machine. Where
    exercises are named, the sandbox is left out.
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
    holds = args.exercise or _sandbox_holds()
    if any(proof.misses for proof in proofs):
        return Exit.FAILED
    return Exit.DONE if holds else Exit.NEEDS_A_PERSON


def _sandbox_holds() -> bool:
    """Say in one line whether this machine may be trusted with strangers' code."""
    from autograder.sandbox.selftest import selftest

    proof = selftest()
    if proof.ok:
        print(f"This machine may be trusted with strangers' code. {proof}")
    else:
        print(f"This machine may NOT be trusted with strangers' code. {proof}", file=sys.stderr)
    return proof.ok


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

"""`autograder selftest`: prove every exercise with its bank, its solution and its stub."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from autograder.cli import CommandError, Exit
from autograder.exercise import Exercise
from autograder.exercises import EXERCISES, find
from autograder.selftest import SEEDS, Proof, prove, table


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `autograder selftest`."""
    parser.add_argument("exercise", nargs="*", metavar="EXERCISE", help="only these exercises, by id (default: all)")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), metavar="N", help="draw the inputs from N seeds")


def run(args: argparse.Namespace) -> int:
    """Prove the exercises, print the table and the misses; return 0 without a miss, 1 with one."""
    if args.seeds < 1:
        raise CommandError(f"--seeds {args.seeds} proves nothing: give 1 or more.", Exit.USAGE)
    try:
        exercises = tuple(map(find, args.exercise)) or EXERCISES
    except KeyError as problem:
        raise CommandError(str(problem.args[0]), Exit.USAGE) from problem
    proofs = tuple(_prove_all(exercises, range(1, args.seeds + 1)))
    print(table(proofs))
    misses = [miss for proof in proofs for miss in proof.misses]
    for miss in misses:
        print(miss, file=sys.stderr)
    return Exit.FAILED if misses else Exit.DONE


def _prove_all(exercises: Sequence[Exercise], seeds: Sequence[int]) -> Iterator[Proof]:
    """Yield one proof for each exercise; on a terminal a bar shows how far it is once two seconds have passed."""
    from tqdm import tqdm

    with tqdm(exercises, unit="exercise", delay=2, leave=False, disable=not sys.stderr.isatty()) as bar:
        for exercise in bar:
            bar.set_description(exercise.id)
            yield prove(exercise, seeds)

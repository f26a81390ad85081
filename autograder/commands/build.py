"""`autograder build`: the students' notebooks from the solutions, or a check that they are up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.authoring.build import build_lesson, differences_from, orphans, was_worked_in
from autograder.authoring.source import AuthoringError
from autograder.cli import CommandError, Exit
from autograder.course import CourseError, lessons_folder, solutions_folder
from autograder.results import write_whole


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `autograder build`."""
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not up to date")
    parser.add_argument("--force", action="store_true", help="also replace notebooks that somebody has worked in")
    parser.add_argument("--solutions", type=Path, metavar="DIR", help="the folder of the sources")
    parser.add_argument("--lessons", type=Path, metavar="DIR", help="the folder of the released notebooks")


def run(args: argparse.Namespace) -> int:
    """Build or check all lessons; return 0 where all is well, 1 where something is not."""
    try:
        solutions, lessons = args.solutions or solutions_folder(), args.lessons or lessons_folder()
    except CourseError as problem:
        raise CommandError(str(problem)) from None
    sources = sorted(solutions.glob("*.py"))
    if not sources:
        raise CommandError(f"There is no lesson's source (*.py) in {solutions}. Name their folder with --solutions.")
    wrong: list[str] = []
    up_to_date = written = 0
    for path in sources:
        try:
            built = build_lesson(path, lessons)
        except AuthoringError as error:
            wrong += map(str, error.problems)
            continue
        differences = list(differences_from(built))
        if not differences:
            up_to_date += 1
        elif args.check:
            wrong += [*differences, f"{built.path} is not what its source gives. Run: autograder build"]
        elif not args.force and was_worked_in(built.path):
            wrong.append(
                f"{built.path} holds somebody's work (cells were run in it), so it was not replaced. "
                "Move it elsewhere, or add --force."
            )
        else:
            write_whole(built.path, built.text)
            written += 1
            print(f"wrote {built.path}")
    wrong += [f"{path} has no source in {solutions}: delete it, or give it one." for path in orphans(lessons, sources)]
    for message in wrong:
        print(message, file=sys.stderr)
    print(f"{len(sources)} lessons: {written} written, {up_to_date} up to date, {len(wrong)} problems")
    return Exit.FAILED if wrong else Exit.DONE

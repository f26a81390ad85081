"""`autograder report`: the reports and the gradebook again, from the results that a run has left."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.cli import CommandError, Exit
from autograder.gradebook import GradebookError, write
from autograder.locks import Locked, only_run_on
from autograder.reports import CLASS_FILE, write_all
from autograder.results import RESULTS_FOLDER, all_results

GRADEBOOK_FILE = "gradebook.db"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "out",
        nargs="?",
        type=Path,
        default=Path("grades"),
        metavar="OUT",
        help="the folder that autograder grade has written to (default: grades)",
    )
    parser.add_argument(
        "--gradebook", metavar="DB-URL", help="the gradebook: a file or a database URL (default: gradebook.db in OUT)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the reports and the gradebook anew; return 3 where a result is damaged or could not be judged."""
    out: Path = args.out
    if not (out / RESULTS_FOLDER).is_dir():
        raise CommandError(f"There are no results in {out}. Grade first: autograder grade DIR --out {out}")
    try:
        with only_run_on(out):
            results, problems = all_results(out)
            if not results:
                raise CommandError(
                    f"There is no result in {out / RESULTS_FOLDER} that can be read. "
                    f"Grade first: autograder grade DIR --out {out}"
                )
            write_all(results, out)
            write(results, args.gradebook or out / GRADEBOOK_FILE)
    except (Locked, GradebookError) as problem:
        raise CommandError(str(problem)) from None
    for sentence in problems:
        print(sentence, file=sys.stderr)
    students = len({result.student for result in results})
    told = f"{_counted(len(results), 'result')} of {_counted(students, 'student')} reported"
    print(f"{told}. Open {out / CLASS_FILE}")
    unjudged = sum(result.needs_a_person for result in results)
    if unjudged:
        print(f"{_counted(unjudged, 'hand-in')} could not be judged: see the top of the class page.", file=sys.stderr)
    return Exit.NEEDS_A_PERSON if problems or unjudged else Exit.DONE


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"

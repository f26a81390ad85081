"""`autograder build`: the students' notebooks from the solutions, or a check that they are up to date."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.release import notebook_text, released_notebook, texts_in
from autograder.authoring.rules import leaks, problems_of
from autograder.authoring.source import AuthoringError, read_source
from autograder.cli import Exit
from autograder.course import lessons_folder, solutions_folder
from autograder.exercises import of_lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One released notebook as it should be: its file and the text of it."""

    path: Path
    text: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `autograder build`."""
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not up to date")
    parser.add_argument("--force", action="store_true", help="also replace notebooks that somebody has worked in")
    parser.add_argument("--solutions", type=Path, metavar="DIR", help="the folder of the sources")
    parser.add_argument("--lessons", type=Path, metavar="DIR", help="the folder of the released notebooks")


def run(args: argparse.Namespace) -> int:
    """Build or check all lessons; return 0 where all is well, 1 where something is not."""
    solutions, lessons = args.solutions or solutions_folder(), args.lessons or lessons_folder()
    sources = sorted(solutions.glob("*.py"))
    if not sources:
        print(f"There is no lesson's source (*.py) in {solutions}.", file=sys.stderr)
        return Exit.FAILED
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
        elif not args.force and _was_worked_in(built.path):
            wrong.append(
                f"{built.path} holds somebody's work (cells were run in it), so it was not replaced. "
                "Move it elsewhere, or add --force."
            )
        else:
            write_beside(built.path, built.text)
            written += 1
            print(f"wrote {built.path}")
    wrong += [f"{path} has no source in {solutions}: delete it, or give it one." for path in _orphans(lessons, sources)]
    for message in wrong:
        print(message, file=sys.stderr)
    print(f"{len(sources)} lessons: {written} written, {up_to_date} up to date, {len(wrong)} problems")
    return Exit.FAILED if wrong else Exit.DONE


def build_lesson(source_path: Path, lessons: Path) -> Built:
    """Return the released notebook of one source.

    Raises
    ------
    AuthoringError
        If the source breaks a rule, or a line of a solution could be read in the result.
    """
    source = read_source(source_path)
    exercises = of_lesson(source.number)
    problems = problems_of(source, exercises, lessons)
    if problems:
        raise AuthoringError(*problems)
    notebook = released_notebook(source, exercises)
    leaked = leaks(source, texts_in(notebook))
    if leaked:
        raise AuthoringError(*leaked)
    return Built(path=lessons / f"{source.name}.ipynb", text=notebook_text(notebook))


def differences_from(built: Built) -> Iterator[str]:
    """Yield what differs between a notebook as it should be and the file as it is, cell by cell."""
    try:
        text = built.path.read_text(encoding="utf-8")
    except FileNotFoundError:
        yield f"{built.path} does not exist."
        return
    if text == built.text:
        return
    try:
        is_, should = json.loads(text), json.loads(built.text)
        cells_are = {cell["id"]: cell for cell in is_["cells"]}
        cells_should = {cell["id"]: cell for cell in should["cells"]}
    except (ValueError, KeyError, TypeError):
        yield f"{built.path} is not a notebook that the build has made."
        return
    for cell_id, cell in cells_should.items():
        if cell_id not in cells_are:
            yield f"{built.path}: the cell {cell_id} is missing{_beginning(cell)}"
        elif cells_are[cell_id] != cell:
            keys = sorted(key for key in cell | cells_are[cell_id] if cell.get(key) != cells_are[cell_id].get(key))
            yield f"{built.path}: the cell {cell_id} differs in its {', '.join(keys)}{_beginning(cell)}"
    for cell_id, cell in cells_are.items():
        if cell_id not in cells_should:
            yield f"{built.path}: the cell {cell_id} is not in the source{_beginning(cell)}"
    if cells_are == cells_should and list(cells_are) != list(cells_should):
        yield f"{built.path}: the cells stand in another order."
    if is_ | {"cells": []} != should | {"cells": []}:
        yield f"{built.path}: the notebook's own metadata differ."
    if is_ == should:
        yield f"{built.path} has the right contents in another layout of the file."


def write_beside(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside its place first, then renamed into it.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is still there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _beginning(cell: dict[str, Any]) -> str:
    first = "".join(cell.get("source", "")).strip().splitlines()[:1]
    return f" ({first[0][:60]})" if first else ""


def _was_worked_in(path: Path) -> bool:
    """Whether somebody has run cells of this notebook: a build must not throw their answers away."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _orphans(lessons: Path, sources: Sequence[Path]) -> list[Path]:
    """Return the notebooks that the build has made once, and that have no source any more."""
    names = {path.stem for path in sources}
    orphans = []
    for path in sorted(lessons.glob("*.ipynb")):
        try:
            made_as = json.loads(path.read_text(encoding="utf-8"))["metadata"]["digitlab"]["lesson"]
        except (ValueError, KeyError, TypeError):
            continue  # not ours: a student's own notebook may lie here
        if made_as == path.stem and made_as not in names:
            orphans.append(path)
    return orphans

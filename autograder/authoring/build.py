"""Released notebooks as they should be, and how the files in the lessons' folder differ from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.release import notebook_text, released_notebook, texts_in
from autograder.authoring.rules import leaks, problems_of
from autograder.authoring.source import AuthoringError, read_source
from autograder.exercises import of_lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One released notebook as it should be: its file and the text of it."""

    path: Path
    text: str


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


def was_worked_in(path: Path) -> bool:
    """Whether somebody has run cells of this notebook: a build must not throw their answers away."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return any(cell.get("execution_count") or cell.get("outputs") for cell in cells)
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def orphans(lessons: Path, sources: Sequence[Path]) -> list[Path]:
    """Return the notebooks that the build has made once, and that have no source any more."""
    names = {path.stem for path in sources}
    found = []
    for path in sorted(lessons.glob("*.ipynb")):
        try:
            made_as = json.loads(path.read_text(encoding="utf-8"))["metadata"]["digitlab"]["lesson"]
        except (ValueError, KeyError, TypeError):
            continue  # not ours: a student's own notebook may lie here
        if made_as == path.stem and made_as not in names:
            found.append(path)
    return found


def _beginning(cell: dict[str, Any]) -> str:
    first = "".join(cell.get("source", "")).strip().splitlines()[:1]
    return f" ({first[0][:60]})" if first else ""

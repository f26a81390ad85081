"""Notebooks for hostile hand-ins: a released lesson with answers filled in and cells of the student's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from autograder.course import lesson, solution_text

Cell = dict[str, Any]
Plain = dict[str, Any]


def solutions(number: int) -> dict[str, str]:
    """Return the solutions of a lesson's functions by exercise id."""
    return {one.id: solution_text(one.id) for one in lesson(number).exercises if one.file is None}


def released(number: int, answers: Mapping[str, str]) -> Plain:
    """Return a lesson's notebook as plain JSON, with answers in some of its exercise cells."""
    plain: Plain = json.loads(lesson(number).notebook.read_text(encoding="utf-8"))
    for exercise, source in answers.items():
        cell_of(plain, exercise)["source"] = source
    return plain


def cell_of(plain: Plain, exercise: str, role: str = "exercise") -> Cell:
    """Return an exercise's cell, or its check, to change it."""
    wanted = {"role": role, "exercise": exercise}
    found: Cell = next(cell for cell in plain["cells"] if cell["metadata"].get("digitlab") == wanted)
    return found


def checks_of(plain: Plain) -> list[Cell]:
    """Return the check cells."""
    return [cell for cell in plain["cells"] if cell["metadata"].get("digitlab", {}).get("role") == "check"]


def code(source: str) -> Cell:
    """Return a code cell of a student's own."""
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def with_cells(plain: Plain, *, first: str = "", middle: str = "", last: str = "") -> Plain:
    """Return the notebook with code cells put in: before all others, after the first three exercises, at the end."""
    cells = plain["cells"]
    if middle:
        places = [i for i, cell in enumerate(cells) if cell["metadata"].get("digitlab", {}).get("role") == "exercise"]
        cells.insert(places[2] + 1, code(middle))
    if first:
        cells.insert(0, code(first))
    if last:
        cells.append(code(last))
    return plain


def packed(plain: Plain) -> bytes:
    """Return the notebook as the bytes of a file."""
    return json.dumps(plain).encode()


def path_of(number: int) -> str:
    """Return where a lesson's notebook lies below its student's folder."""
    name = lesson(number).name
    return f"{name}/{name}.ipynb"


def handed_in(plain: Plain, number: int = 2) -> dict[str, bytes]:
    """Return the files of a hand-in that is this notebook."""
    return {path_of(number): packed(plain)}


def beside(number: int, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files as they lie beside a lesson's notebook."""
    return {f"{lesson(number).name}/{path}": content for path, content in files.items()}

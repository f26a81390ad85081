"""Read the text source of a lesson: py:percent, front matter, and three short keys a cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import LESSON_NAME, Role

_HEADER = re.compile(r"^# %%")
_KEYS = {
    Role.TEXT: frozenset[str](),
    Role.SETUP: frozenset({"role"}),
    Role.DEMO: frozenset({"role"}),
    Role.EXERCISE: frozenset({"role", "ex"}),
    Role.CHECK: frozenset({"role", "ex", "points"}),
}
_FRONT_MATTER = {"title": str, "minutes": int, "level": str, "prerequisites": list, "taught": list}
_REQUIRED = ("title", "minutes", "level", "prerequisites")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a lesson's source, and where: `line` counts from 1, and is None for the whole file."""

    path: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        return f"{place}: {self.message}"


class AuthoringError(Exception):
    """The source of a lesson breaks the rules; `problems` has every one that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCell:
    """One cell: what it is for, its text, the line of its header, and the two keys of exercises and checks."""

    role: Role
    text: str
    line: int
    exercise: str | None = None
    points: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSource:
    """One lesson as its author wrote it.

    `level` and `prerequisites` are words for the reader; `taught` holds lines of code that a solution shares with
    the lesson's own text on purpose, and which therefore do not count as leaked.
    """

    path: Path
    title: str
    minutes: int
    level: str
    prerequisites: tuple[str, ...]
    taught: tuple[str, ...]
    cells: tuple[SourceCell, ...]

    @property
    def name(self) -> str:
        """The name of the notebook that is built from it."""
        return self.path.stem

    @property
    def number(self) -> int:
        """The lesson's number."""
        return int(self.name[:2])


def read_source(path: Path) -> LessonSource:
    """Return the lesson in a py:percent file.

    Raises
    ------
    AuthoringError
        If the name, the front matter or a cell's keys are not as they should be; all such problems at once.
    OSError
        If the file cannot be read.
    """
    import jupytext
    from nbformat import ValidationError

    if LESSON_NAME.fullmatch(path.stem) is None:
        raise AuthoringError(Problem(path, None, "A lesson is named NN_in_small_letters.py: rename the file."))
    try:
        text = path.read_text(encoding="utf-8")
        notebook = jupytext.reads(text, fmt="py:percent")
    except (ValueError, ValidationError) as problem:
        reason = str(problem).splitlines()[0]
        raise AuthoringError(Problem(path, None, f"This is not a py:percent file: {reason}.")) from problem
    if notebook.cells and notebook.cells[0].cell_type == "raw" and text.startswith("# ---"):
        raise AuthoringError(Problem(path, 1, "The front matter is not YAML between two lines '# ---'."))
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEADER.match(line)]
    if len(lines) != len(notebook.cells):
        what = f"{len(notebook.cells)} cells but {len(lines)} lines that begin with '# %%'"
        raise AuthoringError(
            Problem(path, None, f"There are {what}. Begin each cell with one, and use it for nothing else.")
        )
    problems = _front_matter_problems(path, notebook.metadata)
    cells: list[SourceCell] = []
    for cell, line in zip(notebook.cells, lines, strict=True):
        read = _cell(path, cell, line)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            cells.append(read)
    if problems:
        raise AuthoringError(*problems)
    about = notebook.metadata["digitlab"]
    return LessonSource(
        path=path,
        title=about["title"],
        minutes=about["minutes"],
        level=about["level"],
        prerequisites=tuple(map(str, about["prerequisites"])),
        taught=tuple(map(str, about.get("taught", ()))),
        cells=tuple(cells),
    )


def _front_matter_problems(path: Path, metadata: dict[str, Any]) -> list[Problem]:
    wrong: list[str] = []
    if metadata.get("kernelspec", {}).get("name") != "python3":
        wrong.append("The front matter needs a kernelspec whose name is python3.")
    about = metadata.get("digitlab", {})
    for key in _REQUIRED:
        if key not in about:
            wrong.append(f"The front matter's digitlab block needs {key!r}.")
    for key, value in about.items():
        if key not in _FRONT_MATTER:
            wrong.append(f"The front matter's digitlab block has {key!r}; it may have {', '.join(_FRONT_MATTER)}.")
        elif not isinstance(value, _FRONT_MATTER[key]):
            kind = {str: "text", int: "a whole number", list: "a list"}[_FRONT_MATTER[key]]
            wrong.append(f"The front matter's {key!r} must be {kind}, and is {value!r}.")
    return [Problem(path, 1, message) for message in wrong]


def _cell(path: Path, cell: Any, line: int) -> SourceCell | Problem:
    # jupytext notes the blank lines after a cell among its keys; they are not the author's.
    keys = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
    if cell.cell_type not in ("code", "markdown"):
        return Problem(path, line, f"A cell is code or [markdown], and this one is [{cell.cell_type}].")
    if cell.cell_type == "code":
        if keys.get("role") not in list(Role)[1:]:
            roles = ", ".join(list(Role)[1:])
            return Problem(path, line, f'A code cell needs a role, as in role="demo". The roles are: {roles}.')
        role = Role(keys["role"])
    else:
        role = Role.TEXT
    if keys.keys() != _KEYS[role]:
        wanted = " ".join(sorted(_KEYS[role], reverse=True)) or "none"
        got = " ".join(sorted(keys, reverse=True)) or "none"
        return Problem(path, line, f"The keys of a {role} cell are: {wanted}. This one has: {got}.")
    points = keys.get("points")
    if points is not None and (isinstance(points, bool) or not isinstance(points, (int, float))):
        return Problem(path, line, f"points is a number, as in points=2, and not {points!r}.")
    return SourceCell(role=role, text=cell.source, line=line, exercise=keys.get("ex"), points=points)

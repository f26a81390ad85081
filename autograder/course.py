"""The course as released: lessons, their exercises, their cells by role, and the solution of an exercise.

Everything is read from files as text: no Jupyter library is imported, and no code of a lesson is run.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise
from autograder.exercises import find, of_lesson
from digitlab import paths

SOLUTION_BEGINS = "### BEGIN SOLUTION"
SOLUTION_ENDS = "### END SOLUTION"

LESSON_NAME = re.compile(r"(\d\d)_[a-z0-9_]+")
_CELL_HEADER = re.compile(r"^# %%(?P<keys>.*)$", re.MULTILINE)


class Role(StrEnum):
    """What a cell of a lesson is for."""

    TEXT = "text"
    SETUP = "setup"
    DEMO = "demo"
    EXERCISE = "exercise"
    CHECK = "check"


class CourseError(Exception):
    """The course's own files are missing or damaged: the message says which, and what mends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedCell:
    """One cell of a released notebook; `exercise` is the id of the exercise that it belongs to, if any."""

    role: Role
    source: str
    exercise: str | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the source: see `fingerprint`."""
        return fingerprint(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One lesson as released.

    Attributes
    ----------
    name : str
        The notebook's name without its ending: `02_pixels_to_tensors`.
    number, title, minutes : int, str, int
        What the lesson says of itself.
    notebook : Path
        The released notebook.
    exercises : tuple of Exercise
        In the order in which the lesson asks them.
    cells : tuple of ReleasedCell
        In the notebook's order.
    """

    name: str
    number: int
    title: str
    minutes: int
    notebook: Path
    exercises: tuple[Exercise, ...]
    cells: tuple[ReleasedCell, ...]

    @property
    def points(self) -> float:
        """The points that the lesson's exercises can give together."""
        return sum(exercise.points for exercise in self.exercises)

    def fingerprints(self, role: Role) -> frozenset[str]:
        """Return the fingerprints of the released cells that have this role."""
        return frozenset(cell.fingerprint for cell in self.cells if cell.role is role)

    def role_of(self, source: str) -> Role | None:
        """Return the role of the released cell with this source, or None where it was changed or is new.

        An exercise cell that is still `Role.EXERCISE` here is the stub as released: nothing was written into it.
        """
        seen = fingerprint(source)
        return next((cell.role for cell in self.cells if cell.fingerprint == seen), None)

    def stub(self, exercise_id: str) -> str | None:
        """Return the exercise cell as released, or None where the lesson has no such cell."""
        stubs = (cell for cell in self.cells if cell.role is Role.EXERCISE and cell.exercise == exercise_id)
        return next((cell.source for cell in stubs), None)


def fingerprint(source: str) -> str:
    r"""Return the SHA-256 of a cell's source; blanks at line ends, blank lines around it and line ends do not count.

    >>> fingerprint("x = 1  \r\n\n") == fingerprint("x = 1")
    True
    """
    lines = [line.rstrip() for line in source.splitlines()]
    return hashlib.sha256("\n".join(lines).strip("\n").encode()).hexdigest()


@functools.cache
def lessons() -> tuple[Lesson, ...]:
    """Return the lessons of the course in order.

    Raises
    ------
    CourseError
        If a released notebook cannot be read.
    """
    return tuple(
        read_lesson(path) for path in sorted(lessons_folder().glob("*.ipynb")) if LESSON_NAME.fullmatch(path.stem)
    )


def lesson(name_or_number: str | int) -> Lesson:
    """Return one lesson by its name (`"02_pixels_to_tensors"`), its number (`2`) or both as text (`"02"`).

    Raises
    ------
    KeyError
        Where there is no such lesson; the message lists those that there are.
    """
    wanted = str(name_or_number)
    for candidate in lessons():
        if wanted == candidate.name or (wanted.isdecimal() and int(wanted) == candidate.number):
            return candidate
    names = ", ".join(candidate.name for candidate in lessons()) or "none"
    raise KeyError(f"There is no lesson {wanted!r}. The lessons are: {names}.")


def read_lesson(path: Path) -> Lesson:
    """Return the lesson in one released notebook.

    Raises
    ------
    CourseError
        If the file cannot be read, or is not a notebook that the build has made.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        about = notebook["metadata"]["digitlab"]
        cells = tuple(_released_cell(cell) for cell in notebook["cells"])
        number = int(about["lesson"][:2])
        return Lesson(
            name=about["lesson"],
            number=number,
            title=about["title"],
            minutes=about["minutes"],
            notebook=path,
            exercises=of_lesson(number),
            cells=cells,
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CourseError(
            f"The lesson {path} cannot be read ({type(problem).__name__}: {problem}). "
            "Build it again with: autograder build. In an installed package, install digitlab again."
        ) from problem


def _released_cell(cell: dict[str, Any]) -> ReleasedCell:
    ours = cell["metadata"].get("digitlab", {})
    source = cell["source"]
    return ReleasedCell(
        role=Role(ours.get("role", Role.TEXT)),
        source=source if isinstance(source, str) else "".join(source),
        exercise=ours.get("exercise"),
    )


def lessons_folder() -> Path:
    """Return the folder of the released notebooks.

    Raises
    ------
    CourseError
        If there is none.
    """
    try:
        return paths.lessons_folder()
    except paths.CourseFilesError as problem:
        raise CourseError(str(problem)) from None


def solutions_folder() -> Path:
    """Return the folder of the solutions: the repository's, or in the package where it was installed.

    Raises
    ------
    CourseError
        If there is none.
    """
    folder = (paths.repository() or Path(__file__).resolve().parent) / "solutions"
    if not folder.is_dir():
        raise CourseError(f"The solutions are not in {folder}, so this installation is incomplete. Install it again.")
    return folder


def solution_text(exercise_id: str) -> str:
    """Return the code of an exercise's solution, as it is shown to a student: without the build's marks.

    Raises
    ------
    KeyError
        If there is no such exercise, or the lesson's source has no exercise cell for it.
    CourseError
        If the solutions are not on this disk.
    """
    number = find(exercise_id).lesson
    for path in sorted(solutions_folder().glob(f"{number:02}_*.py")):
        cell = _exercise_cells(path).get(exercise_id)
        if cell is not None:
            return without_marks(cell)
    raise KeyError(f"No lesson's source has an exercise cell for {exercise_id!r}.")


def without_marks(code: str) -> str:
    """Return the code without the lines that mark where a solution begins and ends."""
    kept = (line for line in code.splitlines() if line.strip() not in (SOLUTION_BEGINS, SOLUTION_ENDS))
    return "\n".join(kept)


@functools.cache
def _exercise_cells(path: Path) -> dict[str, str]:
    """Return the exercise cells of one py:percent source by exercise id.

    This reads only what a solution needs, in a millisecond; the build reads the whole format with jupytext, and a
    test holds the two together.
    """
    text = path.read_text(encoding="utf-8")
    headers = list(_CELL_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    cells: dict[str, str] = {}
    for header, end in zip(headers, ends, strict=True):
        keys = dict(re.findall(r'(\w+)="([^"]*)"', header["keys"]))
        if keys.get("role") == Role.EXERCISE and "ex" in keys:
            cells[keys["ex"]] = text[header.end() : end].strip("\n")
    return cells

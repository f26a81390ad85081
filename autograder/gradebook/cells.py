"""What nbgrader knows of a lesson's cells: which are graded, for how much, and which can carry a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder import course
from autograder.course import CourseError
from autograder.records import LessonResult

_OURS = re.compile(r"(?:check-)?l\d\d_\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell that nbgrader knows by its `grade_id`.

    `points` is None where it is not graded; `source` is None where the lesson that it belongs to is not here.
    """

    grade_id: str
    exercise: str | None = None
    points: float | None = None
    is_solution: bool = False
    cell_type: str = "code"
    locked: bool = False
    source: str | None = None
    checksum: str | None = None


def cells_of(lesson: str, results: Iterable[LessonResult]) -> tuple[Cell, ...]:
    """Return the cells of a lesson: those of the released notebook, and those of exercises that only results know.

    A result may be older than the notebook (an exercise was taken out since), or of a lesson that is not here; its
    cells then have the names that the build gives them.
    """
    points: dict[str, float] = {}
    for result in results:
        for verdict in result.verdicts:
            points[verdict.exercise] = max(verdict.max_points, points.get(verdict.exercise, 0.0))
    cells = list(_released(lesson))
    asked = {cell.exercise for cell in cells if cell.points is not None}
    for exercise, most in points.items():
        if exercise not in asked:
            cells += [
                Cell(grade_id=exercise, exercise=exercise, is_solution=True),
                Cell(grade_id=check_id(exercise), exercise=exercise, points=most, locked=True),
            ]
    return tuple(cells)


def check_id(exercise: str) -> str:
    """Return the `grade_id` that the build gives to an exercise's check cell.

    >>> check_id("l02_scale_pixels")
    'check-l02_scale_pixels'
    """
    return f"check-{exercise}"


def is_ours(grade_id: str) -> bool:
    """Whether a cell's name is one that the build gives: a teacher's own cell is none of our business.

    >>> is_ours("check-l02_scale_pixels"), is_ours("explain-in-your-words")
    (True, False)
    """
    return _OURS.fullmatch(grade_id) is not None


def kernelspec_of(lesson: str) -> str:
    """Return the kernel of a lesson's notebook as nbgrader keeps it, a JSON text."""
    plain = _notebook(lesson)
    return json.dumps({} if plain is None else plain.get("metadata", {}).get("kernelspec", {}))


def _released(lesson: str) -> Iterable[Cell]:
    plain = _notebook(lesson)
    for cell in () if plain is None else plain["cells"]:
        theirs = cell["metadata"].get("nbgrader")
        if theirs is None:
            continue
        source = cell["source"]
        yield Cell(
            grade_id=theirs["grade_id"],
            exercise=cell["metadata"].get("digitlab", {}).get("exercise"),
            points=float(theirs["points"]) if theirs["grade"] else None,
            is_solution=theirs["solution"],
            cell_type=cell["cell_type"],
            locked=theirs["locked"],
            source=source if isinstance(source, str) else "".join(source),
            checksum=theirs.get("checksum"),
        )


def _notebook(lesson: str) -> dict[str, Any] | None:
    """Return a lesson's released notebook, or None where the course does not have it."""
    try:
        path = course.lesson(lesson).notebook
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (KeyError, CourseError, OSError, ValueError):
        return None
    return plain

"""Real lessons with answers filled in, and a real sandbox, for whoever tests grading."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from autograder.course import Lesson, lesson, solution_text
from autograder.notebooks import Notebook, read_notebook
from autograder.runners import Runners
from autograder.sandbox import available

Plain = dict[str, Any]


class HandedIn:
    """A lesson as a student hands it in: the released notebook with some exercise cells filled in, as plain JSON."""

    def __init__(self, number: int, answers: Mapping[str, str] | None = None) -> None:
        self.lesson: Lesson = lesson(number)
        self.plain: Plain = json.loads(self.lesson.notebook.read_text(encoding="utf-8"))
        for exercise, source in (answers if answers is not None else solutions(number)).items():
            self.cell(exercise)["source"] = source

    def cell(self, exercise: str, role: str = "exercise") -> Plain:
        """Return the exercise's cell, to change it."""
        return next(
            cell
            for cell in self.plain["cells"]
            if cell["metadata"].get("digitlab") == {"role": role, "exercise": exercise}
        )

    def position(self, exercise: str, role: str = "exercise") -> int:
        """Return where the exercise's cell stands."""
        return int(self.plain["cells"].index(self.cell(exercise, role)))

    def add(self, source: str, at: int | None = None) -> None:
        """Put a code cell of the student's own in, at the end or before the cell at a place."""
        made = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        self.plain["cells"].insert(len(self.plain["cells"]) if at is None else at, made)

    def number_of(self, source: str) -> int:
        """Return the number of the first code cell with this source."""
        return next(cell.number for cell in self.notebook.cells if cell.source == source)

    @property
    def data(self) -> bytes:
        """The notebook as the bytes of a file."""
        return json.dumps(self.plain).encode()

    @property
    def notebook(self) -> Notebook:
        """The notebook as the grader reads it."""
        return read_notebook(self.data)

    def copied(self) -> HandedIn:
        """Return an independent copy."""
        other = copy.copy(self)
        other.plain = copy.deepcopy(self.plain)
        return other


def solutions(number: int) -> dict[str, str]:
    """Return the solutions of a lesson's functions by exercise id."""
    return {one.id: solution_text(one.id) for one in lesson(number).exercises if one.file is None}


@pytest.fixture
def handed_in() -> Callable[..., HandedIn]:
    """Make a hand-in: `handed_in(2)` is lesson 02 with all solutions, `handed_in(2, {})` as released."""
    return HandedIn


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Runners]:
    """The real sandbox; tests that need it are skipped where the machine has none."""
    problem = available()
    if problem is not None:
        pytest.skip(f"no sandbox here: {problem}")
    runners = Runners()
    yield runners
    runners.close()

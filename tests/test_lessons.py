"""Every lesson in real kernels and under plain nbgrader: the solutions earn everything, the stubs nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder import course
from autograder.authoring.release import STUB, full_notebook, notebook_text
from autograder.authoring.source import read_source
from autograder.cli import main
from autograder.course import Lesson, Role
from autograder.exercises import EXERCISES

LESSONS = course.lessons()

NBGRADER_CONFIG = f"""\
c = get_config()
c.CourseDirectory.course_id = "digitlab"
c.ClearSolutions.code_stub = {{"python": {STUB!r}}}
c.ExecutePreprocessor.timeout = 600
"""


class Graded:
    """One lesson in a course folder of plain nbgrader: ada hands in the solutions, bob the notebook as released.

    nbgrader runs both from top to bottom in fresh kernels (by nbclient), and does not stop at an exception.
    """

    def __init__(self, lesson: Lesson, folder: Path) -> None:
        self.lesson, self.folder = lesson, folder
        (folder / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
        source = read_source(course.solutions_folder() / f"{lesson.name}.py")
        solved = notebook_text(full_notebook(source, lesson.exercises))
        released = lesson.notebook.read_text(encoding="utf-8")
        for place, text in (("source", solved), ("submitted/ada", solved), ("submitted/bob", released)):
            path = self.notebook(place)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        for arguments in (["generate_assignment", lesson.name], ["autograde", lesson.name], ["export"]):
            _nbgrader(folder, *arguments)

    def notebook(self, place: str) -> Path:
        """Return where the lesson's notebook lies in one of the course's folders."""
        return self.folder / place / self.lesson.name / self.lesson.notebook.name

    def checks(self, student: str) -> dict[str, Any]:
        """Return the outputs of a student's check cells by exercise, after every cell has run without an exception."""
        found: dict[str, Any] = {}
        for cell in nbformat.read(self.notebook(f"autograded/{student}"), as_version=4).cells:
            outputs = cell.get("outputs", [])
            errors = [output for output in outputs if output.output_type == "error"]
            assert not errors, f"{cell.source}\n{errors[0].ename}: {errors[0].evalue}"
            ours = cell.metadata.get("digitlab", {})
            if ours.get("role") == Role.CHECK:
                # One line on standard error, and plain nbgrader gives no points.
                assert not [output for output in outputs if output.get("name") == "stderr"], ours["exercise"]
                found[ours["exercise"]] = outputs
        return found

    def scores(self) -> dict[str, tuple[float, float]]:
        """Return each student's points and the most that could be had, as nbgrader exports them."""
        with (self.folder / "grades.csv").open(encoding="utf-8") as file:
            return {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}


def _nbgrader(folder: Path, *arguments: str) -> None:
    """Run plain nbgrader on a course folder as in an activated environment; a failure shows what it said."""
    # Gradebook calls the program `alembic` by its name alone, so it must be on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = folder / "home"  # a learner's journal is not touched
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Each lesson, graded by plain nbgrader once for the tests that look at it."""
    return Graded(request.param, tmp_path_factory.mktemp(request.param.name))


def _points(outputs: Any) -> float:
    """Return what nbgrader reads as the points of a check cell: its result as plain text."""
    (result,) = [output for output in outputs if output.output_type == "execute_result"]
    return float(result.data["text/plain"])


def test_the_notebooks_are_what_the_sources_give(capsys: pytest.CaptureFixture[str]) -> None:
    """The released notebooks in the repository are up to date, cell by cell, and leak no solution."""
    status = main(["build", "--check"])
    assert status == 0, capsys.readouterr().err


def test_each_lesson_asks_its_exercises_in_the_order_of_the_registry() -> None:
    """The registry and the lessons agree: what is graded is asked, once, and the other way round."""
    for lesson in LESSONS:
        asked = [cell.exercise for cell in lesson.cells if cell.role is Role.CHECK]
        assert asked == [exercise.id for exercise in EXERCISES if exercise.lesson == lesson.number]


@pytest.mark.slow
def test_solutions_score_full_marks(graded: Graded) -> None:
    """With the solutions a lesson runs from top to bottom in a fresh kernel, and each check gives all its points."""
    points = {name: _points(outputs) for name, outputs in graded.checks("ada").items()}
    assert points == {exercise.id: exercise.points for exercise in graded.lesson.exercises}


@pytest.mark.slow
def test_a_released_lesson_is_not_attempted_throughout(graded: Graded) -> None:
    """As released a lesson runs without an exception, and no check says that something is wrong."""
    checks = graded.checks("bob")
    assert list(checks) == [exercise.id for exercise in graded.lesson.exercises]
    for name, outputs in checks.items():
        assert _points(outputs) == 0, name
        assert "Not attempted" in json.dumps(outputs), name


@pytest.mark.slow
def test_plain_nbgrader_releases_the_same_notebook(graded: Graded) -> None:
    """What nbgrader makes of the version with solutions is, cell by cell, what is released here."""
    theirs = json.loads(graded.notebook("release").read_text(encoding="utf-8"))
    assert theirs["cells"] == json.loads(graded.lesson.notebook.read_text(encoding="utf-8"))["cells"]


@pytest.mark.slow
def test_plain_nbgrader_gives_full_marks_and_none(graded: Graded) -> None:
    """nbgrader's own gradebook has full marks for the solutions, and zero for the stubs."""
    most = graded.lesson.points
    assert graded.scores() == {"ada": (most, most), "bob": (0.0, most)}

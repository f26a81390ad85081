"""Every lesson in real kernels and under plain nbgrader: the solutions earn everything, the stubs nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from autograder import course
from autograder.authoring.release import STUB, full_notebook, notebook_text
from autograder.authoring.source import read_source
from autograder.cli import main
from autograder.course import Lesson, Role
from autograder.exercises import EXERCISES

LESSONS = course.lessons()
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)

NBGRADER_CONFIG = f"""\
c = get_config()
c.CourseDirectory.course_id = "digitlab"
c.ClearSolutions.code_stub = {{"python": {STUB!r}}}
c.ExecutePreprocessor.timeout = 600
"""


@pytest.fixture(scope="session", autouse=True)
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the kernels a home of their own: a learner's journal is not touched."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        yield home


def _solved(lesson: Lesson) -> Any:
    """Return the notebook with the solutions, as a student who solved everything hands it in."""
    source = read_source(course.solutions_folder() / f"{lesson.name}.py")
    return full_notebook(source, lesson.exercises)


def _run(notebook: Any, folder: Path) -> Any:
    """Return the notebook after all its cells ran in a fresh kernel; the first exception ends it."""
    resources = {"metadata": {"path": str(folder)}}
    return nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()


def _checks(notebook: Any) -> dict[str, Any]:
    """Return the outputs of the check cells by exercise; none of them may have written to standard error."""
    found = {}
    for cell in notebook.cells:
        ours = cell.metadata.get("digitlab", {})
        if ours.get("role") == Role.CHECK:
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], ours["exercise"]
            found[ours["exercise"]] = cell.outputs
    return found


def _points(outputs: Any) -> float:
    """Return what nbgrader will read as the points of a check cell: its result as plain text."""
    (result,) = [output for output in outputs if output.output_type == "execute_result"]
    return float(result.data["text/plain"])


def test_the_notebooks_are_what_the_sources_give(capsys: pytest.CaptureFixture[str]) -> None:
    """The released notebooks in the repository are up to date, cell by cell, and leak no solution."""
    status = main(["build", "--check"])
    assert status == 0, capsys.readouterr().err


def test_every_exercise_is_asked_in_a_lesson() -> None:
    """The registry and the lessons agree: nothing is graded that no lesson asks."""
    asked = [cell.exercise for lesson in LESSONS for cell in lesson.cells if cell.role is Role.CHECK]
    assert asked == [exercise.id for exercise in EXERCISES]


@pytest.mark.slow
@each_lesson
def test_solutions_score_full_marks(lesson: Lesson, tmp_path: Path) -> None:
    """With the solutions, a lesson runs from top to bottom in a fresh kernel, and each check gives all its points."""
    checks = _checks(_run(_solved(lesson), tmp_path))
    assert {name: _points(outputs) for name, outputs in checks.items()} == {
        exercise.id: exercise.points for exercise in lesson.exercises
    }


@pytest.mark.slow
@each_lesson
def test_a_released_lesson_is_not_attempted_throughout(lesson: Lesson, tmp_path: Path) -> None:
    """As released, a lesson runs without an exception, and no check says that something is wrong."""
    checks = _checks(_run(nbformat.read(lesson.notebook, as_version=4), tmp_path))
    assert list(checks) == [exercise.id for exercise in lesson.exercises]
    for name, outputs in checks.items():
        assert _points(outputs) == 0, name
        assert "Not attempted" in json.dumps(outputs), name


@pytest.mark.slow
@each_lesson
def test_plain_nbgrader_agrees(lesson: Lesson, tmp_path: Path) -> None:
    """nbgrader itself releases the same notebook; it gives the solutions full marks and the stubs none."""
    (tmp_path / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
    solved = notebook_text(_solved(lesson))
    released = lesson.notebook.read_text(encoding="utf-8")
    for folder, text in (("source", solved), ("submitted/ada", solved), ("submitted/bob", released)):
        place = tmp_path / folder / lesson.name
        place.mkdir(parents=True)
        (place / lesson.notebook.name).write_text(text, encoding="utf-8")

    _nbgrader(tmp_path, "generate_assignment", lesson.name)
    theirs = json.loads((tmp_path / "release" / lesson.name / lesson.notebook.name).read_text(encoding="utf-8"))
    ours = json.loads(released)
    assert theirs["cells"] == ours["cells"]

    _nbgrader(tmp_path, "autograde", lesson.name)
    for student in ("ada", "bob"):
        _checks(nbformat.read(tmp_path / "autograded" / student / lesson.name / lesson.notebook.name, as_version=4))
    _nbgrader(tmp_path, "export", "--to", "grades.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert scores == {"ada": (lesson.points, lesson.points), "bob": (0.0, lesson.points)}


def _nbgrader(folder: Path, *arguments: str) -> None:
    """Run plain nbgrader on a course folder as in an activated environment; a failure shows what it said."""
    # Gradebook calls the program `alembic` by its name alone, so it must be on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]

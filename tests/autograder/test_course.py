"""The course as released, read as text."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import pytest

from autograder import course
from autograder.course import CourseError, Role, fingerprint, read_lesson, solution_text, without_marks
from autograder.exercises import EXERCISES, of_lesson

CELLS = [
    ("markdown", {}, ["# Words\n", "\n", "Hello."]),
    ("code", {"digitlab": {"role": "setup"}, "nbgrader": {"locked": True}}, ["import math"]),
    ("code", {"digitlab": {"role": "demo"}}, "print(1)\nprint(2)"),
    ("code", {"digitlab": {"role": "exercise", "exercise": "l88_a"}}, ["def a():\n", "    raise NotImplementedError"]),
    ("code", {"digitlab": {"role": "check", "exercise": "l88_a"}}, ['check("l88_a", a)']),
]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A small released notebook."""
    path = tmp_path / "88_words.ipynb"
    cells = [{"cell_type": kind, "metadata": metadata, "source": source} for kind, metadata, source in CELLS]
    about = {"lesson": "88_words", "title": "Words", "minutes": 5, "exercises": []}
    path.write_text(json.dumps({"cells": cells, "metadata": {"digitlab": about}}))
    return path


def test_a_lesson_knows_its_cells_by_role(notebook: Path) -> None:
    """What a hand-in left as it was is recognised, with its role; what was changed is not."""
    lesson = read_lesson(notebook)
    assert (lesson.name, lesson.number, lesson.title, lesson.minutes) == ("88_words", 88, "Words", 5)
    assert [cell.role for cell in lesson.cells] == list(Role)
    assert lesson.role_of("print(1)\nprint(2)") is Role.DEMO
    assert lesson.role_of("print(1)  \r\nprint(2)\r\n\r\n") is Role.DEMO
    assert lesson.role_of('check("l88_a", a)') is Role.CHECK
    assert lesson.role_of('check("l88_a", a or 1)') is None
    assert lesson.stub("l88_a") == "def a():\n    raise NotImplementedError"
    assert lesson.role_of(lesson.stub("l88_a") or "") is Role.EXERCISE
    assert lesson.stub("l88_b") is None
    assert lesson.fingerprints(Role.DEMO) == {fingerprint("print(1)\nprint(2)")}


def test_fingerprints_see_every_change_that_matters() -> None:
    """Indentation and text change a fingerprint; blanks at line ends do not."""
    assert fingerprint("if x:\n    y = 1") != fingerprint("if x:\n  y = 1")
    assert fingerprint("a = 1\n\nb = 2") != fingerprint("a = 1\nb = 2")
    assert fingerprint("a = 1 \n") == fingerprint("\na = 1")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"metadata": {}}', '{"metadata": {"digitlab": {"lesson": 3}}}', "\0"]
)
def test_a_damaged_lesson_is_named_with_the_remedy(tmp_path: Path, content: str) -> None:
    """Whatever is wrong with a released notebook, the message says which file, and to build it again."""
    path = tmp_path / "88_words.ipynb"
    path.write_text(content)
    with pytest.raises(CourseError, match=r"88_words\.ipynb cannot be read .* autograder build"):
        read_lesson(path)
    with pytest.raises(CourseError, match=r"gone\.ipynb cannot be read \(FileNotFoundError"):
        read_lesson(tmp_path / "gone.ipynb")


def test_lessons_are_found_by_name_and_number() -> None:
    """A lesson is asked for as a teacher would: by name, as 2, or as 02; an unknown one lists those that are."""
    for lesson in course.lessons():
        assert (
            course.lesson(lesson.name) is course.lesson(lesson.number) is course.lesson(f"{lesson.number:02}") is lesson
        )
        assert lesson.exercises == of_lesson(lesson.number)
        assert lesson.points == sum(exercise.points for exercise in lesson.exercises)
    with pytest.raises(KeyError, match=r"There is no lesson '99'\. The lessons are: "):
        course.lesson(99)


def test_solutions_are_read_as_jupytext_reads_them() -> None:
    """The quick reader of solutions gives what the build's reader gives, for every exercise cell of the course."""
    count = 0
    for path in sorted(course.solutions_folder().glob("*.py")):
        for cell in jupytext.read(path, fmt="py:percent").cells:
            if cell.metadata.get("role") == Role.EXERCISE:
                assert solution_text(cell.metadata["ex"]) == without_marks(cell.source)
                assert "SOLUTION" not in solution_text(cell.metadata["ex"])
                count += 1
    assert count


def test_a_solution_comes_at_once() -> None:
    """Showing a solution takes less than 50 ms, the first time too, and imports no Jupyter library."""
    exercise = next(exercise for exercise in EXERCISES if not exercise.file)
    course._exercise_cells.cache_clear()
    begun = time.perf_counter()
    solution_text(exercise.id)
    assert time.perf_counter() - begun < 0.05
    code = (
        f"import sys; from autograder.course import *; solution_text({exercise.id!r}); lessons()\n"
        "heavy = {'jupytext', 'nbformat', 'nbgrader', 'IPython', 'tensorflow', 'keras'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_solution_is_refused() -> None:
    """An exercise that does not exist has no solution, and the error says so."""
    with pytest.raises(KeyError, match="There is no exercise 'l02_nothing'"):
        solution_text("l02_nothing")

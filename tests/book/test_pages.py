"""From notebooks to the book's pages."""

from __future__ import annotations

import base64
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.authoring.release import full_notebook, released_notebook
from autograder.authoring.source import read_source
from autograder.course import solutions_folder
from autograder.exercise import Exercise
from autograder.exercises import of_lesson
from book.execution import fingerprint
from book.pages import STANDS_STILL, WIDGET, Entry, Page, index_page, lesson_page, solutions_page

NAME = "05_pooling_and_shapes"
PNG = b"\x89PNG not really"
PICTURE = f'<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}" alt="A picture">'


@pytest.fixture(scope="module")
def exercises() -> tuple[Exercise, ...]:
    """The exercises of a lesson of the course."""
    return of_lesson(5)


@pytest.fixture(scope="module")
def full(exercises: tuple[Exercise, ...]) -> NotebookNode:
    """Its solution, with an output of each kind under every cell: a text, a picture that moves, the points."""
    notebook = full_notebook(read_source(solutions_folder() / f"{NAME}.py"), exercises)
    data = {WIDGET: {"model_id": "1"}, "text/html": PICTURE, "text/plain": "A picture"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                new_output("stream", name="stdout", text=f"output of {cell.id}\n"),
                new_output("display_data", data=data),
                new_output("execute_result", data={"text/plain": "2.0"}),
            ]
    return notebook


@pytest.fixture(scope="module")
def lesson(full: NotebookNode, exercises: tuple[Exercise, ...]) -> Page:
    """The lesson's page."""
    source = read_source(solutions_folder() / f"{NAME}.py")
    return lesson_page(NAME, released_notebook(source, exercises), full, exercises)


@pytest.fixture(scope="module")
def solutions(full: NotebookNode, exercises: tuple[Exercise, ...]) -> Page:
    """The page of its solutions."""
    return solutions_page(NAME, "Pooling and shapes", full, exercises)


def code_cells(page: Page) -> list[Any]:
    """The code cells of a page."""
    return [cell for cell in page.notebook.cells if cell.cell_type == "code"]


def test_pages_are_valid_notebooks(lesson: Page, solutions: Page) -> None:
    """Both are notebooks by nbformat's own schema."""
    for page in (lesson, solutions):
        nbformat.validate(page.notebook)


def test_a_lesson_shows_no_solution(lesson: Page, full: NotebookNode) -> None:
    """Exercises stand there as stubs, without an output; demonstrations have those of the solution."""
    by_source = {cell.source: cell for cell in code_cells(lesson)}
    stub = next(source for source in by_source if source.startswith("def relu"))
    assert "NotImplementedError" in stub
    assert by_source[stub].outputs == []
    assert by_source['check("l05_relu", relu)'].outputs == []
    demo = next(cell for cell in full.cells if cell.source.startswith("digitlab.shape_flow"))
    assert by_source[demo.source].outputs[0].text == f"output of {demo.id}\n"


def test_solutions_have_code_and_card(solutions: Page, exercises: tuple[Exercise, ...]) -> None:
    """Each exercise has its title, its code without the build's marks, and its check's card without the bare points."""
    text = "\n".join(cell.source for cell in solutions.notebook.cells)
    for exercise in exercises:
        assert f"(solution-{exercise.id})=\n## {exercise.title}" in text
        assert f"def {exercise.function}(" in text
    assert "SOLUTION" not in text
    assert "NotImplementedError" not in text
    check = next(cell for cell in code_cells(solutions) if cell.source == 'check("l05_relu", relu)')
    assert [output.output_type for output in check.outputs] == ["stream", "display_data"]


def test_exercise_and_solution_lead_to_each_other(
    lesson: Page, solutions: Page, exercises: tuple[Exercise, ...]
) -> None:
    """Under each check there is a way to the solution, and from there back to where the exercise is put."""
    there = "\n".join(cell.source for cell in lesson.notebook.cells)
    here = "\n".join(cell.source for cell in solutions.notebook.cells)
    for exercise in exercises:
        assert f"(#solution-{exercise.id})" in there
        assert f"({exercise.id})=\n" in there
        assert f"(#{exercise.id})" in here


def test_widgets_become_pictures_in_files(lesson: Page) -> None:
    """A widget's picture is a file of its own, and a line says that it moves in the notebook."""
    (name,) = lesson.figures
    assert lesson.figures[name] == PNG
    moved = [output for cell in code_cells(lesson) for output in cell.outputs if output.output_type == "display_data"]
    assert moved
    for output in moved:
        assert dict(output.data) == {"text/html": f'<img src="../figures/{name}" alt="A picture">{STANDS_STILL}'}


def test_index_lists_lessons_and_what_else_there_is() -> None:
    """Each lesson has its row; its solutions and the glossary stand in the contents."""
    entry = Entry(name=NAME, title="Pooling and shapes", minutes=60, exercises=5, has_solutions=True)
    text = index_page("# A course\n", [entry])
    assert f"| [05 Pooling and shapes](lessons/{NAME}.ipynb) | 60 | 5 |" in text
    assert f"05 Pooling and shapes <solutions/{NAME}>" in text
    assert "Glossary <glossary>" in text


def test_outputs_are_kept_while_the_code_stays(full: NotebookNode) -> None:
    """A changed text runs nothing anew; a changed line of code, or changed surroundings, do."""
    before = fingerprint(full, "these")
    changed = nbformat.from_dict(full)
    changed.cells[0].source += "\nAnother sentence."
    assert fingerprint(changed, "these") == before
    assert fingerprint(full, "others") != before
    setup = next(cell for cell in changed.cells if cell.cell_type == "code")
    setup.source += "\nx = 1"
    assert fingerprint(changed, "these") != before

"""From a lesson's notebooks to the book's pages: the lesson with its figures, its solutions on a page of their own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Role, without_marks
from autograder.exercise import Exercise

WIDGET = "application/vnd.jupyter.widget-view+json"
STANDS_STILL = '<p class="stands-still">A picture of something to play with: open the notebook to move it.</p>'

_DATA_PNG = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=\s]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the book, as a notebook for myst-nb, and the figures on it by file name."""

    notebook: NotebookNode
    figures: dict[str, bytes] = field(default_factory=dict)


def lesson_page(name: str, released: NotebookNode, executed: NotebookNode, exercises: Sequence[Exercise]) -> Page:
    """Return a lesson as students get it, with the outputs of its solution where nothing is asked.

    Parameters
    ----------
    name : str
        The lesson's name, such as ``"05_pooling_and_shapes"``.
    released, executed : NotebookNode
        The lesson as released, and its solution with outputs. A cell has the same id in both.
    exercises : sequence of Exercise
        Those of the lesson. After the check of each a line leads to its solution.
    """
    outputs = {cell.id: cell.get("outputs", []) for cell in executed.cells}
    answered = _answered(released)
    asked_at = _first_cells_of_exercises(released)
    figures: dict[str, bytes] = {}
    cells = []
    for number, cell in enumerate(released.cells):
        if cell.cell_type == "markdown":
            target = f"({asked_at[number]})=\n" if number in asked_at else ""
            cells.append(new_markdown_cell(target + cell.source))
            continue
        shown = [] if _role(cell) in (Role.CHECK, Role.EXERCISE) else outputs.get(cell.id, [])
        cells.append(_code(cell.source, shown, figures))
        if _role(cell) == Role.CHECK and cell.metadata.digitlab.exercise in answered:
            exercise = cell.metadata.digitlab.exercise
            cells.append(new_markdown_cell(f"Stuck? The notebook has three hints. [A solution](#solution-{exercise})"))
    how = f"{{download}}`Download this lesson as a notebook <../notebooks/{name}.ipynb>`"
    if answered:
        how += f" · [Its solutions](../solutions/{name}.ipynb)"
    cells.insert(1, new_markdown_cell(how))
    return Page(notebook=_page(cells), figures=figures)


def solutions_page(name: str, title: str, executed: NotebookNode, exercises: Sequence[Exercise]) -> Page:
    """Return a lesson's solutions: for each exercise what was asked, one right answer, and the card of its check."""
    by_id = {exercise.id: exercise for exercise in exercises}
    asked = {exercise: start for start, exercise in _first_cells_of_exercises(executed).items()}
    answered = _answered(executed)
    figures: dict[str, bytes] = {}
    cells = [
        new_markdown_cell(
            f"# Solutions: {title}\n\nOne right answer for each exercise of [{title}](../lessons/{name}.ipynb); yours "
            "may look different. The notebook's hints teach more than this page does: read them first."
        )
    ]
    for number, cell in enumerate(executed.cells):
        exercise = cell.metadata.get("digitlab", {}).get("exercise")
        if _role(cell) == Role.EXERCISE:
            about = by_id[exercise]
            cells.append(new_markdown_cell(f"(solution-{exercise})=\n## {about.title}"))
            start = asked.get(exercise, number)
            cells += [new_markdown_cell(_without_heading(text.source)) for text in executed.cells[start:number]]
            back = f" [Back to the exercise](#{exercise})" if exercise in asked else ""
            cells.append(new_markdown_cell(f"{_points(about)}.{back}"))
            cells.append(_code(without_marks(cell.source), [], figures))
        elif _role(cell) == Role.CHECK and exercise in answered:
            # The result of a check is its points, which its card has told already.
            shown = [output for output in cell.get("outputs", []) if output.output_type != "execute_result"]
            cells.append(_code(cell.source, shown, figures))
    return Page(notebook=_page(cells), figures=figures)


def _answered(notebook: NotebookNode) -> set[str]:
    """Return the exercises that a code cell answers; a file, such as a trained model, is no cell."""
    return {cell.metadata.digitlab.exercise for cell in notebook.cells if _role(cell) == Role.EXERCISE}


def _first_cells_of_exercises(notebook: NotebookNode) -> dict[int, str]:
    """Return for each exercise where its text begins, as the cell's number: the texts right before its code cell."""
    found: dict[int, str] = {}
    for number, cell in enumerate(notebook.cells):
        if _role(cell) != Role.EXERCISE:
            continue
        start = number
        while start > 0 and notebook.cells[start - 1].cell_type == "markdown":
            start -= 1
            if notebook.cells[start].source.startswith("#"):
                break
        if start < number:
            found[start] = cell.metadata.digitlab.exercise
    return found


def _code(source: str, outputs: Sequence[Any], figures: dict[str, bytes]) -> NotebookNode:
    return new_code_cell(source=source, outputs=[_still(output, figures) for output in outputs])


def _still(output: Any, figures: dict[str, bytes]) -> NotebookNode:
    """Return an output without widgets, and with its pictures as files that a page shows."""
    if output.output_type == "stream":
        return NotebookNode(output)
    data = {kind: value for kind, value in output.data.items() if kind != WIDGET}
    if "text/html" in data:
        moves = WIDGET in output.data
        html = _DATA_PNG.sub(lambda match: _as_file(match[1], figures), data["text/html"])
        data = {"text/html": html + (STANDS_STILL if moves else "")}
    return NotebookNode({**output, "data": NotebookNode(data)})


def _as_file(encoded: str, figures: dict[str, bytes]) -> str:
    png = base64.b64decode(encoded)
    name = f"{hashlib.sha256(png).hexdigest()[:16]}.png"
    figures[name] = png
    return f'src="../figures/{name}"'


def _page(cells: Sequence[NotebookNode]) -> NotebookNode:
    notebook = new_notebook(
        cells=list(cells),
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def _role(cell: NotebookNode) -> str:
    return str(cell.metadata.get("digitlab", {}).get("role", Role.TEXT))


def _without_heading(text: str) -> str:
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if first.startswith("#") else text


def _points(exercise: Exercise) -> str:
    return f"{exercise.points:g} point{'' if exercise.points == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A lesson in the table of contents."""

    name: str
    title: str
    minutes: int
    exercises: int
    has_solutions: bool


def index_page(introduction: str, entries: Sequence[Entry]) -> str:
    """Return the first page in Markdown: the introduction, the lessons, and the contents that Sphinx follows."""
    lines = [introduction.rstrip(), "", "| Lesson | Minutes | Exercises |", "|---|--:|--:|"]
    for entry in entries:
        link = f"[{entry.name[:2]} {entry.title}](lessons/{entry.name}.ipynb)"
        lines.append(f"| {link} | {entry.minutes} | {entry.exercises} |")
    lessons = [(f"{entry.name[:2]} {entry.title}", f"lessons/{entry.name}") for entry in entries]
    solutions = [
        (f"{entry.name[:2]} {entry.title}", f"solutions/{entry.name}") for entry in entries if entry.has_solutions
    ]
    words = [("Glossary", "glossary")]
    for caption, listed in (("Lessons", lessons), ("Words", words), ("Solutions", solutions)):
        if listed:
            tree = [f"{title} <{path}>" for title, path in listed]
            lines += ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *tree, "```"]
    return "\n".join(lines) + "\n"

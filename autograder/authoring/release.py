"""From a lesson's source to its two notebooks: with the solutions, and as released to students."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring.source import LessonSource, SourceCell
from autograder.course import Role
from autograder.exercise import Exercise

STUB = 'raise NotImplementedError("Write your answer here, then delete this line.")'
NBGRADER_SCHEMA = 3  # https://nbgrader.readthedocs.io/en/stable/contributor_guide/metadata.html

# The line under which a reader looks whose kernel knows nothing of the course: right above the cell that says so.
WAY_OUT = """

<details><summary>Does a cell say <code>No module named 'digitlab'</code>?</summary>

Then this notebook runs in a Python without the course. In JupyterLab, Notebook and VS Code choose the kernel of the
environment in which digitlab is installed; `digitlab lab` does so by itself. Elsewhere, as in Colab, lay the file
`digitlab-….whl` (a teacher makes it with `make wheel`) beside the notebook, run `%pip install digitlab-*.whl` in a
cell of its own, and restart the kernel.

</details>"""

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def full_notebook(source: LessonSource, exercises: Sequence[Exercise]) -> NotebookNode:
    """Return the notebook with its solutions and nbgrader's metadata: what nbgrader calls the source version.

    Check cells carry the points and are nbgrader's to restore; set-up cells are locked against accidents; texts and
    demonstrations are free, so that a student can add notes and try things.
    """
    notebook = new_notebook(metadata=_metadata(source, exercises))
    seen: Counter[str] = Counter()
    for cell in source.cells:
        seen[stem := _id_stem(cell)] += 1
        cell_id = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
        new = new_markdown_cell if cell.role is Role.TEXT else new_code_cell
        text = cell.text + WAY_OUT if cell is source.cells[0] else cell.text
        notebook.cells.append(new(source=text, id=cell_id, metadata=_cell_metadata(cell, cell_id)))
    return notebook


def released_notebook(source: LessonSource, exercises: Sequence[Exercise]) -> NotebookNode:
    """Return the notebook as students get it: nbgrader's own preprocessors take the solutions out.

    They run in the order of `nbgrader generate_assignment`, without its database.
    """
    from nbgrader import preprocessors

    notebook = full_notebook(source, exercises)
    resources: dict[str, Any] = {}
    for step in (
        preprocessors.LockCells(),
        preprocessors.ClearSolutions(code_stub={"python": STUB}),
        preprocessors.ClearOutput(),
        preprocessors.CheckCellMetadata(),
        preprocessors.ComputeChecksums(),
        preprocessors.ClearHiddenTests(),
        preprocessors.ClearMarkScheme(),
        preprocessors.ComputeChecksums(),
        preprocessors.CheckCellMetadata(),
    ):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file: the same notebook, the same text, on any Python and platform."""
    plain = json.loads(json.dumps(notebook))
    for cell in plain["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def texts_in(notebook: NotebookNode) -> list[str]:
    """Return every text that can be read in a notebook: the cells' sources and all metadata."""
    return [cell.source for cell in notebook.cells] + list(
        _strings([notebook.metadata, [cell.metadata for cell in notebook.cells]])
    )


def _metadata(source: LessonSource, exercises: Sequence[Exercise]) -> dict[str, Any]:
    return {
        "kernelspec": _KERNEL,
        "language_info": {"name": "python"},
        "digitlab": {
            "lesson": source.name,
            "title": source.title,
            "minutes": source.minutes,
            "level": source.level,
            "prerequisites": list(source.prerequisites),
            "exercises": [
                {"id": exercise.id, "title": exercise.title, "points": _whole(exercise.points)}
                for exercise in exercises
            ],
        },
    }


def _id_stem(cell: SourceCell) -> str:
    """Return a cell id that stays when cells are added or moved around it.

    What nbgrader knows by its id (set-up, exercises, checks) keeps it when the text changes too: a grade book made
    before a correction still fits after it.
    """
    if cell.role is Role.EXERCISE:
        return str(cell.exercise)
    if cell.role is Role.CHECK:
        return f"check-{cell.exercise}"
    if cell.role is Role.SETUP:
        return "setup"
    return f"{cell.role}-{hashlib.sha256(cell.text.encode()).hexdigest()[:8]}"


def _cell_metadata(cell: SourceCell, cell_id: str) -> dict[str, Any]:
    if cell.role is Role.TEXT:
        return {}
    ours = {"role": str(cell.role)}
    if cell.exercise is not None:
        ours["exercise"] = cell.exercise
    if cell.role is Role.DEMO:
        return {"digitlab": ours}
    theirs: dict[str, Any] = {
        "schema_version": NBGRADER_SCHEMA,
        "grade": cell.role is Role.CHECK,
        "solution": cell.role is Role.EXERCISE,
        "locked": cell.role is not Role.EXERCISE,
        "task": False,
        "grade_id": cell_id,
    }
    if cell.points is not None:
        theirs["points"] = _whole(cell.points)
    return {"digitlab": ours, "nbgrader": theirs}


def _whole(points: float) -> float:
    """Return points as an int where they are whole: 2 and 2.0 are the same text in the notebook."""
    return int(points) if points == int(points) else points


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.items() for text in _strings(list(item))]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _strings(item)]
    return []

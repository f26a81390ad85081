"""The notebook with its solutions, and the released one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import nbformat
from nbgrader.nbgraderformat import MetadataValidator

from autograder.authoring.release import STUB, WAY_OUT, full_notebook, notebook_text, released_notebook
from autograder.authoring.source import LessonSource
from autograder.exercise import Exercise

Change = Callable[..., LessonSource]
Exercises = tuple[Exercise, ...]


def test_the_released_exercise_keeps_all_but_the_solution(changed: Change, exercises: Exercises) -> None:
    """What stands outside the marks stays, and the stub stands where the solution was, indented like it."""
    by_id = {cell.id: cell for cell in released_notebook(changed(), exercises).cells}
    assert by_id["l77_double"].source == f'def double(x):\n    """Return twice x."""\n    {STUB}'
    assert by_id["l77_triple"].source == f"def triple(x):\n    factor = 3\n    {STUB}"


def test_cells_carry_the_metadata_of_nbgrader_3(changed: Change, exercises: Exercises) -> None:
    """nbgrader finds the exercise to be solved, the check to be graded and the set-up to be left alone."""
    notebook = released_notebook(changed(), exercises)
    MetadataValidator().validate_nb(notebook)
    nbformat.validate(notebook)
    metadata = {cell.id: cell.metadata for cell in notebook.cells}

    def nbgrader(cell_id: str) -> dict[str, object]:
        return {key: value for key, value in metadata[cell_id]["nbgrader"].items() if key != "checksum"}

    shared = {"schema_version": 3, "task": False, "cell_type": "code"}
    assert nbgrader("l77_double") == shared | {
        "grade": False, "solution": True, "locked": False, "grade_id": "l77_double",
    }  # fmt: skip
    assert nbgrader("check-l77_double") == shared | {
        "grade": True, "solution": False, "locked": True, "grade_id": "check-l77_double", "points": 2,
    }  # fmt: skip
    assert nbgrader("check-l77_triple")["points"] == 1.5
    assert nbgrader("setup") == shared | {"grade": False, "solution": False, "locked": True, "grade_id": "setup"}
    assert metadata["check-l77_double"]["editable"] is False
    assert metadata["l77_double"].get("editable", True)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id) for cell_id in metadata)


def test_texts_and_demonstrations_stay_free(changed: Change, exercises: Exercises) -> None:
    """A student may write into what is not graded: those cells can be edited and deleted."""
    for cell in released_notebook(changed(), exercises).cells:
        if cell.id.startswith(("text", "demo")):
            assert not {"nbgrader", "editable", "deletable"} & cell.metadata.keys()


def test_roles_travel_with_the_cells(changed: Change, exercises: Exercises) -> None:
    """Every code cell says what it is for, and the notebook says which lesson it is and what it asks."""
    notebook = released_notebook(changed(), exercises)
    ours = [cell.metadata["digitlab"] for cell in notebook.cells if cell.cell_type == "code"]
    assert ours == [
        {"role": "setup"},
        {"role": "demo"},
        {"role": "exercise", "exercise": "l77_double"},
        {"role": "check", "exercise": "l77_double"},
        {"role": "exercise", "exercise": "l77_triple"},
        {"role": "check", "exercise": "l77_triple"},
    ]
    assert notebook.metadata["digitlab"] == {
        "lesson": "77_twice",
        "title": "Twice and thrice",
        "minutes": 20,
        "level": "beginner",
        "prerequisites": [],
        "exercises": [
            {"id": "l77_double", "title": "Write double", "points": 2},
            {"id": "l77_triple", "title": "Write triple", "points": 1.5},
        ],
    }


def test_the_full_notebook_keeps_the_solutions(changed: Change, exercises: Exercises) -> None:
    """The teacher's version differs from the source in its form, and in the way out below the opening."""
    source = changed()
    first, *others = [cell.source for cell in full_notebook(source, exercises).cells]
    assert first == source.cells[0].text + WAY_OUT
    assert others == [cell.text for cell in source.cells[1:]]


def test_the_same_source_gives_the_same_bytes(changed: Change, exercises: Exercises) -> None:
    """Building twice gives one text, as nbformat writes it: sorted, indented by one, one newline at the end."""
    text = notebook_text(released_notebook(changed(), exercises))
    assert text == notebook_text(released_notebook(changed(), exercises))
    assert text == nbformat.writes(nbformat.reads(text, as_version=4)) + "\n"


def test_ids_stay_when_cells_come_and_go(changed: Change, exercises: Exercises) -> None:
    """A new cell changes no other cell's id, and two equal cells have two ids."""
    before = [cell.id for cell in full_notebook(changed(), exercises).cells]
    demo = '# %% role="demo"\nprint(np.arange(3) * 2)'
    after = [
        cell.id
        for cell in full_notebook(changed((demo, f"# %% [markdown]\n# New.\n\n{demo}\n\n{demo}")), exercises).cells
    ]
    assert [cell_id for cell_id in after if cell_id in before] == before
    assert len(set(after)) == len(after) == len(before) + 2


def test_metadata_is_plain(changed: Change, exercises: Exercises) -> None:
    """Nothing of the machine or of jupytext is in the notebook: no version, no path, no pairing."""
    metadata = json.loads(notebook_text(released_notebook(changed(), exercises)))["metadata"]
    assert metadata.keys() == {"digitlab", "kernelspec", "language_info"}
    assert metadata["language_info"] == {"name": "python"}

"""`autograder.gradebook.cells`: what nbgrader is told of a lesson's cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import nbformat
from nbgrader.utils import compute_checksum

from autograder import course
from autograder.gradebook.cells import cells_of, is_ours, kernelspec_of
from autograder.records import LessonResult

Result = Callable[..., LessonResult]


def test_every_released_cell_is_told_as_it_is() -> None:
    """Names, points, texts and checksums are those of the released notebooks; each exercise has its two cells."""
    for lesson in course.lessons():
        notebook = nbformat.read(lesson.notebook, as_version=4)
        known = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
        cells = cells_of(lesson.name, [])
        assert [cell.grade_id for cell in cells] == list(known)
        for cell in cells:
            theirs = known[cell.grade_id]
            assert cell.source == theirs.source
            assert cell.checksum == compute_checksum(theirs)
            assert cell.points == (theirs.metadata.nbgrader.get("points") if theirs.metadata.nbgrader.grade else None)
        graded = {cell.exercise: cell.points for cell in cells if cell.points is not None}
        assert graded == {exercise.id: exercise.points for exercise in lesson.exercises}
        assert {cell.exercise for cell in cells if cell.is_solution} == set(graded)
        assert all(is_ours(cell.grade_id) for cell in cells if cell.exercise is not None)
        assert json.loads(kernelspec_of(lesson.name))["name"] == "python3"


def test_a_lesson_that_is_not_here_has_the_cells_of_its_results(result: Result) -> None:
    """Its check cells are called as the build calls them; their points are the most that any result has."""
    one = result("ada", 2, lesson="42_elsewhere")
    other = replace(one, verdicts=(replace(one.verdicts[0], max_points=3.0),))
    cells = cells_of("42_elsewhere", [other, one])
    graded = {cell.grade_id: cell.points for cell in cells if cell.points is not None}
    assert graded["check-l02_scale_pixels"] == 3.0
    assert len(graded) == len(one.verdicts)
    assert all(cell.source is None for cell in cells)
    assert kernelspec_of("42_elsewhere") == "{}"

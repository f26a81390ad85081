"""Which lesson a file belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograder.handins.lessons import LessonNames
from autograder.notebooks import CodeCell, Notebook

NAMES = LessonNames({1: "01_look_first", 2: "02_pixels_to_tensors", 9: "09_evaluate", 12: "12_your_handwriting"})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("02_pixels_to_tensors", 2),
        ("02_pixels_to_tensors-1", 2),
        ("02_pixels_to_tensors (1)", 2),
        ("02_pixels_to_tensors-Copy1", 2),
        ("Copy of 02_pixels_to_tensors", 2),
        ("ada_02_pixels_to_tensors_final", 2),
        ("02-Pixels-To-Tensors", 2),
        ("2", 2),
        ("02", 2),
        ("02_mine", 2),
        ("lesson02", 2),
        ("Lesson 2", 2),
        ("l02", 2),
        ("12", 12),
        ("lesson_12_final", 12),
        ("1", 1),
        ("120", None),
        ("2024", None),
        ("07_train", None),
        ("ada", None),
        ("s12345", None),
        ("12345", None),
        ("", None),
        ("homework", None),
        ("ada2", None),
    ],
)
def test_names_of_folders_and_files(text: str, number: int | None) -> None:
    """A lesson's name within a name, or its number at the beginning, says which lesson it is; ids do not."""
    assert NAMES.of_text(text) == (None if number is None else NAMES.by_number[number])


def test_metadata_says(handed_in: Callable[..., Any]) -> None:
    """The released notebook says which lesson it is."""
    assert NAMES.of_notebook(handed_in(2).notebook) == "02_pixels_to_tensors"


def test_functions_say_where_metadata_is_lost(handed_in: Callable[..., Any]) -> None:
    """Without metadata, the exercises that are defined tell."""
    for number in (1, 2, 9):
        lost = handed_in(number)
        lost.plain["metadata"] = {}
        assert NAMES.of_notebook(lost.notebook) == NAMES.by_number[number]


def test_nothing_is_guessed() -> None:
    """A notebook without any of the course's functions, or with those of two lessons alike, is of no lesson."""
    assert NAMES.of_notebook(Notebook(cells=(CodeCell(number=1, source="x = 1"),))) is None
    both = "def scale_pixels(): pass\ndef describe(): pass"
    assert NAMES.of_notebook(Notebook(cells=(CodeCell(number=1, source=both),))) is None
    assert NAMES.of_notebook(Notebook(cells=(), lesson="99_elsewhere")) is None

"""What was odd about a hand-in, in words."""

from __future__ import annotations

import numpy as np

from autograder import notes
from autograder.records import Cause, ErrorSeen
from autograder.transcript import CellSeen
from digitlab.shipped_model import small_model_facts


def test_errors_of_cells_name_the_cell() -> None:
    """A cell's error is told with its number, its kind and its message, on one line."""
    seen = CellSeen(number=7, error=ErrorSeen(type="NameError", message="name 'xs'\nis not defined"))
    assert notes.of_cell(seen) == ["cell 7 raised NameError: name 'xs' is not defined; the cells after it were run"]
    late = CellSeen(number=2, error=ErrorSeen(type="TookTooLong"))
    assert notes.of_cell(late) == ["cell 2 took too long and was stopped; the cells after it were run"]
    assert notes.of_cell(CellSeen(number=1)) == []


def test_what_was_asked_for_is_told() -> None:
    """What a cell asked for in vain is told; kinds that nobody knows are not."""
    seen = CellSeen(number=3, noted=(("input", ""), ("shell", "pip install {x}"), ("points", "100")))
    first, second = notes.of_cell(seen)
    assert first.startswith("cell 3 asked for input from the keyboard")
    assert "(pip install {x})" in second


def test_killed_cells_are_told_by_cause() -> None:
    """What took the run with it is told with what was done about it."""
    assert notes.of_killed_cell(4, Cause.MEMORY, definitions_kept=False) == (
        "cell 4 used more memory than there is; the notebook was run again without it"
    )
    assert "only the functions of that cell" in notes.of_killed_cell(4, Cause.TIMEOUT, definitions_kept=True)


def test_names_are_explained() -> None:
    """Why a function was not found, or which one was used."""
    (near,) = notes.of_probe("split", [("near", "splitt"), ("near", "spilt")])
    assert near == "there is no function split, but one named splitt and spilt: the name must be exactly split"
    assert "a value of type ndarray" in notes.of_probe("split", [("not_callable", "ndarray")])[0]
    assert "digitlab's own split" in notes.of_probe("split", [("borrowed", "split")])[0]
    assert "digitlab's own trained model" in notes.of_probe("build_cnn", [("trained_model", "build_cnn")])[0]
    assert notes.of_probe("split", [("forged", "anything")]) == []


def test_the_shipped_model_is_known() -> None:
    """A model whose numbers are those of digitlab's own is told; any other, and none, is not."""
    assert len(notes.of_model(small_model_facts()["weights"])) == 1
    for other in ("0" * 64, None, 7, b"weights", np.array(["a", "b"])):
        assert notes.of_model(other) == []


def test_long_lists_are_cut() -> None:
    """Nobody reads a thousand notes; repeated ones stand once."""
    assert notes.shortened(["a", "b", "a"]) == ("a", "b")
    many = notes.shortened(f"cell {number}" for number in range(1000))
    assert len(many) == notes.MAX_NOTES + 1
    assert many[-1] == "and 970 more of the kind"

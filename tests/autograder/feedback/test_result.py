"""A result is a float to nbgrader, a line to a notebook, and a story to who asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import find
from autograder.feedback.result import CheckResult
from autograder.records import Status, Verdict

VERDICT = Verdict(exercise="l02_scale_pixels", status=Status.PARTIAL, points=1.0, max_points=2.0, message="Nearly.")
EXERCISE = find("l02_scale_pixels")


def result(points: float, status: Status, note: str | None = None) -> CheckResult:
    """Return a result of so many points."""
    return CheckResult(EXERCISE, replace(VERDICT, points=points, status=status), 7, note)


@pytest.mark.parametrize("points", [0, 0.0, 0.67, 1, 2.0, np.float64(0.0), np.float32(1.5)])
def test_its_repr_is_a_plain_float(points: float) -> None:
    """nbgrader reads the repr: a plain float literal, never `np.float64(0.0)`, never an int."""
    shown = repr(result(points, Status.PARTIAL))
    assert shown == repr(float(points))
    assert float(shown) == points


def test_it_is_true_only_when_passed() -> None:
    """`assert check(...)` means what one thinks."""
    assert bool(result(2.0, Status.PASSED))
    assert not result(1.0, Status.PARTIAL)
    assert result(2.0, Status.PASSED).passed


def test_a_notebook_shows_one_small_line() -> None:
    """The card was shown already: the result itself is a line of points."""
    assert result(2.0, Status.PASSED)._repr_html_() == "<span>2 of 2 points</span>"


def test_its_text_tells_how_to_go_on() -> None:
    """Where there are no buttons, the text says what to type; who has passed needs no hint."""
    assert 'For a hint: `check("l02_scale_pixels", scale_pixels).hint()`' in str(result(1.0, Status.PARTIAL))
    assert "hint" not in str(result(2.0, Status.PASSED))
    gate = find("l09_model_gate")
    text = str(CheckResult(gate, replace(VERDICT, exercise=gate.id), 7))
    assert 'check("l09_model_gate", "my_cnn.keras").hint()' in text


def test_what_the_journal_could_not_keep_is_said() -> None:
    """The note stands in the last line, with and without buttons."""
    noted = result(2.0, Status.PASSED, "Your progress is not kept.")
    assert str(noted).endswith("Your progress is not kept.")
    assert noted.footer(buttons=True) == "Your progress is not kept."


def test_hints_and_the_solution_hang_on_it() -> None:
    """`result.hint()` and `result.solution()` are what the text promises."""
    failed = result(0.0, Status.FAILED)
    assert "Hint 1 of 3" in failed.hint()
    assert "Look at 2 hints first" in failed.solution()

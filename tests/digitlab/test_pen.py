"""Drawings made by a program: what is asked for is on the sheet, and the same seed draws the same."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from digitlab import pen
from digitlab.handwriting import is_inverted
from digitlab.pen import PREPARED, draw, drawn_digits, prepared_strokes


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(pen, extraglobs={"np": np}).failed == 0


def test_a_line_is_as_wide_as_the_pen() -> None:
    """A straight line covers what it should: its length plus the round ends, times its width."""
    sheet = draw([[(50, 20), (50, 80)]], side=100, pen=10)
    ink = (255 - sheet.astype(float)).sum() / 255
    assert ink == pytest.approx(60 * 10 + np.pi * 5**2, rel=0.05)
    assert is_inverted(sheet)


def test_a_dot_is_a_stroke_of_one_point() -> None:
    """A single point leaves a dot of the pen's size; no stroke leaves white paper."""
    assert (255 - draw([[(30, 30)]], side=60, pen=8).astype(float)).sum() / 255 == pytest.approx(np.pi * 16, rel=0.15)
    assert draw([], side=60).min() == 255


def test_prepared_drawings_lie_on_the_sheet() -> None:
    """Each digit is prepared, and each drawing lies inside the sheet with a margin for the pen."""
    assert [str(digit) for digit in range(10)] == list(PREPARED)[:10]
    for name in PREPARED:
        points = np.concatenate([np.array(stroke) for stroke in prepared_strokes(name, 100)])
        assert points.min() > 10, name
        assert points.max() < 90, name
    with pytest.raises(ValueError, match=r"no prepared drawing 'Z'\. There are: 0, 1, 2"):
        prepared_strokes("Z")


def test_the_same_seed_draws_the_same() -> None:
    """Drawings repeat with their seed, differ with another, and come digit by digit."""
    first, labels = drawn_digits(23, seed=4)
    again, _ = drawn_digits(23, seed=4)
    other, _ = drawn_digits(23, seed=5)
    assert labels.tolist() == [n % 10 for n in range(23)]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert not np.array_equal(first[3], first[13])
    with pytest.raises(ValueError, match="at least one drawing, got count=0"):
        drawn_digits(0, seed=1)

"""Figures of lesson 12 say in words what they show, and tell what they cannot show."""

from __future__ import annotations

import numpy as np
import pytest

from digitlab.pen import draw, prepared_strokes
from digitlab.plots.handwriting import rejection_curve, stages_of


def test_the_stages_are_told() -> None:
    """Five images stand side by side; the words name each with its size, and the centre of mass."""
    shown = stages_of(draw(prepared_strokes("1")), "a one")
    assert len(shown.figure.axes) == 5
    assert shown.alt.startswith("a one: a drawing in five steps: drawn 280 × 280, bright ink 280 × 280, cropped ")
    assert "centred 28 × 28. The centre of mass at the end: row 1" in shown.alt


def test_the_curve_has_a_point_for_each_threshold() -> None:
    """Each threshold stands at its point and in the words; where nothing was answered there is no point."""
    shown = rejection_curve([0, 0.9, 2], [1.0, 0.8, 0.0], [0.95, 0.99, np.nan])
    (axis,) = shown.figure.axes
    np.testing.assert_allclose(axis.lines[0].get_xydata()[:2], [[1.0, 0.95], [0.8, 0.99]])
    assert [text.get_text() for text in axis.texts] == ["0", "0.9"]
    assert "threshold 0.9: 80.0% answered, 99.00% of them right" in shown.alt
    assert "threshold 2: 0.0% answered" in shown.alt
    assert "nan" not in shown.alt


def test_other_lengths_are_told() -> None:
    """Lists of different lengths, and empty ones, are one sentence."""
    for values in (([0, 1], [1.0], [0.5, 0.5]), ([], [], [])):
        with pytest.raises(ValueError, match="for each threshold a coverage and an accuracy"):
            rejection_curve(*values)

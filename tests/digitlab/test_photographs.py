"""Photographs: ink is found under shadows and grain, and only ink."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitlab.handwriting import to_mnist
from digitlab.pen import draw, prepared_strokes
from digitlab.photographs import clean_photo

SHADOWS = {
    "even": np.ones((280, 280)),
    "from left to right": np.repeat([np.linspace(1, 0.4, 280)], 280, axis=0),
    "in a corner": 1 - 0.6 * np.exp(-((np.indices((280, 280)) - 250) ** 2).sum(axis=0) / 150**2),
}


def photograph(drawing: np.ndarray[Any, Any], light: np.ndarray[Any, Any], seed: int = 0) -> np.ndarray[Any, Any]:
    """Return what a camera might see of a drawing: grey ink, uneven light, grain."""
    grain = np.random.default_rng(seed).normal(0, 4, drawing.shape)
    return ((50 + 190 * (drawing / 255)) * light + grain).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", list("0123456789"))
@pytest.mark.parametrize("light", list(SHADOWS))
def test_the_digit_is_that_of_the_drawing(name: str, light: str) -> None:
    """Whatever the light, the photograph of a drawing becomes nearly the image that the drawing becomes."""
    drawing = draw(prepared_strokes(name), pen=14)
    cleaned = clean_photo(photograph(drawing, SHADOWS[light]))
    assert (cleaned.dtype, cleaned.min(), cleaned.max()) == (np.float32, 0, 1)
    far = (draw(prepared_strokes(name), pen=22) == 255) & (cleaned > 0)
    assert far.sum() == 0  # no ink where none was drawn
    near = np.pad(to_mnist(drawing)[..., 0], 1)
    shifts = [near[down : down + 28, right : right + 28] for down in range(3) for right in range(3)]
    assert min(np.abs(to_mnist(cleaned)[..., 0] - one).mean() for one in shifts) < 0.03


def test_chalk_is_ink_too() -> None:
    """Bright ink on a dark ground is found as well."""
    drawing = draw(prepared_strokes("2"), pen=14)
    board = photograph(255 - drawing, SHADOWS["even"])
    assert (clean_photo(board)[drawing == 0] > 0.5).mean() > 0.98


def test_a_large_photograph_is_made_smaller() -> None:
    """Its longer side becomes 400 pixels, in proportion; the ink is still there."""
    large = np.kron(photograph(draw(prepared_strokes("7")), SHADOWS["even"]), np.ones((3, 4), np.uint8))
    cleaned = clean_photo(large)
    assert cleaned.shape == (300, 400)
    assert 0.02 < (cleaned > 0.5).mean() < 0.2


@pytest.mark.parametrize("grain", [0.0, 4.0])
def test_an_empty_sheet_has_no_ink(grain: float) -> None:
    """White paper, with its grain or without, is told instead of called ink."""
    paper = np.random.default_rng(1).normal(200, grain, (280, 280)).clip(0, 255).astype(np.uint8)
    with pytest.raises(ValueError, match="found no ink"):
        clean_photo(paper)


def test_what_is_no_photograph_is_told() -> None:
    """Colours and floats are told, with what makes a grey image."""
    with pytest.raises(ValueError, match=r"got shape \(9, 9, 3\) of uint8. load_image"):
        clean_photo(np.zeros((9, 9, 3), np.uint8))

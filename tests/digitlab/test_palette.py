"""The palette keeps its promises: contrast on white, and colours that colour-blind readers tell apart."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import numpy as np
import pytest

from digitlab import palette

COLOURS = {name: getattr(palette, name) for name in ("BLUE", "VERMILLION", "GREEN", "GREY")}
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)


def linear(colour: str) -> np.ndarray:
    """Return linear RGB in [0, 1] (IEC 61966-2-1)."""
    rgb = np.array(mpl.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("name", COLOURS)
def test_lines_can_be_seen_on_white(name: str) -> None:
    """Each colour has at least the contrast of 3 to 1 that WCAG 2.2 asks of graphics."""
    luminance = linear(COLOURS[name]) @ (0.2126, 0.7152, 0.0722)
    assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize("sight", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_colours_differ_for_colour_blind_readers(sight: np.ndarray) -> None:
    """As seen without red or green cones, no two of the three colours of curves come together."""
    seen = {name: np.clip(sight @ linear(COLOURS[name]), 0, 1) ** (1 / 2.4) for name in ("BLUE", "VERMILLION", "GREEN")}
    for one, other in itertools.combinations(seen, 2):
        assert np.abs(seen[one] - seen[other]).max() > 0.15, (one, other)


def test_more_is_darker() -> None:
    """The sequential map falls in lightness all the way; the diverging one is lightest in its middle."""
    weights = (0.2126, 0.7152, 0.0722)
    lightness = mpl.colormaps[palette.SEQUENTIAL](np.linspace(0, 1, 50))[:, :3] @ weights
    assert (np.diff(lightness) < 0).all()
    diverging = mpl.colormaps[palette.DIVERGING](np.linspace(0, 1, 51))[:, :3] @ weights
    assert 24 <= diverging.argmax() <= 26

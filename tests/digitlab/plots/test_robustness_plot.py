"""The figure of robustness curves."""

from __future__ import annotations

import numpy as np
import pytest

from digitlab.plots.robustness import robustness_plot


def test_lines_are_the_curves() -> None:
    """Each model has a line of its own colour, marker and dashes, in per cent; the text tells both ends."""
    curves = {"one": [0.99, 0.5, 0.2], "two": np.array([0.98, 0.9, 0.8])}
    picture = robustness_plot([0, 10, 20], curves, "rotation in degrees")
    lines = picture.figure.axes[0].lines[:2]
    assert np.allclose(lines[0].get_ydata(), [99, 50, 20])
    assert np.allclose(lines[1].get_xdata(), [0, 10, 20])
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert len({getattr(line, look)() for line in lines}) == 2
    assert picture.alt == (
        "Accuracy against rotation in degrees. one: 99.0% at 0, 20.0% at 20; two: 98.0% at 0, 80.0% at 20."
    )


@pytest.mark.parametrize("curves", [{}, {"one": [0.5]}, {str(n): [0.5, 0.5] for n in range(5)}])
def test_curves_that_do_not_fit(curves: dict[str, list[float]]) -> None:
    """No curve, one of another length, and more than can be told apart are refused."""
    with pytest.raises(ValueError, match="needs one to 4 curves of 2 accuracies each"):
        robustness_plot([0, 1], curves, "level")

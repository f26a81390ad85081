"""Figures of how a model fares beyond the test set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digitlab.palette import BLUE, GREEN, GREY, VERMILLION
from digitlab.plots.picture import Picture, new_figure

# A line is told by its colour, its marker and its dashes.
_STYLES = ((BLUE, "o", "-"), (VERMILLION, "s", "--"), (GREEN, "^", "-."), (GREY, "D", ":"))


def robustness_plot(levels: Sequence[Any], curves: Mapping[str, ArrayLike], what: str) -> Picture:
    """Return accuracies against the level of a distortion, a line for each model.

    Parameters
    ----------
    levels : sequence of L numbers
    curves : mapping of str to array of float, shape (L,)
        Name of the model → its accuracies as shares; up to four.
    what : str
        What the levels are, with their unit: "rotation in degrees".

    Raises
    ------
    ValueError
        If there is no curve, more than four, or one that is not as long as the levels.
    """
    known = {name: np.asarray(curve, dtype=float) for name, curve in curves.items()}
    if not 1 <= len(known) <= len(_STYLES) or any(curve.shape != (len(levels),) for curve in known.values()):
        shapes = ", ".join(f"{name} {curve.shape}" for name, curve in known.items()) or "none"
        raise ValueError(
            f"robustness_plot needs one to {len(_STYLES)} curves of {len(levels)} accuracies each, got {shapes}. "
            "robustness_curve(model, x, y, distort, levels) gives one."
        )
    figure, axis = new_figure(6.4, 3.6)
    for (name, curve), (colour, marker, dashes) in zip(known.items(), _STYLES, strict=False):
        axis.plot(levels, 100 * curve, color=colour, marker=marker, linestyle=dashes, label=name)
    axis.axhline(10, color=GREY, linewidth=1, linestyle=(0, (1, 3)))
    axis.annotate("blind guessing", (levels[0], 10), xytext=(2, 3), textcoords="offset points", fontsize=9, color=GREY)
    axis.set(xlabel=what, ylabel="accuracy in per cent", ylim=(0, 102))
    if len(known) > 1:
        axis.legend()
    told = "; ".join(
        f"{name}: {curve[0]:.1%} at {levels[0]:g}, {curve[-1]:.1%} at {levels[-1]:g}" for name, curve in known.items()
    )
    return Picture(figure, f"Accuracy against {what}. {told}.")

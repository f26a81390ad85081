"""Figures of a drawing on its way to the model, and of what it costs to say "I do not know"."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike, NDArray

from digitlab.handwriting import centre_of_mass, stages
from digitlab.palette import BLUE, VERMILLION
from digitlab.plots.picture import Picture, new_figure


def stages_of(drawing: NDArray[Any], title: str = "") -> Picture:
    """Return a drawing as it is after each step of `to_mnist`; the last one with its centre of mass.

    Parameters
    ----------
    drawing : ndarray, shape (height, width)
        As `to_mnist` takes it.
    title : str

    Raises
    ------
    ValueError
        As `to_mnist`.
    """
    steps = stages(drawing)
    figure, axes = new_figure(11, 2.9, 1, len(steps))
    for axis, (name, image) in zip(axes, steps.items(), strict=True):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.set_title(f"{name}\n{image.shape[0]} × {image.shape[1]}", fontsize=10)
        axis.set_xticks(()), axis.set_yticks(())
    row, column = centre_of_mass(steps["centred"])
    axes[-1].plot(column, row, "+", color=VERMILLION, markersize=14, markeredgewidth=2)
    if title:
        figure.suptitle(title, fontsize=11)
    told = ", ".join(f"{name} {image.shape[0]} × {image.shape[1]}" for name, image in steps.items())
    return Picture(
        figure,
        f"{title + ': ' if title else ''}a drawing in five steps: {told}. "
        f"The centre of mass at the end: row {row:.1f}, column {column:.1f}.",
    )


def rejection_curve(thresholds: ArrayLike, coverage: ArrayLike, accuracy: ArrayLike) -> Picture:
    """Return how accurate the answers are that are given, against the share of images that get one.

    Parameters
    ----------
    thresholds, coverage, accuracy : array of float, shape (L,)
        For each threshold the share that is answered, and the share of these answers that is right (NaN where there is
        none).

    Raises
    ------
    ValueError
        If they are not equally long, or empty.
    """
    thresholds, coverage, accuracy = (np.asarray(values, dtype=float) for values in (thresholds, coverage, accuracy))
    if thresholds.ndim != 1 or not len(thresholds) or not thresholds.shape == coverage.shape == accuracy.shape:
        raise ValueError(
            f"rejection_curve needs for each threshold a coverage and an accuracy, got shapes {thresholds.shape}, "
            f"{coverage.shape} and {accuracy.shape}."
        )
    figure, axis = new_figure(8, 4.2)
    axis.plot(coverage, accuracy, color=BLUE, marker="o")
    for place, (x, y) in enumerate(zip(coverage, accuracy, strict=True)):
        if np.isfinite(y):
            axis.annotate(
                f"{thresholds[place]:g}", (x, y), xytext=(8, -12), textcoords="offset points", fontsize=9, ha="left"
            )
    axis.invert_xaxis()
    axis.margins(x=0.08, y=0.15)
    axis.set(xlabel="coverage: the share that gets an answer", ylabel="accuracy of the answers given")
    axis.set_title("The threshold stands at each point; to the right more is rejected")
    for one in (axis.xaxis, axis.yaxis):
        one.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g} %"))
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    told = "; ".join(
        f"threshold {threshold:g}: {share:.1%} answered"
        + (f", {right:.2%} of them right" if np.isfinite(right) else "")
        for threshold, share, right in zip(thresholds, coverage, accuracy, strict=True)
    )
    return Picture(figure, f"Accuracy against coverage. {told}.")

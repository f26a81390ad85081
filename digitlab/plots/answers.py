"""Figures of a model's answers: the confusion matrix, and a page of predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.plots.picture import BLUE, SEQUENTIAL, VERMILLION, Picture, new_figure


def confusion_matrix_plot(cm: NDArray[Any]) -> Picture:
    """Return the confusion matrix with its counts. The colour shows the errors; the diagonal is left white.

    Parameters
    ----------
    cm : ndarray of int, shape (10, 10)
        Rows are true digits, columns predicted ones.
    """
    if cm.shape != (10, 10):
        raise ValueError(f"confusion_matrix_plot needs a matrix of shape (10, 10), got {cm.shape}.")
    errors = cm.astype(float)
    np.fill_diagonal(errors, np.nan)
    figure, axis = new_figure(7.5, 6.4)
    top = float(np.nanmax(errors)) or 1.0
    drawn = axis.imshow(errors, cmap=SEQUENTIAL, vmin=0, vmax=top)
    for (row, column), count in np.ndenumerate(cm):
        hit = row == column
        dark = hit or errors[row, column] > 0.55 * top
        if count:
            axis.text(
                column,
                row,
                f"{count}",
                ha="center",
                va="center",
                fontsize=9,
                color="black" if dark else "white",
                weight="bold" if hit else "normal",
            )
    axis.set(
        xlabel="predicted digit", ylabel="true digit", xticks=range(10), yticks=range(10), title="Confusion matrix"
    )
    figure.colorbar(drawn, ax=axis, label="errors", shrink=0.85)
    flat = np.nan_to_num(errors, nan=-1)
    row, column = np.unravel_index(flat.argmax(), flat.shape)
    alt = (
        f"Confusion matrix of {cm.sum():,} images: {np.trace(cm):,} on the diagonal are right. "
        f"The largest confusion: {row} taken for {column}, {cm[row, column]} times."
    )
    return Picture(figure, alt)


def predictions_page(
    images: NDArray[Any], labels: NDArray[Any], probabilities: NDArray[Any], columns: int = 8
) -> Picture:
    """Return a page of images, each with what the model says and how sure it is; wrong answers are framed and marked ✗.

    Parameters
    ----------
    images : ndarray, shape (N, 28, 28)
        At most 80 are shown.
    labels : ndarray of int, shape (N,)
    probabilities : ndarray of float, shape (N, 10)
    columns : int
    """
    if not len(images) == len(labels) == len(probabilities) or len(images) == 0:
        raise ValueError(
            f"predictions_page needs as many images as labels and rows of probabilities, "
            f"got {len(images)}, {len(labels)} and {len(probabilities)}."
        )
    count = min(len(images), 80)
    columns = min(columns, count)
    rows = -(-count // columns)
    figure, axes = new_figure(1.35 * columns, 1.75 * rows, rows, columns)
    predicted = probabilities.argmax(axis=1)
    for place, axis in enumerate(np.atleast_1d(axes).flat):
        axis.set_xticks(()), axis.set_yticks(())
        if place >= count:
            axis.set_axis_off()
            continue
        right = predicted[place] == labels[place]
        axis.imshow(images[place], cmap="gray")
        colour = BLUE if right else VERMILLION
        mark = "✓" if right else f"✗ is {labels[place]}"
        axis.set_title(f"{predicted[place]}  {probabilities[place].max():.0%}\n{mark}", fontsize=9, color=colour, pad=3)
        for spine in axis.spines.values():
            spine.set(color=colour, linewidth=1 if right else 3)
    hits = int((predicted[:count] == labels[:count]).sum())
    return Picture(
        figure, f"A page of {count} predictions, each with its probability: {hits} right, {count - hits} wrong."
    )

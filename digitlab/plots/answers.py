"""Figures of a model's answers: the confusion matrix, and a page of predictions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from digitlab.palette import BLUE, SEQUENTIAL, VERMILLION
from digitlab.plots.images import grey_images
from digitlab.plots.picture import Picture, close_together, new_figure

MOST_ON_A_PAGE = 80


def confusion_matrix_plot(cm: ArrayLike) -> Picture:
    """Return the confusion matrix with its counts. Colour and number show the errors; right answers are framed.

    Parameters
    ----------
    cm : array of int, shape (10, 10)
        Rows are true digits, columns predicted ones.

    Raises
    ------
    ValueError
        If it is not such a matrix of counts.
    """
    cm = np.asarray(cm)
    if cm.shape != (10, 10) or cm.dtype.kind not in "ui" or (cm < 0).any():
        raise ValueError(
            f"confusion_matrix_plot needs counts of shape (10, 10), got {cm.dtype} of shape {cm.shape}. "
            "confusion(true, predicted) gives them."
        )
    errors = np.where(np.eye(10, dtype=bool), 0, cm)
    top = max(1, int(errors.max()))
    figure, axis = new_figure(7.2, 6.4)
    drawn = axis.imshow(errors, cmap=SEQUENTIAL, vmin=0, vmax=top)
    for (row, column), count in np.ndenumerate(cm):
        hit = row == column
        if count or hit:
            ink = "white" if errors[row, column] > 0.55 * top else "black"
            weight = "bold" if hit else "normal"
            axis.text(column, row, f"{count:,}", ha="center", va="center", fontsize=9, color=ink, weight=weight)
        if hit:
            axis.add_patch(_frame(row, column))
    axis.set_xticks(range(10)), axis.set_yticks(range(10))
    axis.set_xticks(np.arange(-0.5, 10), minor=True), axis.set_yticks(np.arange(-0.5, 10), minor=True)
    axis.grid(which="minor", color="#d9d9d9", linewidth=0.6)
    axis.tick_params(which="both", length=0)
    axis.set(xlabel="predicted digit", ylabel="true digit", title="Confusion matrix")
    figure.colorbar(drawn, ax=axis, label="errors", shrink=0.85, ticks=MaxNLocator(8, integer=True))
    return Picture(figure, _confusions_in_words(cm, errors))


def _frame(row: int, column: int) -> Rectangle:
    return Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor="black", linewidth=1)


def _confusions_in_words(cm: NDArray[Any], errors: NDArray[Any]) -> str:
    """Return the alternative text of a confusion matrix: how many are right, and the three largest confusions."""
    alt = f"Confusion matrix of {cm.sum():,} images: {np.trace(cm):,} on the diagonal are right."
    largest = [place for place in np.argsort(-errors, axis=None, kind="stable")[:3] if errors.flat[place]]
    if largest:
        told = "; ".join(
            f"{place // 10} taken for {place % 10}, {errors.flat[place]:,} time{'s' if errors.flat[place] > 1 else ''}"
            for place in largest
        )
        alt += f" The largest confusions: {told}."
    return alt


def predictions_page(images: NDArray[Any], labels: ArrayLike, probabilities: NDArray[Any], columns: int = 8) -> Picture:
    """Return a page of images, each with the digit that the model says and its probability.

    Right answers carry a ✓ and a thin blue frame; wrong ones a ✗, the true digit and a thick orange-red frame.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
        The first 80 are shown.
    labels : array of int, shape (N,)
        The true digits.
    probabilities : ndarray of float, shape (N, 10)
    columns : int

    Raises
    ------
    ValueError
        If there are no images, or not a label and a row of ten probabilities for each.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    if labels.shape != (len(images),) or probabilities.shape != (len(images), 10) or columns < 1:
        raise ValueError(
            f"predictions_page needs for {len(images)} images as many labels, rows of ten probabilities, and at least "
            f"one column, got shapes {labels.shape}, {probabilities.shape} and {columns} columns. "
            "predict_probabilities(model, x) gives the rows."
        )
    grey, top = grey_images(images[:MOST_ON_A_PAGE], "predictions_page")
    count = len(grey)
    columns = min(columns, count)
    rows = -(-count // columns)
    figure, axes = new_figure(1.35 * columns, 1.75 * rows, rows, columns)
    close_together(figure)
    predicted = probabilities.argmax(axis=1)
    for place, axis in enumerate(np.atleast_1d(axes).flat):
        axis.set_xticks(()), axis.set_yticks(())
        if place >= count:
            axis.set_axis_off()
            continue
        right = predicted[place] == labels[place]
        axis.imshow(grey[place], cmap="gray", vmin=0, vmax=top)
        mark = "✓" if right else f"✗ is {labels[place]}"
        title = f"{predicted[place]}, {_per_cent(probabilities[place].max())}\n{mark}"
        axis.set_title(title, fontsize=9, weight="normal" if right else "bold", pad=4)
        for spine in axis.spines.values():
            spine.set(color=BLUE if right else VERMILLION, linewidth=1 if right else 4)
    if columns >= 4:
        figure.suptitle("What the model says, and how sure it is. ✓ right, ✗ wrong and what it is", fontsize=10)
    wrong = np.flatnonzero(predicted[:count] != labels[:count])
    alt = f"A page of {count} predictions, each with its probability: {count - len(wrong)} right, {len(wrong)} wrong."
    if len(wrong):
        alt += " Wrong: " + ", ".join(f"{labels[place]} taken for {predicted[place]}" for place in wrong[:10])
        alt += ", …" if len(wrong) > 10 else "."
    return Picture(figure, alt)


def _per_cent(probability: float) -> str:
    """Return whole per cent, rounded down: only certainty is 100 %."""
    return f"{math.floor(100 * probability)} %" if np.isfinite(probability) else "NaN"

"""Figures of numbers: how often each digit occurs, curves of training, scores of each digit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.describing import class_counts
from digitlab.evaluation import ClassificationReport
from digitlab.plots.picture import BLUE, GREEN, GREY, ORANGE, Picture, new_figure
from digitlab.training import History


def label_distribution(labels: NDArray[Any], title: str = "How often each digit occurs") -> Picture:
    """Return a bar for each digit: how many labels are that digit.

    Parameters
    ----------
    labels : ndarray of int, shape (N,)
        Digits from 0 to 9.
    title : str
    """
    counts = class_counts(labels)
    figure, axis = new_figure(8, 3.6)
    bars = axis.bar(range(10), counts, color=BLUE, width=0.75)
    axis.bar_label(bars, [f"{count:,}" for count in counts], padding=-16, fontsize=9, color="white")
    axis.axhline(counts.mean(), color=GREY, linestyle="--", linewidth=1)
    axis.annotate(
        f"mean {counts.mean():,.0f}", (9.45, counts.mean()), (0, 14), textcoords="offset points", ha="right", color=GREY
    )
    axis.set(xlabel="digit", ylabel="images", title=title, xticks=range(10), ylim=(0, counts.max() * 1.15))
    axis.spines[["top", "right"]].set_visible(False)
    told = ", ".join(f"{digit}: {count}" for digit, count in enumerate(counts))
    return Picture(figure, f"Bar chart of the number of images for each digit. {told}.")


def learning_curves(history: Any) -> Picture:
    """Return loss and accuracy over the epochs: training as a solid line, validation as a dashed one.

    Parameters
    ----------
    history : History, keras History, or its dictionary
    """
    told = history if isinstance(history, History) else History.of(history)
    epochs = np.arange(1, len(told.loss) + 1)
    figure, (left, right) = new_figure(10, 3.8, 1, 2)
    for axis, name, training, validation in (
        (left, "loss", told.loss, told.val_loss),
        (right, "accuracy", told.accuracy, told.val_accuracy),
    ):
        axis.plot(epochs, training, color=BLUE, marker="o", label="training")
        if validation:
            axis.plot(epochs, validation, color=ORANGE, marker="s", linestyle="--", label="validation")
        axis.set(xlabel="epoch", ylabel=name, title=name, xticks=epochs[:: max(1, len(epochs) // 10)])
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    alt = f"Learning curves over {len(epochs)} epochs. Training loss from {told.loss[0]:.3f} to {told.loss[-1]:.3f}"
    if told.val_loss:
        alt += f"; validation loss from {told.val_loss[0]:.3f} to {told.val_loss[-1]:.3f}"
    return Picture(figure, alt + f"; training accuracy ends at {told.accuracy[-1]:.2%}.")


def scores_by_digit(report: ClassificationReport) -> Picture:
    """Return precision, recall and F1 of each digit as points, so that small differences can be seen."""
    figure, axis = new_figure(9, 3.8)
    digits = np.arange(10)
    scores = np.array([report.rows[str(digit)][:3] for digit in digits])
    for place, (name, marker, colour) in enumerate(
        (("precision", "^", BLUE), ("recall", "v", ORANGE), ("F1", "o", GREEN))
    ):
        axis.plot(digits + (place - 1) * 0.15, scores[:, place], marker, color=colour, label=name, markersize=8)
    axis.vlines(digits, scores.min(axis=1), scores.max(axis=1), color=GREY, linewidth=0.8, zorder=0)
    axis.set(xlabel="digit", ylabel="score", xticks=digits, title="Precision, recall and F1 of each digit")
    axis.grid(axis="y", alpha=0.3)
    axis.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    axis.spines[["top", "right"]].set_visible(False)
    worst = int(scores[:, 2].argmin())
    return Picture(
        figure, f"Precision, recall and F1 of each digit. The lowest F1, {scores[worst, 2]:.3f}, has digit {worst}."
    )

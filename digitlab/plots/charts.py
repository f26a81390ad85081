"""Figures of numbers: how often each digit occurs, curves of training, scores of each digit."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from digitlab.describing import class_counts
from digitlab.evaluation import ClassificationReport
from digitlab.history import History
from digitlab.palette import BLUE, GREEN, GREY, VERMILLION
from digitlab.plots.picture import Picture, new_figure


def label_distribution(labels: ArrayLike, title: str = "How often each digit occurs") -> Picture:
    """Return a bar for each digit: how many labels are that digit.

    Parameters
    ----------
    labels : array of int, shape (N,)
        Digits from 0 to 9.
    title : str

    Raises
    ------
    ValueError
        If there is no label, or one that is no digit.
    """
    counts = class_counts(np.asarray(labels))
    if counts.sum() == 0:
        raise ValueError("label_distribution needs at least one label, got none. Look at len(labels).")
    figure, axis = new_figure(8, 3.6)
    axis.axhline(counts.mean(), color=GREY, linestyle="--", linewidth=1, zorder=0)
    bars = axis.bar(range(10), counts, color=BLUE, width=0.75)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axis.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=9, bbox=behind)
    mean = f"{counts.mean():,.0f}" if counts.mean() >= 10 else f"{counts.mean():.1f}"
    axis.text(9.6, counts.mean(), f"mean\n{mean}", ha="left", va="center", color=GREY, bbox=behind)
    axis.set(xlabel="digit", ylabel="images", title=title, xticks=range(10), ylim=(0, counts.max() * 1.15))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axis.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.spines[["top", "right"]].set_visible(False)
    told = ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts))
    return Picture(figure, f"Bar chart of the number of images for each digit. {told}.")


def learning_curves(history: Any) -> Picture:
    """Return loss and accuracy over the epochs: training as a solid line, validation as a dashed one.

    Parameters
    ----------
    history : History, keras History, or its dictionary

    Raises
    ------
    ValueError
        If the history tells no loss or no accuracy, or not one epoch.
    """
    told = History.of(history)
    if not told.loss:
        raise ValueError("learning_curves needs at least one epoch, got a history of none. Train first.")
    epochs = np.arange(1, len(told.loss) + 1)
    figure, (left, right) = new_figure(10, 3.8, 1, 2)
    for axis, name, training, validation in (
        (left, "loss", told.loss, told.val_loss),
        (right, "accuracy", told.accuracy, told.val_accuracy),
    ):
        axis.plot(epochs, training, color=BLUE, marker="o", label="training")
        if validation:
            axis.plot(epochs[: len(validation)], validation, color=VERMILLION, marker="s", ls="--", label="validation")
        axis.set(xlabel="epoch", title=name)
        axis.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        axis.grid(alpha=0.3)
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    right.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g} %"))
    return Picture(figure, _curves_in_words(told))


def _curves_in_words(told: History) -> str:
    """Return the alternative text of the curves: where each begins, where it ends, where validation was best."""
    alt = (
        f"Learning curves over {len(told.loss)} epochs. Training loss from {told.loss[0]:.3f} to {told.loss[-1]:.3f}, "
        f"training accuracy from {told.accuracy[0]:.2%} to {told.accuracy[-1]:.2%}."
    )
    if told.val_loss:
        best = int(np.argmin(told.val_loss))
        alt += (
            f" Validation loss from {told.val_loss[0]:.3f} to {told.val_loss[-1]:.3f}, "
            f"smallest after epoch {best + 1} with {told.val_loss[best]:.3f}"
        )
        alt += f"; validation accuracy ends at {told.val_accuracy[-1]:.2%}." if told.val_accuracy else "."
    return alt


def scores_by_digit(report: ClassificationReport) -> Picture:
    """Return precision, recall and F1 of each digit as points, so that small differences can be seen.

    Parameters
    ----------
    report : ClassificationReport
        As `classification_report(true, predicted)` returns it.
    """
    figure, axis = new_figure(9, 4)
    digits = np.arange(10)
    scores = np.array([report.rows[str(digit)][:3] for digit in digits])
    axis.vlines(digits, scores.min(axis=1), scores.max(axis=1), color=GREY, linewidth=1, zorder=1)
    for place, (name, marker, colour, size) in enumerate(
        (("precision", "^", BLUE, 9), ("recall", "v", VERMILLION, 9), ("F1, between the two", "_", GREEN, 14))
    ):
        axis.plot(digits, scores[:, place], marker, color=colour, label=name, markersize=size, markeredgewidth=2)
    axis.set(xlabel="digit", ylabel="score", xticks=digits, title="Precision, recall and F1 of each digit")
    axis.grid(axis="y", alpha=0.3)
    figure.legend(frameon=False, ncols=3, loc="outside lower center")
    axis.spines[["top", "right"]].set_visible(False)
    worst, best = int(scores[:, 2].argmin()), int(scores[:, 2].argmax())
    return Picture(
        figure,
        f"Precision, recall and F1 of each digit. The lowest F1, {scores[worst, 2]:.3f}, has digit {worst}; "
        f"the highest, {scores[best, 2]:.3f}, digit {best}.",
    )

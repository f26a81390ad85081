"""Figures of images: one with its numbers, many in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.plots.picture import Picture, new_figure


def image_with_numbers(image: NDArray[Any], title: str = "") -> Picture:
    """Return one image beside the same image with the number of each pixel written on it.

    Parameters
    ----------
    image : ndarray, shape (height, width), at most 32 × 32
        uint8, or float in [0, 1].
    title : str
    """
    if image.ndim != 2 or max(image.shape) > 32:
        raise ValueError(f"image_with_numbers needs one image of at most 32 × 32 pixels, got shape {image.shape}.")
    figure, (left, right) = new_figure(12, 7.4, 1, 2, width_ratios=(1, 2.3))
    top = 255 if image.dtype.kind in "iu" else 1.0
    for axes in (left, right):
        axes.imshow(image, cmap="gray", vmin=0, vmax=top)
        axes.set_xticks(()), axes.set_yticks(())
    left.set_title(title or "the image")
    right.set_title(f"its {image.shape[0]} × {image.shape[1]} numbers")
    for (row, column), value in np.ndenumerate(image):
        text = f"{value}" if image.dtype.kind in "iu" else f"{value:.1f}"
        right.text(
            column, row, text, ha="center", va="center", fontsize=5.5, color="black" if value > top / 2 else "white"
        )
    alt = (
        f"{title or 'An image'}: on the left as grey pixels, on the right the number of each pixel, "
        f"from {image.min()} (black) to {image.max()}."
    )
    return Picture(figure, alt)


def sample_grid(
    images: NDArray[Any], labels: ArrayLike | Sequence[str], rows: int = 4, columns: int = 10, title: str = ""
) -> Picture:
    """Return the first rows × columns images in a grid, each under its label.

    Parameters
    ----------
    images : ndarray, shape (N, height, width)
    labels : sequence of N numbers or texts
    rows, columns : int
    title : str

    Raises
    ------
    ValueError
        If there are no images, or not a label for each.
    """
    named = [str(label) for label in np.asarray(labels).tolist()]
    if images.ndim != 3 or len(images) == 0 or len(named) != len(images):
        raise ValueError(
            f"sample_grid needs images of shape (N, height, width) and N labels, got {images.shape} "
            f"and {len(named)} labels."
        )
    shown = min(rows * columns, len(images))
    rows = -(-shown // columns)
    side = 1.0 if columns > 5 else 1.6
    figure, axes = new_figure(side * columns, (side + 0.25) * rows, rows, columns)
    for place, axis in enumerate(np.atleast_1d(axes).flat):
        axis.set_axis_off()
        if place < shown:
            axis.imshow(images[place], cmap="gray", vmin=0, vmax=255 if images.dtype.kind in "iu" else images.max())
            axis.set_title(named[place], fontsize=9, pad=2)
    if title:
        figure.suptitle(title)
    seen = ", ".join(named[:shown][:20]) + (", …" if shown > 20 else "")
    return Picture(figure, f"{title + ': ' if title else ''}{shown} images in a grid, labelled {seen}.")


def weight_templates(weights: NDArray[Any]) -> Picture:
    """Return the ten weight vectors of a linear classifier as images: which pixels speak for a digit, which against.

    Parameters
    ----------
    weights : ndarray of float, shape (784, 10)
    """
    if weights.shape != (784, 10):
        raise ValueError(f"weight_templates needs weights of shape (784, 10), got {weights.shape}.")
    figure, axes = new_figure(11, 4.8, 2, 5)
    top = float(np.abs(weights).max()) or 1.0
    for digit, axis in enumerate(axes.flat):
        axis.imshow(weights[:, digit].reshape(28, 28), cmap="PuOr_r", vmin=-top, vmax=top)
        axis.set_title(str(digit))
        axis.set_axis_off()
    figure.colorbar(
        axes.flat[0].images[0], ax=axes, label="weight: below 0 against the digit, above 0 for it", shrink=0.9
    )
    return Picture(figure, "Ten weight images, one a digit: pixels that speak for it and pixels that speak against it.")

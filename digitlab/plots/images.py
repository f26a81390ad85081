"""Figures of images: one with its numbers, many in a grid, means of digits, weights as images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.describing import mean_digit
from digitlab.palette import DIVERGING
from digitlab.plots.picture import Picture, close_together, new_figure

LONGEST_SIDE = 32
# So many labels are read out; a screen reader's listener gains nothing from more.
TOLD = 20


def grey_images(images: ArrayLike, asked_by: str) -> tuple[NDArray[Any], float]:
    """Return images as an array of shape (N, height, width), and the number that stands for white in them.

    A last axis of one channel is taken off. White is 255 for whole numbers; for floats it is 1, or the largest
    pixel where that is more (the mean of images from 0 to 255).

    Raises
    ------
    ValueError
        If the array has another shape, no image, or pixels that are not finite numbers.
    """
    given = np.asarray(images)
    grey = given[..., 0] if given.ndim == 4 and given.shape[-1] == 1 else given
    if grey.ndim != 3 or grey.size == 0:
        raise ValueError(
            f"{asked_by} needs images of shape (N, height, width), at least one, got shape {given.shape}. "
            "A single image becomes a batch with image[np.newaxis]."
        )
    if grey.dtype.kind not in "uif":
        raise ValueError(f"{asked_by} needs pixels that are numbers, got {grey.dtype}. Look at images.dtype.")
    if grey.dtype.kind == "f" and not np.isfinite(grey).all():
        raise ValueError(f"{asked_by} got pixels that are NaN or infinite. np.isfinite(images) shows where.")
    return grey, 255.0 if grey.dtype.kind in "ui" else max(1.0, float(grey.max()))


def image_with_numbers(image: NDArray[Any], title: str = "") -> Picture:
    """Return one image beside the same image with the number of each pixel written on it.

    Parameters
    ----------
    image : ndarray, shape (height, width) or (height, width, 1), at most 32 × 32
        uint8, or float in [0, 1].
    title : str

    Raises
    ------
    ValueError
        If it is not one such image.
    """
    given = np.asarray(image)
    image = given[..., 0] if given.ndim == 3 and given.shape[-1] == 1 else given
    if image.ndim != 2 or image.size == 0 or max(image.shape) > LONGEST_SIDE:
        raise ValueError(
            f"image_with_numbers needs one image of at most {LONGEST_SIDE} × {LONGEST_SIDE} pixels, "
            f"got shape {given.shape}. Pick one from a batch with images[i]."
        )
    top = grey_images(image[np.newaxis], "image_with_numbers")[1]
    whole = image.dtype.kind in "ui"
    figure, (left, right) = new_figure(12, 7.4, 1, 2, width_ratios=(1, 2.3))
    for axis in (left, right):
        axis.imshow(image, cmap="gray", vmin=0, vmax=top)
        axis.set_xticks(()), axis.set_yticks(())
    left.set_title(title or "the image")
    right.set_title(f"its {image.shape[0]} × {image.shape[1]} numbers")
    for (row, column), value in np.ndenumerate(image):
        text = f"{value}" if whole else f"{value:.1f}"
        ink = "black" if value > top / 2 else "white"
        right.text(column, row, text, ha="center", va="center", fontsize=7 if whole else 6.5, color=ink)
    alt = (
        f"{title or 'An image'}: on the left as grey pixels, on the right the number of each pixel, "
        f"from {image.min():.4g} to {image.max():.4g}; the larger, the brighter."
    )
    return Picture(figure, alt)


def sample_grid(
    images: NDArray[Any], labels: ArrayLike | Sequence[str], rows: int = 4, columns: int = 10, title: str = ""
) -> Picture:
    """Return the first rows × columns images in a grid, each under its label.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
    labels : sequence of N numbers or texts
    rows, columns : int
    title : str

    Raises
    ------
    ValueError
        If there are no images, or not a label for each, or no row or column to show them in.
    """
    if rows < 1 or columns < 1:
        raise ValueError(f"sample_grid needs at least one row and one column, got {rows} and {columns}.")
    grey, top = grey_images(images[: rows * columns], "sample_grid")
    if np.ndim(labels) != 1 or len(np.asarray(labels)) != len(images):
        raise ValueError(
            f"sample_grid needs a label for each of {len(images)} images, got labels of shape {np.shape(labels)}. "
            "Take images and labels with the same index."
        )
    shown = len(grey)
    named = [str(label) for label in np.asarray(labels)[:shown].tolist()]
    columns = min(columns, shown)
    rows = -(-shown // columns)
    # Few images have room to be large; long labels need it.
    side = 1.0 if columns > 5 else 1.6
    side = max(side, 0.08 * max(map(len, named)))
    figure, axes = new_figure(side * columns, (side + 0.2) * rows, rows, columns)
    close_together(figure)
    for place, axis in enumerate(np.atleast_1d(axes).flat):
        axis.set_axis_off()
        if place < shown:
            axis.imshow(grey[place], cmap="gray", vmin=min(0.0, float(grey.min())), vmax=top)
            axis.set_title(named[place], fontsize=9, pad=2)
    if title:
        figure.suptitle(title, fontsize=11)
    seen = ", ".join(named[:TOLD]) + (", …" if shown > TOLD else "")
    return Picture(figure, f"{title + ': ' if title else ''}{shown} images in a grid, labelled {seen}.")


def mean_digits(images: NDArray[Any], labels: NDArray[Any]) -> Picture:
    """Return the mean image of each digit that occurs: sharp where its images agree, blurred where they do not.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
    labels : ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        If there are no images, or not a label for each.
    """
    grey, top = grey_images(images, "mean_digits")
    digits = np.unique(labels)
    means = np.stack([mean_digit(grey, np.asarray(labels), int(digit)) for digit in digits]) / top
    grid = sample_grid(means, [str(digit) for digit in digits], rows=2, columns=5)
    return Picture(
        grid.figure,
        f"The mean image of each of {len(digits)} digits: bright where most of its images have ink, "
        "blurred where they differ.",
    )


def digit_pair(images: NDArray[Any], labels: NDArray[Any], first: int, second: int) -> Picture:
    """Return the mean images of two digits, and what the first has more of (orange) and less of (purple).

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
    labels : ndarray of int, shape (N,)
    first, second : int
        The digits to compare.

    Raises
    ------
    ValueError
        If one of the digits does not occur, or there is not a label for each image.
    """
    grey, top = grey_images(images, "digit_pair")
    one, other = (mean_digit(grey, np.asarray(labels), digit) / top for digit in (first, second))
    figure, axes = new_figure(9.6, 3.4, 1, 3)
    for axis, mean, digit in zip(axes, (one, other), (first, second), strict=False):
        axis.imshow(mean, cmap="gray", vmin=0, vmax=1)
        axis.set_title(f"mean {digit}")
    difference = one - other
    most = float(np.abs(difference).max()) or 1.0
    drawn = axes[2].imshow(difference, cmap=DIVERGING, vmin=-most, vmax=most)
    axes[2].set_title(f"mean {first} minus mean {second}")
    figure.colorbar(drawn, ax=axes[2], shrink=0.85, label=f"below 0: ink of {second}; above 0: ink of {first}")
    for axis in axes:
        axis.set_axis_off()
    row, column = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    more = first if difference[row, column] > 0 else second
    alt = (
        f"The mean {first}, the mean {second}, and their difference. They differ most in row {row}, column {column}, "
        f"where {more} has more ink."
    )
    return Picture(figure, alt)


def weight_templates(weights: NDArray[Any]) -> Picture:
    """Return the ten weight vectors of a linear classifier as images: which pixels speak for a digit, which against.

    Parameters
    ----------
    weights : ndarray of float, shape (784, 10)

    Raises
    ------
    ValueError
        If the weights have another shape.
    """
    weights = np.asarray(weights)
    if weights.shape != (784, 10):
        raise ValueError(
            f"weight_templates needs weights of shape (784, 10), got {weights.shape}. "
            "model.layers[-1].kernel has them in a linear classifier."
        )
    figure, axes = new_figure(11, 4.8, 2, 5)
    top = float(np.abs(weights).max()) or 1.0
    for digit, axis in enumerate(axes.flat):
        axis.imshow(weights[:, digit].reshape(28, 28), cmap=DIVERGING, vmin=-top, vmax=top)
        axis.set_title(str(digit))
        axis.set_xticks(()), axis.set_yticks(())
    figure.colorbar(axes.flat[0].images[0], ax=axes, label="below 0: against the digit; above 0: for it", shrink=0.9)
    return Picture(
        figure,
        "Ten images of 28 × 28 weights, one for each digit: orange pixels speak for the digit, purple ones against it. "
        f"The largest weight is {top:.2g} in size.",
    )

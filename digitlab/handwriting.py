"""From a drawing of one's own to what a model trained on MNIST knows, and what to do with an answer that is not sure.

MNIST's digits were "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio", and "centered in
a 28x28 image by computing the center of mass of the pixels, and translating the image so as to position this point at
the center" (Y. LeCun, C. Cortes, C. J. C. Burges, http://yann.lecun.com/exdb/mnist/). A drawing goes the same way here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIDE = 28
BOX = 20
# Where MNIST's digits have their centre of mass, in rows and in columns, to within half a pixel.
CENTRE = 14.0
# Below this share of the strongest ink a pixel is ground: soft edges of strokes do not make the box larger.
FAINT = 0.1
REJECTED = -1


def is_inverted(image: NDArray[Any]) -> bool:
    """Return whether the ink is darker than its ground, as on paper; in MNIST it is brighter.

    The ground is what covers more than half of the image, so the middle one of all pixels, the median, belongs to it.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        uint8, or float in [0, 1].

    Raises
    ------
    ValueError
        If it is not one image of numbers, or all of it is the same.

    Examples
    --------
    >>> is_inverted(np.array([[255, 255], [0, 255]], np.uint8)), is_inverted(np.array([[0.0, 0.0], [1.0, 0.0]]))
    (True, False)
    """
    grey = _one_image(image, "is_inverted")
    low, high = float(grey.min()), float(grey.max())
    if low == high:
        raise ValueError(f"is_inverted found no ink: every pixel is {low:g}. Draw something first.")
    return bool(np.median(grey) > (low + high) / 2)


def centre_of_mass(image: NDArray[Any]) -> tuple[float, float]:
    """Return the row and the column around which the brightness of an image is balanced.

    It is the mean of the pixels' places, each weighted by its brightness; (0, 0) is the middle of the first pixel.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Bright ink on a ground of 0; no number below 0.

    Raises
    ------
    ValueError
        If it is not one image of numbers, or all of it is 0.

    Examples
    --------
    >>> centre_of_mass(np.array([[0, 0, 0], [0, 3, 1]]))
    (1.0, 1.25)
    """
    grey = _one_image(image, "centre_of_mass").astype(np.float64)
    total = grey.sum()
    if not total > 0:
        raise ValueError("centre_of_mass found no ink: the pixels add up to 0. Draw something first.")
    rows, columns = np.indices(grey.shape)
    return float((rows * grey).sum() / total), float((columns * grey).sum() / total)


def to_mnist(drawing: NDArray[Any]) -> NDArray[np.float32]:
    """Return a drawing as an image like those of MNIST: bright ink, 20 pixels long, balanced in the middle of 28 × 28.

    Parameters
    ----------
    drawing : ndarray, shape (height, width)
        uint8, or float in [0, 1]; dark ink on a light ground or the other way round. The ground is even, and more than
        half of it. `clean_photo` makes such a drawing of a photograph.

    Returns
    -------
    ndarray of float32, shape (28, 28, 1)
        In [0, 1]; the strongest ink is 1.

    Raises
    ------
    ValueError
        If it is not one image of numbers, or there is no ink on it.

    Examples
    --------
    >>> paper = np.full((60, 80), 255, np.uint8)
    >>> paper[10:50, 30:34] = 0
    >>> image = to_mnist(paper)
    >>> image.shape, int(image.any(axis=1).sum()), int(image.any(axis=2).sum(axis=0).max())
    ((28, 28, 1), 20, 20)
    """
    return stages(drawing)["centred"].astype(np.float32)[..., np.newaxis]


def stages(drawing: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return what a drawing looks like after each step of `to_mnist`.

    Returns
    -------
    dict of str to ndarray of float, shape (height, width)
        ``"drawn"`` as it came, ``"bright ink"``, ``"cropped"`` to the box of the ink, ``"fitted"`` into 20 × 20, and
        ``"centred"`` in 28 × 28.

    Raises
    ------
    ValueError
        As `to_mnist`.
    """
    drawn = _in_unit_range(_one_image(drawing, "to_mnist"))
    bright = 1 - drawn if is_inverted(drawn) else drawn
    ground = np.median(bright)
    bright = np.clip((bright - ground) / (bright.max() - ground), 0, 1)
    cropped = _cropped(bright)
    fitted = _fitted(cropped)
    return {"drawn": drawn, "bright ink": bright, "cropped": cropped, "fitted": fitted, "centred": _centred(fitted)}


def reject(probabilities: ArrayLike, threshold: float) -> int:
    """Return the most probable label, or -1 where its probability is below the threshold: "I do not know".

    Chow (1970, "On optimum recognition error and reject tradeoff") shows that no other rule makes fewer errors for the
    same share of rejections, where the probabilities are right.

    Parameters
    ----------
    probabilities : array_like of float, shape (C,)
        One row.
    threshold : float

    Raises
    ------
    ValueError
        If it is not one row.

    Examples
    --------
    >>> reject([0.1, 0.7, 0.2], 0.5), reject([0.1, 0.7, 0.2], 0.9)
    (1, -1)
    """
    row = np.asarray(probabilities, dtype=np.float64)
    if row.ndim != 1 or row.size == 0:
        raise ValueError(
            f"reject takes one row of probabilities, got shape {row.shape}. Go through a batch row by row."
        )
    best = int(row.argmax())
    return best if row[best] >= threshold else REJECTED


def _one_image(image: NDArray[Any], asked_by: str) -> NDArray[Any]:
    grey = np.asarray(image)
    if grey.ndim != 2 or grey.size == 0 or grey.dtype.kind not in "uif":
        raise ValueError(
            f"{asked_by} needs one grey image of shape (height, width), got shape {grey.shape} of {grey.dtype}. "
            "load_image makes one of a file; images[i] picks one from a batch."
        )
    if grey.dtype.kind == "f" and not np.isfinite(grey).all():
        raise ValueError(f"{asked_by} got pixels that are NaN or infinite. np.isfinite(image) shows where.")
    return grey


def _in_unit_range(grey: NDArray[Any]) -> NDArray[np.float64]:
    return grey.astype(np.float64) / (255 if grey.dtype.kind in "ui" else 1)


def _cropped(bright: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the smallest part that holds all ink."""
    inked = bright > FAINT
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return bright[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fitted(cropped: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ink with its longer side at 20 pixels; each new pixel is a weighted mean of those that it covers."""
    from PIL import Image

    height, width = (max(1, round(side * BOX / max(cropped.shape))) for side in cropped.shape)
    ink = Image.fromarray(cropped.astype(np.float32))
    fitted = np.asarray(ink.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float64)
    # A line thinner than the new pixels has become faint; the strongest ink is 1 again.
    return np.asarray(np.clip(fitted / fitted.max(), 0, 1))


def _centred(fitted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ink in 28 × 28, its centre of mass as near to the middle as whole pixels and the borders allow."""
    image = np.zeros((SIDE, SIDE))
    balanced = zip(centre_of_mass(fitted), fitted.shape, strict=True)
    top, left = (min(max(round(CENTRE - mass), 0), SIDE - side) for mass, side in balanced)
    image[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return image

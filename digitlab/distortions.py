"""What may happen to an image of a digit before a model sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# A digit of MNIST fills 20 × 20 pixels: five pixels on each side leave a blot.
MOST_PIXELS = 5


def shift(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return the image moved by `dx` pixels to the right and `dy` down; zeros come in where it leaves.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Of any dtype, which is kept.
    dx, dy : int
        Negative numbers move to the left, and up. Beyond the image's size nothing of it is left.

    Returns
    -------
    ndarray, shape (height, width)
        A new array; the image stays as it is.

    Raises
    ------
    ValueError
        If `image` is not one image, or a distance is not a whole number.

    Examples
    --------
    >>> shift(np.array([[1, 2, 3], [4, 5, 6]]), dx=1, dy=0).tolist()
    [[0, 1, 2], [0, 4, 5]]
    """
    if image.ndim != 2:
        raise ValueError(
            f"shift needs one image of shape (height, width), got shape {image.shape}. Pick one from a batch with "
            "images[i]; x[i, ..., 0] takes the channel axis off."
        )
    if int(dx) != dx or int(dy) != dy:
        raise ValueError(f"shift moves by whole pixels, got dx = {dx} and dy = {dy}. round() makes them whole.")
    return np.asarray(_moved(image[np.newaxis], dx, dy)[0])


def shift_all(images: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return a batch of images, each moved by `dx` pixels to the right and `dy` down; zeros come in.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
        Of any dtype, which is kept.
    dx, dy : int
        As in `shift`.

    Returns
    -------
    ndarray of the same shape
        A new array; the images stay as they are.

    Raises
    ------
    ValueError
        If the images have another shape, or a distance is not a whole number.

    Examples
    --------
    >>> shift_all(np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]), dx=0, dy=1).tolist()
    [[[0, 0], [1, 2]], [[0, 0], [5, 6]]]
    """
    if int(dx) != dx or int(dy) != dy:
        raise ValueError(f"shift_all moves by whole pixels, got dx = {dx} and dy = {dy}. round() makes them whole.")
    return _moved(as_batch(images, "shift_all"), dx, dy).reshape(images.shape)


def add_noise(images: NDArray[Any], sigma: float, seed: int) -> NDArray[Any]:
    """Return the images with normal noise added to each pixel by itself, cut off at 0 and 1.

    Parameters
    ----------
    images : ndarray of float, any shape
        In [0, 1].
    sigma : float
        The standard deviation of the noise before it is cut off, at least 0.
    seed : int
        The same seed, the same noise.

    Returns
    -------
    ndarray of the same shape and dtype
        In [0, 1]. A new array; the images stay as they are.

    Raises
    ------
    ValueError
        If the images are no floats in [0, 1], or sigma is negative.

    Examples
    --------
    >>> add_noise(np.array([0.0, 0.5, 1.0]), 0.2, seed=0).round(2).tolist()
    [0.22, 0.22, 0.91]
    """
    images = unit_floats(images, "add_noise")
    if not sigma >= 0:
        raise ValueError(f"add_noise needs a sigma of at least 0, got {sigma}. 0.3 is much already.")
    # Drawn as float32: half the time of float64, and more than exact enough for pixels.
    noise = np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
    noise *= np.float32(sigma)
    return np.asarray(np.clip(images + noise, 0, 1), dtype=images.dtype)


def rotate(images: NDArray[Any], degrees: float) -> NDArray[Any]:
    """Return a batch of images, each turned about its middle, against the clock; zeros come in at the corners.

    Between pixels the value is interpolated linearly in both directions. A quarter turn is exact.

    Parameters
    ----------
    images : ndarray of float, shape (N, height, width) or (N, height, width, 1)
        In [0, 1].
    degrees : float
        Negative numbers turn with the clock.

    Returns
    -------
    ndarray of the same shape and dtype
        In [0, 1]. A new array; the images stay as they are.

    Raises
    ------
    ValueError
        If the images are no floats in [0, 1] of such a shape, or the angle is not finite.

    Examples
    --------
    >>> rotate(np.array([[[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]), 90).tolist()
    [[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]
    """
    images = unit_floats(images, "rotate")
    flat = as_batch(images, "rotate")
    if not np.isfinite(degrees):
        raise ValueError(f"rotate needs a finite angle in degrees, got {degrees}.")
    count, height, width = flat.shape
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    down, right = np.meshgrid(np.arange(height) - middle_row, np.arange(width) - middle_column, indexing="ij")
    # Where each new pixel comes from; rounding keeps quarter turns on whole pixels.
    rows = np.round(middle_row + cosine * down + sine * right, 9)
    columns = np.round(middle_column - sine * down + cosine * right, 9)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    turned = np.zeros((count, height * width), dtype=flat.dtype)
    pixels = flat.reshape(count, height * width)
    for one_down, one_right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        row, column = top + one_down, left + one_right
        share = (1 - np.abs(rows - row)) * (1 - np.abs(columns - column))
        counts = ((row >= 0) & (row < height) & (column >= 0) & (column < width) & (share > 0)).ravel()
        sources = (row * width + column).ravel()[counts]
        turned[:, counts] += pixels[:, sources] * share.ravel()[counts].astype(flat.dtype)
    return np.clip(turned, 0, 1, out=turned).reshape(images.shape)


def thicken(images: NDArray[Any], pixels: float) -> NDArray[Any]:
    """Return a batch of images with strokes thicker by about `pixels` on each side, or thinner where it is negative.

    One step gives each pixel the largest value of itself and its four neighbours (grey dilation), or the smallest
    (grey erosion): J. Serra, "Image Analysis and Mathematical Morphology", 1982. Part of a step is a mixture of the
    image before the step and after it.

    Parameters
    ----------
    images : ndarray of float, shape (N, height, width) or (N, height, width, 1)
        In [0, 1].
    pixels : float
        From -5 to 5. MNIST's strokes are two to four pixels wide: -1 already tears many of them.

    Returns
    -------
    ndarray of the same shape and dtype
        In [0, 1]. A new array; the images stay as they are.

    Raises
    ------
    ValueError
        If the images are no floats in [0, 1] of such a shape, or `pixels` lies outside.

    Examples
    --------
    >>> thicken(np.array([[[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]), 1)[0].tolist()
    [[0.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]
    """
    images = unit_floats(images, "thicken")
    flat = as_batch(images, "thicken").copy()
    if not abs(pixels) <= MOST_PIXELS:
        raise ValueError(f"thicken needs pixels from -{MOST_PIXELS} to {MOST_PIXELS}, got {pixels}.")
    extreme = np.maximum if pixels > 0 else np.minimum
    left = abs(float(pixels))
    while left > 0:
        step = flat.copy()
        extreme(step[:, 1:], flat[:, :-1], out=step[:, 1:])
        extreme(step[:, :-1], flat[:, 1:], out=step[:, :-1])
        extreme(step[:, :, 1:], flat[:, :, :-1], out=step[:, :, 1:])
        extreme(step[:, :, :-1], flat[:, :, 1:], out=step[:, :, :-1])
        share = np.asarray(min(left, 1.0), dtype=flat.dtype)
        flat = step if share == 1 else flat + share * (step - flat)
        left -= 1
    return np.clip(flat, 0, 1, out=flat).reshape(images.shape)


def as_batch(images: NDArray[Any], asked_by: str) -> NDArray[Any]:
    """Return a batch of images as (N, height, width).

    Raises
    ------
    ValueError
        If they have neither this shape nor one with a channel.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        return images[..., 0]
    if images.ndim != 3 or images.shape[-1] == 1:
        raise ValueError(
            f"{asked_by} needs images of shape (N, height, width) or (N, height, width, 1), got shape {images.shape}. "
            "image[np.newaxis] makes a batch of one image."
        )
    return images


def unit_floats(images: NDArray[Any], asked_by: str) -> NDArray[Any]:
    """Return the images as an array.

    Raises
    ------
    ValueError
        If they are no floats in [0, 1].
    """
    images = np.asarray(images)
    if images.dtype.kind != "f" or (images.size and not (images.min() >= 0 and images.max() <= 1)):
        span = f" from {images.min():g} to {images.max():g}" if images.size else ""
        raise ValueError(
            f"{asked_by} needs pixels in [0, 1], got {images.dtype}{span}. scale_pixels(images) scales them."
        )
    return images


def _moved(images: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return a batch of shape (N, height, width) moved by whole pixels."""
    _, height, width = images.shape
    right, down = int(np.clip(dx, -width, width)), int(np.clip(dy, -height, height))
    rows, columns = height - abs(down), width - abs(right)  # of what stays in sight
    top, left = max(down, 0), max(right, 0)
    moved = np.zeros_like(images)
    seen = images[:, top - down : top - down + rows, left - right : left - right + columns]
    moved[:, top : top + rows, left : left + columns] = seen
    return moved

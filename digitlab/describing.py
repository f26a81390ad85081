"""What a set of labelled images holds: the answers of lesson 01, written as the lesson teaches them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def describe(images: NDArray[Any], labels: NDArray[Any]) -> dict[str, Any]:
    """Return what a set of images holds, as a dictionary.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        At least one image, of any dtype.
    labels : ndarray of int, shape (n,)

    Returns
    -------
    dict
        ``count``, ``height``, ``width``: int; ``dtype``: the name as text; ``min``, ``max``: the extreme pixels of all
        images; ``n_classes``: how many different labels occur.

    Raises
    ------
    ValueError
        If `images` is not 3-D or holds no image, or if images and labels are not equally many.

    Examples
    --------
    >>> describe(np.zeros((3, 28, 28), np.uint8), np.array([0, 4, 4]))["n_classes"]
    2
    """
    _check_pair("describe", images, labels)
    if images.ndim != 3 or images.size == 0:
        raise ValueError(f"describe needs images of shape (n, height, width), at least one, got shape {images.shape}.")
    count, height, width = images.shape
    return {
        "count": count,
        "height": height,
        "width": width,
        "dtype": str(images.dtype),
        "min": images.min().item(),
        "max": images.max().item(),
        "n_classes": len(np.unique(labels)),
    }


def class_counts(labels: NDArray[Any]) -> NDArray[np.intp]:
    """Return how often each digit from 0 to 9 occurs; a digit that is absent is counted 0.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Each from 0 to 9.

    Returns
    -------
    ndarray of int, shape (10,)

    Raises
    ------
    ValueError
        If `labels` is not 1-D, is not of whole numbers, or holds one outside 0 to 9.

    Examples
    --------
    >>> class_counts(np.array([3, 3, 8])).tolist()
    [0, 0, 0, 2, 0, 0, 0, 0, 1, 0]
    """
    if labels.ndim != 1 or labels.dtype.kind not in "ui":
        raise ValueError(
            f"class_counts needs whole numbers in an array of shape (n,), got {labels.dtype} of shape {labels.shape}."
        )
    outside = labels[(labels < 0) | (labels > 9)]
    if len(outside):
        raise ValueError(f"class_counts counts the digits 0 to 9, got the label {outside[0]}.")
    return np.bincount(labels.astype(np.intp), minlength=10)


def examples_of(images: NDArray[Any], labels: NDArray[Any], digit: int, k: int) -> NDArray[Any]:
    """Return the first `k` images of one digit, in the order in which they stand.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
    labels : ndarray of int, shape (n,)
    digit : int
    k : int
        0 gives an array of shape (0, height, width).

    Returns
    -------
    ndarray, shape (k, height, width)
        A copy, with the dtype of `images`.

    Raises
    ------
    ValueError
        If there are fewer than `k` images of the digit, or if `k` is negative.

    Examples
    --------
    >>> images = np.arange(3).reshape(3, 1, 1)
    >>> examples_of(images, np.array([7, 1, 7]), 7, 2).ravel().tolist()
    [0, 2]
    """
    _check_pair("examples_of", images, labels)
    places = np.flatnonzero(labels == digit)
    if k < 0:
        raise ValueError(f"examples_of cannot return {k} images. Ask for 0 or more.")
    if len(places) < k:
        raise ValueError(f"There are only {len(places)} images of the digit {digit}, and {k} were asked for.")
    return images[places[:k]]


def mean_digit(images: NDArray[Any], labels: NDArray[Any], digit: int) -> NDArray[np.float64]:
    """Return the mean of all images of one digit, pixel by pixel.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        uint8 or float; the mean is taken in float64, where no sum overflows.
    labels : ndarray of int, shape (n,)
    digit : int

    Returns
    -------
    ndarray of float64, shape (height, width)
        In the unit of the images' pixels.

    Raises
    ------
    ValueError
        If there is no image of the digit.

    Examples
    --------
    >>> images = np.array([[[200]], [[101]], [[0]]], np.uint8)
    >>> mean_digit(images, np.array([5, 5, 1]), 5).tolist()
    [[150.5]]
    """
    _check_pair("mean_digit", images, labels)
    chosen = images[labels == digit]
    if len(chosen) == 0:
        raise ValueError(f"There is no image of the digit {digit}, so it has no mean.")
    return np.asarray(chosen.mean(axis=0, dtype=np.float64))


def nearest_mean(image: NDArray[Any], means: NDArray[Any]) -> int:
    """Return the place of the mean image that is nearest to `image` by Euclidean distance.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        uint8 or float, in the same unit as `means`.
    means : ndarray, shape (k, height, width)
        Any number of mean images, at least one.

    Returns
    -------
    int
        From 0 to k - 1; the first of equally near ones.

    Raises
    ------
    ValueError
        If `means` is not a stack of images of the shape of `image`.

    Examples
    --------
    >>> nearest_mean(np.array([[10]], np.uint8), np.array([[[200]], [[20]]], np.uint8))
    1
    """
    if means.shape[1:] != image.shape or image.ndim != 2 or len(means) == 0:
        raise ValueError(
            f"nearest_mean needs one image (height, width) and means (k, height, width), "
            f"got image {image.shape} and means {means.shape}."
        )
    # In float, because in uint8 the difference 10 - 20 is 246.
    differences = means.astype(np.float64) - image.astype(np.float64)
    distances = np.sqrt((differences**2).sum(axis=(1, 2)))
    return int(distances.argmin())


def _check_pair(name: str, images: NDArray[Any], labels: NDArray[Any]) -> None:
    """Raise ValueError unless there is one label for each image."""
    if images.ndim == 0 or labels.ndim != 1 or len(images) != len(labels):
        raise ValueError(
            f"{name} needs one label for each image, got images of shape {images.shape} "
            f"and labels of shape {labels.shape}."
        )

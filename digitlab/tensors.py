"""From pixels to what a network computes with: the answers of lesson 02, written as the lesson teaches them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def scale_pixels(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return images as float32 from 0 to 1.

    Parameters
    ----------
    images : ndarray, any shape
        Whole numbers from 0 to 255 are divided by 255. Floats (and truth values) count as scaled already: they are
        only turned into float32. The dtype decides, never the values: a uint8 image whose largest pixel is 1 is dark.

    Returns
    -------
    ndarray of float32, same shape
        A new array.

    Raises
    ------
    ValueError
        If `images` does not hold real numbers.

    Examples
    --------
    >>> scale_pixels(np.array([0, 51, 255], np.uint8)).tolist()
    [0.0, 0.20000000298023224, 1.0]
    """
    if images.dtype.kind not in "buif":
        raise ValueError(f"scale_pixels needs an array of numbers, got dtype {images.dtype}.")
    scaled = images.astype(np.float32)
    if np.issubdtype(images.dtype, np.integer):
        return scaled / np.float32(255)
    return scaled


def to_images(flat: NDArray[Any]) -> NDArray[Any]:
    """Return flat rows of 784 pixels as images with one channel.

    Parameters
    ----------
    flat : ndarray, shape (n, 784)
        Each image row after row, as in a Kaggle file.

    Returns
    -------
    ndarray, shape (n, 28, 28, 1)
        (image, row, column, channel), the form that a Keras convolution takes. A view where that is possible.

    Raises
    ------
    ValueError
        If `flat` has another shape.

    Examples
    --------
    >>> to_images(np.arange(784).reshape(1, 784))[0, 1, 0, 0].item()
    28
    """
    if flat.ndim != 2 or flat.shape[1] != 784:
        raise ValueError(f"to_images needs shape (n, 784), got {flat.shape}. One image alone: flat.reshape(1, 784).")
    return flat.reshape(len(flat), 28, 28, 1)


def one_hot(labels: NDArray[Any], n_classes: int = 10) -> NDArray[np.float32]:
    """Return one row for each label: 1 at the label's place, 0 elsewhere.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Each from 0 to n_classes - 1.
    n_classes : int

    Returns
    -------
    ndarray of float32, shape (n, n_classes)

    Raises
    ------
    ValueError
        If `labels` is not 1-D, is not of whole numbers, or holds a label outside 0 to n_classes - 1.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if labels.ndim != 1 or labels.dtype.kind not in "ui":
        raise ValueError(
            f"one_hot needs whole numbers in an array of shape (n,), got {labels.dtype} of shape {labels.shape}."
        )
    outside = labels[(labels < 0) | (labels >= n_classes)]
    if len(outside):
        raise ValueError(f"one_hot with {n_classes} classes takes labels 0 to {n_classes - 1}, got {outside[0]}.")
    encoded = np.zeros((len(labels), n_classes), dtype=np.float32)
    encoded[np.arange(len(labels)), labels] = 1
    return encoded


def from_one_hot(encoded: NDArray[Any]) -> NDArray[np.intp]:
    """Return the label of each row: the place of its largest entry, the first of equal ones.

    Parameters
    ----------
    encoded : ndarray, shape (n, n_classes)
        One-hot rows; rows of scores or probabilities serve as well.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If `encoded` is not 2-D, or has no classes.

    Examples
    --------
    >>> from_one_hot(np.array([[0, 0, 1], [1, 0, 0]])).tolist()
    [2, 0]
    """
    if encoded.ndim != 2 or encoded.shape[1] == 0:
        raise ValueError(f"from_one_hot needs shape (n, n_classes), got {encoded.shape}.")
    return np.asarray(encoded.argmax(axis=1))


def split(
    images: NDArray[Any], labels: NDArray[Any], validation_share: float, seed: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return a training and a validation part: shuffled, disjoint, and the same for the same seed.

    Parameters
    ----------
    images : ndarray, shape (n, ...)
    labels : ndarray, shape (n, ...)
        Each stays with its image.
    validation_share : float
        Between 0 and 1; n times this share, rounded, go to the validation part.
    seed : int
        NumPy's global random state is neither read nor changed.

    Returns
    -------
    x_train, y_train, x_val, y_val : ndarray
        Copies, each in random order.

    Raises
    ------
    ValueError
        If images and labels are not equally many, if the share is not between 0 and 1, or if a part would be empty.

    Examples
    --------
    >>> x_train, y_train, x_val, y_val = split(np.arange(10), np.arange(10), 0.3, seed=1)
    >>> len(x_train), len(x_val), sorted([*x_train.tolist(), *x_val.tolist()]) == list(range(10))
    (7, 3, True)
    """
    if len(images) != len(labels):
        raise ValueError(f"split needs one label for each image, got {len(images)} images and {len(labels)} labels.")
    if not 0 < validation_share < 1:
        raise ValueError(f"split needs a share between 0 and 1, such as 0.1, got {validation_share}.")
    n_validation = round(len(images) * validation_share)
    if not 0 < n_validation < len(images):
        raise ValueError(f"A share of {validation_share} of {len(images)} images leaves one part empty.")
    order = np.random.default_rng(seed).permutation(len(images))
    validation, train = order[:n_validation], order[n_validation:]
    return images[train], labels[train], images[validation], labels[validation]


def standardise(train: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both arrays less the mean of `train` and divided by its deviation, column by column.

    The statistics are those of the training images alone: whatever else is standardised stays unseen.

    Parameters
    ----------
    train : ndarray, shape (n, d)
        At least one row.
    other : ndarray, shape (m, d)

    Returns
    -------
    train, other : ndarray of float, shapes (n, d) and (m, d)
        float64 where `train` was float64 (or wide integers), otherwise float32. Where a training column is constant,
        only its mean is taken off.

    Raises
    ------
    ValueError
        If the arrays are not 2-D with equally many columns, or if `train` has no rows.

    Examples
    --------
    >>> train, other = standardise(np.array([[1.0, 4.0], [3.0, 4.0]]), np.array([[4.0, 5.0]]))
    >>> train.tolist(), other.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[2.0, 1.0]])
    """
    if train.ndim != 2 or other.ndim != 2 or train.shape[1] != other.shape[1] or len(train) == 0:
        raise ValueError(
            f"standardise needs (n, d) and (m, d) with the same d, got {train.shape} and {other.shape}. "
            "Flat rows of images: images.reshape(len(images), -1)."
        )
    dtype = np.result_type(train, np.float32)
    mean = train.mean(axis=0, dtype=np.float64)
    deviation = train.std(axis=0, dtype=np.float64)
    # A column of ten times 0.1 has a computed deviation of 1e-17, not 0: compare the extremes to find constant ones.
    constant = train.max(axis=0) == train.min(axis=0)
    deviation[constant] = 1.0
    mean[constant] = train[0, constant]
    mean, deviation = mean.astype(dtype), deviation.astype(dtype)
    return (train.astype(dtype) - mean) / deviation, (other.astype(dtype) - mean) / deviation

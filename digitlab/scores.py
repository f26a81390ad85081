"""How good a classifier is, in numbers: the answers of lesson 09, written as the lesson teaches them."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# 97.5 % of a normal distribution lie below this many deviations above its mean, so 95 % lie between -Z_95 and Z_95.
Z_95 = 1.959963984540054


def labels_from_probabilities(probabilities: ArrayLike) -> NDArray[np.intp]:
    """Return the most probable class of each row, the first of equal ones.

    Parameters
    ----------
    probabilities : array_like of float, shape (n, n_classes)
        What a classifier gives for n images.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to n_classes - 1.

    Raises
    ------
    ValueError
        If the array is not 2-D, or holds NaN.

    Examples
    --------
    >>> labels_from_probabilities([[0.1, 0.9], [0.8, 0.2]]).tolist()
    [1, 0]
    """
    rows = np.asarray(probabilities)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(
            f"labels_from_probabilities needs shape (n, n_classes), got {rows.shape}. "
            "One image alone: probabilities[None]."
        )
    if np.isnan(rows).any():
        raise ValueError(
            f"Row {np.isnan(rows).any(axis=1).argmax()} of the probabilities holds NaN (not a number), so it has no "
            "largest. Was the training loss NaN too? Then lower the learning rate and train anew."
        )
    return np.asarray(rows.argmax(axis=1))


def confusion(true: ArrayLike, predicted: ArrayLike) -> NDArray[np.intp]:
    """Return how often each true digit was taken for which digit.

    Parameters
    ----------
    true, predicted : array_like of int, shape (n,)
        Digits from 0 to 9; some may be absent.

    Returns
    -------
    ndarray of int, shape (10, 10)
        Row: the true digit. Column: the predicted one. The diagonal counts the right answers.

    Raises
    ------
    ValueError
        If the two are not equally long and 1-D, or hold anything but whole numbers from 0 to 9.

    Examples
    --------
    >>> confusion([2, 2, 7], [2, 3, 7])[2, 1:5].tolist()
    [0, 1, 1, 0]
    """
    rows, columns = _digits("the true labels", true), _digits("the predicted labels", predicted)
    if len(rows) != len(columns):
        raise ValueError(f"confusion needs as many predictions as labels, got {len(columns)} and {len(rows)}.")
    counts = np.zeros((10, 10), dtype=np.intp)
    np.add.at(counts, (rows, columns), 1)  # not counts[rows, columns] += 1: that counts a repeated pair once
    return counts


def precision_recall_f1(cm: ArrayLike) -> NDArray[np.float64]:
    """Return precision, recall and F1 of each class.

    With tp the class's diagonal entry: precision = tp / its column's sum, recall = tp / its row's sum, and F1 is their
    harmonic mean, which is 2 tp / (column's sum + row's sum).

    Parameters
    ----------
    cm : array_like, shape (n_classes, n_classes)
        A confusion matrix with the true classes in rows.

    Returns
    -------
    ndarray of float64, shape (n_classes, 3)
        Each in [0, 1]; 0 where a quotient is 0/0 (a class that was never predicted, or never occurs).

    Raises
    ------
    ValueError
        If `cm` is not square.

    Examples
    --------
    >>> precision_recall_f1([[1, 1], [0, 2]]).round(3).tolist()
    [[1.0, 0.5, 0.667], [0.667, 1.0, 0.8]]
    """
    counts = np.asarray(cm, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"precision_recall_f1 needs a square confusion matrix, got shape {counts.shape}.")
    right = counts.diagonal()
    predicted = counts.sum(axis=0)
    actual = counts.sum(axis=1)
    precision = _quotient(right, predicted)
    recall = _quotient(right, actual)
    f1 = _quotient(2 * right, predicted + actual)
    return np.stack([precision, recall, f1], axis=1)


def macro_average(values: ArrayLike) -> float:
    """Return the plain mean: each class counts the same, however rare it is.

    Parameters
    ----------
    values : array_like of float, shape (n_classes,)

    Raises
    ------
    ValueError
        If there are no values, or not in one row.

    Examples
    --------
    >>> macro_average([0.5, 1.0])
    0.75
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or numbers.size == 0:
        raise ValueError(f"macro_average needs one value for each class, got shape {numbers.shape}.")
    return float(numbers.mean())


def weighted_average(values: ArrayLike, support: ArrayLike) -> float:
    """Return the mean in which each class counts as often as it occurs.

    Parameters
    ----------
    values : array_like of float, shape (n_classes,)
    support : array_like of int, shape (n_classes,)
        How many images each class has.

    Raises
    ------
    ValueError
        If the two are not equally long, or the support is negative somewhere or 0 altogether.

    Examples
    --------
    >>> weighted_average([0.5, 1.0], [3, 1])
    0.625
    """
    numbers, weights = np.asarray(values, dtype=np.float64), np.asarray(support, dtype=np.float64)
    if numbers.ndim != 1 or numbers.shape != weights.shape:
        raise ValueError(
            f"weighted_average needs one support for each value, got shapes {numbers.shape} and {weights.shape}."
        )
    if (weights < 0).any() or weights.sum() == 0:
        raise ValueError("weighted_average needs a support of 0 or more for each class, and more than 0 in all.")
    return float((numbers * weights).sum() / weights.sum())


def accuracy_interval(accuracy: float, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of an accuracy measured on `n` images.

    The source is E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927). Unlike accuracy ± 1.96 deviations it never leaves [0, 1], and it has a
    width also where every answer was right.

    Parameters
    ----------
    accuracy : float
        The share of right answers, in [0, 1].
    n : int
        How many images it was measured on, at least 1.

    Returns
    -------
    low, high : float
        In [0, 1].

    Raises
    ------
    ValueError
        If `accuracy` is outside [0, 1], or `n` below 1.

    Examples
    --------
    >>> low, high = accuracy_interval(0.98, 10_000)
    >>> round(low, 4), round(high, 4)
    (0.9771, 0.9826)
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"An accuracy is a share from 0 to 1, got {accuracy}. Per cent: divide by 100.")
    if n < 1:
        raise ValueError(f"An accuracy is measured on at least one image, got n = {n}.")
    z = Z_95
    middle = accuracy + z**2 / (2 * n)
    reach = z * sqrt(accuracy * (1 - accuracy) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    return max(0.0, float((middle - reach) / scale)), min(1.0, float((middle + reach) / scale))


def _quotient(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    """Return above / below, and 0 where `below` is 0."""
    return np.asarray(np.divide(above, below, out=np.zeros(len(above)), where=below > 0))


def _digits(name: str, labels: ArrayLike) -> NDArray[np.intp]:
    """Return labels as an index array, or raise ValueError unless they are digits in one row."""
    array = np.asarray(labels)
    if array.ndim != 1 or (array.dtype.kind not in "ui" and array.size > 0):
        raise ValueError(
            f"confusion needs {name} as whole numbers in one row, got {array.dtype} of shape {array.shape}. "
            "From rows of probabilities: labels_from_probabilities(probabilities)."
        )
    outside = array[(array < 0) | (array > 9)]
    if len(outside):
        raise ValueError(f"confusion counts the digits 0 to 9, but {name} hold {outside[0]}.")
    return array.astype(np.intp)

"""The linear classifier by hand: scores, probabilities, loss, accuracy, and one step of learning."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# The smallest probability whose logarithm is taken: a loss of 34.5 for a row whose true class got probability 0.
SMALLEST_PROBABILITY = 1e-15


def softmax(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Return scores as probabilities: positive, and adding up to 1 in each row.

    The largest score of a row is taken off first; that changes no quotient, and keeps `exp` from overflowing
    (Goodfellow, Bengio and Courville, Deep Learning, 2016, section 4.1).

    Parameters
    ----------
    scores : ndarray of float, shape (N, C)

    Returns
    -------
    ndarray of float64, shape (N, C)

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    _two_axes("softmax", "scores", scores)
    scores = scores.astype(np.float64)  # before the difference: int8's 100 - (-100) wraps round
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def cross_entropy(probabilities: NDArray[Any], one_hot: NDArray[Any]) -> float:
    """Return the mean over the rows of -ln(probability of the true class).

    Parameters
    ----------
    probabilities : ndarray of float, shape (N, C)
    one_hot : ndarray, shape (N, C)
        A single 1 in each row, at the true class.

    Returns
    -------
    float
        In nats; finite also where the true class has probability 0.

    Raises
    ------
    ValueError
        If the two are not of the same shape (N, C).

    Examples
    --------
    >>> round(cross_entropy(np.full((3, 10), 0.1), np.eye(10)[:3]), 4)  # ln 10
    2.3026
    """
    _two_axes("cross_entropy", "probabilities", probabilities)
    if np.shape(one_hot) != probabilities.shape:
        raise ValueError(
            f"cross_entropy needs one_hot of the same shape as probabilities {probabilities.shape}, "
            f"got {np.shape(one_hot)}. one_hot(labels) makes it from labels."
        )
    of_the_true_class = (probabilities * one_hot).sum(axis=1)
    return float(-np.log(np.maximum(of_the_true_class, SMALLEST_PROBABILITY)).mean())


def accuracy(probabilities: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the share of rows whose most probable class is the label.

    Parameters
    ----------
    probabilities : ndarray of float, shape (N, C)
    labels : ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        If there is not one label for each row.

    Examples
    --------
    >>> accuracy(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 0]))
    0.5
    """
    _two_axes("accuracy", "probabilities", probabilities)
    if np.shape(labels) != probabilities.shape[:1]:
        raise ValueError(
            f"accuracy needs labels of shape ({len(probabilities)},), one for each row, got shape {np.shape(labels)}. "
            "one_hot.argmax(axis=1) makes them from one-hot rows."
        )
    return float((probabilities.argmax(axis=1) == labels).mean())


def dense_params(n_in: int, n_out: int) -> int:
    """Return how many numbers a dense layer learns: a weight for each pair, a bias for each output.

    Examples
    --------
    >>> dense_params(784, 10)
    7850
    """
    return n_in * n_out + n_out


def gradient_step(
    W: NDArray[Any], b: NDArray[Any], x: NDArray[Any], one_hot: NDArray[Any], learning_rate: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return weights and bias after one step of gradient descent on the mean cross-entropy.

    The gradient by the scores is (probabilities - one_hot) / N (Bishop, Pattern Recognition and Machine Learning,
    2006, equation 4.109).

    Parameters
    ----------
    W : ndarray of float, shape (n_in, n_out)
    b : ndarray of float, shape (n_out,)
    x : ndarray of float, shape (N, n_in)
    one_hot : ndarray, shape (N, n_out)
    learning_rate : float

    Returns
    -------
    W, b : ndarray
        New arrays; both are computed from the old ones, which stay as they are.
    """
    by_scores = (softmax(x @ W + b) - one_hot) / len(x)
    return W - learning_rate * x.T @ by_scores, b - learning_rate * by_scores.sum(axis=0)


def _two_axes(function: str, name: str, array: NDArray[Any]) -> None:
    if np.ndim(array) != 2:
        raise ValueError(
            f"{function} needs {name} of shape (N, C), got shape {np.shape(array)}. "
            "Give a single row an axis with row[np.newaxis]."
        )

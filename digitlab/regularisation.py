"""Against learning by heart: dropout by hand, dropout put into a trained model, and shifted copies of the images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.distortions import shift
from digitlab.keras_import import import_keras


def dropout(
    x: NDArray[Any], rate: float, training: bool, rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return inverted dropout of `x`, and the mask of the numbers that it kept.

    While training each number is silenced by itself with probability `rate`, and what is kept is divided by 1 - rate,
    so that the expected value of each stays what it was. In use nothing happens (N. Srivastava and others, "Dropout:
    a simple way to prevent neural networks from overfitting", 2014; they scale in use instead, and in section 10
    describe this form).

    Parameters
    ----------
    x : ndarray of float, any shape
    rate : float
        The share to silence, 0 <= rate < 1.
    training : bool
    rng : numpy.random.Generator
        What the mask is drawn from.

    Returns
    -------
    out, mask : ndarrays of the shape of x
        The mask is true where a number was kept.

    Raises
    ------
    ValueError
        If the rate is outside [0, 1).

    Examples
    --------
    >>> out, mask = dropout(np.ones(6), 0.5, training=True, rng=np.random.default_rng(0))
    >>> out.tolist(), mask.tolist()
    ([2.0, 0.0, 0.0, 0.0, 2.0, 2.0], [True, False, False, False, True, True])
    """
    _check_rate("dropout", rate)
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) >= rate
    return x * mask / (1 - rate), mask


def add_dropout(model: Any, rate: float) -> Any:
    """Return a model with dropout before its last dense layer, and the very layers of the model that is given.

    Parameters
    ----------
    model : keras.Model
        A chain of layers, Sequential or functional, that is built and ends in Dense. It stays as it is, but the two
        share their layers: training one trains the other.
    rate : float
        The share that is silenced while training, 0 <= rate < 1.

    Returns
    -------
    keras.Sequential
        Not compiled.

    Raises
    ------
    ValueError
        If the rate is outside [0, 1), or the model does not end in Dense.
    """
    _check_rate("add_dropout", rate)
    keras = import_keras()
    *earlier, last = model.layers
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(f"add_dropout needs a model that ends in Dense, got one that ends in {type(last).__name__}.")
    earlier = [layer for layer in earlier if not isinstance(layer, keras.layers.InputLayer)]
    start = keras.Input(model.inputs[0].shape[1:], dtype=model.inputs[0].dtype)
    return keras.Sequential([start, *earlier, keras.layers.Dropout(rate), last])


def shifted_copies(
    images: NDArray[Any], labels: NDArray[Any], copies: int, reach: int, seed: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the images with `copies` shifted copies of each, and the labels that belong to them.

    A shifted 3 is a 3: the copies keep the label (P. Simard, D. Steinkraus, J. Platt, "Best practices for
    convolutional neural networks applied to visual document analysis", 2003).

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
    labels : ndarray, shape (N, ...)
    copies : int
        How many copies of each image are added, at least 0.
    reach : int
        How far a copy may move at most, in pixels, to each side; at least 0.
    seed : int
        The same seed, the same copies.

    Returns
    -------
    images : ndarray, shape (N * (1 + copies), ...)
        The images as they are come first, then all of them once more for each copy.
    labels : ndarray, shape (N * (1 + copies), ...)

    Raises
    ------
    ValueError
        If images and labels are not of one length, the images not of such a shape, or a number is negative.

    Examples
    --------
    >>> x, y = shifted_copies(np.ones((2, 5, 5)), np.array([3, 8]), copies=2, reach=1, seed=0)
    >>> x.shape, y.tolist()
    ((6, 5, 5), [3, 8, 3, 8, 3, 8])
    """
    if len(images) != len(labels):
        raise ValueError(f"shifted_copies needs a label for each image, got {len(images)} and {len(labels)}.")
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 1):
        raise ValueError(
            f"shifted_copies needs images of shape (N, height, width) or (N, height, width, 1), got {images.shape}."
        )
    if copies < 0 or reach < 0:
        raise ValueError(f"shifted_copies needs copies and a reach of at least 0, got {copies} and {reach}.")
    rng = np.random.default_rng(seed)
    flat = images.reshape(images.shape[:3])
    rounds = [images]
    for _ in range(copies):
        steps = rng.integers(-reach, reach + 1, (len(images), 2))
        moved = [shift(image, int(dx), int(dy)) for image, (dx, dy) in zip(flat, steps, strict=True)]
        rounds.append(np.array(moved, dtype=images.dtype).reshape(images.shape))
    return np.concatenate(rounds), np.concatenate([labels] * (copies + 1))


def _check_rate(name: str, rate: float) -> None:
    if not (math.isfinite(rate) and 0 <= rate < 1):
        raise ValueError(
            f"{name} needs a rate from 0 to below 1, got {rate}. It is the share to silence; 0.5 silences half."
        )

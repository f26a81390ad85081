"""What the accuracy on the test set does not say: distorted images, leaked ones, and groups that fare worse."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.distortions import as_batch, unit_floats


def robustness_curve(
    model: Any,
    x: NDArray[Any],
    y: ArrayLike,
    distort: Callable[[NDArray[Any], Any], NDArray[Any]],
    levels: Sequence[Any] | NDArray[Any],
) -> NDArray[np.float64]:
    """Return the model's accuracy on images distorted to each level, always beginning from the images as they are.

    Parameters
    ----------
    model : keras.Model
        Takes images such as `x`, gives a row of scores for each. It need not be compiled.
    x : ndarray of float, shape (N, ...)
    y : array of int, shape (N,)
    distort : callable
        `distort(x, level)` returns distorted images and leaves `x` as it is: `rotate`, `thicken`, or
        `lambda x, sigma: add_noise(x, sigma, seed=0)`.
    levels : sequence of L levels
        In any order.

    Returns
    -------
    ndarray of float, shape (L,)
        Shares in [0, 1], in the order of the levels.

    Raises
    ------
    ValueError
        If there is no image, or not a label for each.
    """
    labels = np.asarray(y)
    if len(x) == 0 or labels.shape != (len(x),):
        raise ValueError(
            f"robustness_curve needs at least one image and a label for each, got {len(x)} images and labels of shape "
            f"{labels.shape}. Take images and labels with the same index."
        )
    shares = []
    for level in levels:
        rows = np.asarray(model.predict(distort(x, level), batch_size=2500, verbose=0))
        shares.append(float((rows.argmax(axis=1) == labels).mean()))
    return np.array(shares, dtype=np.float64)


def leaked(train: NDArray[Any], test: NDArray[Any]) -> int:
    """Return how many test images stand in the training set, pixel for pixel.

    Each image becomes its bytes, and those of the training set go into a Python set: whether something is in a set
    takes the same short time however much is in it. 10,000 images against 60,000 take about a tenth of a second.

    Parameters
    ----------
    train, test : ndarray, shapes (N, ...) and (M, ...)
        Of any dtypes; equal numbers are equal pixels.

    Returns
    -------
    int
        From 0 to M. A test image that stands there twice counts twice; how often it stands in `train` does not matter.

    Raises
    ------
    ValueError
        If the images of both are not of one shape.

    Examples
    --------
    >>> leaked(np.array([[[1, 2]], [[3, 4]], [[3, 4]]]), np.array([[[3, 4]], [[4, 3]], [[3, 4]]]))
    2
    """
    train, test = np.asarray(train), np.asarray(test)
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(
            f"leaked needs images of one shape, got {train.shape[1:]} for training and {test.shape[1:]} for testing."
        )
    dtype = np.result_type(train, test)
    seen = {image.tobytes() for image in _comparable(train, dtype)}
    return sum(image.tobytes() in seen for image in _comparable(test, dtype))


def group_accuracy(
    predicted: ArrayLike, labels: ArrayLike, groups: Sequence[Any] | NDArray[Any]
) -> dict[Hashable, float]:
    """Return the accuracy within each group.

    Parameters
    ----------
    predicted, labels : array of int, shape (N,)
    groups : sequence of length N
        To which group each image belongs: words or numbers.

    Returns
    -------
    dict
        The groups as they stand in `groups`, in the order in which they first come, each with the share of its images
        that were predicted right.

    Raises
    ------
    ValueError
        If the three are not of one length.

    Examples
    --------
    >>> group_accuracy([3, 5, 5, 8], [3, 5, 3, 8], ["thin", "thin", "thick", "thick"])
    {'thin': 1.0, 'thick': 0.5}
    """
    predicted, labels = np.asarray(predicted), np.asarray(labels)
    names = groups.tolist() if isinstance(groups, np.ndarray) else list(groups)
    if predicted.ndim != 1 or predicted.shape != labels.shape or len(names) != len(labels):
        raise ValueError(
            f"group_accuracy needs a prediction, a label and a group for each image, got shapes {predicted.shape} and "
            f"{labels.shape}, and {len(names)} groups."
        )
    right: dict[Hashable, list[bool]] = {}
    for name, is_right in zip(names, (predicted == labels).tolist(), strict=True):
        right.setdefault(name, []).append(is_right)
    return {name: sum(answers) / len(answers) for name, answers in right.items()}


def stroke_width(images: NDArray[Any]) -> NDArray[np.float64]:
    """Return how thick each image's strokes are on average, in pixels: twice the ink, divided by the outline's length.

    A stroke of length L and width w has the ink L·w and, its ends aside, an outline of 2·L. The outline of a grey
    image is the sum of its slopes: from background to full ink a slope adds up to 1 for each pixel of outline.

    Parameters
    ----------
    images : ndarray of float, shape (N, height, width) or (N, height, width, 1)
        In [0, 1].

    Returns
    -------
    ndarray of float, shape (N,)
        0 for an image without ink.

    Raises
    ------
    ValueError
        If the images are no floats in [0, 1] of such a shape.

    Examples
    --------
    >>> bars = np.zeros((2, 28, 28)); bars[0, 2:26, 12:14] = 1; bars[1, 2:26, 12:16] = 1
    >>> stroke_width(bars).round(1).tolist()
    [1.9, 3.5]
    """
    flat = as_batch(unit_floats(images, "stroke_width"), "stroke_width")
    padded = np.pad(flat, ((0, 0), (1, 1), (1, 1)))
    down, right = np.diff(padded, axis=1)[:, :, :-1], np.diff(padded, axis=2)[:, :-1, :]
    outline = np.hypot(down, right).sum(axis=(1, 2), dtype=np.float64)
    ink = flat.sum(axis=(1, 2), dtype=np.float64)
    return np.asarray(np.divide(2 * ink, outline, out=np.zeros(len(flat)), where=outline > 0))


def _comparable(images: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return images whose bytes are equal where their numbers are: of one dtype, and with no negative zero."""
    images = np.ascontiguousarray(images, dtype=dtype)
    return images + images.dtype.type(0) if dtype.kind == "f" else images

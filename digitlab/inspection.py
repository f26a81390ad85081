"""Looking inside a trained network: its worst errors, its confusions, what its layers answer, which pixels it needs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.models import SIDE


def worst_errors(probabilities: ArrayLike, labels: ArrayLike, k: int) -> NDArray[np.intp]:
    """Return the places of the `k` errors of which the model was most sure, the surest first.

    Parameters
    ----------
    probabilities : array of float, shape (N, C)
        A row for each image; its largest entry is what the model says, and how sure it is.
    labels : array of int, shape (N,)
    k : int
        At least 0. Where there are fewer errors, all of them come back.

    Returns
    -------
    ndarray of int, shape (min(k, errors),)
        Places in `labels`. Equal probabilities stand in the order of their places.

    Raises
    ------
    ValueError
        If there is not a row for each label, or `k` is below 0.

    Examples
    --------
    >>> rows = [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]
    >>> worst_errors(rows, [0, 0, 0], 5).tolist()
    [1, 2]
    """
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"worst_errors needs probabilities of shape (N, C) and a label for each row, got shapes "
            f"{probabilities.shape} and {labels.shape}. predict_probabilities(model, x) gives the rows."
        )
    if k < 0:
        raise ValueError(f"worst_errors needs a k of at least 0, got {k}.")
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    surest_first = np.argsort(-probabilities[wrong].max(axis=1), kind="stable") if len(wrong) else wrong
    return wrong[surest_first[:k]]


def top_confusions(cm: ArrayLike, k: int) -> list[tuple[int, int, int]]:
    """Return the `k` most frequent confusions as (true, predicted, count), the most frequent first.

    Parameters
    ----------
    cm : array of int, shape (C, C)
        A confusion matrix, rows true. The diagonal, the right answers, does not count.
    k : int
        At least 0. Pairs that never occur are left out, so fewer may come back.

    Raises
    ------
    ValueError
        If the matrix is not square, or `k` is below 0.

    Examples
    --------
    >>> top_confusions([[9, 2, 0], [1, 8, 0], [0, 5, 7]], 2)
    [(2, 1, 5), (0, 1, 2)]
    """
    cm = np.asarray(cm)
    if cm.ndim != 2 or cm.shape[0] != cm.shape[1]:
        raise ValueError(
            f"top_confusions needs a square confusion matrix, got shape {cm.shape}. confusion(true, predicted) gives "
            "one."
        )
    if k < 0:
        raise ValueError(f"top_confusions needs a k of at least 0, got {k}.")
    errors = np.where(np.eye(len(cm), dtype=bool), 0, cm)
    most_first = np.argsort(-errors, axis=None, kind="stable")[: min(k, np.count_nonzero(errors))]
    rows, columns = np.unravel_index(most_first, errors.shape)
    return [(int(row), int(column), int(errors[row, column])) for row, column in zip(rows, columns, strict=True)]


def map_layers(model: Any) -> list[str]:
    """Return the names of the layers that give maps, (height, width, channels) for an image, in the model's order.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built.
    """
    return [layer.name for layer in model.layers if len(getattr(layer, "output", model).shape) == 4]


def _map_layer(model: Any, layer_name: str, who: str) -> Any:
    """Return the layer of this name; `who` asks, and says so where it gives no maps."""
    if layer_name not in map_layers(model):
        raise ValueError(
            f"{who} needs a layer that gives maps, got {layer_name!r}. Those of this model are: "
            f"{', '.join(map_layers(model)) or 'none'}."
        )
    return model.get_layer(layer_name)


def feature_maps(model: Any, image: NDArray[Any], layer_name: str) -> NDArray[np.float32]:
    """Return what one layer answers for an image, in inference: a map for each of its channels.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built.
    image : ndarray of float, shape (28, 28, 1)
        In [0, 1].
    layer_name : str
        Of a layer of the model whose output is a stack of maps.

    Returns
    -------
    ndarray of float32, shape (height, width, channels)

    Raises
    ------
    ValueError
        If the image has another shape, or the model has no such layer that gives maps.
    """
    from digitlab.keras_import import import_keras

    image = one_image(image, "feature_maps")
    up_to_it = import_keras().Model(model.inputs[0], _map_layer(model, layer_name, "feature_maps").output)
    return np.asarray(up_to_it(image[np.newaxis], training=False)[0], dtype=np.float32)


def layer_input(model: Any, image: NDArray[Any], layer_name: str) -> NDArray[np.float32]:
    """Return what one layer gets to see of an image: as the layers before it leave it, with the zeros of its padding.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built.
    image : ndarray of float, shape (28, 28, 1)
        In [0, 1].
    layer_name : str
        Of a convolution or pooling layer, or another one that slides a window. With ``padding="same"`` Keras adds as
        many zeros as the last window needs, of an odd number one more below and to the right.

    Returns
    -------
    ndarray of float32, shape (height, width, channels)

    Raises
    ------
    ValueError
        If the image has another shape, or the model has no such layer that gives maps.
    """
    from digitlab.keras_import import import_keras

    image = one_image(image, "layer_input")
    layer = _map_layer(model, layer_name, "layer_input")
    seen = np.asarray(import_keras().Model(model.inputs[0], layer.input)(image[np.newaxis], training=False)[0])
    if getattr(layer, "padding", "valid") == "same":
        window = np.array(getattr(layer, "kernel_size", None) or layer.pool_size)
        reach = (np.array(layer.output.shape[1:3]) - 1) * layer.strides + window
        lack = np.maximum(0, reach - seen.shape[:2])
        seen = np.pad(seen, [*((n // 2, n - n // 2) for n in lack), (0, 0)])
    return np.asarray(seen, dtype=np.float32)


def occlusion_map(model: Any, image: NDArray[Any], label: int, size: int) -> NDArray[np.float32]:
    """Return, for each pixel, by how much the label's probability drops when a square around it is covered with 0.

    After M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.

    Parameters
    ----------
    model : keras.Model
        Takes (N, 28, 28, 1), gives (N, C) probabilities.
    image : ndarray of float, shape (28, 28, 1)
        In [0, 1].
    label : int
        The class whose probability is watched, from 0 to C - 1; it need not be the one that the model predicts.
    size : int
        Side of the square, odd. At the border of the image the square is cut off.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        Positive where the model needs the pixels, negative where it would be surer without them, 0 where there is no
        ink to cover.

    Raises
    ------
    ValueError
        If the image has another shape, or the size is even or below 1.
    """
    image = one_image(image, "occlusion_map")
    covered = cover_each_place(image, size)
    # One call for all 785 images: single calls would spend nearly all their time on starting.
    watched = np.asarray(model.predict(np.concatenate([image[np.newaxis], covered]), batch_size=1024, verbose=0))
    return np.asarray(watched[0, label] - watched[1:, label], dtype=np.float32).reshape(SIDE, SIDE)


def cover_each_place(image: NDArray[Any], size: int, ink: float = 0.0) -> NDArray[Any]:
    """Return a copy of the image for each pixel, row by row, in which the square around the pixel is covered.

    Parameters
    ----------
    image : ndarray, shape (height, width, 1)
    size : int
        Side of the square, odd; it is cut off at the border.
    ink : float
        What it is covered with.

    Returns
    -------
    ndarray, shape (height · width, height, width, 1)

    Raises
    ------
    ValueError
        If the size is even or below 1.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"A square around a pixel has an odd side of at least 1, got {size}.")
    rows, columns = (np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= size // 2 for n in image.shape[:2])
    squares = rows[:, np.newaxis, :, np.newaxis] & columns[np.newaxis, :, np.newaxis, :]
    covered = np.where(squares[..., np.newaxis], np.asarray(ink, dtype=image.dtype), image)
    return np.asarray(covered.reshape(-1, *image.shape))


def one_image(image: NDArray[Any], asked_by: str) -> NDArray[np.float32]:
    """Return the image as float32, shape (28, 28, 1).

    Raises
    ------
    ValueError
        If it has another shape, or is not scaled.
    """
    image = np.asarray(image)
    if image.shape != (SIDE, SIDE, 1):
        raise ValueError(
            f"{asked_by} needs one image of shape ({SIDE}, {SIDE}, 1), got shape {image.shape}. Pick one from a batch "
            "with x[i]; image[..., np.newaxis] adds a channel."
        )
    if image.dtype.kind != "f":
        raise ValueError(f"{asked_by} needs pixels in [0, 1], got {image.dtype}. scale_pixels(images) scales them.")
    return image.astype(np.float32)

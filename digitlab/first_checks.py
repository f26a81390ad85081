"""What to ask of a network before it is trained in earnest: what it counts, what it says, whether it can learn at all.

After A. Karpathy, "A Recipe for Training Neural Networks" (2019, karpathy.github.io/2019/04/25/recipe).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

EPOCHS_BY_HEART = 40
SMALL_BATCH = 10


def params_by_hand(model: Any) -> dict[str, int]:
    """Return how many numbers each layer holds, by the layer's name; 0 for layers that learn nothing.

    Parameters
    ----------
    model : keras.Model
        Built. Frozen numbers, and the averages that a normalisation keeps, count too.

    Examples
    --------
    >>> from digitlab import build_linear
    >>> sum(params_by_hand(build_linear()).values())
    7850
    """
    return {layer.name: sum(int(np.prod(weights.shape)) for weights in layer.get_weights()) for layer in model.layers}


def untrained_check(model: Any, x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
    """Return loss and accuracy of a model as it is; it learns nothing.

    Parameters
    ----------
    model : keras.Model
        Compiled with a loss for whole-number labels and one metric, the accuracy.
    x : ndarray of float, shape (N, 28, 28, 1)
    y : ndarray of int, shape (N,)
    """
    loss, accuracy = model.evaluate(x, y, verbose=0)
    return float(loss), float(accuracy)


def overfit_tiny(model: Any, x: NDArray[Any], y: NDArray[Any]) -> float:
    """Return the accuracy on a few images after learning them by heart.

    Parameters
    ----------
    model : keras.Model
        Compiled with a loss for whole-number labels and one metric, the accuracy. It is trained in place.
    x : ndarray of float, shape (N, 28, 28, 1)
        Some fifty images.
    y : ndarray of int, shape (N,)
    """
    model.fit(x, y, epochs=EPOCHS_BY_HEART, batch_size=SMALL_BATCH, verbose=0)
    return untrained_check(model, x, y)[1]

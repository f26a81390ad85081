"""Arguments that cannot cross the border as values, and are made on this side: generators, models, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.inside.codec import Make


def generator(seed: int) -> np.random.Generator:
    """Return a NumPy random generator with its own seed."""
    return np.random.default_rng(seed)


def linear_model(weights: np.ndarray[Any, Any], bias: np.ndarray[Any, Any]) -> Any:
    """Return a Keras softmax model with these weights (784, 10) and bias (10,), warmed up and compiled."""
    import keras

    model = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )
    model.layers[-1].set_weights([weights, bias])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# The whole list of what `Make` may name; a frame that names anything else is refused.
MAKERS: dict[str, Callable[..., Any]] = {"generator": generator, "linear_model": linear_model}


def made(args: Any) -> tuple[Any, ...]:
    """Return `args` with every `Make` in it replaced by what it makes."""
    return tuple(_made(arg) for arg in args)


def _made(value: Any) -> Any:
    if isinstance(value, Make):
        return MAKERS[value.maker](**value.params)
    if isinstance(value, tuple):
        return tuple(_made(item) for item in value)
    if isinstance(value, list):
        return [_made(item) for item in value]
    if isinstance(value, dict):
        return {key: _made(item) for key, item in value.items()}
    return value

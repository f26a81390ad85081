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


def cnn(
    seed: int,
    filters: tuple[int, int] = (4, 8),
    kernel_size: int = 3,
    learning_rate: float = 0.01,
    compiled: bool = True,
    normalised: bool = False,
) -> Any:
    """Return a small untrained softmax network for (28, 28, 1), its layers named `conv_1`, `pool_1` … `answer`.

    With `normalised` a batch normalisation (`norm`) follows the first convolution, and that convolution is frozen.
    """
    import keras
    from keras import layers

    drawn = [keras.initializers.GlorotUniform(seed=seed + i) for i in range(3)]
    stack = [
        keras.Input((28, 28, 1)),
        layers.Conv2D(filters[0], kernel_size, activation="relu", name="conv_1", kernel_initializer=drawn[0]),
        *([layers.BatchNormalization(name="norm")] if normalised else []),
        layers.MaxPooling2D(name="pool_1"),
        layers.Conv2D(filters[1], kernel_size, activation="relu", name="conv_2", kernel_initializer=drawn[1]),
        layers.MaxPooling2D(name="pool_2"),
        layers.Flatten(name="flat"),
        layers.Dense(10, activation="softmax", name="answer", kernel_initializer=drawn[2]),
    ]
    model = keras.Sequential(stack)
    model.get_layer("conv_1").trainable = not normalised
    model(np.zeros((1, 28, 28, 1), dtype=np.float32))  # warmed up: some attributes exist only after a first call
    if compiled:
        model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# The whole list of what `Make` may name; a frame that names anything else is refused.
MAKERS: dict[str, Callable[..., Any]] = {"generator": generator, "linear_model": linear_model, "cnn": cnn}


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

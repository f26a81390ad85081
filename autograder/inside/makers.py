"""Arguments that cannot cross the border as values, and are made on this side: generators, models, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.inside import stopwatch
from autograder.inside.codec import Make


def generator(seed: int) -> np.random.Generator:
    """Return a NumPy random generator with its own seed."""
    return np.random.default_rng(seed)


def linear_model(weights: np.ndarray[Any, Any], bias: np.ndarray[Any, Any], compiled: bool = True) -> Any:
    """Return a Keras softmax model with these weights (784, 10) and bias (10,), warmed up, and compiled where asked."""
    import keras

    model = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )
    model.layers[-1].set_weights([weights, bias])
    if compiled:
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


def cnn_with_weights(**weights: np.ndarray[Any, Any]) -> Any:
    """Return a small softmax network with these weights: `conv_1`, `pool_1`, `drop`, `conv_2`, `flat`, `answer`.

    The names are `kernels_1` and `bias_1` (`conv_1`), `kernels_2` and `bias_2` (`conv_2`), `kernels_3` and `bias_3`
    (`answer`). Dropout silences half of the pooled numbers, and only in training. The model is warmed up: it has both
    `input` and `inputs`.
    """
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(weights["bias_1"].size, weights["kernels_1"].shape[:2], activation="relu", name="conv_1"),
            layers.MaxPooling2D(name="pool_1"),
            layers.Dropout(0.5, seed=1, name="drop"),
            layers.Conv2D(weights["bias_2"].size, weights["kernels_2"].shape[:2], activation="relu", name="conv_2"),
            layers.Flatten(name="flat"),
            layers.Dense(weights["bias_3"].size, activation="softmax", name="answer"),
        ]
    )
    for place, name in enumerate(("conv_1", "conv_2", "answer"), start=1):
        model.get_layer(name).set_weights([weights[f"kernels_{place}"], weights[f"bias_{place}"]])
    # Keras 3.15 knows a Sequential's `input` only after a symbolic call; with its own input the graph stays the same.
    model(model.inputs[0])
    return model


def dense_chain(functional: bool = False, **weights: np.ndarray[Any, Any]) -> Any:
    """Return a softmax network for (28, 28, 1) of two dense layers with these weights, Sequential or functional.

    The names are `weights_1`, `bias_1` (`hidden`, with ReLU) and `weights_2`, `bias_2` (`answer`). The model is warmed
    up: it has both `input` and `inputs`.
    """
    import keras
    from keras import layers

    steps = [
        layers.Flatten(name="flat"),
        layers.Dense(weights["bias_1"].size, activation="relu", name="hidden"),
        layers.Dense(weights["bias_2"].size, activation="softmax", name="answer"),
    ]
    if functional:
        start = x = keras.Input((28, 28, 1))
        for step in steps:
            x = step(x)
        model = keras.Model(start, x)
    else:
        model = keras.Sequential([keras.Input((28, 28, 1)), *steps])
        model(model.inputs[0])  # see `cnn_with_weights`
    model.set_weights([weights[name] for name in ("weights_1", "bias_1", "weights_2", "bias_2")])
    return model


def watched(seed: int) -> Any:
    """Return a small compiled softmax network for (28, 28, 1) whose first layer notes which images it is shown.

    An image's number stands in its first pixel, as number / 1024. `readers.watched` tells what was noted.
    """
    import keras
    import tensorflow as tf

    class Watch(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.notes = Notes()

        def call(self, x: Any, training: bool = False) -> Any:
            noted = tf.numpy_function(self.notes.take, [x[:, 0, 0, 0], bool(training)], tf.bool)
            with tf.control_dependencies([noted]):
                return tf.identity(x)

        def compute_output_shape(self, input_shape: Any) -> Any:
            return input_shape

    start = keras.initializers.GlorotUniform(seed=seed)
    answer = keras.layers.Dense(10, activation="softmax", kernel_initializer=start, name="answer")
    watch = Watch(name="watch")
    model = keras.Sequential([keras.Input((28, 28, 1)), watch, keras.layers.Flatten(), answer])
    model(np.zeros((1, 28, 28, 1), dtype=np.float32))
    watch.notes.batches.clear()
    # Eager: nothing is traced, which would take longer than so little training.
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return model


class Notes:
    """Which images a watched model was shown, batch after batch, and whether to learn them."""

    def __init__(self) -> None:
        self.batches: list[tuple[bool, np.ndarray[Any, Any]]] = []

    def take(self, first_pixels: np.ndarray[Any, Any], training: Any) -> np.ndarray[Any, Any]:
        """Note one batch."""
        numbers = np.round(np.nan_to_num(np.asarray(first_pixels, dtype=np.float64)) * 1024).clip(-1, 1 << 20)
        self.batches.append((bool(training), numbers.astype(np.int64)))
        return np.array(True)


def distortion(pattern: np.ndarray[Any, Any]) -> Callable[[Any, Any], Any]:
    """Return `distort(x, level)`: a copy of the images with `level` times the pattern added to each."""

    def distort(x: Any, level: Any) -> Any:
        return np.asarray(x + level * pattern, dtype=x.dtype)

    return distort


def under_the_clock(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the images, and start the stopwatch: the reader `timed` tells how long the call took."""
    stopwatch.start()
    return images


# The whole list of what `Make` may name; a frame that names anything else is refused.
MAKERS: dict[str, Callable[..., Any]] = {
    "generator": generator,
    "linear_model": linear_model,
    "cnn": cnn,
    "cnn_with_weights": cnn_with_weights,
    "dense_chain": dense_chain,
    "watched": watched,
    "distortion": distortion,
    "under_the_clock": under_the_clock,
}


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

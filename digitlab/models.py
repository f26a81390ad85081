"""The networks of the course: a linear classifier, a small convolutional network, and the recipe it is measured by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digitlab.keras_import import import_keras

N_CLASSES = 10
SIDE = 28


def build_cnn(
    filters: Sequence[int] = (8, 16),
    kernel_sizes: Sequence[int] = (5, 3),
    dropout: float = 0.2,
    seed: int = 0,
    crop: int = 0,
) -> Any:
    """Return an untrained convolutional network for images of shape (28, 28, 1).

    For each filter count a convolution with ReLU and a 2 × 2 max pooling, then Flatten, Dropout, and a dense layer of
    ten with softmax (after LeCun, Bottou, Bengio and Haffner, 1998).

    Parameters
    ----------
    filters, kernel_sizes : sequences of int, equally long
    dropout : float
        The share of features that is silenced while training, in [0, 1).
    seed : int
        Of the first weights and of the dropout: the same seed, the same network.
    crop : int
        So many pixels are cut off at each side first. MNIST's digits fill 20 × 20 pixels in the middle of the 28 × 28
        (LeCun, Cortes and Burges, 1998), so 2 cuts hardly any ink, and saves about a third of the
        multiplications.

    Returns
    -------
    keras.Sequential
        Takes (N, 28, 28, 1) floats in [0, 1], gives (N, 10) probabilities. Not compiled; `train` does that.

    Raises
    ------
    ValueError
        If filters and kernel sizes are not equally many, the dropout is outside [0, 1), or the crop leaves nothing.
    """
    keras = import_keras()
    layers = keras.layers
    if len(filters) != len(kernel_sizes):
        raise ValueError(f"build_cnn needs a kernel size for each of {len(filters)} layers, got {len(kernel_sizes)}.")
    if not 0 <= crop < SIDE // 2:
        raise ValueError(f"build_cnn needs a crop from 0 to {SIDE // 2 - 1} pixels, got {crop}. 2 leaves 24 × 24.")
    if not 0 <= dropout < 1:
        raise ValueError(f"build_cnn needs a dropout in [0, 1), got {dropout}. 0.2 silences one feature in five.")
    model = keras.Sequential([keras.Input((SIDE, SIDE, 1))], name="small_cnn")
    if crop:
        model.add(layers.Cropping2D(crop, name="crop"))
    for place, (count, side) in enumerate(zip(filters, kernel_sizes, strict=True), start=1):
        start = keras.initializers.GlorotUniform(seed=seed + place)
        model.add(layers.Conv2D(count, side, activation="relu", kernel_initializer=start, name=f"conv_{place}"))
        model.add(layers.MaxPooling2D(2, name=f"pool_{place}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dropout(dropout, seed=seed, name="dropout"))
    model.add(_answer(seed))
    return model


def build_linear(seed: int = 0) -> Any:
    """Return an untrained linear classifier: 784 pixels, ten weighted sums, softmax; 7,850 parameters.

    Returns
    -------
    keras.Sequential
        Takes (N, 28, 28, 1), gives (N, 10) probabilities. Not compiled.
    """
    keras = import_keras()
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), _answer(seed)], name="linear")


def recipe_cnn(seed: int = 0) -> Any:
    """Return the network of Keras' own MNIST example, by which training here is measured.

    32 and 64 filters of 3 × 3, dropout 0.5 (F. Chollet, "Simple MNIST convnet", keras.io/examples, 2015).

    Returns
    -------
    keras.Sequential
        Takes (N, 28, 28, 1), gives (N, 10) probabilities. Not compiled.
    """
    return build_cnn(filters=(32, 64), kernel_sizes=(3, 3), dropout=0.5, seed=seed)


def compile_model(model: Any, labels: str = "integer", optimizer: Any = "adam") -> Any:
    """Return the model compiled with cross-entropy and accuracy.

    Parameters
    ----------
    model : keras.Model
        That gives probabilities.
    labels : 'integer' or 'one_hot'
        The form of the labels that it will be trained on.
    optimizer : str or keras.optimizers.Optimizer

    Raises
    ------
    ValueError
        For another form of labels.
    """
    losses = {"integer": "sparse_categorical_crossentropy", "one_hot": "categorical_crossentropy"}
    if labels not in losses:
        raise ValueError(f"labels are 'integer' or 'one_hot', got {labels!r}.")
    model.compile(optimizer=optimizer, loss=losses[labels], metrics=["accuracy"])
    return model


def _answer(seed: int) -> Any:
    keras = import_keras()
    start = keras.initializers.GlorotUniform(seed=seed)
    return keras.layers.Dense(N_CLASSES, activation="softmax", kernel_initializer=start, name="answer")

"""The bank of the model gate: code that saves a model file, right or wrong in a known way.

Each entry is called with the path to write. The models are really trained, on the training digits alone; those that
differ from a right one in a single respect are derived from one training.
"""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from autograder.exercise import Mistake


@cache
def _trained() -> Any:
    """Return a small convolutional network of more than 98 % test accuracy."""
    from digitlab import build_cnn, load_mnist, train

    data = load_mnist()
    model = build_cnn()
    train(model, data.x_train[..., None] / 255.0, data.y_train, epochs=2, seed=1, verbose=0)
    return model


def sequential(path: Path) -> None:
    _trained().save(path)


def functional_with_separate_activations(path: Path) -> None:
    import keras
    from keras import layers

    conv1, conv2, dense = [layer for layer in _trained().layers if layer.weights]
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(conv1.filters, conv1.kernel_size, padding=conv1.padding)(inputs)
    x = layers.MaxPooling2D()(layers.ReLU()(x))
    x = layers.Conv2D(conv2.filters, conv2.kernel_size, padding=conv2.padding)(x)
    x = layers.MaxPooling2D()(layers.Activation("relu")(x))
    x = layers.Dense(10)(layers.Dropout(0.3)(layers.Flatten()(x)))
    model = keras.Model(inputs, layers.Softmax()(x))
    for layer, source in zip((one for one in model.layers if one.weights), (conv1, conv2, dense), strict=True):
        layer.set_weights(source.get_weights())
    model.save(path)


def nested_and_compiled(path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1.0), _trained()])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(path)


def _copy() -> Any:
    import keras

    copy = keras.models.clone_model(_trained())
    copy.set_weights(_trained().get_weights())
    return copy


def trained_on_0_255(path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), _trained()]).save(path)


def logits(path: Path) -> None:
    import keras

    copy = _copy()
    copy.layers[-1].activation = keras.activations.linear
    copy.save(path)


def flat(path: Path) -> None:
    import keras

    inputs = keras.Input((784,))
    keras.Model(inputs, _trained()(keras.layers.Reshape((28, 28, 1))(inputs))).save(path)


def nan(path: Path) -> None:
    copy = _copy()
    copy.set_weights([weights * float("nan") for weights in copy.get_weights()])
    copy.save(path)


def one_class(path: Path) -> None:
    copy = _copy()
    kernel, bias = copy.layers[-1].get_weights()
    bias[:] = 0
    bias[3] = 5
    copy.layers[-1].set_weights([kernel * 0, bias])
    copy.save(path)


def nine_outputs(path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(9, "softmax")]).save(path)


def with_lambda(path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Lambda(lambda x: x * 1.0), _trained()]).save(path)


def hdf5_under_another_name(path: Path) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file.create_dataset("weights", data=[1.0, 2.0])


def pickled(path: Path) -> None:
    import pickle

    path.write_bytes(pickle.dumps({"weights": [1, 2]}))


def custom_layer(path: Path) -> None:
    _trained().save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    config["config"]["layers"][1] |= {"module": "my_layers", "class_name": "MyConv", "registered_name": "MyConv"}
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def linear(path: Path) -> None:
    from digitlab import build_linear, load_mnist, train

    data = load_mnist()
    model = build_linear()
    train(model, data.x_train[:10_000, ..., None] / 255.0, data.y_train[:10_000], epochs=1, seed=1, verbose=0)
    model.save(path)


def ten_colours(path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((28, 28, 3)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    model.save(path)


RIGHT_ANSWERS = (sequential, functional_with_separate_activations, nested_and_compiled)

_NOT_A_FILE = (
    "The model file was not opened.",
    "Does `keras.models.load_model('my_cnn.keras')` open it in a fresh notebook?",
)

MISTAKES = (
    Mistake(
        "below-98-percent",
        linear,
        "98.00 % is asked for.",
        "What do the learning curves say: would another epoch help, or is the validation loss rising already?",
    ),
    Mistake(
        "trained-on-0-255",
        trained_on_0_255,
        "It was trained on images that were not scaled.",
        "Which images did `fit` see: the raw ones, or those in [0, 1]?",
    ),
    Mistake(
        "gives-logits",
        logits,
        "Its rows are not probabilities.",
        "Which activation turns ten scores into ten probabilities, and does your last layer have it?",
    ),
    Mistake("flat-input", flat, "The model asks for flat images.", "Where in the model should Flatten stand?"),
    Mistake("gives-nan", nan, "Some of its answers are not numbers.", "Did the training loss become NaN?"),
    Mistake(
        "one-class-always", one_class, "It names the same digit for every image.", "Did you save the trained model?"
    ),
    Mistake(
        "wrong-output-shape", nine_outputs, "It does not give ten numbers for an image.", "How many classes are there?"
    ),
    Mistake("not-a-model-file", pickled, *_NOT_A_FILE, also=(hdf5_under_another_name, with_lambda, custom_layer)),
    Mistake(
        "cannot-be-used",
        ten_colours,
        "The model could not be used.",
        "Call `model.predict` on two test images. What does it say?",
    ),
)

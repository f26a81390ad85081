"""One's own model as a file: saved whole, opened with clear words, measured on the test digits."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from digitlab.evaluation import Measured, measure_accuracy, predict_probabilities
from digitlab.keras_import import import_keras
from digitlab.storage import DataError

# What Keras and Python's zipfile raise for a file that is cut off, damaged, or asks for code that is not there.
BROKEN = (
    *(ValueError, OSError, TypeError, LookupError, AttributeError, ImportError, RuntimeError, EOFError, OverflowError),
    *(zipfile.BadZipFile, struct.error, zlib.error),
)
# Of what Keras says of a file, the first sentence is worth reading, up to so many characters.
MAX_SAID = 300


def save_model(model: Any, path: str | Path = "my_cnn.keras") -> Path:
    """Save a Keras model beside its place and put it there in one step, so that no half-written file remains.

    Raises
    ------
    DataError
        If the name does not end in `.keras`, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix != ".keras":
        raise DataError(f"A model is saved as a .keras file, got {path.name}. Call it my_cnn.keras.")
    beside = path.with_name(f".{path.stem}.{os.getpid()}.keras")
    try:
        model.save(beside)
        beside.replace(path)
    except OSError as error:
        raise DataError(
            f"{path} could not be written: {error.strerror or error}. Nothing was changed there."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return path


def load_model(path: str | Path) -> Any:
    """Return the Keras model in a file of one's own. A model is a program: never open a stranger's this way.

    Raises
    ------
    DataError
        If there is no such file, or Keras cannot open it.
    """
    keras = import_keras()
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}. Save your model with save_model(model, {path.name!r}) first.")
    if not zipfile.is_zipfile(path):  # of such a file Keras says that it is not there
        raise DataError(
            f"Keras cannot open {path}: it is not a .keras file, or was cut off. Save it again with save_model(model)."
        )
    try:
        model = keras.models.load_model(path, compile=False)
        # A Sequential that was never called has no `input`, which books speak of.
        if isinstance(model, keras.Sequential) and model.built:
            model(model.inputs[0])
        return model
    except BROKEN as error:
        said = " ".join(str(error).split()).split(". ")[0][:MAX_SAID].rstrip(".") or type(error).__name__
        raise DataError(f"Keras cannot open {path}: {said}. Save it again with save_model(model).") from error


def measure(path: str | Path) -> Measured:
    """Return the accuracy of a saved model on the 10,000 test digits, with its 95 % interval.

    Raises
    ------
    DataError
        If the file cannot be opened, or the model does not take (N, 28, 28, 1) and give (N, 10).
    """
    from digitlab.mnist import load_mnist
    from digitlab.tensors import scale_pixels

    model = load_model(path)
    data = load_mnist()
    images = scale_pixels(data.x_test)[..., np.newaxis]
    try:
        probabilities = predict_probabilities(model, images)
    except (ValueError, TypeError) as error:
        said = " ".join(str(error).split())[:300]
        raise DataError(f"The model in {path} does not take images of shape (N, 28, 28, 1): {said}") from error
    if probabilities.shape != (len(images), 10):
        raise DataError(f"The model in {path} gives shape {probabilities.shape}, expected ({len(images)}, 10).")
    return measure_accuracy(probabilities, data.y_test)

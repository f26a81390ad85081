"""Curves read as numbers: against counting, NumPy and Keras' own callback for early stopping."""

from __future__ import annotations

import doctest
import math
from typing import Any

import numpy as np
import pytest

import digitlab
from digitlab import curves
from digitlab.history import History


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(curves).failed == 0


def test_steps_are_counted() -> None:
    """There are as many steps as slices of the data, for every small number of images and size of batch."""
    for n in range(1, 30):
        for batch_size in range(1, 35):
            assert digitlab.steps_per_epoch(n, batch_size) == len(range(0, n, batch_size))


def test_the_best_epoch_is_numpys() -> None:
    """The first of the smallest losses, as NumPy finds it, in lists and in arrays."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        losses = rng.integers(1, 6, rng.integers(1, 12)) / 4
        assert digitlab.best_epoch(losses) == digitlab.best_epoch(losses.tolist()) == int(np.argmin(losses))


@pytest.mark.slow
def test_early_stopping_is_keras() -> None:
    """Training stops in the epoch in which Keras' own callback stops it, for many curves with plateaus."""
    import keras

    rng = np.random.default_rng(4)
    for _ in range(200):
        losses, patience = (rng.integers(1, 8, rng.integers(2, 15)) / 8).tolist(), int(rng.integers(1, 5))
        model = keras.Sequential()
        callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
        callback.set_model(model)
        model.stop_training = False
        callback.on_train_begin()
        stopped = len(losses) - 1
        for epoch, loss in enumerate(losses):
            callback.on_epoch_end(epoch, {"val_loss": loss})
            if model.stop_training:
                stopped = epoch
                break
        assert digitlab.early_stop(losses, patience) == stopped, (losses, patience)


@pytest.mark.parametrize(
    ("loss", "val_loss", "said"),
    [
        ([0.9, 0.3, 0.1], [0.5, 0.3, 0.2], "good"),
        ([2.3, 2.2, 2.1], [2.3, 2.2, 2.2], "underfitting"),
        ([0.9, 0.3, 0.1], [0.4, 0.3, 0.6], "overfitting"),
        ([0.9, 0.3, 0.1], [0.4, 0.3, math.nan], "overfitting"),
        ([2.0, 3.0, 9.0], [2.0, 3.0, 9.0], "diverging"),
        ([2.0, math.nan], [2.0, math.nan], "diverging"),
        ([2.0, math.inf], [2.0, 1.0], "diverging"),
        ([0.3], [0.4], "good"),
    ],
)
def test_a_diagnosis_of_clear_cases(loss: list[float], val_loss: list[float], said: str) -> None:
    """Each of the four answers, from a dictionary and from a record, whatever the accuracies are."""
    told = {"loss": loss, "val_loss": val_loss, "accuracy": [0.5] * len(loss), "val_accuracy": [0.9] * len(loss)}
    assert digitlab.diagnose(told) == digitlab.diagnose(History.of(told)) == said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: digitlab.steps_per_epoch(0, 4), "at least one image and one image a batch, got 0 and 4"),
        (lambda: digitlab.best_epoch([]), "best_epoch needs the validation loss of at least one epoch"),
        (lambda: digitlab.best_epoch({"val_loss": [1.0]}), r"history\['val_loss'\]"),  # type: ignore[arg-type]
        (lambda: digitlab.early_stop([1.0], 0), "a patience of at least 1, got 0"),
        (lambda: digitlab.early_stop([], 1), "early_stop needs the validation loss of at least one epoch"),
        (lambda: digitlab.diagnose({"loss": [1.0], "accuracy": [0.5]}), "got no validation loss"),
        (lambda: digitlab.diagnose({"loss": [], "accuracy": []}), "got no epoch"),
    ],
)
def test_what_cannot_be_read_is_told(call: Any, said: str) -> None:
    """No images, no epoch, a whole history in place of one curve: one sentence each."""
    with pytest.raises(ValueError, match=said):
        call()

"""`digitlab model`, on models that were really saved."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitlab.commands import model
from digitlab.commands.model import as_json, as_text
from digitlab.evaluation import Measured


def measured(right: int) -> Measured:
    """Return the measurement of a model that has so many of 10,000 digits right."""
    return Measured(accuracy=right / 10000, low=right / 10000 - 0.003, high=right / 10000 + 0.003, count=10000)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(model).failed == 0


@pytest.mark.parametrize(("right", "reached"), [(9800, True), (9799, False), (10000, True), (0, False)])
def test_the_gate_is_not_rounded(right: int, reached: bool) -> None:
    """98 % is reached with 9,800 digits and not with one less."""
    assert as_json(measured(right))["reached"] is reached
    assert ("is not reached" in as_text(measured(right), Path("my_cnn.keras"))) is not reached


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a learner does."""
    return subprocess.run(
        [sys.executable, "-m", "digitlab", "model", *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_models_are_measured(tmp_path: Path) -> None:
    """A saved model is measured on all test digits; the status says whether 98 % is reached; no noise is printed."""
    import keras

    import digitlab

    digits = digitlab.load_mnist()
    network = keras.Sequential(
        [keras.layers.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(digits.x_train[:5000, ..., np.newaxis] / 255, digits.y_train[:5000], batch_size=50, verbose=0)
    network.save(tmp_path / "linear.keras")
    answers = network.predict(digits.x_test[..., np.newaxis] / 255, verbose=0).argmax(axis=1)

    ran = run("linear.keras", "--json", folder=tmp_path)
    told = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert told["accuracy"] == pytest.approx(np.mean(answers == digits.y_test), abs=2e-4)
    assert told["low"] < told["accuracy"] < told["high"]
    assert told["reached"] is False


@pytest.mark.slow
def test_file_that_is_no_model(tmp_path: Path) -> None:
    """A file that is not there, or is no model, is one sentence and status 1."""
    (tmp_path / "notes.keras").write_text("not a model")
    for name in ("my_cnn.keras", "notes.keras"):
        ran = run(name, folder=tmp_path)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert ran.stderr.startswith("digitlab: ")
        assert name in ran.stderr
        assert "Traceback" not in ran.stderr

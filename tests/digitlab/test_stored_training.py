"""Stored results of trainings: exact, only for what is the same, whole or not at all, and never too many."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import digitlab
from digitlab import stored_training
from digitlab.stored_training import fingerprint, folder, keep, recall

pytestmark = pytest.mark.slow

X = np.random.default_rng(5).random((80, 28, 28, 1)).astype(np.float32)
Y = np.arange(80) % 10
SETTINGS = {"epochs": 2, "seed": 3}


def network(seed: int = 0, **names: str) -> Any:
    """Return a small network with dropout; its layers' names are counted up by Keras unless they are given."""
    import keras

    layers = [
        keras.Input((28, 28, 1)),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5, seed=seed),
        keras.layers.Dense(
            10, activation="softmax", kernel_initializer=keras.initializers.GlorotUniform(seed), **names
        ),
    ]
    return keras.Sequential(layers)


def trained(model: Any) -> tuple[Any, dict[str, Any]]:
    """Return the model after a training, and its history."""
    history = digitlab.train(model, X, Y, epochs=2, seed=3, verbose=0)
    return model, {"loss": list(history.loss), "accuracy": list(history.accuracy), "seconds": list(history.seconds)}


def state(model: Any) -> list[Any]:
    """Return all numbers of a model and its optimizer."""
    return [np.asarray(one) for one in (*model.variables, *model.optimizer.variables)]


def test_what_is_recalled_is_what_was_trained(tmp_path: Path) -> None:
    """Weights, the optimizer's variables, random states and history come back to the last bit."""
    model, history = trained(network())
    assert keep(tmp_path / "training", "a" * 64, model, history) is None
    other = digitlab.compile_model(network(), optimizer=model.optimizer.from_config(model.optimizer.get_config()))
    assert recall(tmp_path / "training", "a" * 64, other) == history
    for one, same in zip(state(model)[:-1], state(other)[:-1], strict=False):
        np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(model.predict(X, verbose=0), other.predict(X, verbose=0))
    assert int(other.optimizer.iterations) == int(model.optimizer.iterations) > 0
    assert [file.suffix for file in (tmp_path / "training").iterdir()] == [".npz"]


def test_names_of_layers_decide_nothing() -> None:
    """Keras counts names up each time that a cell runs; the training is the same."""
    same = [fingerprint(network(), (X, Y), SETTINGS), fingerprint(network(), (X, Y), SETTINGS)]
    assert same[0] == same[1] == fingerprint(network(name="my_answer"), (X, Y), SETTINGS)
    assert same[0] is not None
    assert len(same[0]) == 64


def test_what_decides_is_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed of the weights, other pixels, labels, dtype, settings, layers or versions: another training."""
    import keras

    pixels, labels = X.copy(), Y.copy()
    pixels[7, 3, 3, 0] += 1e-3
    labels[5] = 0
    relu = network()
    relu.layers[-1].activation = keras.activations.relu
    frozen = network()
    frozen.layers[-1].trainable = False
    stepped = network()
    stepped.set_weights([weight + 1e-6 for weight in stepped.get_weights()])
    told = [
        fingerprint(network(), (X, Y), SETTINGS),
        fingerprint(network(seed=1), (X, Y), SETTINGS),
        fingerprint(network(), (pixels, Y), SETTINGS),
        fingerprint(network(), (X, labels), SETTINGS),
        fingerprint(network(), (X.astype(np.float64), Y), SETTINGS),
        fingerprint(network(), (X, Y), {**SETTINGS, "seed": 4}),
        fingerprint(relu, (X, Y), SETTINGS),
        fingerprint(frozen, (X, Y), SETTINGS),
        fingerprint(stepped, (X, Y), SETTINGS),
    ]
    monkeypatch.setattr(digitlab, "__version__", "99.0")
    told.append(fingerprint(network(), (X, Y), SETTINGS))
    assert None not in told
    assert len(set(told)) == len(told)


def test_code_of_the_learners_own_is_never_answered() -> None:
    """A subclass, a Lambda, a function as activation: what they do may change without a trace, so there is no name."""
    import keras

    class Own(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return 2 * x

    class OwnModel(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = network()

        def call(self, x: Any) -> Any:
            return self.inner(x)

    for layer in (Own(), keras.layers.Lambda(lambda x: x), keras.layers.Activation(lambda x: x + 1)):
        model = keras.Sequential([keras.Input((28, 28, 1)), layer, keras.layers.Flatten()])
        assert fingerprint(model, (X, Y), SETTINGS) is None
    assert fingerprint(OwnModel(), (X, Y), SETTINGS) is None


def test_broken_files_are_as_good_as_none(tmp_path: Path) -> None:
    """Empty, text, half a file, one changed byte, another model's: None comes back, and the model is as it was."""
    model, history = trained(network())
    keep(tmp_path, "whole", model, history)
    whole = (tmp_path / "whole.npz").read_bytes()
    middle = len(whole) // 2
    other, other_history = trained(digitlab.build_linear())
    keep(tmp_path, "other", digitlab.compile_model(digitlab.build_cnn()), other_history)
    fresh = digitlab.compile_model(network())
    before = fresh.get_weights()
    contents = [b"", b"weights\n", whole[:middle], whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]]
    for content in contents:
        (tmp_path / "broken.npz").write_bytes(content)
        assert recall(tmp_path, "broken", fresh) is None
    (tmp_path / "folder.npz").mkdir()
    for name in ("other", "absent", "folder"):
        assert recall(tmp_path, name, fresh) is None
    for one, same in zip(before, fresh.get_weights(), strict=True):
        np.testing.assert_array_equal(one, same)
    assert other.optimizer is not None


def test_no_more_are_kept_than_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go, by use and not by name; one that is too large is not kept at all."""
    model, history = trained(network())
    monkeypatch.setattr(stored_training, "MOST_RESULTS", 3)
    for age, name in enumerate("abc"):
        keep(tmp_path, name, model, history)
        os.utime(tmp_path / f"{name}.npz", (1000 + age, 1000 + age))
    assert recall(tmp_path, "a", model) is not None  # used just now
    keep(tmp_path, "d", model, history)
    assert {file.stem for file in tmp_path.iterdir()} == {"a", "c", "d"}
    size = (tmp_path / "a.npz").stat().st_size
    monkeypatch.setattr(stored_training, "MOST_BYTES", 2 * size + 100)
    keep(tmp_path, "e", model, history)
    assert len(list(tmp_path.iterdir())) == 2
    monkeypatch.setattr(stored_training, "MOST_BYTES_EACH", 100)
    keep(tmp_path, "large", model, history)
    assert not (tmp_path / "large.npz").exists()


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """Training goes on; the reason is one sentence, the first time in a process."""
    model, history = trained(network())
    (tmp_path / ".digitlab").write_text("a file where the folder should be")
    told = keep(tmp_path / ".digitlab" / "training", "a", model, history)
    assert told is not None
    assert told.startswith("This training is not kept for the next time: ")
    assert keep(tmp_path / ".digitlab" / "training", "a", model, history) is None


def test_nothing_is_kept_where_nobody_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process without a notebook, as in the grader, there is no folder, and a training leaves none."""
    monkeypatch.chdir(tmp_path)
    assert folder() is None
    trained(network())
    assert list(tmp_path.iterdir()) == []

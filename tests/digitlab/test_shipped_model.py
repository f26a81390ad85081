"""The trained model that ships with the course, and the learner's own, which goes before it where it fits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import digitlab
from autograder.inside.model_file import digest_of
from digitlab import shipped_model
from digitlab.shipped_model import FILE, small_model, small_model_facts, your_model
from digitlab.storage import DataError

pytestmark = pytest.mark.slow

INSTEAD = "goes on with digitlab's small trained model."
OWN = "This goes on with your own model, my_cnn.keras."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a notebook that holds nothing yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keras_model(shape: tuple[int, ...], *layers: Any) -> Any:
    """Return a Sequential of these layers for inputs of that shape."""
    import keras

    return keras.Sequential([keras.Input(shape), *layers])


def test_shipped_model_is_trained_on_training_digits_and_good_at_test_digits() -> None:
    """It is worth at least 98 % on the 10,000 test digits, and its facts name its weights."""
    model = small_model()
    data = digitlab.load_mnist()
    images = digitlab.scale_pixels(data.x_test)[..., np.newaxis]
    right = digitlab.predict_probabilities(model, images).argmax(axis=1) == data.y_test
    assert right.mean() >= 0.98
    facts = small_model_facts()
    assert facts["weights"] == digest_of(model.get_weights())
    assert facts["images"] + 5_000 == len(data.y_train)
    assert facts["validation_accuracy"] == pytest.approx(right.mean(), abs=0.01)
    assert model.count_params() == digitlab.build_cnn().count_params()
    assert FILE.stat().st_size < 100_000


def test_each_call_gives_a_copy_of_its_own() -> None:
    """Who trains the small model further does not change what the next cell gets."""
    one = small_model()
    before = small_model().get_weights()
    one.set_weights([weights * 0 for weights in one.get_weights()])
    for kept, again in zip(before, small_model().get_weights(), strict=True):
        np.testing.assert_array_equal(kept, again)


def test_nothing_there_yet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file beside the notebook, the shipped model is used, and one line says why."""
    for kept, given in zip(small_model().get_weights(), your_model().get_weights(), strict=True):
        np.testing.assert_array_equal(kept, given)
    said = capsys.readouterr().out
    assert said.startswith("There is no my_cnn.keras beside this notebook yet; lesson 07 saves one.")
    assert said.endswith(f"{INSTEAD}\n")
    assert said.count("\n") == 1
    your_model(folder / "other" / "mine.keras")
    assert f"There is no mine.keras in {folder / 'other'} yet" in capsys.readouterr().out


def test_own_model_goes_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A saved model that takes digits and gives probabilities is used, whatever it is made of."""
    own = digitlab.build_cnn(filters=(3,), kernel_sizes=(3,), seed=9)
    digitlab.save_model(own)
    given = your_model()
    assert capsys.readouterr().out == f"{OWN}\n"
    for kept, weights in zip(own.get_weights(), given.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weights)
    your_model(folder / "my_cnn.keras")
    assert capsys.readouterr().out == f"{OWN}\n"


def test_broken_files_are_told_and_replaced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty, cut off, spoilt, no model at all: one line, and the shipped model is there."""
    whole = FILE.read_bytes()
    spoilt = whole[: len(whole) // 2] + bytes(500) + whole[len(whole) // 2 + 500 :]
    for content in (b"", b"accuracy: 99.9 %\n", b"\x89HDF\r\n", whole[:20_000], spoilt):
        (folder / "my_cnn.keras").write_bytes(content)
        assert your_model().count_params() == small_model().count_params()
        said = capsys.readouterr().out
        assert said.startswith("Keras cannot open my_cnn.keras: ")
        assert said.endswith(f"{INSTEAD}\n")
        assert said.count("\n") == 1


def test_models_that_do_not_fit_are_told_and_replaced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Flat input, colour images, nine classes, scores, NaN, code of its own: told by what does not fit."""
    from keras import layers

    def softmax(units: int = 10) -> Any:
        return layers.Dense(units, activation="softmax")

    broken_numbers = keras_model((28, 28, 1), layers.Flatten(), softmax())
    broken_numbers.set_weights([weights + np.nan for weights in broken_numbers.get_weights()])
    cases = (
        (keras_model((784,), softmax()), "does not take images of shape (N, 28, 28, 1), it asks for (None, 784)"),
        (keras_model((28, 28, 3), layers.Flatten(), softmax()), "it asks for (None, 28, 28, 3)"),
        (keras_model((28, 28, 1), layers.Flatten(), softmax(9)), "gives shape (N, 9), not (N, 10)"),
        (keras_model((28, 28, 1), layers.Flatten(), layers.Dense(10, bias_initializer="ones")), "no probabilities"),
        (broken_numbers, "no probabilities"),
        (keras_model((28, 28, 1), layers.Lambda(lambda x: x), layers.Flatten(), softmax()), "Lambda"),
    )
    for model, said in cases:
        model.save(folder / "my_cnn.keras")
        assert your_model().output_shape == (None, 10)
        told = capsys.readouterr().out
        assert said in told
        assert told.endswith(f"{INSTEAD}\n")
        assert told.count("\n") == 1


def test_an_incomplete_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the shipped files are missing or broken, the message says what to do."""
    monkeypatch.setattr(shipped_model, "FILE", tmp_path / "small_cnn.keras")
    with pytest.raises(DataError, match=r"own model .* cannot be opened\. Install digitlab again"):
        small_model()
    monkeypatch.setattr(shipped_model, "FACTS", tmp_path / "small_cnn.json")
    with pytest.raises(DataError, match="There is no file"):
        small_model_facts()
    for text in ("{", "[]"):
        (tmp_path / "small_cnn.json").write_text(text)
        with pytest.raises(DataError, match=r"is broken\. Install digitlab again"):
            small_model_facts()


def test_the_names_stay_functions_whatever_is_imported_first() -> None:
    """`digitlab.small_model` is the function also after the module that holds it was imported."""
    code = (
        "import digitlab.shipped_model, digitlab; print(callable(digitlab.small_model), callable(digitlab.your_model))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "True True\n"


@pytest.mark.slow
def test_its_input_and_output_can_be_named() -> None:
    """`model.input` and `model.output`, which books speak of, are there for a model that was only loaded."""
    model = digitlab.small_model()
    assert tuple(model.input.shape) == (None, 28, 28, 1)
    assert tuple(model.output.shape) == (None, 10)

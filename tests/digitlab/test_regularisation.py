"""Dropout against Keras' own and against statistics; dropout in a trained model; shifted copies; the gap."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from scipy import ndimage, stats

from digitlab import regularisation
from digitlab.curves import generalisation_gap
from digitlab.history import History
from digitlab.regularisation import add_dropout, dropout, shifted_copies

X = np.random.default_rng(3).normal(1, 2, (60, 50))


def rng(seed: int = 0) -> np.random.Generator:
    """Return a generator of its own."""
    return np.random.default_rng(seed)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(regularisation, extraglobs={"np": np}).failed == 0


# --- dropout ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_each_number_is_kept_by_itself(rate: float) -> None:
    """The mask keeps a share of 1 - rate, and neighbours in a row or in a column say nothing of each other."""
    out, mask = dropout(X, rate, True, rng())
    assert mask.dtype == bool
    assert stats.binomtest(int(mask.sum()), mask.size, 1 - rate).pvalue > 1e-4
    np.testing.assert_allclose(out, np.where(mask, X / (1 - rate), 0.0))
    if rate:
        for one, other in ((mask[:-1], mask[1:]), (mask[:, :-1], mask[:, 1:])):
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4.5 / np.sqrt(one.size)


def test_the_expected_value_stays() -> None:
    """Over many masks each number comes out as itself on average: a z-test that allows one in ten thousand."""
    x = np.array([-3.0, 0.5, 1.0, 20.0])
    outs = np.array([dropout(x, 0.3, True, generator)[0] for generator in rng(5).spawn(4000)])
    errors = (outs.mean(axis=0) - x) / (outs.std(axis=0) / np.sqrt(len(outs)))
    assert (np.abs(errors) < 3.9).all()


def test_in_use_nothing_happens() -> None:
    """Not training, the numbers pass as they are, whatever the rate, and nothing is drawn."""
    generator = rng()
    out, mask = dropout(X, 0.9, False, generator)
    np.testing.assert_array_equal(out, X)
    assert mask.shape == X.shape
    assert mask.all()
    assert generator.random() == rng().random()


def test_the_generator_decides() -> None:
    """The same generator gives the same mask, another one another, and X stays as it was."""
    before = X.copy()
    first, again, other = (dropout(X, 0.5, True, rng(seed))[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    np.testing.assert_array_equal(X, before)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.2, 0.5, 0.8])
def test_dropout_has_the_statistics_of_keras(rate: float) -> None:
    """Share of zeros, size of what is kept, mean and deviation agree with Keras' Dropout layer."""
    import keras

    x = np.ones((200, 100), dtype=np.float32)
    theirs = np.asarray(keras.layers.Dropout(rate, seed=4)(x, training=True))
    ours, _ = dropout(x, rate, True, rng(4))
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-6)
    allowed = 4.5 * np.sqrt(2 * rate * (1 - rate) / x.size)
    assert abs((ours == 0).mean() - (theirs == 0).mean()) < allowed
    assert abs(ours.mean() - theirs.mean()) < allowed / (1 - rate)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    np.testing.assert_array_equal(np.asarray(keras.layers.Dropout(rate)(x, training=False)), x)


@pytest.mark.parametrize("rate", [1.0, 1.5, -0.1, float("nan")])
def test_impossible_rates_are_refused(rate: float) -> None:
    """A rate outside [0, 1) is told with the value received, by the layer by hand and by the one for models."""
    with pytest.raises(ValueError, match=f"from 0 to below 1, got {rate}"):
        dropout(X, rate, True, rng())
    with pytest.raises(ValueError, match=f"from 0 to below 1, got {rate}"):
        add_dropout(None, rate)


# --- dropout in a model ----------------------------------------------------------------------------------------------


def chain(functional: bool) -> Any:
    """Return a small network that ends in Dense, with numbers that are not those of a fresh one."""
    import keras
    from keras import layers

    steps = [layers.Conv2D(3, 3, activation="relu"), layers.MaxPooling2D(4), layers.Flatten(), layers.Dense(10)]
    if functional:
        x = start = keras.Input((28, 28, 1))
        for step in steps:
            x = step(x)
        model = keras.Model(start, x)
    else:
        model = keras.Sequential([keras.Input((28, 28, 1)), *steps])
    draw = rng(1)
    model.set_weights([draw.normal(0, 0.3, weights.shape) for weights in model.get_weights()])
    return model


@pytest.mark.slow
@pytest.mark.parametrize("functional", [False, True])
def test_the_model_answers_as_before_and_silences_while_training(functional: bool) -> None:
    """The same numbers, the same answers in use, other answers while training, and the given model is as it was."""
    import keras

    model, images = chain(functional), rng(2).random((5, 28, 28, 1)).astype(np.float32)
    before, names = np.asarray(model(images)), [layer.name for layer in model.layers]
    regular = add_dropout(model, 0.4)
    assert regular.count_params() == model.count_params()
    assert [type(layer).__name__ for layer in regular.layers[-2:]] == ["Dropout", "Dense"]
    assert regular.layers[-2].rate == 0.4
    np.testing.assert_allclose(np.asarray(regular(images)), before, rtol=1e-5)
    assert not np.allclose(np.asarray(regular(images, training=True)), before, rtol=1e-2)
    assert [layer.name for layer in model.layers] == names
    np.testing.assert_allclose(np.asarray(model(images, training=True)), before, rtol=1e-5)
    regular.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    regular.fit(images, np.arange(5), verbose=0)
    assert not np.allclose(np.asarray(regular(images)), before, rtol=1e-3)


@pytest.mark.slow
def test_a_model_that_does_not_end_in_dense_is_refused() -> None:
    """What the model ends in is told by name."""
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Softmax()])
    with pytest.raises(ValueError, match="ends in Dense, got one that ends in Softmax"):
        add_dropout(model, 0.5)


# --- shifted copies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [False, True])
def test_each_copy_is_some_shift_of_its_image(channels: bool) -> None:
    """The images come first as they are; copy i of image k is k, moved by at most the reach, as SciPy moves it."""
    images = rng(3).integers(1, 256, (6, 7, 8), dtype=np.uint8)
    labels = np.arange(6)
    given = images[..., np.newaxis] if channels else images
    x, y = shifted_copies(given, labels, copies=4, reach=2, seed=9)
    assert (x.shape, x.dtype) == ((30, *given.shape[1:]), np.uint8)
    np.testing.assert_array_equal(x[:6], given)
    np.testing.assert_array_equal(y, np.tile(labels, 5))
    steps = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
    seen = set()
    for place, copy in enumerate(x[6:]):
        image = images[place % 6]
        moves = [step for step in steps if np.array_equal(copy.reshape(7, 8), ndimage.shift(image, step, order=0))]
        assert len(moves) == 1
        seen.add(moves[0])
    assert len(seen) > 8


def test_copies_are_repeatable() -> None:
    """The same seed gives the same copies, another seed others; no copies are none."""
    images, labels = rng(3).random((5, 9, 9)), np.arange(5)
    one, again, other = (shifted_copies(images, labels, 3, 2, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    np.testing.assert_array_equal(shifted_copies(images, labels, 0, 2, 1)[0], images)


@pytest.mark.parametrize(
    ("images", "labels", "copies", "told"),
    [
        (np.zeros((2, 5, 5)), np.zeros(3), 1, "a label for each image, got 2 and 3"),
        (np.zeros((2, 5, 5, 3)), np.zeros(2), 1, r"got \(2, 5, 5, 3\)"),
        (np.zeros((2, 5, 5)), np.zeros(2), -1, "at least 0, got -1"),
    ],
)
def test_what_cannot_be_copied_is_told(images: Any, labels: Any, copies: int, told: str) -> None:
    """Lengths, shapes and counts that do not fit are named."""
    with pytest.raises(ValueError, match=told):
        shifted_copies(images, labels, copies, 1, 0)


# --- the gap ---------------------------------------------------------------------------------------------------------

TOLD = {
    "loss": [0.9, 0.5, 0.3, 0.2],
    "val_loss": [0.6, 0.4, 0.4, 0.5],
    "accuracy": [0.7, 0.85, 0.93, 0.99],
    "val_accuracy": [0.8, 0.875, 0.9, 0.91],
}


def test_the_gap_is_taken_at_the_first_best_epoch() -> None:
    """Training minus validation accuracy where the validation loss is smallest first; it may be negative."""
    assert generalisation_gap(TOLD) == pytest.approx(0.85 - 0.875)
    assert generalisation_gap({**TOLD, "val_loss": [0.6, 0.4, 0.3, 0.5]}) == pytest.approx(0.93 - 0.9)
    assert generalisation_gap(History.of(TOLD)) == generalisation_gap(TOLD)


def test_a_history_without_validation_has_no_gap() -> None:
    """It says what to train with."""
    with pytest.raises(ValueError, match="Train with validation data"):
        generalisation_gap({"loss": [0.4], "accuracy": [0.8]})

"""What is asked of a network before training: compared with pencil and paper, with NumPy, and with real training."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
import sklearn.metrics

import digitlab
from digitlab import first_checks
from digitlab.first_checks import overfit_tiny, params_by_hand, untrained_check

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    """Fifty training digits, scaled, and their labels."""
    data = digitlab.load_mnist()
    return digitlab.scale_pixels(data.x_train[:50])[..., np.newaxis], data.y_train[:50].astype(int)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(first_checks).failed == 0


def test_parameters_are_those_of_lessons_03_and_05() -> None:
    """Each layer's count is what conv_params and dense_params give; frozen numbers and kept averages count."""
    import keras

    counts = params_by_hand(digitlab.build_cnn())
    assert counts.pop("answer") == digitlab.dense_params(400, 10)
    assert counts.pop("conv_1") == digitlab.conv_params(5, 1, 8)
    assert counts.pop("conv_2") == digitlab.conv_params(3, 8, 16)
    assert set(counts.values()) == {0}
    normalised = keras.Sequential([keras.Input((28, 28, 3)), keras.layers.BatchNormalization(name="norm")])
    normalised.trainable = False
    assert params_by_hand(normalised)["norm"] == 4 * 3


def test_untrained_is_measured_and_nothing_learnt(digits: tuple[Any, Any]) -> None:
    """Loss and accuracy are those of the probabilities, and the weights stay."""
    x, y = digits
    model = digitlab.compile_model(digitlab.build_cnn(seed=2))
    before = model.get_weights()
    loss, accuracy = untrained_check(model, x, y)
    probabilities = np.asarray(model(x, training=False), dtype=np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)  # in float32 they add up to nearly 1
    assert loss == pytest.approx(sklearn.metrics.log_loss(y, probabilities, labels=range(10)), abs=1e-4)
    assert accuracy == pytest.approx((probabilities.argmax(axis=1) == y).mean())
    for kept, weights in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weights)


def test_fifty_images_are_learnt_by_heart(digits: tuple[Any, Any]) -> None:
    """The small network knows fifty images afterwards, and the accuracy is the one that its answers have."""
    x, y = digits
    model = digitlab.compile_model(digitlab.build_cnn(seed=2))
    accuracy = overfit_tiny(model, x, y)
    assert accuracy >= 0.95
    assert accuracy == pytest.approx((model.predict(x, verbose=0).argmax(axis=1) == y).mean())

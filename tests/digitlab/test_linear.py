"""The linear classifier by hand agrees with SciPy, scikit-learn and the slopes that it claims to follow."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
import scipy.special
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from digitlab import linear
from digitlab.linear import accuracy, cross_entropy, dense_params, gradient_step, softmax

RNG = np.random.default_rng(3)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(linear, extraglobs={"np": np}).failed == 0


@settings(deadline=None, max_examples=100)
@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e6, 1e6)))
def test_softmax_is_scipys(scores: Any) -> None:
    """Softmax gives what SciPy's gives, for scores of any size, without a warning; rows add up to 1."""
    before = scores.copy()
    got = softmax(scores)
    np.testing.assert_allclose(got, scipy.special.softmax(scores, axis=1), rtol=1e-12, atol=0)
    np.testing.assert_allclose(got.sum(axis=1), 1)
    np.testing.assert_array_equal(scores, before)


def test_softmax_computes_in_float64() -> None:
    """Whole numbers and float32 go in, float64 comes out."""
    for dtype in (np.int64, np.float32, np.int8):
        assert softmax(np.array([[1, 2], [100, -100]], dtype)).dtype == np.float64


def test_softmax_of_small_integers_does_not_wrap() -> None:
    """The largest score is taken off in float: int8's 100 - (-100) would wrap round."""
    got = softmax(np.array([[-100, 100]], np.int8))
    np.testing.assert_allclose(got, [[0, 1]], atol=1e-12)
    np.testing.assert_allclose(softmax(np.array([[0, 200]], np.uint8)), [[0, 1]], atol=1e-12)


def test_cross_entropy_is_sklearns() -> None:
    """The loss is scikit-learn's log loss."""
    probabilities = RNG.dirichlet(np.full(10, 2.0), 50)
    labels = RNG.integers(0, 10, 50)
    assert cross_entropy(probabilities, np.eye(10)[labels]) == pytest.approx(
        sklearn.metrics.log_loss(labels, probabilities, labels=range(10))
    )


def test_cross_entropy_at_zero_is_large_and_finite() -> None:
    """Holding the truth impossible costs much, and is no infinity."""
    loss = cross_entropy(np.array([[1.0, 0.0]]), np.array([[0, 1]]))
    assert 30 < loss < 40


def test_accuracy_is_sklearns() -> None:
    """The accuracy is scikit-learn's."""
    probabilities, labels = RNG.random((100, 10)), RNG.integers(0, 10, 100)
    assert accuracy(probabilities, labels) == sklearn.metrics.accuracy_score(labels, probabilities.argmax(axis=1))


@pytest.mark.parametrize("one", [np.float64(0.5), np.array([0.1, 0.9]), np.zeros((2, 2, 2))])
def test_another_number_of_axes_is_told(one: Any) -> None:
    """A row alone, or an axis too many, is one sentence with the shape that was received."""
    for function, call in (
        ("softmax", lambda: softmax(one)),
        ("cross_entropy", lambda: cross_entropy(one, one)),
        ("accuracy", lambda: accuracy(one, np.array([0]))),
    ):
        with pytest.raises(ValueError, match=rf"{function} needs .* shape \(N, C\), got shape .*newaxis"):
            call()


def test_shapes_that_do_not_belong_together_are_told() -> None:
    """Labels or one-hot rows of another number than the probabilities are told, never broadcast to an answer."""
    probabilities = np.full((4, 10), 0.1)
    with pytest.raises(ValueError, match=r"one_hot of the same shape as probabilities \(4, 10\), got \(10,\)"):
        cross_entropy(probabilities, np.eye(10)[3])
    with pytest.raises(ValueError, match="labels of shape"):
        accuracy(probabilities, np.array([[1], [2], [3], [4]]))
    with pytest.raises(ValueError, match="labels of shape"):
        accuracy(probabilities, np.array([1]))


def test_dense_params_counts_what_is_there() -> None:
    """The count is the size of a weight matrix and a bias vector."""
    for n_in, n_out in ((1, 1), (784, 10), (400, 128)):
        assert dense_params(n_in, n_out) == np.zeros((n_in, n_out)).size + np.zeros(n_out).size


def test_gradient_step_follows_the_numeric_gradient() -> None:
    """One step goes down the slope that small changes of each weight show."""
    weights, bias = RNG.normal(0, 0.5, (6, 3)), RNG.normal(0, 0.5, 3)
    x, one_hot = RNG.random((8, 6)), np.eye(3)[RNG.integers(0, 3, 8)]

    def loss(numbers: Any) -> float:
        scores = x @ numbers[:18].reshape(6, 3) + numbers[18:]
        return float(-(one_hot * scipy.special.log_softmax(scores, axis=1)).sum(axis=1).mean())

    flat = np.concatenate([weights.ravel(), bias])
    slope = [
        (loss(flat + 1e-5 * step) - loss(flat - 1e-5 * step)) / 2e-5 for step in np.eye(len(flat))
    ]  # central differences
    new_weights, new_bias = gradient_step(weights, bias, x, one_hot, 0.3)
    got = (flat - np.concatenate([new_weights.ravel(), new_bias])) / 0.3
    np.testing.assert_allclose(got, slope, atol=1e-8)


def test_gradient_step_leaves_the_old_weights() -> None:
    """New arrays come back; the old ones stay as they are."""
    weights, bias = np.zeros((2, 2)), np.zeros(2)
    new_weights, new_bias = gradient_step(weights, bias, np.ones((1, 2)), np.array([[1.0, 0.0]]), 1.0)
    assert not weights.any()
    assert not bias.any()
    np.testing.assert_allclose(new_weights, [[0.5, -0.5]] * 2)
    np.testing.assert_allclose(new_bias, [0.5, -0.5])


def test_learning_reaches_what_sklearn_reaches() -> None:
    """Many steps on separable points bring the loss near 0 and every point right."""
    x = np.concatenate([RNG.normal(-2, 0.5, (20, 2)), RNG.normal(2, 0.5, (20, 2))])
    labels = np.repeat([0, 1], 20)
    weights, bias = np.zeros((2, 2)), np.zeros(2)
    losses = []
    for _ in range(200):
        losses.append(cross_entropy(softmax(x @ weights + bias), np.eye(2)[labels]))
        weights, bias = gradient_step(weights, bias, x, np.eye(2)[labels], 0.5)
    assert losses == sorted(losses, reverse=True)
    assert accuracy(softmax(x @ weights + bias), labels) == 1.0
    assert losses[-1] < 0.01

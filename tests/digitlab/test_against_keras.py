"""The layers by hand are Keras' layers, and the recipes of the lessons count what Keras counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitlab.convolution import conv2d_multi, conv2d_valid, output_size, pad_same
from digitlab.linear import cross_entropy, gradient_step, softmax
from digitlab.stacks import conv_params, max_pool, receptive_field, relu, trace_shapes

pytestmark = pytest.mark.slow
RNG = np.random.default_rng(8)


def drawn(*shape: int) -> Any:
    """Return normal float32 numbers."""
    return RNG.normal(0, 1, shape).astype(np.float32)


def test_convolution_is_keras() -> None:
    """conv2d_multi is Conv2D without activation; padding by hand is its padding 'same'."""
    import keras

    x, kernels, bias = drawn(9, 8, 3), drawn(3, 5, 3, 4), drawn(4)
    layer = keras.layers.Conv2D(4, (3, 5))
    layer.build((None, 9, 8, 3))
    layer.set_weights([kernels, bias])
    np.testing.assert_allclose(conv2d_multi(x, kernels, bias), np.asarray(layer(x[None]))[0], atol=1e-4)
    same = keras.ops.conv(x[None, :, :, :1], kernels[:, :, :1, :1], padding="same")
    by_hand = conv2d_valid(pad_same(x[..., 0], kernels[..., 0, 0]), kernels[..., 0, 0])
    np.testing.assert_allclose(by_hand, np.asarray(same)[0, ..., 0], atol=1e-4)


def test_relu_and_pooling_are_keras() -> None:
    """relu and max_pool are Keras' ReLU and MaxPooling2D, for every size and stride."""
    import keras

    x = drawn(9, 8, 3)
    np.testing.assert_array_equal(relu(x), np.asarray(keras.ops.relu(x)))
    for size in (1, 2, 3):
        for stride in (1, 2, 3):
            pooled = keras.layers.MaxPooling2D(size, stride)(x[None])
            np.testing.assert_array_equal(max_pool(x, size, stride), np.asarray(pooled)[0])


def test_sizes_are_keras() -> None:
    """output_size and trace_shapes give the shapes of Keras' layers, conv_params their parameters."""
    import keras

    for n in (5, 8, 28):
        for kernel_size in (1, 3, 4):
            for stride in (1, 2, 3):
                for padding in ("valid", "same"):
                    built = keras.layers.Conv2D(2, kernel_size, stride, padding).compute_output_shape((None, n, n, 1))
                    assert output_size(n, kernel_size, stride, padding) == built[1]
    recipe = [
        {"type": "conv", "filters": 6, "kernel_size": 5, "stride": 2, "padding": "same"},
        {"type": "pool", "size": 3, "stride": 2},
        {"type": "conv", "filters": 7, "kernel_size": 2, "stride": 1, "padding": "valid"},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]
    layers = [
        keras.layers.Conv2D(6, 5, 2, "same"),
        keras.layers.MaxPooling2D(3, 2),
        keras.layers.Conv2D(7, 2),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    assert trace_shapes(recipe, (28, 28, 1)) == [layer.output.shape[1:] for layer in model.layers]
    assert layers[0].count_params() == conv_params(5, 1, 6)
    assert layers[2].count_params() == conv_params(2, 6, 7)


def test_the_receptive_field_is_where_the_gradient_reaches() -> None:
    """As many input pixels as the formula says have a gradient at the last number."""
    import keras
    import tensorflow as tf

    layers = [
        {"type": "conv", "kernel_size": 3, "stride": 1},
        {"type": "pool", "size": 2, "stride": 2},
        {"type": "conv", "kernel_size": 3, "stride": 2},
    ]
    side = receptive_field(layers)
    stack = [
        keras.layers.Conv2D(1, 3, kernel_initializer="ones"),
        keras.layers.AveragePooling2D(2, 2),
        keras.layers.Conv2D(1, 3, 2, kernel_initializer="ones"),
    ]
    x = tf.ones((1, side + 6, side + 6, 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for layer in stack:
            y = layer(y)
        first = y[0, 0, 0, 0]
    reached = tape.gradient(first, x).numpy()[0, :, :, 0] != 0
    assert reached.any(axis=1).sum() == reached.any(axis=0).sum() == side


def test_loss_and_step_are_keras() -> None:
    """softmax, cross_entropy and one step of gradient descent are what Keras computes."""
    import keras

    weights, bias, x = drawn(6, 4), drawn(4), drawn(8, 6)
    labels = RNG.integers(0, 4, 8)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, activation="softmax")])
    model.set_weights([weights, bias])
    model.compile(keras.optimizers.SGD(0.25), "sparse_categorical_crossentropy")
    by_hand = softmax(x @ weights + bias)
    np.testing.assert_allclose(by_hand, model.predict(x, verbose=0), atol=1e-5)
    loss = model.train_on_batch(x, labels)
    assert cross_entropy(by_hand, np.eye(4)[labels]) == pytest.approx(float(loss), rel=1e-5)
    for mine, theirs in zip(gradient_step(weights, bias, x, np.eye(4)[labels], 0.25), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)

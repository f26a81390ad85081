"""Looking inside: against slow loops, NumPy's own layers, and Keras."""

from __future__ import annotations

import doctest
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import digitlab
from digitlab import inspection
from digitlab.convolution import conv2d_multi
from digitlab.inspection import (
    cover_each_place,
    feature_maps,
    layer_input,
    map_layers,
    occlusion_map,
    top_confusions,
    worst_errors,
)
from digitlab.stacks import max_pool, relu

RNG = np.random.default_rng(10)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(inspection, extraglobs={"np": np}).failed == 0


# --- errors and confusions -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 30), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_worst_errors_are_those_of_a_slow_loop(count: int, k: int, seed: int) -> None:
    """Exactly the wrong images come back, the surest first, k of them or all."""
    rng = np.random.default_rng(seed)
    probabilities, labels = rng.random((count, 4)), rng.integers(0, 4, count)
    errors = []
    for place in range(count):
        said = max(range(4), key=lambda digit: probabilities[place, digit])
        if said != labels[place]:
            errors.append((-probabilities[place, said], place))
    found = worst_errors(probabilities, labels, k)
    assert found.tolist() == [place for _, place in sorted(errors)][:k]
    assert found.dtype.kind == "i"


@settings(deadline=None, max_examples=80)
@given(arrays(np.int64, (5, 5), elements=st.integers(0, 6)), st.integers(0, 30))
def test_top_confusions_are_those_of_a_slow_loop(cm: Any, k: int) -> None:
    """The counts off the diagonal come back, largest first, each with its pair, none that is 0."""
    all_of_them = sorted((cm[t, p] for t in range(5) for p in range(5) if t != p and cm[t, p]), reverse=True)
    found = top_confusions(cm, k)
    assert [count for _, _, count in found] == all_of_them[:k]
    assert all(t != p and cm[t, p] == count for t, p, count in found)
    assert len({(t, p) for t, p, _ in found}) == len(found)


def test_what_does_not_fit_is_told() -> None:
    """Shapes that do not belong together, numbers below 0 and even squares are one sentence with what was received."""
    with pytest.raises(ValueError, match=r"a label for each row, got shapes \(3, 2\) and \(2,\)"):
        worst_errors(np.ones((3, 2)), [0, 1], 1)
    with pytest.raises(ValueError, match="k of at least 0, got -1"):
        worst_errors([[1.0, 0.0]], [1], -1)
    with pytest.raises(ValueError, match=r"square confusion matrix, got shape \(2, 3\)"):
        top_confusions(np.ones((2, 3)), 1)
    with pytest.raises(ValueError, match="k of at least 0, got -2"):
        top_confusions(np.eye(2), -2)
    for size in (0, 4, -3):
        with pytest.raises(ValueError, match=f"odd side of at least 1, got {size}"):
            cover_each_place(np.zeros((28, 28, 1)), size)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3, 5, 7]))
def test_squares_lie_around_their_pixels(height: int, width: int, size: int) -> None:
    """Each copy is covered exactly where neither row nor column is further than half a side from its pixel."""
    image = RNG.uniform(0.1, 1, (height, width, 1))
    before = image.copy()
    for place, copy in enumerate(cover_each_place(image, size, ink=-1.0)):
        row, col = divmod(place, width)
        for r in range(height):
            for c in range(width):
                inside = max(abs(r - row), abs(c - col)) <= size // 2
                assert copy[r, c, 0] == (-1.0 if inside else image[r, c, 0])
    np.testing.assert_array_equal(image, before)


# --- inside a network ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> Any:
    """A small untrained network with dropout between its convolutions."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv_1", bias_initializer="glorot_normal"),
            layers.MaxPooling2D(name="pool_1"),
            layers.SpatialDropout2D(0.5, name="drop"),
            layers.Conv2D(3, 5, activation="relu", name="conv_2"),
            layers.Flatten(name="flat"),
            layers.Dense(10, activation="softmax", name="answer"),
        ]
    )


@pytest.fixture(scope="module")
def digit() -> Any:
    """The first test digit."""
    return digitlab.scale_pixels(digitlab.load_mnist().x_test[0])[..., np.newaxis]


@pytest.mark.slow
def test_maps_are_those_by_hand(network: Any, digit: Any) -> None:
    """Layer by layer the maps are what the functions of lessons 04 and 05 give; dropout does nothing."""
    assert map_layers(network) == ["conv_1", "pool_1", "drop", "conv_2"]
    first = relu(conv2d_multi(digit, *network.get_layer("conv_1").get_weights()))
    pooled = max_pool(first, 2, 2)
    second = relu(conv2d_multi(pooled, *network.get_layer("conv_2").get_weights()))
    for name, wanted in (("conv_1", first), ("pool_1", pooled), ("drop", pooled), ("conv_2", second)):
        maps = feature_maps(network, digit, name)
        assert maps.dtype == np.float32
        np.testing.assert_allclose(maps, wanted, atol=1e-5)


@pytest.mark.slow
def test_maps_of_a_functional_model_with_two_ways(digit: Any) -> None:
    """A model that is no chain is looked into as well, and its input is no layer with maps worth naming twice."""
    import keras
    from keras import layers

    start = keras.Input((28, 28, 1), name="start")
    one = layers.Conv2D(2, 3, padding="same", name="one")(start)
    other = layers.Conv2D(2, 3, padding="same", name="other")(start)
    both = layers.Concatenate(name="both")([one, other])
    model = keras.Model(start, layers.Dense(10, activation="softmax")(layers.Flatten()(both)))
    found = feature_maps(model, digit, "both")
    np.testing.assert_allclose(found[..., 2:], feature_maps(model, digit, "other"), atol=1e-6)
    assert found.shape == (28, 28, 4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["plain", "cropped", "same", "even, strided", "strided", "scaled", "after another"])
def test_what_arrives_at_a_layer_is_what_it_computes_with(digit: Any, kind: str) -> None:
    """Convolved by hand, what arrives at a layer becomes its maps: cropped, padded, strided or scaled before."""
    import keras
    from keras.layers import Conv2D, Cropping2D, Rescaling

    begin = {
        "plain": [Conv2D(3, 5, activation="relu", name="it")],
        "cropped": [Cropping2D(2), Conv2D(3, 5, activation="relu", name="it")],
        "same": [Conv2D(3, 3, padding="same", activation="relu", name="it")],
        "even, strided": [Conv2D(3, 4, strides=2, padding="same", activation="elu", name="it")],
        "strided": [Conv2D(3, 5, strides=3, name="it")],
        "scaled": [Rescaling(2.0, -0.5), Conv2D(3, (3, 5), activation="tanh", name="it")],
        "after another": [Conv2D(4, 3), Conv2D(3, 2, padding="same", name="it")],
    }[kind]
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((28, 28, 1)), *begin])
    layer = model.get_layer("it")
    kernels, bias = layer.get_weights()
    arriving = layer_input(model, digit, "it")
    down, right = layer.strides
    by_hand = np.asarray(layer.activation(conv2d_multi(arriving, kernels, bias)[::down, ::right]))
    np.testing.assert_allclose(by_hand, feature_maps(model, digit, "it"), atol=1e-5)
    if kind in ("plain", "cropped", "same"):
        assert arriving.shape == {"plain": (28, 28, 1), "cropped": (24, 24, 1), "same": (30, 30, 1)}[kind]


@pytest.mark.slow
def test_what_arrives_at_a_pooling_layer(network: Any, digit: Any) -> None:
    """A pooling layer gets the maps of the layer before it; a name that is none is told."""
    before, pool = map_layers(network)[:2]
    np.testing.assert_array_equal(layer_input(network, digit, pool), feature_maps(network, digit, before))
    with pytest.raises(ValueError, match=r"layer_input needs a layer that gives maps, got 'nothing'\. Those of this"):
        layer_input(network, digit, "nothing")


@pytest.mark.slow
def test_what_cannot_be_looked_into_is_told(network: Any, digit: Any) -> None:
    """A layer that is not there or gives no maps is told with those that do; an image of another shape too."""
    for name in ("conv_9", "flat", "answer"):
        with pytest.raises(ValueError, match=rf"gives maps, got '{name}'. .*: conv_1, pool_1, drop, conv_2\."):
            feature_maps(network, digit, name)
    for image in (digit[..., 0], digit[np.newaxis]):
        with pytest.raises(ValueError, match=r"one image of shape \(28, 28, 1\), got shape \("):
            feature_maps(network, image, "conv_1")
    with pytest.raises(ValueError, match=r"pixels in \[0, 1\], got uint8"):
        occlusion_map(network, np.zeros((28, 28, 1), np.uint8), 0, 3)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 5])
def test_occlusion_is_that_of_a_slow_loop(network: Any, digit: Any, size: int) -> None:
    """At each of some places the drop is what two single predictions give; the digit stays as it was."""
    before = digit.copy()
    drops = occlusion_map(network, digit, 3, size)
    np.testing.assert_array_equal(digit, before)
    assert drops.shape == (28, 28)
    whole = float(np.asarray(network(digit[np.newaxis]))[0, 3])
    half = size // 2
    for row in (0, 1, 7, 13, 14, 20, 27):
        for col in (0, 8, 14, 19, 26, 27):
            image = digit.copy()
            for r in range(row - half, row + half + 1):
                for c in range(col - half, col + half + 1):
                    if 0 <= r < 28 and 0 <= c < 28:
                        image[r, c, 0] = 0
            after = float(np.asarray(network(image[np.newaxis]))[0, 3])
            assert drops[row, col] == pytest.approx(whole - after, abs=1e-6)


@pytest.mark.slow
def test_occlusion_takes_one_call_and_little_time(network: Any, digit: Any) -> None:
    """All 785 images go through in one batch or so: at least ten times faster than one by one."""
    occlusion_map(network, digit, 3, 5)
    began = time.perf_counter()
    occlusion_map(network, digit, 3, 5)
    together = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(40):
        network.predict(digit[np.newaxis], verbose=0)
    single = (time.perf_counter() - began) / 40
    assert 785 * single > 10 * together

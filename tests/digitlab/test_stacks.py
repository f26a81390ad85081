"""Layers by hand agree with slow loops; Keras is asked in test_against_keras.py."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import stacks
from digitlab.stacks import conv_params, max_pool, receptive_field, relu, trace_shapes

RNG = np.random.default_rng(5)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(stacks, extraglobs={"np": np}).failed == 0


def test_relu_keeps_what_is_positive() -> None:
    """Positive values stay, the others become 0, of any shape; the argument stays as it is."""
    x = RNG.normal(0, 1, (3, 4, 2)).astype(np.float32)
    before = x.copy()
    np.testing.assert_array_equal(relu(x), np.where(x > 0, x, 0))
    np.testing.assert_array_equal(x, before)
    assert relu(x).dtype == np.float32


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 4))
def test_max_pool_is_a_slow_loop(height: int, width: int, size: int, stride: int) -> None:
    """Each entry is the largest of its window, negative or not; windows that stick out are not there."""
    x = RNG.normal(-3, 1, (height, width, 2))
    if size > height or size > width:
        with pytest.raises(ValueError, match=r"a window of \d does not fit into maps of .* pool less often"):
            max_pool(x, size, stride)
        return
    rows, columns = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    wanted = [[[x[r : r + size, c : c + size, k].max() for k in range(2)] for c in columns] for r in rows]
    np.testing.assert_array_equal(max_pool(x, size, stride), wanted)


@pytest.mark.parametrize(("size", "stride"), [(0, 1), (2, 0), (2, -2)])
def test_max_pool_tells_sizes_below_one(size: int, stride: int) -> None:
    """A window or a stride below 1 is an error in words."""
    with pytest.raises(ValueError, match="at least 1, got"):
        max_pool(np.ones((4, 4, 1)), size, stride)


def test_max_pool_tells_a_missing_channel_axis() -> None:
    """A single map without channels is told, with the way to add the axis."""
    with pytest.raises(ValueError, match=r"\(height, width, channels\), got shape \(4, 4\)"):
        max_pool(np.ones((4, 4)), 2, 2)


def test_conv_params_counts_what_is_there() -> None:
    """The count is the size of the kernels and the biases."""
    for size, kh, kw in ((3, 3, 3), ((5, 2), 5, 2), ([1, 7], 1, 7), (np.int64(4), 4, 4)):
        assert conv_params(size, 3, 8) == np.zeros((kh, kw, 3, 8)).size + 8


LAYERS = [
    {"type": "conv", "filters": 8, "kernel_size": 5, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "conv", "filters": 16, "kernel_size": 3, "stride": 2, "padding": "same"},
    {"type": "flatten"},
    {"type": "dense", "units": 10},
]


def test_trace_shapes_lists_a_shape_for_each_layer() -> None:
    """Shapes are listed layer by layer, without the input's and without the batch."""
    assert trace_shapes(LAYERS, (28, 28, 1)) == [(24, 24, 8), (12, 12, 8), (6, 6, 16), (576,), (10,)]
    assert trace_shapes([], (28, 28, 1)) == []


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([{"type": "dropout"}], "conv, pool, flatten or dense, got 'dropout'"),
        ([{"type": "flatten"}, {"type": "pool", "size": 2, "stride": 2}], "must come before flatten"),
        ([{"type": "conv", "filters": 1, "kernel_size": 30, "stride": 1, "padding": "valid"}], "does not fit"),
        ([{"type": "pool", "size": 29, "stride": 2}], "a window of 29 does not fit into maps of 28 × 28; pool less"),
        ([{"type": "conv", "filters": 8}], "'conv' layer needs 'kernel_size'"),
        ([{"type": "dense"}], "'dense' layer needs 'units'"),
        ([{"filters": 8}], "a layer needs 'type'"),
    ],
)
def test_trace_shapes_tells_what_does_not_fit(layers: list[dict[str, Any]], said: str) -> None:
    """A layer that is unknown, misplaced, too large or incomplete is told in words."""
    with pytest.raises(ValueError, match=said):
        trace_shapes(layers, (28, 28, 1))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4), st.integers(1, 3)), max_size=4))
def test_receptive_field_is_what_the_last_number_feels(drawn: list[tuple[bool, int, int]]) -> None:
    """Exactly that many inputs in a row are reached when one goes back from the last number through every window."""
    layers = [
        {"type": "conv", "kernel_size": window, "stride": stride}
        if is_conv
        else {"type": "pool", "size": window, "stride": stride}
        for is_conv, window, stride in drawn
    ]
    felt = {0}
    for _, window, stride in reversed(drawn):
        felt = {place * stride + step for place in felt for step in range(window)}
    assert receptive_field(layers) == max(felt) - min(felt) + 1


def test_receptive_field_tells_a_layer_without_window() -> None:
    """Flatten and dense look at everything: they are refused in words."""
    with pytest.raises(ValueError, match="conv and pool, got 'dense'"):
        receptive_field([{"type": "dense", "units": 10}])

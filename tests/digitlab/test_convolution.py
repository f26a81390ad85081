"""Convolution by hand agrees with SciPy's correlation and with slow loops; Keras is asked in test_against_keras.py."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate, correlate2d

from digitlab import convolution
from digitlab.convolution import conv2d_multi, conv2d_valid, conv_at, output_size, pad_same, vertical_edge

RNG = np.random.default_rng(4)
SIDES = st.integers(1, 7)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(convolution, extraglobs={"np": np}).failed == 0


@settings(deadline=None, max_examples=60)
@given(SIDES, SIDES, SIDES, SIDES)
def test_conv2d_valid_is_scipys_correlation(height: int, width: int, kh: int, kw: int) -> None:
    """Every shape that fits gives what SciPy gives; one that does not fit is a ValueError that tells both shapes."""
    image, kernel = RNG.integers(0, 256, (height, width), np.uint8), RNG.normal(0, 1, (kh, kw))
    if kh > height or kw > width:
        with pytest.raises(ValueError, match=r"larger than the image .* smaller kernel or pad"):
            conv2d_valid(image, kernel)
        return
    got = conv2d_valid(image, kernel)
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, correlate2d(image.astype(float), kernel, "valid"), atol=1e-9)


def test_conv_at_is_one_place_of_conv2d_valid() -> None:
    """The sum at a place is the entry of the whole at that place, also for uint8 and whole-number kernels."""
    image, kernel = RNG.integers(0, 256, (6, 5), np.uint8), np.array([[1, 2, 3], [-1, 0, 4]])
    whole = conv2d_valid(image, kernel)
    for row, col in np.ndindex(whole.shape):
        assert conv_at(image, kernel, row, col) == whole[row, col]


@pytest.mark.parametrize(("row", "col"), [(-1, 0), (0, -1), (2, 0), (0, 3), (50, 50)])
def test_conv_at_outside_the_image_is_told(row: int, col: int) -> None:
    """A window that sticks out has no weighted sum, and says where it may lie."""
    with pytest.raises(ValueError, match=r"rows 0 to 1 and columns 0 to 2, got"):
        conv_at(np.ones((3, 4)), np.ones((2, 2)), row, col)


def test_conv2d_multi_is_a_slow_loop() -> None:
    """Each map is the sum over the channels of single correlations, plus the filter's bias."""
    x, kernels, bias = RNG.random((7, 6, 3)), RNG.normal(0, 1, (3, 2, 3, 4)), RNG.normal(0, 1, 4)
    got = conv2d_multi(x, kernels, bias)
    for f in range(4):
        wanted = sum(correlate(x[..., c], kernels[..., c, f], "valid") for c in range(3)) + bias[f]
        np.testing.assert_allclose(got[..., f], wanted, atol=1e-10)


@pytest.mark.parametrize(
    ("x", "kernels"),
    [((5, 5, 2), (3, 3, 3, 1)), ((5, 5), (3, 3, 1, 1)), ((5, 5, 1), (3, 3)), ((2, 5, 1), (3, 3, 1, 1))],
)
def test_conv2d_multi_tells_what_does_not_fit(x: tuple[int, ...], kernels: tuple[int, ...]) -> None:
    """Other channels, an axis too few, a kernel too large: one sentence that tells the shapes."""
    with pytest.raises(ValueError, match="conv2d_multi needs") as told:
        conv2d_multi(np.ones(x), np.ones(kernels), np.zeros(kernels[-1]))
    assert str(x) in str(told.value)


def test_pad_same_keeps_the_size() -> None:
    """After padding, a valid convolution is SciPy's 'same'; the dtype stays."""
    image = RNG.integers(0, 256, (6, 5), np.uint8)
    for shape in ((1, 1), (3, 3), (5, 3), (1, 7)):
        kernel = RNG.normal(0, 1, shape)
        padded = pad_same(image, kernel)
        assert padded.dtype == np.uint8
        np.testing.assert_allclose(
            conv2d_valid(padded, kernel), correlate2d(image.astype(float), kernel, "same"), atol=1e-9
        )


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (4, 4)])
def test_pad_same_refuses_even_sides(shape: tuple[int, int]) -> None:
    """An even side has no middle; the message tells the kernel's shape."""
    with pytest.raises(ValueError, match=r"even side"):
        pad_same(np.zeros((5, 5)), np.zeros(shape))


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 8))
def test_output_size_counts_places(n: int, kernel_size: int, stride: int) -> None:
    """Sizes are what one counts: places inside for 'valid', every stride-th pixel for 'same'."""
    assert output_size(n, kernel_size, stride, "same") == len(range(0, n, stride))
    if kernel_size > n:
        with pytest.raises(ValueError, match=r"does not fit into .* use padding='same'"):
            output_size(n, kernel_size, stride, "valid")
    else:
        assert output_size(n, kernel_size, stride, "valid") == len(range(0, n - kernel_size + 1, stride))


@pytest.mark.parametrize("padding", ["Same", "", "full", None])
def test_an_unknown_padding_is_told(padding: Any) -> None:
    """Another word for the padding is an error that tells the two there are."""
    with pytest.raises(ValueError, match="'valid' or 'same', got"):
        output_size(28, 3, 1, padding)


@pytest.mark.parametrize("sizes", [(28, 3, 0), (28, 0, 1), (0, 3, 1), (28, 3, -1)])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_sizes_below_one_are_told(sizes: tuple[int, int, int], padding: str) -> None:
    """A stride of 0 goes nowhere: numbers below 1 are an error in words, not a division by zero."""
    with pytest.raises(ValueError, match="at least 1, got"):
        output_size(*sizes, padding)


def test_vertical_edge_answers_to_vertical_edges_alone() -> None:
    """It is loud on a vertical step, silent on an even patch and on a horizontal step."""
    step = np.repeat([[0.0, 0, 0, 1, 1, 1]], 6, axis=0)
    assert np.abs(conv2d_valid(step, vertical_edge())).max() == 3
    assert not conv2d_valid(step.T, vertical_edge()).any()
    assert not conv2d_valid(np.ones((6, 6)), vertical_edge()).any()

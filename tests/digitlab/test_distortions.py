"""Shifted images against SciPy, and in the hands of Hypothesis."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from digitlab import distortions
from digitlab.distortions import shift


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(distortions, extraglobs={"np": np}).failed == 0


@settings(max_examples=200, deadline=None)
@given(
    image=arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6))),
    dx=st.integers(-8, 8),
    dy=st.integers(-8, 8),
)
def test_shift_is_that_of_scipy(image: np.ndarray, dx: int, dy: int) -> None:
    """Every image and every distance, also beyond the image, give what SciPy gives; the image stays as it was."""
    before = image.copy()
    moved = shift(image, dx, dy)
    np.testing.assert_array_equal(moved, ndimage.shift(image, (dy, dx), order=0, mode="constant", cval=0))
    np.testing.assert_array_equal(image, before)
    assert not np.shares_memory(moved, image)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64, bool])
def test_the_dtype_is_kept(dtype: type) -> None:
    """What goes in as uint8 comes out as uint8, and so for other types."""
    assert shift(np.ones((3, 4), dtype=dtype), 1, -1).dtype == dtype


def test_what_cannot_be_shifted_is_told() -> None:
    """A batch and a broken distance are refused in a sentence with what was received and what to do."""
    with pytest.raises(ValueError, match=r"one image .* got shape \(2, 28, 28\)"):
        shift(np.zeros((2, 28, 28)), 1, 0)
    with pytest.raises(ValueError, match=r"whole pixels, got dx = 0\.5"):
        shift(np.zeros((28, 28)), 0.5, 0)  # type: ignore[arg-type]

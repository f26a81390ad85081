"""Shifted, noisy, turned and thickened images against SciPy, and in the hands of Hypothesis."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from digitlab import distortions
from digitlab.distortions import MOST_PIXELS, add_noise, rotate, shift, shift_all, thicken


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


# --- noise, turns, thickness -----------------------------------------------------------------------------------------

Array = np.ndarray[Any, Any]
DISTORTIONS: dict[str, Callable[[Array], Array]] = {
    "shift_all": lambda images: shift_all(images, 2, -1),
    "add_noise": lambda images: add_noise(images, 0.2, seed=3),
    "rotate": lambda images: rotate(images, 37.5),
    "thicken": lambda images: thicken(images, 0.7),
    "thin": lambda images: thicken(images, -1.5),
}


@pytest.fixture
def blots() -> Array:
    """Some images with soft-edged ink in the middle, float64, shape (5, 28, 28)."""
    rng = np.random.default_rng(8)
    ink = ndimage.gaussian_filter(rng.random((5, 28, 28)) * (rng.random((5, 28, 28)) < 0.1), (0, 1, 1))
    return np.asarray(ink / ink.max(), dtype=np.float64)


@pytest.mark.parametrize("name", DISTORTIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channel", [False, True])
def test_shape_dtype_and_range_are_kept(blots: Array, name: str, dtype: type, channel: bool) -> None:
    """Each distortion gives new images of the same shape and dtype in [0, 1], and leaves the given ones alone."""
    images = blots.astype(dtype)[..., np.newaxis] if channel else blots.astype(dtype)
    before = images.copy()
    distorted = DISTORTIONS[name](images)
    assert (distorted.shape, distorted.dtype) == (images.shape, images.dtype)
    assert distorted.min() >= 0
    assert distorted.max() <= 1
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(distorted, images)
    assert not np.array_equal(distorted, images)
    np.testing.assert_array_equal(DISTORTIONS[name](images), distorted)


def test_a_batch_is_shifted_image_by_image(blots: Array) -> None:
    """Shifting a batch is shifting each of its images."""
    for dx, dy in ((1, 0), (0, -3), (-40, 2), (5, 5)):
        moved = shift_all(blots, dx, dy)
        np.testing.assert_array_equal(moved, [shift(image, dx, dy) for image in blots])


def test_noise_is_normal_and_fresh_for_each_pixel() -> None:
    """On grey images, where nothing is cut off, the noise has the mean, deviation and shape of a normal one."""
    grey = np.full((40, 28, 28, 1), 0.5)
    noise = add_noise(grey, 0.05, seed=1) - grey
    count = noise.size
    assert abs(noise.mean()) < 5 * 0.05 / count**0.5
    assert noise.std() == pytest.approx(0.05, rel=0.03)
    assert ((noise / 0.05) ** 4).mean() == pytest.approx(3, abs=0.15)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.2
    assert not np.array_equal(add_noise(grey, 0.05, seed=2), add_noise(grey, 0.05, seed=1))
    np.testing.assert_array_equal(add_noise(grey, 0, seed=1), grey)


def test_noise_leaves_the_global_random_state() -> None:
    """NumPy's global generator is as it was."""
    before = np.random.get_state()[1].copy()
    add_noise(np.zeros((2, 5, 5)), 0.3, seed=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("degrees", [-170, -90, -33.3, 0, 10, 45, 90, 180, 270, 719])
def test_turns_are_those_of_scipy(blots: Array, degrees: float) -> None:
    """Every angle gives what SciPy's linear interpolation gives, where the image ends at zeros."""
    images = blots.copy()
    images[:, [0, -1]] = images[:, :, [0, -1]] = 0  # SciPy takes what lies beyond the last pixel in another way
    expected = ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    # SciPy turns from the first axis to the second: with (2, 1) that is against the clock, as rows go down.
    np.testing.assert_allclose(rotate(images, degrees), np.clip(expected, 0, 1), atol=1e-6)


def test_quarter_turns_are_exact(blots: Array) -> None:
    """A quarter turn moves whole pixels, four of them make the image again, and positive is against the clock."""
    np.testing.assert_array_equal(rotate(blots, 90), np.rot90(blots, axes=(1, 2)))
    np.testing.assert_array_equal(rotate(rotate(blots, 180), 180), blots)
    wide = blots[:, :11]
    np.testing.assert_array_equal(rotate(wide, 180), np.rot90(wide, 2, axes=(1, 2)))


def test_thickness_is_grey_morphology(blots: Array) -> None:
    """Whole steps are SciPy's grey dilation and erosion with a cross; half a step lies in the middle."""
    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    grown = ndimage.grey_dilation(blots, footprint=cross, mode="nearest")
    shrunk = ndimage.grey_erosion(blots, footprint=cross, mode="nearest")
    np.testing.assert_allclose(thicken(blots, 1), grown)
    np.testing.assert_allclose(thicken(blots, -1), shrunk)
    np.testing.assert_allclose(thicken(blots, 2), ndimage.grey_dilation(grown, footprint=cross, mode="nearest"))
    np.testing.assert_allclose(thicken(blots, 0.5), (blots + grown) / 2)
    np.testing.assert_allclose(thicken(blots, -0.25), 0.75 * blots + 0.25 * shrunk)
    np.testing.assert_array_equal(thicken(blots, 0), blots)


def test_what_cannot_be_distorted_is_told() -> None:
    """Unscaled pixels, single images and impossible numbers are refused with what was received and what to do."""
    for distort in (lambda x: add_noise(x, 0.1, 0), lambda x: rotate(x, 5), lambda x: thicken(x, 1)):
        with pytest.raises(ValueError, match=r"got uint8 from 0 to 0\. scale_pixels"):
            distort(np.zeros((1, 28, 28), np.uint8))
        with pytest.raises(ValueError, match=r"got float64 from 0 to 255"):
            distort(np.linspace(0, 255, 784).reshape(1, 28, 28))
        with pytest.raises(ValueError, match=r"needs pixels in \[0, 1\]"):
            distort(np.full((1, 28, 28), np.nan))
    for distort in (lambda x: rotate(x, 5), lambda x: thicken(x, 1), lambda x: shift_all(x, 1, 0)):
        for shape in ((28, 28), (28, 28, 1), (1, 28, 28, 3)):
            with pytest.raises(ValueError, match=r"makes a batch of one image"):
                distort(np.zeros(shape))
    with pytest.raises(ValueError, match=r"sigma of at least 0, got -0\.1"):
        add_noise(np.zeros((1, 5, 5)), -0.1, 0)
    with pytest.raises(ValueError, match=r"finite angle in degrees, got nan"):
        rotate(np.zeros((1, 5, 5)), float("nan"))
    with pytest.raises(ValueError, match=rf"from -{MOST_PIXELS} to {MOST_PIXELS}, got 6"):
        thicken(np.zeros((1, 5, 5)), 6)
    with pytest.raises(ValueError, match=r"whole pixels, got dx = 0\.5"):
        shift_all(np.zeros((1, 5, 5)), 0.5, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", DISTORTIONS)
def test_no_images_stay_no_images(name: str) -> None:
    """An empty batch comes back empty."""
    assert DISTORTIONS[name](np.zeros((0, 28, 28, 1), np.float32)).shape == (0, 28, 28, 1)

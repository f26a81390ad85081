"""The answers of lesson 01 against slow loops and SciPy."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from digitlab import describing
from digitlab.describing import class_counts, describe, examples_of, mean_digit, nearest_mean


@pytest.fixture
def digits():
    """Sixty bright images, 5 × 7, with the digits 0, 2 and 9."""
    rng = np.random.default_rng(11)
    images = rng.integers(100, 256, (60, 5, 7), dtype=np.uint8)
    return images, rng.choice(np.array([0, 2, 9], dtype=np.uint8), 60)


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(describing).failed == 0


def test_describe_gives_plain_facts(digits):
    """Each fact equals what a loop over all pixels finds, as plain Python values."""
    images, labels = digits
    images[41, 3, 3], images[17, 0, 6] = 7, 255
    facts = describe(images, labels)
    pixels = [int(pixel) for image in images for row in image for pixel in row]
    assert facts == {
        "count": 60,
        "height": 5,
        "width": 7,
        "dtype": "uint8",
        "min": min(pixels),
        "max": max(pixels),
        "n_classes": len(set(labels.tolist())),
    }
    assert {type(value) for value in facts.values()} == {int, str}


def test_describe_keeps_float_extremes():
    """A float image has float extremes and its own dtype's name."""
    facts = describe(np.array([[[0.25, 0.5]]], dtype=np.float32), np.array([3]))
    assert (facts["min"], facts["max"], facts["dtype"]) == (0.25, 0.5, "float32")


def test_class_counts_against_a_loop(digits):
    """Ten whole numbers, equal to counting one by one; absent digits are 0."""
    _, labels = digits
    counts = class_counts(labels)
    assert counts.tolist() == [labels.tolist().count(digit) for digit in range(10)]
    assert np.issubdtype(counts.dtype, np.integer)
    assert class_counts(np.array([], dtype=np.uint8)).tolist() == [0] * 10
    assert class_counts(np.array([9], dtype=np.uint64))[9] == 1


@pytest.mark.parametrize("labels", [[10], [3, -1], [0.5], [[1, 2]]])
def test_class_counts_takes_digits_only(labels):
    """Anything but a row of digits is an error, never a longer or shorter answer."""
    with pytest.raises(ValueError, match="class_counts"):
        class_counts(np.array(labels))


def test_examples_come_in_order(digits):
    """The first k images of the digit, as a loop finds them; all of them when k is their number; none when k is 0."""
    images, labels = digits
    wanted = [image for image, label in zip(images, labels, strict=True) if label == 2]
    for k in (0, 1, 4, len(wanted)):
        got = examples_of(images, labels, 2, k)
        assert got.shape == (k, 5, 7)
        assert got.dtype == images.dtype
        np.testing.assert_array_equal(got, np.array(wanted[:k], dtype=np.uint8).reshape(k, 5, 7))


def test_examples_that_are_not_there(digits):
    """Fewer images than asked for is a ValueError that says how many there are."""
    images, labels = digits
    with pytest.raises(ValueError, match="only 0 images of the digit 5"):
        examples_of(images, labels, 5, 1)
    with pytest.raises(ValueError, match="and 1000 were asked for"):
        examples_of(images, labels, 2, 1000)
    with pytest.raises(ValueError, match="-1"):
        examples_of(images, labels, 2, -1)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_mean_digit_against_a_loop(digits, dtype):
    """The mean of each pixel over the digit's images, in float, without overflow."""
    images, labels = digits
    images = images.astype(dtype)
    chosen = [image for image, label in zip(images, labels, strict=True) if label == 9]
    expected = [
        [sum(float(image[row, column]) for image in chosen) / len(chosen) for column in range(7)] for row in range(5)
    ]
    mean = mean_digit(images, labels, 9)
    assert mean.dtype == np.float64
    np.testing.assert_allclose(mean, expected, rtol=1e-12)


def test_mean_of_an_absent_digit(digits):
    """An absent digit is a ValueError, not an image of NaN with a warning."""
    with pytest.raises(ValueError, match="no image of the digit 3"):
        mean_digit(*digits, 3)


@pytest.mark.parametrize("image_dtype", [np.uint8, np.float64])
@pytest.mark.parametrize("means_dtype", [np.uint8, np.float32])
def test_nearest_mean_against_scipy(image_dtype, means_dtype):
    """The same mean as SciPy's Euclidean distances choose, whatever the dtypes."""
    rng = np.random.default_rng(5)
    means = rng.integers(0, 256, (6, 4, 3)).astype(means_dtype)
    for image in rng.integers(0, 256, (50, 4, 3)).astype(image_dtype):
        distances = cdist(image.reshape(1, -1).astype(float), means.reshape(6, -1).astype(float))
        nearest = nearest_mean(image, means)
        assert nearest == distances.argmin()
        assert type(nearest) is int


def test_shapes_that_do_not_fit(digits):
    """Arrays that do not belong together are named with their shapes."""
    images, labels = digits
    with pytest.raises(ValueError, match=r"\(60, 5, 7\).*\(59,\)"):
        describe(images, labels[:-1])
    with pytest.raises(ValueError, match="examples_of needs one label for each image"):
        examples_of(images, labels[:-1], 2, 1)
    with pytest.raises(ValueError, match="describe needs images"):
        describe(images.reshape(60, 35), labels)
    with pytest.raises(ValueError, match=r"image \(5, 7\) and means \(60, 35\)"):
        nearest_mean(images[0], images.reshape(60, 35))


def test_arguments_stay_as_they_were(digits):
    """No function changes what it was given."""
    images, labels = digits
    images.setflags(write=False)
    labels.setflags(write=False)
    describe(images, labels)
    class_counts(labels)
    examples_of(images, labels, 2, 3)
    nearest_mean(images[0], images)
    mean_digit(images, labels, 2)

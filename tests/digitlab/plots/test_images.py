"""Figures of images, looked at through their axes: what is drawn is what was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import digitlab
from digitlab.plots.images import digit_pair, image_with_numbers, mean_digits, sample_grid, weight_templates


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    """The first 300 training images and their labels."""
    data = digitlab.load_mnist()
    return data.x_train[:300], data.y_train[:300]


def test_numbers_are_the_pixels(digits: tuple[Any, Any]) -> None:
    """Each pixel's number stands on it, for whole numbers and for floats, with and without a channel."""
    image = digits[0][0]
    for given in (image, image[..., np.newaxis]):
        picture = image_with_numbers(given)
        written = np.array([int(text.get_text()) for text in picture.figure.axes[1].texts]).reshape(28, 28)
        np.testing.assert_array_equal(written, image)
        assert picture.png
    scaled = image_with_numbers(np.array([[0.0, 0.26], [0.74, 1.0]]), title="four")
    assert [text.get_text() for text in scaled.figure.axes[1].texts] == ["0.0", "0.3", "0.7", "1.0"]
    assert scaled.alt.startswith("four: ")
    assert "from 0 to 1" in scaled.alt


def test_ink_on_a_pixel_can_be_read(digits: tuple[Any, Any]) -> None:
    """Dark pixels carry white numbers, light ones black numbers."""
    texts = image_with_numbers(np.array([[0, 255]], np.uint8)).figure.axes[1].texts
    assert [text.get_color() for text in texts] == ["white", "black"]


@pytest.mark.parametrize("shape", [(28,), (40, 40), (3, 28, 28), (28, 28, 3), (0, 28)])
def test_one_image_is_needed(shape: tuple[int, ...]) -> None:
    """A batch, a colour image, a large or an empty one are refused, with the shape that came."""
    with pytest.raises(ValueError, match=r"one image of at most 32 × 32 pixels, got shape \("):
        image_with_numbers(np.zeros(shape))


def test_grid_shows_each_image_under_its_label(digits: tuple[Any, Any]) -> None:
    """Images and labels come in order; a grid with more room than images stays as small as they are."""
    images, labels = digits
    picture = sample_grid(images[..., np.newaxis], labels, rows=2, columns=3)
    assert [axis.get_title() for axis in picture.figure.axes] == [str(label) for label in labels[:6]]
    for axis, image in zip(picture.figure.axes, images, strict=False):
        np.testing.assert_array_equal(axis.images[0].get_array(), image)
    assert picture.alt == "6 images in a grid, labelled 5, 0, 4, 1, 9, 2."
    assert len(sample_grid(images[:3], labels[:3]).figure.axes) == 3
    assert sample_grid(images[:1], ["one"], title="One").alt == "One: 1 images in a grid, labelled one."


def test_white_is_the_same_in_the_whole_grid(digits: tuple[Any, Any]) -> None:
    """Brightness means the same in each image: 255 in bytes, 1 in [0, 1], the largest mean in floats beyond."""
    images, labels = digits
    for given, white in ((images, 255), (images / 255, 1), (images[:, :5, :5] * 0.0, 1), (images * 0.5, 127.5)):
        limits = {axis.images[0].get_clim() for axis in sample_grid(given, labels, 2, 5).figure.axes}
        assert limits == {(0, white)}


def test_standardised_images_show_their_negatives(digits: tuple[Any, Any]) -> None:
    """Pixels below 0 are not cut off: black is the smallest of them."""
    axis = sample_grid(np.array([[[-2.0, 3.0]]]), ["x"]).figure.axes[0]
    assert axis.images[0].get_clim() == (-2, 3)


def test_long_labels_have_room(digits: tuple[Any, Any]) -> None:
    """A grid with long labels becomes wider, so that they do not run into each other."""
    narrow, wide = (
        sample_grid(digits[0][:2], [name] * 2).figure.get_figwidth() for name in ("7", "reshape(28, 28, 3)[:, :, 0]")
    )
    assert wide > narrow


def test_grids_that_cannot_be_are_told(digits: tuple[Any, Any]) -> None:
    """No image, one image alone, labels of another number, no rows and pixels that are no numbers are refused."""
    images, labels = digits
    with pytest.raises(ValueError, match=r"at least one, got shape \(0, 28, 28\)"):
        sample_grid(images[:0], labels[:0])
    with pytest.raises(ValueError, match=r"got shape \(28, 28\)\. A single image becomes a batch"):
        sample_grid(images[0], labels[:28])
    with pytest.raises(ValueError, match=r"a label for each of 300 images, got labels of shape \(299,\)"):
        sample_grid(images, labels[:-1])
    with pytest.raises(ValueError, match="at least one row and one column, got 0 and 10"):
        sample_grid(images, labels, rows=0)
    with pytest.raises(ValueError, match="pixels that are NaN or infinite"):
        sample_grid(np.full((1, 2, 2), np.nan), ["x"])
    with pytest.raises(ValueError, match="pixels that are numbers, got <U1"):
        sample_grid(np.full((1, 2, 2), "a"), ["x"])


def test_means_are_of_the_digits_that_occur(digits: tuple[Any, Any]) -> None:
    """Each mean stands under its digit, on one scale; bytes and scaled images give the same picture."""
    images, labels = digits
    few = np.isin(labels, (2, 7))
    axes = mean_digits(images[few], labels[few]).figure.axes
    assert [axis.get_title() for axis in axes] == ["2", "7"]
    np.testing.assert_allclose(axes[1].images[0].get_array(), (images[labels == 7] / 255).mean(axis=0))
    assert mean_digits(images / 255, labels).png == mean_digits(images, labels).png
    with pytest.raises(ValueError, match="one label for each image"):
        mean_digits(images, labels[:-1])


def test_a_pair_shows_where_it_differs(digits: tuple[Any, Any]) -> None:
    """Two means and their difference; the words say where it is largest, and whose ink that is."""
    images = np.zeros((2, 4, 4), np.uint8)
    images[0, 1, 2], images[1, 3, 0] = 255, 100
    picture = digit_pair(images, np.array([4, 9]), 4, 9)
    difference = picture.figure.axes[2].images[0].get_array()
    assert (difference[1, 2], round(float(difference[3, 0]), 3)) == (1, -0.392)
    assert "most in row 1, column 2, where 4 has more ink" in picture.alt
    assert digit_pair(images, np.array([4, 9]), 9, 9).png
    with pytest.raises(ValueError, match="no image of the digit 3"):
        digit_pair(images, np.array([4, 9]), 3, 9)


def test_templates_have_zero_in_the_middle() -> None:
    """Each digit's weights are laid out as its image, on one scale that is symmetric about 0."""
    weights = np.random.default_rng(0).normal(size=(784, 10))
    axes = weight_templates(weights).figure.axes[:10]
    np.testing.assert_array_equal(axes[3].images[0].get_array(), weights[:, 3].reshape(28, 28))
    assert {axis.images[0].get_clim() for axis in axes} == {(-np.abs(weights).max(), np.abs(weights).max())}
    assert weight_templates(np.zeros((784, 10))).png
    with pytest.raises(ValueError, match=r"needs weights of shape \(784, 10\), got \(10, 784\)"):
        weight_templates(weights.T)

"""Figures of kernels, maps and drops, looked at through their axes: what is drawn is what was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from digitlab.plots.features import feature_map_grid, kernel_grid, occlusion_plot

RNG = np.random.default_rng(4)


def drawn(picture: Any) -> list[Any]:
    """Return what each image axis shows."""
    return [np.asarray(axis.images[0].get_array()) for axis in picture.figure.axes if axis.images]


def test_kernels_are_drawn_on_one_scale_with_their_numbers() -> None:
    """Each filter is its own image under its number; the scale is the same for all and 0 lies in its middle."""
    kernels = RNG.normal(0, 1, (3, 4, 1, 5))
    kernels[1, 2, 0, 3] = -7
    picture = kernel_grid(kernels, "first layer")
    shown = drawn(picture)
    assert len(shown) == 5
    for place in range(5):
        np.testing.assert_array_equal(shown[place], kernels[:, :, 0, place])
    first = picture.figure.axes[0]
    assert first.images[0].get_clim() == (-7, 7)
    assert [text.get_text() for text in first.texts] == [
        f"{w:.1f}".replace("-0.0", "0.0") for w in kernels[:, :, 0, 0].flat
    ]
    assert (
        picture.alt
        == "first layer: 5 kernels of 3 × 4 weights. The largest weight is 7 in size and stands in filter 3."
    )
    assert picture.png
    assert not kernel_grid(RNG.normal(0, 1, (7, 7, 1, 2))).figure.axes[0].texts


def test_maps_are_drawn_beside_their_image() -> None:
    """The image comes first, then each map, all on one scale; the text names the strongest and counts the silent."""
    maps = RNG.uniform(0, 1, (5, 6, 11))
    maps[..., 4], maps[2, 3, 7] = 0, 3
    image = RNG.random((28, 28, 1))
    picture = feature_map_grid(maps, image)
    shown = drawn(picture)
    np.testing.assert_array_equal(shown[0], image[..., 0])
    for place in range(11):
        np.testing.assert_array_equal(shown[place + 1], maps[..., place])
        assert picture.figure.axes[place + 1].images[0].get_clim() == (0, 3)
    assert "11 maps of 5 × 6 numbers. Map 7 answers most, up to 3.00. 1 of them nowhere above 0." in picture.alt
    assert len(drawn(feature_map_grid(maps[..., :3]))) == 3


def test_drops_are_drawn_below_their_images() -> None:
    """Each image stands above its map; colours are the same for -1 to 1; the text names the largest drop."""
    images, drops = RNG.random((2, 28, 28, 1)), np.zeros((2, 28, 28))
    drops[0, 3, 9], drops[1, 20, 1] = 0.5, 0.25
    picture = occlusion_plot(images, drops, ["a 4", "a 9"])
    shown = drawn(picture)
    np.testing.assert_array_equal(shown[1], images[1, ..., 0])
    np.testing.assert_array_equal(shown[2], drops[0])
    assert picture.figure.axes[2].images[0].get_clim() == (-1, 1)
    assert picture.alt.endswith("a 4, by 0.50 at row 3, column 9; a 9, by 0.25 at row 20, column 1.")
    assert "image 0, by 0.50" in occlusion_plot(images[:1], drops[:1]).alt


def test_what_cannot_be_drawn_is_told() -> None:
    """Other shapes and numbers that are not finite are one sentence with what was received."""
    with pytest.raises(ValueError, match=r"got \(3, 3, 4, 8\). Of a layer that looks at several channels, take one"):
        kernel_grid(np.zeros((3, 3, 4, 8)))
    with pytest.raises(ValueError, match=r"\(height, width, channels\), got float64 of shape \(5, 5\)"):
        feature_map_grid(np.zeros((5, 5)))
    with pytest.raises(ValueError, match="finite numbers"):
        feature_map_grid(np.full((5, 5, 2), np.nan))
    with pytest.raises(
        ValueError, match=r"for 2 images as many maps of their size, .* got maps of shape \(1, 28, 28\)\."
    ):
        occlusion_plot(np.zeros((2, 28, 28)), np.zeros((1, 28, 28)))
    with pytest.raises(ValueError, match="and 1 titles"):
        occlusion_plot(np.zeros((2, 28, 28)), np.zeros((2, 28, 28)), ["one"])

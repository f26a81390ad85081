"""Drawings become images like MNIST's: against SciPy, against MNIST itself, and whatever the drawing."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from digitlab import handwriting as module
from digitlab.handwriting import centre_of_mass, is_inverted, reject, stages, to_mnist
from digitlab.mnist import load_mnist

RNG = np.random.default_rng(12)


def blot(height: int, width: int, seed: int) -> np.ndarray[Any, Any]:
    """Return ink of random shape that fills its box, as booleans."""
    rng = np.random.default_rng(seed)
    ink = np.asarray(ndimage.zoom(rng.random((6, 6)), (height / 6, width / 6), order=1) > 0.62)
    ink[rng.integers(0, height), :] = True
    ink[:, rng.integers(0, width)] = True
    return ink[:height, :width]


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


def test_the_centre_of_mass_is_scipys() -> None:
    """Row and column are those of SciPy, for bytes and for floats."""
    for image in (RNG.integers(0, 256, (9, 14), np.uint8), RNG.random((20, 5)), RNG.random((3, 3)).astype(np.float32)):
        np.testing.assert_allclose(centre_of_mass(image), ndimage.center_of_mass(image), rtol=1e-6)


def test_mnist_is_not_inverted_and_its_negative_is() -> None:
    """Every image of MNIST's test digits is told from its negative, as bytes and as floats."""
    images = load_mnist()[2][:500]
    assert not any(is_inverted(image) or is_inverted(image / 255) for image in images)
    assert all(is_inverted(255 - image) and is_inverted(1 - image / 255) for image in images)


def test_images_of_mnist_stay_what_they_are() -> None:
    """A digit of MNIST comes back as it was, but for a pixel's shift and the brightness of its brightest ink."""
    images = load_mnist()[2][:300]
    for image in images[[np.ptp(np.nonzero(one), axis=1).max() == 19 for one in images]]:
        back = to_mnist(image)[..., 0]
        near = [np.roll(back, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        # Ink too faint to count, at the edge of the box, may be cut off; then the rest grows a little.
        assert min(np.abs(one - image / image.max()).mean() for one in near) < 0.04


@settings(deadline=None, max_examples=80)
@given(
    st.integers(6, 120),
    st.integers(6, 120),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.booleans(),
    st.integers(0, 60),
)
def test_any_drawing_is_fitted_and_centred(
    height: int, width: int, seed: int, dark: bool, scaled: bool, margin: int
) -> None:
    """Shape, dtype, range, size and place are right for any ink, any margins, dark or bright, bytes or floats."""
    sheet = np.pad(blot(height, width, seed).astype(float), ((margin, 40), (90, margin)))
    sheet = np.pad(sheet, ((0, sheet.shape[0]), (0, 0)))  # the ground is more than half of it
    drawing = 1 - sheet if dark else sheet
    drawing = drawing if scaled else (255 * drawing).astype(np.uint8)
    before = drawing.copy()
    image = to_mnist(drawing)
    np.testing.assert_array_equal(drawing, before)
    assert (image.shape, image.dtype) == ((28, 28, 1), np.float32)
    assert image.min() >= 0
    assert image.max() == 1
    box = [int(np.ptp(np.flatnonzero(image[..., 0].any(axis=axis)))) + 1 for axis in (1, 0)]
    wanted = [max(1, round(side * 20 / max(height, width))) for side in (height, width)]
    assert all(abs(side - want) <= 1 for side, want in zip(box, wanted, strict=True)), (box, wanted)
    place = np.array(ndimage.center_of_mass(image[..., 0]))
    at_the_edge = [sides[0] or sides[-1] for sides in (image.any(axis=(1, 2)), image.any(axis=(0, 2)))]
    assert all(abs(p - 14) <= 0.5 + 1e-6 or edge for p, edge in zip(place, at_the_edge, strict=True)), place


def test_dark_and_bright_drawings_come_out_the_same() -> None:
    """A drawing and its negative give one image."""
    drawing = (255 * np.pad(blot(40, 30, 3), 25)).astype(np.uint8)
    np.testing.assert_allclose(to_mnist(drawing), to_mnist(255 - drawing), atol=1e-6)


def test_thin_lines_stay() -> None:
    """A line of one pixel in 300 is there at the end, unbroken and as bright as can be."""
    drawing = np.full((320, 320), 255, np.uint8)
    drawing[10:310, 101] = 0
    image = to_mnist(drawing)[..., 0]
    assert (image.max(axis=1) > 0.9).sum() == 20


def test_stages_are_named_and_end_in_the_image() -> None:
    """Each stage is there by name, and the last is what to_mnist gives."""
    drawing = (255 * np.pad(blot(50, 20, 1), 30)).astype(np.uint8)
    steps = stages(drawing)
    assert list(steps) == ["drawn", "bright ink", "cropped", "fitted", "centred"]
    assert [steps[name].shape for name in ("cropped", "fitted", "centred")] == [(50, 20), (20, 8), (28, 28)]
    np.testing.assert_allclose(steps["centred"], to_mnist(drawing)[..., 0], atol=1e-6)


@pytest.mark.parametrize("function", [is_inverted, centre_of_mass, to_mnist])
@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((9, 9), np.uint8), "no ink"),
        (np.ones((2, 9, 9)), r"got shape \(2, 9, 9\).*images\[i\]"),
        (np.array([[0.0, np.nan]]), "NaN or infinite"),
        (np.array([["a"]]), "one grey image"),
    ],
)
def test_what_is_no_drawing_is_told(function: Any, image: Any, said: str) -> None:
    """An empty sheet, a batch, NaN and text are one sentence each."""
    with pytest.raises(ValueError, match=said):
        function(image)


def test_rejecting_is_the_rule_of_chow() -> None:
    """The label comes where the largest probability reaches the threshold; a higher threshold rejects no fewer."""
    rows = RNG.dirichlet(np.full(10, 0.4), 300)
    counts = []
    for threshold in (0.0, 0.3, 0.6, 0.9, 1.1):
        answers = [reject(row, threshold) for row in rows]
        assert answers == [int(np.argmax(row)) if max(row) >= threshold else -1 for row in rows]
        counts.append(answers.count(-1))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 300)
    with pytest.raises(ValueError, match=r"one row of probabilities, got shape \(3, 10\)"):
        reject(rows[:3], 0.5)

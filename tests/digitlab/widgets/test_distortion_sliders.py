"""Sliders that distort a digit: what they make, what the model says of it, and what stands there without widgets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import digitlab
from digitlab.widgets.distortion_sliders import Distortion, distortion_sliders

DATA = digitlab.load_mnist()
IMAGES = digitlab.scale_pixels(DATA.x_test[:30])[..., np.newaxis]


def test_distortions_add_up_in_one_order() -> None:
    """First strokes, then angle, then place, then noise; the image stays as it is."""
    image = IMAGES[0]
    before = image.copy()
    asked = Distortion(thickness=1, degrees=30, right=2, down=-1, sigma=0.1)
    expected = digitlab.rotate(digitlab.thicken(image[np.newaxis], 1), 30)
    expected = digitlab.add_noise(digitlab.shift_all(expected, 2, -1), 0.1, seed=0)[0]
    assert np.array_equal(asked.of(image), expected)
    assert np.array_equal(image, before)
    assert np.array_equal(Distortion().of(image), image)
    assert str(asked) == "strokes 1 px thicker, turned by 30°, 2 px to the right, 1 px up, noise of 0.1"
    assert str(Distortion()) == "as it is"


@pytest.mark.slow
def test_sliders_move_the_verdict() -> None:
    """Each slider changes the page; the verdict is the model's own; one button puts all of them back."""
    model = digitlab.small_model()
    shown = distortion_sliders(model, IMAGES, DATA.y_test[:30])
    controls, view = shown.widget.children
    which, *sliders, back = controls.children
    first = view.value
    assert shown.static_html == first
    assert "The model says <b>7</b>: ✔ right" in first
    seen = {first}
    for slider in sliders:
        slider.value = slider.max
        assert view.value not in seen
        seen.add(view.value)
    back.click()
    assert view.value == first
    which.value, sliders[1].value = 21, 180  # a 6, upside down
    says = int(digitlab.predict_probabilities(model, digitlab.rotate(IMAGES[21:22], 180)).argmax())
    assert f"The model says <b>{says}</b>: ✘ wrong" in view.value
    assert "turned by 180°" in view.value


@pytest.mark.parametrize(("images", "labels"), [(IMAGES[:0], []), (IMAGES, [1, 2])])
def test_images_without_labels(images: Any, labels: list[int]) -> None:
    """No image, and labels of another number, are refused with what to do."""
    with pytest.raises(ValueError, match="Take images and labels with the same index"):
        distortion_sliders(None, images, labels)

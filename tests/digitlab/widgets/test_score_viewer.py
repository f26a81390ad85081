"""The score viewer, driven as a learner drives it: image and digit chosen, and what is shown read back."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets
import numpy as np
import pytest
import scipy.special

import digitlab
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.score_viewer import score_viewer

RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 256, (6, 28, 28), dtype=np.uint8)
W = RNG.normal(0, 0.05, (784, 10))
B = RNG.normal(0, 1, 10)
SCORES = IMAGES.reshape(6, 784) / 255 @ W + B
SAID = SCORES.argmax(axis=1)
LABELS = SAID.copy()
LABELS[[2, 4]] = (SAID[[2, 4]] + 1) % 10  # the two that are named wrongly


def controls(shown: Interactive) -> tuple[Any, Any, Any, Any]:
    """Return the slider, the field, the button and what is shown."""
    row, view = shown.widget.children
    place, digit, onward = row.children
    return place, digit, onward, view


def seen(shown: Interactive) -> str:
    """Return the text that is shown."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", controls(shown)[3].value))


def test_the_sum_is_the_score() -> None:
    """For each image and digit: the sum, the bias and the score are those of NumPy, the probabilities SciPy's."""
    shown = score_viewer(W, B, IMAGES, LABELS)
    place, digit, _, _ = controls(shown)
    for n, d in ((0, 3), (5, 9), (2, 0)):
        place.value, digit.value = n, d
        text = seen(shown)
        assert f"Image {n} , label {LABELS[n]} . The largest score has {SAID[n]} ." in text
        products = sum(IMAGES[n].reshape(784)[i] / 255 * W[i, d] for i in range(784))
        assert f"add up to {products:.2f}. With the bias {B[d]:.2f} the score of {d} is {SCORES[n, d]:.2f} ." in text
        assert f"▸ {d}" in text
        for k, probability in enumerate(scipy.special.softmax(SCORES[n])):
            assert re.search(rf"\b{k}( \(label\))? {SCORES[n, k]:.2f} {probability:.1%}", text)


def test_the_wrong_answers_are_found() -> None:
    """The button goes from one wrong answer to the next, and round; where there is none it cannot be pressed."""
    shown = score_viewer(W, B, IMAGES, LABELS)
    place, _, onward, _ = controls(shown)
    found = []
    for _ in range(3):
        onward.click()
        found.append(place.value)
    assert found == [2, 4, 2]
    assert controls(score_viewer(W, B, IMAGES, SAID))[2].disabled


def test_floats_and_bytes_give_the_same_page() -> None:
    """Scaled images are shown as those that they were scaled from."""
    assert score_viewer(W, B, IMAGES / 255, LABELS).static_html == score_viewer(W, B, IMAGES, LABELS).static_html


def test_every_picture_has_words() -> None:
    """Image, weights and products each have an alternative text; the static page is the first one."""
    shown = digitlab.score_viewer(W, B, IMAGES, LABELS)
    assert len(re.findall(r'<img [^>]*alt="[^"]+"', shown.static_html)) == 3
    assert shown.static_html == controls(shown)[3].value
    assert not [one for one in shown.widget.children[0].children if isinstance(one, ipywidgets.Dropdown)]


def test_weights_of_nothing_but_zeros() -> None:
    """A model that has not begun to learn is shown too: every digit has the same probability."""
    assert seen(score_viewer(np.zeros((784, 10)), np.zeros(10), IMAGES, LABELS)).count("10.0%") == 10


@pytest.mark.parametrize(
    ("weights", "images", "labels", "told"),
    [
        (W.T, IMAGES, LABELS, r"weights of shape \(784, 10\)"),
        (W, IMAGES[0], LABELS, r"images of shape \(N, 28, 28\)"),
        (W, IMAGES, LABELS[:2], "with the same index"),
        (W * np.nan, IMAGES, LABELS, "smaller learning rate"),
    ],
)
def test_what_does_not_fit_is_told(weights: Any, images: Any, labels: Any, told: str) -> None:
    """Weights, images and labels that do not belong together are one sentence with what was received."""
    with pytest.raises(ValueError, match=told):
        score_viewer(weights, B, images, labels)

"""What the library says of distorted, leaked and grouped images, against slow loops and scikit-learn."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from scipy.stats import spearmanr
from sklearn.metrics import accuracy_score

import digitlab
from digitlab import robustness
from digitlab.distortions import add_noise, rotate, thicken
from digitlab.robustness import group_accuracy, leaked, robustness_curve, stroke_width

Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def digits() -> tuple[Array, Array]:
    """The first thousand test digits, scaled, and their labels."""
    data = digitlab.load_mnist()
    return digitlab.scale_pixels(data.x_test[:1000])[..., np.newaxis], data.y_test[:1000]


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(robustness, extraglobs={"np": np}).failed == 0


@settings(max_examples=100, deadline=None)
@given(
    train=arrays(np.uint8, st.tuples(st.integers(0, 6), st.just(2), st.just(1)), elements=st.integers(0, 2)),
    test=arrays(np.uint8, st.tuples(st.integers(0, 6), st.just(2), st.just(1)), elements=st.integers(0, 2)),
)
def test_leaked_images_are_those_of_a_slow_loop(train: Array, test: Array) -> None:
    """Every test image that equals some training image is counted, each time."""
    slow = sum(any((one == other).all() for other in train) for one in test)
    assert leaked(train, test) == slow
    assert leaked(train.astype(np.float32) - 0.0, test) == slow
    assert leaked(-train.astype(np.float64), -test.astype(np.float32)) == slow


def test_leaks_of_this_data_set_are_found_quickly() -> None:
    """60,000 training images are gone through; a hundred that are put into the test set are found."""
    data = digitlab.load_mnist()
    assert leaked(data.x_train, data.x_test) == 0
    mixed = data.x_test.copy()
    mixed[::100] = data.x_train[:100]
    assert leaked(data.x_train, mixed) == 100


def test_images_of_two_sizes_cannot_leak() -> None:
    """Other shapes are refused rather than called different."""
    with pytest.raises(ValueError, match=r"one shape, got \(2, 2\) for training and \(2, 2, 1\) for testing"):
        leaked(np.zeros((3, 2, 2)), np.zeros((3, 2, 2, 1)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["thin", "thick", ""])), min_size=1))
def test_group_accuracy_is_scikit_learns_within_each_group(rows: list[tuple[int, int, str]]) -> None:
    """Each group has the accuracy of its own images, for lists and arrays."""
    predicted, labels, groups = map(list, zip(*rows, strict=True))
    told = group_accuracy(predicted, labels, groups)
    assert list(told) == list(dict.fromkeys(groups))
    for group, share in told.items():
        mask = np.array(groups) == group
        assert share == pytest.approx(accuracy_score(np.array(labels)[mask], np.array(predicted)[mask]))
    assert group_accuracy(np.array(predicted), np.array(labels), np.array(groups)) == told


def test_groups_of_another_length_are_told() -> None:
    """The three sequences belong together, image by image."""
    with pytest.raises(ValueError, match=r"and 1 groups"):
        group_accuracy([1, 2], [1, 2], ["a"])


def test_stroke_width_is_that_of_bars_and_follows_a_distance_transform(digits: tuple[Array, Array]) -> None:
    """Long bars come out as wide as they are, thickened digits as thicker, and digits in the order that SciPy finds."""
    bars = np.zeros((5, 28, 200))
    for place, width in enumerate((1, 2, 3, 4, 6)):
        bars[place, 10 : 10 + width, 5:195] = 1
    np.testing.assert_allclose(stroke_width(bars), [1, 2, 3, 4, 6], rtol=0.05)
    assert stroke_width(np.zeros((1, 28, 28))).tolist() == [0]
    images = digits[0][:300]
    assert (stroke_width(thicken(images, 1)) > stroke_width(images)).all()
    by_distance = []
    for image in images[..., 0]:
        distance = ndimage.distance_transform_edt(image > 0.5)
        ridge = (ndimage.maximum_filter(distance, 3) == distance) & (distance > 0)
        by_distance.append(2 * distance[ridge].mean())
    assert spearmanr(stroke_width(images), by_distance).statistic > 0.9


@pytest.mark.slow
def test_the_curve_is_the_accuracy_at_each_level(digits: tuple[Array, Array]) -> None:
    """Each level starts from the images as they are, in whatever order the levels come; the model is not compiled."""
    x, y = digits
    model = digitlab.small_model()
    levels = [40, 0, -90, 40]
    curve = robustness_curve(model, x, y, rotate, levels)
    slow = [accuracy_score(y, np.argmax(model(rotate(x, level)), axis=1)) for level in levels]
    np.testing.assert_allclose(curve, slow)
    assert curve[1] > 0.95 > curve[0] > curve[2]
    noisy = robustness_curve(model, x, y, lambda x, sigma: add_noise(x, sigma, seed=0), np.array([0.0, 0.6]))
    assert noisy[0] == curve[1] > noisy[1]
    with pytest.raises(ValueError, match=r"a label for each, got 1000 images and labels of shape \(3,\)"):
        robustness_curve(model, x, y[:3], rotate, [0])

"""Digits that a model was not trained for: perturbed ones, and a teacher's own from a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import digitlab
from autograder.integrity.digits import Digits, PrivateDigitsProblem, perturbed_digits, read_private_digits

DATA = digitlab.load_mnist()
TEST = Digits(images=DATA.x_test, labels=DATA.y_test.astype(np.int64))


def test_perturbed_digits_are_moved_and_turned_a_little() -> None:
    """The centre of the ink moves by some two pixels at most, hardly any ink is lost, and labels stay in order."""
    moved = perturbed_digits(TEST, seed=3, count=300)
    assert moved.images.dtype == np.uint8
    assert moved.images.shape == (300, 28, 28)
    assert np.array_equal(moved.labels, TEST.labels[:300])
    before = np.array([ndimage.center_of_mass(image) for image in TEST.images[:300]])
    after = np.array([ndimage.center_of_mass(image) for image in moved.images])
    assert np.abs(after - before).max() < 2.5
    assert np.abs(after - before).mean() > 0.3
    ink = moved.images.sum(axis=(1, 2)) / TEST.images[:300].sum(axis=(1, 2))
    assert ink.min() > 0.9
    assert ink.max() < 1.1
    assert (moved.images != TEST.images[:300]).any(axis=(1, 2)).all()


def test_a_seed_decides_the_perturbation() -> None:
    """The same seed, the same digits; another seed, others."""
    one, same, other = (perturbed_digits(TEST, seed=seed, count=20).images for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_private_digits_are_read(tmp_path: Path) -> None:
    """Bytes and floats in [0, 1], with and without a channel axis, come to the same."""
    images, labels = TEST.images[:30], TEST.labels[:30]
    forms = (images, images[..., np.newaxis], images / 255, (images / 255).astype(np.float32)[..., np.newaxis])
    for place, form in enumerate(forms):
        np.savez(tmp_path / f"{place}.npz", images=form, labels=labels)
        read = read_private_digits(tmp_path / f"{place}.npz")
        assert np.array_equal(read.images, images)
        assert np.array_equal(read.labels, labels)
        assert read.digest == Digits(images=images, labels=labels).digest


IMAGES, LABELS = TEST.images[:30], TEST.labels[:30]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"images": IMAGES}, "has no labels, only images"),
        ({"images": IMAGES.reshape(30, 784), "labels": LABELS}, r"shape \(30, 784\), expected \(n, 28, 28\)"),
        ({"images": IMAGES[:5], "labels": LABELS[:5]}, "holds 5 digits; 20 to 20,000"),
        ({"images": IMAGES.astype(np.float64), "labels": LABELS}, "float64 from 0.0 to 255.0; expected uint8"),
        ({"images": IMAGES, "labels": LABELS[:29]}, r"labels have shape \(29,\)"),
        ({"images": IMAGES, "labels": LABELS + 3}, "expected whole numbers from 0 to 9"),
        ({"images": IMAGES, "labels": LABELS.astype(str)}, "expected whole numbers from 0 to 9"),
        ({"images": np.array([{}] * 30), "labels": LABELS}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    """A file that holds something else gets one sentence; objects in it are never unpickled."""
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(PrivateDigitsProblem, match=said):
        read_private_digits(tmp_path / "mine.npz")


def test_no_file_and_no_archive(tmp_path: Path) -> None:
    """A missing file and a file of another kind are named."""
    (tmp_path / "text.npz").write_text("digits")
    for name in ("none.npz", "text.npz", "."):
        with pytest.raises(PrivateDigitsProblem, match=re.escape(str(tmp_path / name))):
            read_private_digits(tmp_path / name)

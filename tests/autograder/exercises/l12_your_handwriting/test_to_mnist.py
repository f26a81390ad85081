"""Images of the right size in the right place are no digits: what came back must be the strokes of the drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import outcomes_of
from autograder.exercises import find
from autograder.exercises.l12_your_handwriting.to_mnist import with_numpy
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

TO_MNIST = find("l12_to_mnist")
Array = np.ndarray[Any, Any]


def verdict_on(function: Callable[[Array], Array], seed: int = 1) -> Verdict:
    """Return the verdict on a function."""
    cases = TO_MNIST.cases(seed)
    return judge(TO_MNIST, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))


def patch(drawing: Array) -> Array:
    """Return a grey rectangle with one white pixel, as high and as wide as the digit should be."""
    digit = with_numpy(drawing)[..., 0]
    rows, columns = np.flatnonzero((digit > 0.35).any(axis=1)), np.flatnonzero((digit > 0.35).any(axis=0))
    height, width = len(rows), len(columns)
    image = np.zeros((28, 28, 1), dtype=np.float32)
    image[14 - height // 2 :, 14 - width // 2 :][:height, :width] = 0.5
    image[14, 14] = 1
    return image


def test_a_patch_of_grey_is_no_digit() -> None:
    """A rectangle around where the ink should be earns nothing, and it is said why."""
    verdict = verdict_on(patch)
    assert (verdict.status, verdict.points) == (Status.FAILED, 0)
    assert "lies where the drawing has none" in verdict.message


@pytest.mark.parametrize("seed", range(4))
def test_faint_ground_is_forgiven(seed: int) -> None:
    """Ground that is nearly dark, as resizing may leave it, does not count as ink."""
    verdict = verdict_on(lambda drawing: np.maximum(with_numpy(drawing), np.float32(0.02)), seed)
    assert verdict.status is Status.PASSED, verdict.message


def test_a_slip_with_a_patch_earns_nothing() -> None:
    """The mistakes that keep some of the points keep none where the strokes are not there."""
    moved = verdict_on(lambda drawing: np.roll(patch(drawing), 3, axis=1))
    unchanged_shape = verdict_on(lambda drawing: patch(drawing)[..., 0])
    for verdict in (moved, unchanged_shape):
        assert (verdict.status, verdict.points) == (Status.FAILED, 0), verdict

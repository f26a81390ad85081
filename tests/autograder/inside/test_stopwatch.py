"""The stopwatch counts what is computed, and a timed call is told as a multiple of going through all images once."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from autograder.exercise import Case, outcomes_of
from autograder.inside import stopwatch
from autograder.inside.codec import Make
from autograder.inside.makers import distortion


def compute(seconds: float) -> None:
    """Keep the processor busy for so long."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_waiting_does_not_count() -> None:
    """Sleeping takes no time of the processor's, computing does, and a start begins anew."""
    stopwatch.start()
    time.sleep(0.2)
    assert stopwatch.seconds() < 0.1
    compute(0.1)
    assert stopwatch.seconds() >= 0.1
    stopwatch.start()
    assert stopwatch.seconds() < 0.1


def test_a_timed_call_tells_how_long_it_took() -> None:
    """The longer a call computes, the larger its multiple; what it returns comes along as it is."""
    images = np.random.default_rng(0).integers(0, 256, (3000, 2, 2), dtype=np.uint8)
    case = Case((images, Make("under_the_clock", {"images": images})), read="timed")

    def quick(_train: Any, test: Any) -> Any:
        return int(test.shape[0])

    def slow(_train: Any, _test: Any) -> Any:
        compute(0.5)
        return "late"

    (at_once,), (late,) = (outcomes_of(function, (case,)) for function in (quick, slow))
    assert at_once.value["returned"] == 3000
    assert late.value["returned"] == "late"
    assert 0 <= at_once.value["times"] < 5
    assert late.value["times"] > 20


def test_a_made_distortion_leaves_the_images_alone() -> None:
    """It adds the pattern `level` times, in the images' own dtype, and gives a copy."""
    x = np.zeros((2, 3, 3, 1), dtype=np.float32)
    distort = distortion(np.full((3, 3, 1), 0.5))
    assert distort(x, 2).tolist() == np.ones((2, 3, 3, 1)).tolist()
    assert distort(x, 0.5).dtype == np.float32
    assert not x.any()
    assert not np.shares_memory(distort(x, 0), x)

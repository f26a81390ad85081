"""Lesson 11: right answers and mistakes as students write them, in code that no bank has."""

from __future__ import annotations

import math
import random
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Exercise, outcomes_of
from autograder.exercises import find
from autograder.judging import judge
from autograder.records import Cause, Evidence, Status, Verdict

Array = np.ndarray[Any, Any]
Answer = Callable[..., Any]
WILD: list[tuple[str, str | None, Answer]] = []


def wild(exercise: str, mistake: str | None) -> Callable[[Answer], Answer]:
    """Enter a student's own way to that mistake; None enters a right answer."""

    def enter(function: Answer) -> Answer:
        WILD.append((exercise, mistake, function))
        return function

    return enter


def verdict_on(exercise: Exercise, function: Answer, seed: int) -> Verdict:
    """Return the verdict on a function, by the path and within the time that a student's takes."""
    cases = exercise.cases(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judge(exercise, cases, Evidence(found=True, outcomes=outcomes_of(function, cases, exercise.seconds)))


# --- noise -----------------------------------------------------------------------------------------------------------


@wild("l11_add_noise", None)
def _(images: Array, sigma: float, seed: int) -> Any:
    generator = random.Random(seed)
    flat = [min(max(pixel + generator.gauss(0, sigma), 0.0), 1.0) for pixel in images.ravel().tolist()]
    return np.array(flat, dtype=images.dtype).reshape(images.shape)


@wild("l11_add_noise", None)
def _(images: Array, sigma: float, seed: int) -> Any:
    # The sum of twelve uniform numbers is normal for all that these images could tell.
    rng = np.random.default_rng(seed)
    noise = rng.random((24, *images.shape)).sum(axis=0) - 12
    return (images + noise * sigma / math.sqrt(2)).clip(0, 1).astype(images.dtype)


@wild("l11_add_noise", None)
def _(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.Generator(np.random.PCG64(seed))
    out = images.copy()
    out += rng.normal(scale=sigma, size=out.shape).astype(out.dtype)
    np.clip(out, 0, 1, out=out)
    return out


@wild("l11_add_noise", "unclipped")
def _(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    noisy = [[rng.normal(row, sigma) for row in image] for image in images]
    return np.minimum(np.array(noisy, dtype=images.dtype), 1)


@wild("l11_add_noise", "same-noise-for-all")
def _(images: Array, sigma: float, seed: int) -> Any:
    out = []
    for image in images:
        rng = np.random.RandomState(seed)
        out.append(np.clip(image + rng.normal(0, sigma, image.shape), 0, 1))
    return np.stack(out).astype(images.dtype)


@wild("l11_add_noise", "changes-its-argument")
def _(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    for image in images:
        image += rng.normal(0, sigma, image.shape).astype(image.dtype)
        image[image < 0], image[image > 1] = 0, 1
    return images


@wild("l11_add_noise", "one-number-for-many-pixels")
def _(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return np.array([np.clip(image + rng.normal(0, sigma), 0, 1) for image in images], dtype=images.dtype)


@wild("l11_add_noise", "only-brightens")
def _(images: Array, sigma: float, seed: int) -> Any:
    noise = abs(np.random.default_rng(seed).standard_normal(images.shape)) * sigma
    return np.minimum(images + noise, 1).astype(images.dtype)


@wild("l11_add_noise", "not-repeatable")
def _(images: Array, sigma: float, seed: int) -> Any:
    np.random.default_rng(seed)
    rng = np.random.default_rng()
    return np.clip(rng.normal(images, sigma), 0, 1).astype(images.dtype)


@wild("l11_add_noise", "uses-global-randomness")
def _(images: Array, sigma: float, seed: int) -> Any:
    np.random.seed(seed)
    noise = np.random.randn(*images.shape) * sigma
    return np.clip(images + noise, 0, 1).astype(images.dtype)


@wild("l11_add_noise", "other-dtype")
def _(images: Array, sigma: float, seed: int) -> Any:
    return np.clip(images + np.random.default_rng(seed).normal(0, sigma, images.shape), 0, 1)


@wild("l11_add_noise", "variance-for-deviation")
def _(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(images.shape) * sigma * sigma
    return np.clip(images + noise, 0, 1).astype(images.dtype)


# --- the curve -------------------------------------------------------------------------------------------------------


@wild("l11_robustness_curve", None)
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    answers = []
    for level in levels:
        right = 0
        changed = distort(x, level)
        predictions = model.predict(changed, verbose=0)
        for i in range(len(y)):
            if int(np.argmax(predictions[i])) == int(y[i]):
                right = right + 1
        answers.append(right / len(y))
    return tuple(answers)


@wild("l11_robustness_curve", None)
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    import keras

    model.compile(metrics=["accuracy"], loss="sparse_categorical_crossentropy")
    del keras
    return [model.evaluate(distort(x, level), y, verbose=0)[1] for level in levels]


@wild("l11_robustness_curve", "piles-up")
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    images = x.copy()
    curve = np.zeros(len(levels))
    for i, level in enumerate(levels):
        images = distort(images, level)
        curve[i] = np.mean(np.argmax(model.predict(images, verbose=0), axis=1) == y)
    return curve


@wild("l11_robustness_curve", "averages-over-levels")
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    total = 0.0
    for level in levels:
        total += float((model.predict(distort(x, level), verbose=0).argmax(1) == y).mean())
    return total / len(levels)


@wild("l11_robustness_curve", "one-level-only")
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    for level in levels:
        return float((model.predict(distort(x, level), verbose=0).argmax(1) == y).mean())
    return None


@wild("l11_robustness_curve", "needs-a-compiled-model")
def _(model: Any, x: Array, y: Array, distort: Any, levels: Any) -> Any:
    curve = []
    for level in levels:
        _, accuracy = model.evaluate(distort(x, level), y, verbose=0)
        curve.append(accuracy)
    return curve


# --- leaks -----------------------------------------------------------------------------------------------------------


@wild("l11_leaked", None)
def _(train: Array, test: Array) -> Any:
    seen = set(map(bytes, train.reshape(len(train), -1).view(np.uint8)))
    return np.sum([bytes(row) in seen for row in test.reshape(len(test), -1).view(np.uint8)])


@wild("l11_leaked", None)
def _(train: Array, test: Array) -> Any:
    known = Counter(str(image.tolist()) for image in train)
    return len([1 for image in test if known[str(image.tolist())]])


@wild("l11_leaked", "too-slow")
def _(train: Array, test: Array) -> Any:
    seen = [image.tobytes() for image in train]
    return sum(image.tobytes() in seen for image in test)


@wild("l11_leaked", "too-slow")
def _(train: Array, test: Array) -> Any:
    count = 0
    for image in test:
        for other in train:
            if np.array_equal(image, other):
                count += 1
                break
    return count


@wild("l11_leaked", "too-slow")
def _(train: Array, test: Array) -> Any:
    return int((train[np.newaxis] == test[:, np.newaxis]).all(axis=(2, 3)).any(axis=1).sum())


@wild("l11_leaked", "counts-pairs")
def _(train: Array, test: Array) -> Any:
    count = 0
    for image in test:
        count += int((train == image).all(axis=(1, 2)).sum())
    return count


@wild("l11_leaked", "compares-positions")
def _(train: Array, test: Array) -> Any:
    return sum(np.array_equal(one, other) for one, other in zip(train, test, strict=False))


@wild("l11_leaked", "counts-distinct-images")
def _(train: Array, test: Array) -> Any:
    return len({image.tobytes() for image in test}.intersection(image.tobytes() for image in train))


@wild("l11_leaked", "compares-sums")
def _(train: Array, test: Array) -> Any:
    sums = {float(image.mean()) for image in train}
    return sum(float(image.mean()) in sums for image in test)


# --- groups ----------------------------------------------------------------------------------------------------------


@wild("l11_group_accuracy", None)
def _(predicted: Any, labels: Any, groups: Any) -> Any:
    pairs = list(zip(predicted, labels, groups, strict=True))
    return {g: sum(p == y for p, y, h in pairs if h == g) / sum(h == g for _, _, h in pairs) for g in set(groups)}


@wild("l11_group_accuracy", "share-of-all-images")
def _(predicted: Any, labels: Any, groups: Any) -> Any:
    shares: dict[Any, float] = {}
    for p, y, g in zip(predicted, labels, groups, strict=True):
        shares[g] = shares.get(g, 0) + (p == y) / len(labels)
    return shares


@wild("l11_group_accuracy", "counts-for-shares")
def _(predicted: Any, labels: Any, groups: Any) -> Any:
    found = dict.fromkeys(groups, 0)
    for i, g in enumerate(groups):
        found[g] += int(predicted[i] == labels[i])
    return found


@wild("l11_group_accuracy", "groups-without-hits-missing")
def _(predicted: Any, labels: Any, groups: Any) -> Any:
    hits = Counter(g for p, y, g in zip(predicted, labels, groups, strict=True) if p == y)
    sizes = Counter(list(groups))
    return {g: hits[g] / sizes[g] for g in hits}


@wild("l11_group_accuracy", "overall-for-each")
def _(predicted: Any, labels: Any, groups: Any) -> Any:
    share = sum(p == y for p, y in zip(predicted, labels, strict=True)) / len(labels)
    return dict.fromkeys(groups, share)


NAMES = [f"{exercise}-{mistake or 'right'}-{place}" for place, (exercise, mistake, _) in enumerate(WILD)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mistake", "function"), WILD, ids=NAMES)
def test_in_the_wild(name: str, mistake: str | None, function: Answer) -> None:
    """A right answer passes, and a misconception is known, in code that no bank has."""
    exercise = find(name)
    for seed in (0,) if exercise.needs_tensorflow or mistake == "too-slow" else (0, 7):
        verdict = verdict_on(exercise, function, seed)
        assert verdict.mistake == mistake, verdict
        assert (verdict.status is Status.PASSED) == (mistake is None)


def test_chance_fails_no_right_noise() -> None:
    """Right noise passes for two hundred seeds, and noise a fifth too strong never does."""
    exercise = find("l11_add_noise")

    def right(images: Array, sigma: float, seed: int) -> Any:
        return np.clip(images + np.random.default_rng(seed).normal(0, sigma, images.shape), 0, 1).astype(images.dtype)

    for seed in range(200):
        assert verdict_on(exercise, right, seed).status is Status.PASSED, seed
        strong = verdict_on(exercise, lambda images, sigma, seed: right(images, 1.2 * sigma, seed), seed)
        assert strong.status is Status.FAILED, seed


def test_the_cases_of_the_curve_tell_all_mistakes_apart() -> None:
    """For a hundred seeds inputs are found on which every mistake gives other numbers than the right answer."""
    exercise = find("l11_robustness_curve")
    for seed in range(100):
        assert len(exercise.cases(seed)) == 2


def test_who_is_too_slow_is_cut_off_soon() -> None:
    """Comparing each with each in Python's own loops costs the checker a few seconds, not an hour, and is a timeout."""
    exercise = find("l11_leaked")

    def never_ready(train: Array, test: Array) -> Any:
        return sum(any(one.tolist() == other.tolist() for other in train) for one in test)

    began = time.monotonic()
    verdict = verdict_on(exercise, never_ready, 0)
    assert (verdict.mistake, verdict.cause) == ("too-slow", Cause.TIMEOUT)
    assert time.monotonic() - began < exercise.seconds + 10


@pytest.mark.parametrize("name", ["l11_add_noise", "l11_leaked", "l11_group_accuracy"])
def test_a_check_answers_at_once(name: str) -> None:
    """The NumPy exercises are judged in a tenth of a second of computing, the median of five."""
    exercise = find(name)
    seconds = []
    for seed in range(5):
        began = time.process_time()
        assert verdict_on(exercise, exercise.right_answers[0], seed).status is Status.PASSED
        seconds.append(time.process_time() - began)
    assert sorted(seconds)[2] < 0.1, seconds

"""Lesson 08: right answers and mistakes as students write them, in code that no bank has."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import outcomes_of
from autograder.exercises import find
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

Array = np.ndarray[Any, Any]
Answer = Callable[..., Any]
WILD: list[tuple[str, str | None, Answer]] = []


def wild(exercise: str, mistake: str | None) -> Callable[[Answer], Answer]:
    """Enter a student's own way to that mistake; None enters a right answer."""

    def enter(function: Answer) -> Answer:
        WILD.append((exercise, mistake, function))
        return function

    return enter


# --- dropout ---------------------------------------------------------------------------------------------------------


@wild("l08_dropout", None)
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    keep = np.ones(x.shape, dtype=bool)
    if training:
        for i in np.ndindex(*x.shape):
            keep[i] = rng.uniform(0, 1) > rate
    out = np.zeros_like(x)
    out[keep] = x[keep] / (1 - rate) if training else x[keep]
    return out, keep


@wild("l08_dropout", None)
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training or rate == 0:
        return x, x == x
    mask = rng.integers(0, 1_000_000, x.shape) >= int(rate * 1_000_000)
    return [mask * x * (1.0 / (1.0 - rate)), mask]


@wild("l08_dropout", None)
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    silenced = rng.random(size=x.size).reshape(x.shape) < (rate if training else -1)
    return np.where(silenced, 0, x / (1 - rate * training)), np.logical_not(silenced)


@wild("l08_dropout", "not-rescaled")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    mask = np.full(x.shape, True)
    if training:
        mask = rng.choice([False, True], x.shape, p=[rate, 1 - rate])
    out = x.copy()
    out[~mask] = 0
    return out, mask


@wild("l08_dropout", "active-in-use")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    mask = rng.random(x.shape) > rate
    out = x * mask
    return (out / (1 - rate), mask) if training else (out, mask)


@wild("l08_dropout", "rate-as-keep-probability")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training:
        return x, np.ones(x.shape, bool)
    mask = rng.binomial(1, rate, x.shape).astype(bool)
    return np.divide(x * mask, rate, out=np.zeros(x.shape), where=rate > 0), mask


@wild("l08_dropout", "one-mask-for-the-batch")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training:
        return x, np.ones(x.shape, bool)
    first = rng.random(x[0].shape) >= rate
    mask = np.stack([first] * len(x))
    return np.array([row * first / (1 - rate) for row in x]), mask


@wild("l08_dropout", "scaled-in-use")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    keep = 1 - rate
    if training:
        mask = rng.random(x.shape) < keep
        return np.where(mask, x, 0), mask
    return keep * x, np.ones_like(x, dtype=bool)


@wild("l08_dropout", "ignores-the-generator")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training:
        return x, np.ones(x.shape, bool)
    mask = np.random.RandomState(42).rand(*x.shape) >= rate
    return x * mask / (1 - rate), mask


@wild("l08_dropout", "ignores-the-generator")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training:
        return x, np.ones(x.shape, bool)
    mask = np.random.rand(*x.shape) >= rate
    return x * mask / (1 - rate), mask


@wild("l08_dropout", "changes-its-argument")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    mask = rng.random(x.shape) >= (rate if training else 0)
    x[~mask] = 0
    if training:
        x /= 1 - rate
    return x, mask


@wild("l08_dropout", "mask-read-off-the-output")
def _(x: Array, rate: float, training: bool, rng: Any) -> Any:
    if not training:
        return x, np.ones(x.shape, bool)
    out = x * (rng.random(x.shape) >= rate) / (1 - rate)
    return out, np.array([[bool(value) for value in row] for row in out.reshape(len(out), -1)]).reshape(x.shape)


# --- shift -----------------------------------------------------------------------------------------------------------


@wild("l08_shift", None)
def _(image: Array, dx: int, dy: int) -> Any:
    out = np.zeros_like(image)
    rows, columns = np.indices(image.shape)
    inside = (rows + dy >= 0) & (rows + dy < image.shape[0]) & (columns + dx >= 0) & (columns + dx < image.shape[1])
    out[rows[inside] + dy, columns[inside] + dx] = image[inside]
    return out


@wild("l08_shift", "wraps-around")
def _(image: Array, dx: int, dy: int) -> Any:
    height, width = image.shape
    out = np.zeros_like(image)
    for row in range(height):
        for col in range(width):
            out[(row + dy) % height, (col + dx) % width] = image[row, col]
    return out


@wild("l08_shift", "dx-and-dy-swapped")
def _(image: Array, dx: int, dy: int) -> Any:
    from scipy.ndimage import shift

    return shift(image, (dx, dy), order=0)


@wild("l08_shift", "moves-the-other-way")
def _(image: Array, dx: int, dy: int) -> Any:
    out = np.zeros_like(image)
    for row in range(image.shape[0]):
        for col in range(image.shape[1]):
            if 0 <= row + dy < image.shape[0] and 0 <= col + dx < image.shape[1]:
                out[row, col] = image[row + dy, col + dx]
    return out


@wild("l08_shift", "dtype-not-kept")
def _(image: Array, dx: int, dy: int) -> Any:
    out = np.zeros(image.shape)
    for row in range(image.shape[0]):
        for col in range(image.shape[1]):
            if 0 <= row + dy < image.shape[0] and 0 <= col + dx < image.shape[1]:
                out[row + dy, col + dx] = image[row, col]
    return out


@wild("l08_shift", "other-dtype")
def _(image: Array, dx: int, dy: int) -> Any:
    from scipy.ndimage import shift

    moved = shift(image, (dy, dx), order=0)
    return moved if image.dtype == np.uint8 else moved.astype(np.float64)


@wild("l08_shift", "edges-repeated")
def _(image: Array, dx: int, dy: int) -> Any:
    from scipy.ndimage import shift

    return shift(image, (dy, dx), order=0, mode="nearest")


@wild("l08_shift", "changes-its-argument")
def _(image: Array, dx: int, dy: int) -> Any:
    from scipy.ndimage import shift

    image[:] = shift(image, (dy, dx), order=0)
    return image


# --- the gap ---------------------------------------------------------------------------------------------------------


@wild("l08_generalisation_gap", None)
def _(history: Any) -> Any:
    epoch = sorted(range(len(history["val_loss"])), key=lambda i: history["val_loss"][i])[0]
    return np.subtract(history["accuracy"], history["val_accuracy"])[epoch]


@wild("l08_generalisation_gap", "validation-minus-training")
def _(history: Any) -> Any:
    epoch = np.array(history["val_loss"]).argmin()
    return history["val_accuracy"][epoch] - history["accuracy"][epoch]


@wild("l08_generalisation_gap", "epochs-mixed")
def _(history: Any) -> Any:
    return np.max(history["accuracy"]) - np.max(history["val_accuracy"])


@wild("l08_generalisation_gap", "losses-for-accuracies")
def _(history: Any) -> Any:
    losses = history["val_loss"]
    epoch = losses.index(min(losses))
    return min(losses) - history["loss"][epoch]


@wild("l08_generalisation_gap", "at-the-last-epoch")
def _(history: Any) -> Any:
    return [a - b for a, b in zip(history["accuracy"], history["val_accuracy"], strict=True)].pop()


@wild("l08_generalisation_gap", "last-of-equal-minima")
def _(history: Any) -> Any:
    best = 0
    for epoch, loss in enumerate(history["val_loss"]):
        if loss <= history["val_loss"][best]:
            best = epoch
    return history["accuracy"][best] - history["val_accuracy"][best]


# --- dropout in a model ----------------------------------------------------------------------------------------------


@wild("l08_add_dropout", None)
def _(model: Any, rate: float) -> Any:
    import keras

    if rate < 0.0 or rate > 0.9999999:
        raise ValueError("no such rate")
    new = keras.models.Sequential(name="regular")
    new.add(keras.Input(shape=model.input_shape[1:]))
    for layer in model.layers[:-1]:
        if not isinstance(layer, keras.layers.InputLayer):
            new.add(layer)
    new.add(keras.layers.Dropout(rate, seed=1))
    new.add(model.layers[-1])
    return new


@wild("l08_add_dropout", None)
def _(model: Any, rate: float) -> Any:
    import keras

    if not 0 <= rate < 1:
        raise ValueError(f"{rate}")
    body = keras.Model(model.inputs[0], model.layers[-2].output)
    head = keras.layers.Dense(10, activation="softmax")
    new = keras.Sequential([keras.Input((28, 28, 1)), body, keras.layers.Dropout(rate), head])
    head.set_weights(model.layers[-1].get_weights())
    return new


@wild("l08_add_dropout", "drops-the-trained-weights")
def _(model: Any, rate: float) -> Any:
    import keras

    if not 0 <= rate < 1:
        raise ValueError
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(12, activation="relu"),
            layers.Dropout(rate),
            layers.Dense(10, activation="softmax"),
        ]
    )


@wild("l08_add_dropout", "after-the-softmax")
def _(model: Any, rate: float) -> Any:
    import keras

    if not 0 <= rate < 1:
        raise ValueError
    return keras.Sequential([model, keras.layers.Dropout(rate)])


@wild("l08_add_dropout", "changes-the-model-it-was-given")
def _(model: Any, rate: float) -> Any:
    import keras

    if not 0 <= rate < 1:
        raise ValueError
    if isinstance(model, keras.Sequential):
        last = model.layers[-1]
        model.pop()
        return keras.Sequential([*model.layers, keras.layers.Dropout(rate), last])
    out = model.layers[-1](keras.layers.Dropout(rate)(model.layers[-2].output))
    return keras.Model(model.inputs, out)


@wild("l08_add_dropout", "rate-of-one-accepted")
def _(model: Any, rate: float) -> Any:
    import keras

    x = keras.layers.Dropout(rate)(model.layers[-2].output)
    return keras.models.Model(model.inputs, model.layers[-1](x))


def verdict_on(name: str, function: Answer, seed: int) -> Verdict:
    """Return the verdict on a function, by the path that a student's takes."""
    exercise = find(name)
    cases = exercise.cases(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's word on the 0/0 of a student's own
        return judge(exercise, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))


@pytest.mark.parametrize(
    ("exercise", "name", "function"),
    [pytest.param(*one, marks=[pytest.mark.slow] if one[0] == "l08_add_dropout" else []) for one in WILD],
    ids=[f"{exercise}-{name or 'right'}" for exercise, name, _ in WILD],
)
def test_answers_in_the_wild(exercise: str, name: str | None, function: Answer) -> None:
    """A misconception is recognised in code that no bank has, a right answer passes, and whatever the seed."""
    for seed in (0, 7):
        verdict = verdict_on(exercise, function, seed)
        assert verdict.mistake == name, verdict
        assert (verdict.status is Status.PASSED) == (name is None), verdict


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("l08_dropout", "dropout(x, 0.5, True, rng), where x is array([[1, 2, 3, 4], [5, 6, 7, 8]], float64)"),
        pytest.param("l08_add_dropout", "add_dropout(model, 0.25), a Sequential model", marks=pytest.mark.slow),
    ],
)
def test_a_call_that_raised_is_shown_as_one_would_write_it(name: str, call: str) -> None:
    """A model or a generator stands in the example by its name."""

    def raises(*_: Any) -> Any:
        raise KeyError("oops")

    verdict = verdict_on(name, raises, 0)
    assert verdict.message.startswith("Your function raised KeyError")
    assert verdict.example == call


def test_a_right_dropout_passes_whatever_the_seed() -> None:
    """Chance fails nobody: a right answer passes for three hundred seeds, and a wrong share never does."""

    def right(x: Array, rate: float, training: bool, rng: Any) -> Any:
        mask = rng.random(x.shape) >= (rate if training else 0.0)
        return (x * mask / (1 - rate) if training else x), mask

    def keeps_too_many(x: Array, rate: float, training: bool, rng: Any) -> Any:
        mask = rng.random(x.shape) >= (rate / 2 if training else 0.0)
        return (x * mask / (1 - rate) if training else x), mask

    for seed in range(300):
        assert verdict_on("l08_dropout", right, seed).status is Status.PASSED, seed
        assert verdict_on("l08_dropout", keeps_too_many, seed).status is Status.FAILED, seed


def test_a_check_answers_at_once() -> None:
    """The NumPy exercises are judged in a tenth of a second of computing, the median of five, right or wrong."""
    for name in ("l08_dropout", "l08_shift", "l08_generalisation_gap"):
        exercise = find(name)
        for function in (exercise.right_answers[0], lambda *_: np.zeros((2, 2))):
            seconds = []
            for seed in range(5):
                began = time.process_time()
                verdict_on(name, function, seed)
                seconds.append(time.process_time() - began)
            assert sorted(seconds)[2] < 0.1, (name, seconds)

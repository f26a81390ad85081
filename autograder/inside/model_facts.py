"""Describe a Keras model in plain values, through Keras' public face alone: layers, shapes, loss, answers."""

from __future__ import annotations

import contextlib
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.inside.codec import clean_text

IMAGES = 6
# What a subclass may call in `call` instead of having an activation layer.
ACTIVATIONS = frozenset(
    (
        *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish"),
        *("tanh", "sigmoid", "softplus", "softsign", "mish"),
    )
)


def fact_images() -> np.ndarray[Any, Any]:
    """Return the images that models are asked for: noise, the same each time."""
    return np.random.default_rng(0).random((IMAGES, 28, 28, 1)).astype(np.float32)


def model_facts(returned: Any, _args: tuple[Any, ...] = ()) -> Any:
    """Return a model as plain facts; what is no model comes back as it is.

    The facts: `params` (all numbers, frozen ones too), `layers` (as images go through them, one that is used twice two
    times, then those that are not used; where that cannot be told, all in the model's order, and `used` is None; nested
    ones in their place), `input_shape`, `answers` (for six random images) or `error`, `calls` (names that a subclass's
    `call` uses), and, where it was compiled, `loss` and `evaluated` (see `compiled_facts`).
    """
    import keras

    if not isinstance(returned, keras.Model):
        return returned
    images = fact_images()
    facts: dict[str, Any] = {"model": True, "compiled": bool(returned.compiled)}
    called: list[Any] = []
    try:
        returned(images, training=False)  # a subclass is built by its first call, which takes each layer twice
        with _noting_calls(called):
            answers = returned(images, training=False)
        facts["answers"] = np.asarray(answers)
        called = _with_calls_of_training(returned, images, called)
    except Exception as error:  # the border: a student's model may raise anything
        facts["error"] = error_text(error)
    facts["input_shape"] = _text(returned, "input_shape")
    facts["params"] = _count(returned)
    facts["layers"] = _layers(returned, called if "error" not in facts else [])
    facts["calls"] = sorted(ACTIVATIONS & set(_names_in_calls(returned)))
    if returned.compiled and "error" not in facts:
        facts.update(compiled_facts(returned, images))
    return facts


def _layers(model: Any, called: list[Any]) -> list[dict[str, Any]]:
    flat = list(flat_layers(model))
    ids = {id(layer) for layer in flat}
    path = [layer for layer in called if id(layer) in ids]
    if not path:  # what was traced before calls no layer any more
        return [{**_layer(layer), "used": None} for layer in flat]
    on_it = {id(layer) for layer in path}
    return [{**_layer(layer), "used": True} for layer in path] + [
        {**_layer(layer), "used": False} for layer in flat if id(layer) not in on_it
    ]


@contextlib.contextmanager
def _noting_calls(called: list[Any]) -> Iterator[None]:
    """Add every object whose `call` runs, in whatever way it was called; one that calls its parent's is one.

    That a layer is `built` does not tell: dropout and pooling are so from the beginning.
    """
    running: list[Any] = []

    def note(frame: types.FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if code.co_name != "call" or not code.co_argcount:
            return
        if event == "call":
            layer = frame.f_locals.get(code.co_varnames[0])
            if not any(layer is one for one in running):
                called.append(layer)
            running.append(layer)
        elif event == "return" and running:
            running.pop()

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)


def _with_calls_of_training(model: Any, images: np.ndarray[Any, Any], called: list[Any]) -> list[Any]:
    """Return what a model calls while it trains, where there may be such a layer; its weights stay as they are."""
    seen = {id(layer) for layer in called}
    if all(id(layer) in seen or "InputLayer" in _kinds(layer) for layer in flat_layers(model)):
        return called
    weights = model.get_weights()
    trained: list[Any] = []
    with contextlib.suppress(Exception), _noting_calls(trained):  # the border: it has answered without training
        model(images, training=True)
    model.set_weights(weights)
    then = {id(layer) for layer in trained}
    return [*trained, *(layer for layer in called if id(layer) not in then)]


def error_text(error: BaseException) -> str:
    """Return what Keras says, without its colours, the arrays that it prints and the list of all arguments."""
    text = str(error).partition("Arguments received by")[0]
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\[\[.*\]\]", "the images", text, flags=re.DOTALL)
    return clean_text(f"{type(error).__name__}: {' '.join(text.split())}", 400)


def flat_layers(model: Any) -> Iterator[Any]:
    """Yield the layers of a model in order; a nested model gives way to its own."""
    for layer in model.layers:
        if getattr(layer, "layers", None):
            yield from flat_layers(layer)
        else:
            yield layer


def compiled_facts(model: Any, images: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return what the loss and the metrics of a compiled model do with integer labels.

    `loss` is what the loss gives for one known row of probabilities (0.7 on the true class), as a number, or the error
    that it raised; `evaluated` is what `evaluate` says of images whose labels are half right, or the error.
    """
    import keras

    facts: dict[str, Any] = {"loss_name": _loss_name(model.loss)}
    row = np.full((1, 10), 0.3 / 9, dtype=np.float32)
    row[0, 3] = 0.7
    try:
        loss = keras.losses.get(model.loss) if isinstance(model.loss, str) else model.loss
        facts["loss"] = float(np.mean(np.asarray(loss(np.array([3]), row))))
    except Exception as error:  # the border: a loss that wants one-hot labels raises here
        facts["loss"] = error_text(error)
    labels = np.asarray(model(images, training=False)).reshape(len(images), -1)[:, :10].argmax(axis=1)
    labels[: IMAGES // 2] = (labels[: IMAGES // 2] + 1) % 10
    try:
        facts["evaluated"] = {
            clean_text(str(name), 100): float(value)
            for name, value in model.evaluate(images, labels, verbose=0, return_dict=True).items()
        }
    except Exception as error:  # the border: the loss or a metric does not fit the labels
        facts["evaluated"] = error_text(error)
    return facts


def _layer(layer: Any) -> dict[str, Any]:
    activation = getattr(layer, "activation", None)
    return {
        "name": clean_text(str(layer.name), 100),
        "kinds": _kinds(layer),
        "activation": clean_text(getattr(activation, "__name__", type(activation).__name__), 60)
        if activation
        else None,
        "rate": float(layer.rate) if isinstance(getattr(layer, "rate", None), (int, float)) else None,
        "params": _count(layer),
        "output": _text(layer, "output.shape"),
    }


def _kinds(layer: Any) -> list[str]:
    return [kind.__name__ for kind in type(layer).__mro__[:12]]


def _count(layer: Any) -> int | None:
    try:
        return int(layer.count_params())
    except Exception:  # not built yet
        return None


def _text(thing: Any, path: str) -> str | None:
    try:
        for name in path.split("."):
            thing = getattr(thing, name)
        return clean_text(str(thing), 200)
    except Exception:  # a subclass that was never called has no shapes
        return None


def _loss_name(loss: Any) -> str:
    return clean_text(loss if isinstance(loss, str) else getattr(loss, "name", None) or type(loss).__name__, 100)


def _names_in_calls(model: Any) -> Iterator[str]:
    for part in (model, *flat_layers(model)):
        code = getattr(getattr(type(part), "call", None), "__code__", None)
        if code is not None and not type(part).__module__.startswith("keras."):
            yield from code.co_names
            yield from code.co_consts if all(isinstance(c, str) for c in code.co_consts) else ()

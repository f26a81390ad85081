"""Model files that run code, do not fit, or answer in a way that is not a classifier's. There are no notebooks here."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable

import numpy as np

from autograder.hostile.models import (
    CONFIG,
    METADATA,
    WEIGHTS,
    Array,
    Config,
    archive,
    images_in,
    layer,
    members,
    reconfigured,
    reweighted,
    sequential,
    shipped,
)
from autograder.hostile.record import FULL, MISSING, WRONG, Hostile, Kind, Mark, part

EXERCISE = "l09_model_gate"
_SHAPE_ALONE = part(1.0)


def _trick(
    name: str, tries: str, made: Callable[[], bytes], mark: Mark, says: str, *, in_brief: bool = False
) -> Hostile:
    return Hostile(
        name=name,
        kind=Kind.TRICKS_WITH_MODELS,
        tries=tries,
        files=lambda: {"09_evaluate/my_cnn.keras": made()},
        lesson=9,
        marks={EXERCISE: mark},
        rest=MISSING,
        says=says,
        in_brief=in_brief,
    )


def _refused(name: str, tries: str, made: Callable[[], bytes], says: str, *, in_brief: bool = False) -> Hostile:
    return _trick(name, tries, made, WRONG, says, in_brief=in_brief)


def _inserting(made: Config, place: int = 1) -> Callable[[], bytes]:
    """Return the shipped model with one more layer."""
    return lambda: reconfigured(lambda config: config["config"]["layers"].insert(place, made))


def _last(**changes: object) -> Callable[[], bytes]:
    """Return the shipped model with another configuration of its last layer."""
    return lambda: reconfigured(lambda config: config["config"]["layers"][-1]["config"].update(changes))


def _lambda() -> Config:
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAAAAAAA", "defaults": None, "closure": None}}
    return layer("Lambda", name="run", function=code)


class _Calls:
    """What unpickles to a call of os.system."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        import os

        return os.system, ("touch /tmp/unpickled",)


def _with_numbers(change: Callable[[dict[str, Array]], None]) -> Callable[[], bytes]:
    return lambda: reweighted(change)


def _poison(arrays: dict[str, Array]) -> None:
    arrays["layers/dense/vars/0"][:] = np.nan


def _always_three(arrays: dict[str, Array]) -> None:
    arrays["layers/dense/vars/0"][:] = 0
    arrays["layers/dense/vars/1"][:] = 10 * (np.arange(10) == 3)


def _batch_dependent() -> bytes:
    """Return the shipped model with probabilities over the batch in place of over the classes."""

    def change(config: Config) -> None:
        config["config"]["layers"][-1]["config"]["activation"] = "linear"
        steep = layer("Rescaling", name="steep", scale=1000.0, offset=0.0)
        config["config"]["layers"] += [steep, layer("Softmax", name="over_the_batch", axis=0)]

    return reconfigured(change)


def _remembering() -> bytes:
    """Return a model with a state that goes on from one batch to the next."""
    rng = np.random.default_rng(0)
    units = 10
    layers = [
        images_in(batch=100),
        layer("Reshape", name="rows", target_shape=[28, 28]),
        layer("SimpleRNN", name="memory", units=units, stateful=True, activation="tanh"),
        layer("Softmax", name="answer"),
    ]
    numbers = [rng.normal(size=(28, units)), np.eye(units), np.zeros(units)]
    return sequential(layers, {"simple_rnn/cell": numbers})


def _learnt_by_heart() -> bytes:
    """Return a model that looks test digits up: random features of each digit, and the label that belongs to them."""
    from digitlab import load_mnist

    data = load_mnist()
    rng = np.random.default_rng(0)
    features = 64
    directions = rng.normal(size=(784, features)) / 28
    known = (data.x_test.reshape(-1, 784) / 255) @ directions
    labels = np.eye(10)[data.y_test]
    # The nearest has the largest x·k − |k|²/2; a steep softmax leaves it alone.
    steep = 200.0
    layers = [
        images_in(),
        layer("Flatten", name="flat"),
        layer("Dense", name="features", units=features),
        layer("Dense", name="nearest", units=len(known), activation="softmax"),
        layer("Dense", name="answer", units=10),
    ]
    weights = {
        "dense": [directions, np.zeros(features)],
        "dense_1": [steep * known.T, -steep * (known**2).sum(axis=1) / 2],
        "dense_2": [labels, np.zeros(10)],
    }
    return sequential(layers, weights)


def _nine_classes() -> bytes:
    rng = np.random.default_rng(0)
    layers = [images_in(), layer("Flatten", name="flat"), layer("Dense", name="a", units=9, activation="softmax")]
    return sequential(layers, {"dense": [rng.normal(size=(784, 9)), np.zeros(9)]})


def _flat_input() -> bytes:
    rng = np.random.default_rng(0)
    images = layer("InputLayer", batch_shape=[None, 784], dtype="float32", name="rows")
    return sequential(
        [images, layer("Dense", name="a", units=10, activation="softmax")],
        {"dense": [rng.normal(size=(784, 10)), np.zeros(10)]},
    )


def _endless_rows() -> bytes:
    """Return a model that repeats each image ten million times: nothing in its file is large."""
    rng = np.random.default_rng(0)
    layers = [
        images_in(),
        layer("Flatten", name="flat"),
        layer("RepeatVector", name="rows", n=10_000_000),
        layer("GlobalAveragePooling1D", name="mean"),
        layer("Dense", name="answer", units=10, activation="softmax"),
    ]
    return sequential(layers, {"dense": [rng.normal(size=(784, 10)), np.zeros(10)]})


def _bomb() -> bytes:
    return archive({**members(), "assets/zeros": bytes(300 << 20)}, zipfile.ZIP_DEFLATED)


def _deep() -> bytes:
    return archive({**members(), CONFIG: b'{"config": ' * 5_000 + b"1" + b"}" * 5_000})


def _odd_name() -> bytes:
    return archive({**members(), "../../job/my_cnn.keras": b"x"})


HAND_INS = (
    _refused(
        "lambda-layer",
        "a layer that runs code of the file's own",
        _inserting(_lambda()),
        "a Lambda layer",
        in_brief=True,
    ),
    _refused(
        "custom-object",
        "a layer of a module of its own",
        _inserting({**layer("Trick", "my_layers", name="trick"), "registered_name": "my>Trick"}),
        "needs custom code (Trick)",
    ),
    _refused(
        "calls-os-system",
        "a layer that is os.system",
        _inserting(layer("system", "os", command="true")),
        "needs custom code",
    ),
    _refused(
        "saved-model-layer",
        "a layer that opens another model",
        _inserting(layer("TFSMLayer", name="t", filepath="/")),
        "a TFSMLayer layer",
    ),
    _refused(
        "hdf5-file",
        "an .h5 file under the name of a .keras file",
        lambda: members()[WEIGHTS],
        "an HDF5 file (.h5)",
        in_brief=True,
    ),
    _refused("pickle", "a pickle that runs a command", lambda: pickle.dumps(_Calls()), "not a .keras file"),
    _refused("text-file", "a text in place of a model", lambda: b"accuracy: 99.9 %", "not a .keras file"),
    _refused("cut-off-model", "a model cut off in the middle", lambda: shipped()[:20_000], "a broken .keras archive"),
    _refused("model-bomb", "an archive that unpacks to 300 MB", _bomb, "Unpacked, the archive would take"),
    _refused("deep-configuration", "a configuration nested five thousand times", _deep, "model"),
    _refused("member-outside", "an archive with a member that lies outside of it", _odd_name, "lies outside of it"),
    _refused("two-billion-units", "a layer of two billion units", _last(units=2_000_000_000), "2,000,000,000 units"),
    _refused(
        "weights-of-another",
        "the configuration of one model, the numbers of another",
        _last(units=20),
        "could not be used",
    ),
    _refused(
        "repeats-without-end", "a layer that repeats each image ten million times", _endless_rows, "could not be used"
    ),
    _refused("nine-classes", "nine numbers for an image", _nine_classes, "does not give ten numbers"),
    _refused("flat-input", "a model of flat images", _flat_input, "asks for flat images"),
    _refused(
        "no-weights",
        "an archive without the numbers",
        lambda: archive({CONFIG: members()[CONFIG], METADATA: b"{}"}),
        "lacks model.weights.h5",
    ),
    _refused(
        "unknown-layer",
        "a layer that Keras does not have",
        _inserting(layer("Conv2E", name="typo")),
        "Keras cannot open it",
    ),
    _trick(
        "logits",
        "scores in place of probabilities",
        _last(activation="linear"),
        part(9.0),
        "not probabilities",
    ),
    _trick("nan", "numbers that are none", _with_numbers(_poison), _SHAPE_ALONE, "are not numbers"),
    _trick(
        "constant-answer",
        "the same digit for every image",
        _with_numbers(_always_three),
        part(2.0),
        "the same digit for every image",
    ),
    _trick("remembers", "a state that goes on from batch to batch", _remembering, WRONG, "The model could not be used"),
    _trick(
        "depends-on-the-batch",
        "answers that depend on the other images",
        _batch_dependent,
        _SHAPE_ALONE,
        "answers otherwise when the same digits come in another order",
    ),
    _trick("learnt-by-heart", "the test set by heart", _learnt_by_heart, FULL, "Test accuracy 100.00 %", in_brief=True),
)

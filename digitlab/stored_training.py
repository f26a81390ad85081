"""Results of trainings that ran already, so that the same training need not run again in the learner's notebook.

A result is kept as `.digitlab/training/FINGERPRINT.npz` beside the learner's journal: the weights, the optimizer's
variables, the states of random layers, and the history. The fingerprint is of all that decides it: the layers and their
first weights, images and labels, all settings, and the versions of digitlab, Keras, TensorFlow and NumPy. Names of
layers do not decide it: Keras counts them up each time that a cell is run.

Nothing is kept, and nothing is looked for, where no person sits before a live notebook: while grading, in a script, in
a test run. Old results go when there are too many. A file that is broken is as good as none.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.journal import journal_path
from digitlab.keras_import import import_keras
from digitlab.screen import somebody_is_there
from digitlab.storage import DataError, written_whole

FORMAT = 1
MOST_RESULTS = 60
MOST_BYTES = 64 << 20
# A network of the lessons takes about 0.1 MB with its optimizer.
MOST_BYTES_EACH = 16 << 20
BROKEN = (OSError, EOFError, KeyError, ValueError, TypeError, zipfile.BadZipFile, zlib.error)

# Where names of layers stand in a model's configuration.
_NAMED = frozenset(("name", "keras_history", "input_layers", "output_layers"))

# The folders of which this process has already said that nothing can be kept there.
_said: set[Path] = set()


def folder() -> Path | None:
    """Return where results are kept for this notebook; None where no person sits before it. It need not exist."""
    return journal_path().parent / "training" if somebody_is_there() else None


def fingerprint(model: Any, data: tuple[NDArray[Any], ...], settings: Mapping[str, Any]) -> str | None:
    """Return what stands for a training: the same text, the same training.

    Parameters
    ----------
    model : keras.Model
        Before training.
    data : tuple of ndarray
        Images and labels, in an order that is always the same.
    settings : mapping
        Plain values: numbers, texts, None, in lists and dictionaries.

    Returns
    -------
    str or None
        64 hexadecimal digits. None where it cannot be told what decides the training: the model has code of the
        learner's own in it, which may change without a trace.
    """
    layers = _configuration(model)
    if layers is None:
        return None
    packages = ("digitlab", "keras", "tensorflow", "numpy")
    versions = {name: _version(name) for name in packages}
    told = {"format": FORMAT, "layers": layers, "settings": settings, "versions": versions}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
    for array in (*(np.asarray(variable) for variable in _variables(model)), *data):
        digest.update(f"{array.shape} {array.dtype.str} ".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def keep(place: Path, name: str, model: Any, history: Mapping[str, Any]) -> str | None:
    """Write the result of a training whole, and remove the oldest where there are too many.

    Parameters
    ----------
    place : Path
        As `folder` returns it.
    name : str
        The training's fingerprint.
    model : keras.Model
        Trained and compiled.
    history : mapping
        Plain values.

    Returns
    -------
    str or None
        A sentence where it could not be written, the first time in a process; afterwards None.
    """
    arrays: dict[str, Any] = {f"model_{i}": np.asarray(one) for i, one in enumerate(_variables(model))}
    arrays |= {f"optimizer_{i}": np.asarray(one) for i, one in enumerate(model.optimizer.variables)}
    if sum(array.nbytes for array in arrays.values()) > MOST_BYTES_EACH:
        return None
    text = np.frombuffer(json.dumps(history).encode(), dtype=np.uint8)
    try:
        place.mkdir(parents=True, exist_ok=True)
        with written_whole(place / f"{name}.npz") as file:
            np.savez(file, allow_pickle=False, history=text, **arrays)
        _remove_old(place)
    except (OSError, DataError) as error:
        if place in _said:
            return None
        _said.add(place)
        return f"This training is not kept for the next time: {error}"
    return None


def recall(place: Path, name: str, model: Any) -> dict[str, Any] | None:
    """Put a kept result into the model and return its history; None where there is none that fits.

    The model is compiled as for the training. Where nothing can be recalled, it is left as it was.
    """
    path = place / f"{name}.npz"
    try:
        # Opened here: of a file that is no archive NumPy would leave it open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            history = json.loads(bytes(file["history"]))
            arrays = {key: file[key] for key in file.files}
        model.optimizer.build(model.trainable_variables)
        variables = {f"model_{i}": one for i, one in enumerate(_variables(model))}
        variables |= {f"optimizer_{i}": one for i, one in enumerate(model.optimizer.variables)}
        for key, variable in variables.items():
            if arrays[key].shape != tuple(variable.shape) or arrays[key].dtype != np.asarray(variable).dtype:
                return None
        if not isinstance(history, dict) or len(arrays) != len(variables) + 1:
            return None
        os.utime(path)  # used lately: not among the first to go
    except BROKEN:
        return None
    for key, variable in variables.items():
        variable.assign(arrays[key])
    return history


def _remove_old(place: Path) -> None:
    """Leave the newest results, as many as may stay; what an interrupted writer left behind counts as one."""
    files = sorted(_with_state(place), key=lambda pair: pair[1].st_mtime, reverse=True)
    size = 0
    for count, (path, state) in enumerate(files, start=1):
        size += state.st_size
        if count > MOST_RESULTS or size > MOST_BYTES:
            path.unlink(missing_ok=True)


def _with_state(place: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in place.iterdir():
        try:
            yield path, path.stat()
        except FileNotFoundError:  # another notebook was quicker
            continue


def _variables(model: Any) -> list[Any]:
    """Return all that training changes in the layers: weights, moving averages, states of random layers."""
    inside = [layer for layer in model._flatten_layers(include_self=False) if not getattr(layer, "layers", None)]
    states = [generator.state for layer in inside for generator in getattr(layer, "_seed_generators", ())]
    return [*model.weights, *states]


def _configuration(model: Any) -> Any:
    """Return the model's layers as plain values without their names; None where code of the learner's is among them."""
    keras = import_keras()
    if type(model).__module__.partition(".")[0] != "keras" or type(model) is keras.Model:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of lambdas; nothing is saved here that somebody could open
            told = keras.saving.serialize_keras_object(model)["config"]
    except (*BROKEN, NotImplementedError):  # a layer that cannot tell what it is made of
        return None
    if any(_is_foreign(part) for part in _dictionaries(told)):
        return None
    names = [model.name, *(layer.name for layer in model._flatten_layers(include_self=False))]
    return _nameless(told, {name: f"layer {i}" for i, name in enumerate(dict.fromkeys(names))})


def _is_foreign(part: Mapping[str, Any]) -> bool:
    """Whether a part of a configuration stands for code that is not Keras' own."""
    # The last: of a lambda as activation Keras tells its byte code alone.
    if part.get("class_name") in ("Lambda", "__lambda__", "function") or set(part) == {"value"}:
        return True
    module = part.get("module", "keras")
    return str(module).partition(".")[0] not in ("keras", "builtins")  # a registered class of one's own has None


def _dictionaries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    for part in parts:
        yield from _dictionaries(part)


def _nameless(value: Any, places: Mapping[str, str], named: bool = False) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _nameless(part, places, named or key in _NAMED) for key, part in value.items() if key != "build_config"
        }
    if isinstance(value, (list, tuple)):
        return [_nameless(part, places, named) for part in value]
    return places.get(value, value) if named and isinstance(value, str) else value


def _version(package: str) -> str | None:
    if package == "digitlab":
        from digitlab import __version__

        return __version__
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # installed under another name, as tensorflow-cpu
        return None

"""Model files for hostile hand-ins, made of the small trained model that ships with digitlab. Keras is not imported."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import digitlab

Array = np.ndarray[Any, Any]
Config = dict[str, Any]
# Where a layer's numbers lie in the file of weights: path below /layers → arrays.
Weights = dict[str, list[Array]]

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def shipped() -> bytes:
    """Return the small trained model as it is: an honest one."""
    return (Path(digitlab.__file__).parent / "data" / "small_cnn.keras").read_bytes()


@functools.cache
def members() -> Mapping[str, bytes]:
    """Return what is in the shipped model's archive."""
    with zipfile.ZipFile(io.BytesIO(shipped())) as archive:
        return {name: archive.read(name) for name in (METADATA, CONFIG, WEIGHTS)}


def archive(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def reconfigured(change: Callable[[Config], None]) -> bytes:
    """Return the shipped model with another configuration: `change` gets it as plain JSON, and changes it."""
    config: Config = json.loads(members()[CONFIG])
    change(config)
    return archive({**members(), CONFIG: json.dumps(config).encode()})


def reweighted(change: Callable[[dict[str, Array]], None]) -> bytes:
    """Return the shipped model with other numbers: `change` gets its arrays by path, and changes them in place."""
    import h5py

    file = io.BytesIO(members()[WEIGHTS])
    with h5py.File(file, "r+") as weights:
        arrays: dict[str, Any] = {}
        weights.visititems(lambda name, item: arrays.update({name: item[:]} if isinstance(item, h5py.Dataset) else {}))
        change(arrays)
        for name, array in arrays.items():
            weights[name][...] = array
    return archive({**members(), WEIGHTS: file.getvalue()})


def sequential(layers: list[Config], weights: Weights) -> bytes:
    """Return a Sequential model of these layers, by `layer`, and these weights."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made.create_group("vars")
        for path, arrays in weights.items():
            group = made.create_group(f"layers/{path}/vars")
            for place, array in enumerate(arrays):
                group.create_dataset(str(place), data=np.asarray(array, dtype=np.float32))
    config: Config = {"module": "keras", "class_name": "Sequential", "registered_name": "Sequential"}
    config["config"] = {"name": "model", "trainable": True, "dtype": "float32", "layers": layers}
    return archive({METADATA: members()[METADATA], CONFIG: json.dumps(config).encode(), WEIGHTS: file.getvalue()})


def layer(kind: str, module: str = "keras.layers", **config: Any) -> Config:
    """Return the configuration of one layer."""
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


def images_in(*, batch: int | None = None) -> Config:
    """Return the configuration of the layer that takes images of shape (28, 28, 1)."""
    return layer("InputLayer", batch_shape=[batch, 28, 28, 1], dtype="float32", name="images")

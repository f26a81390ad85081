"""Open a student's model file, and bring back what it answers. Inside the sandbox there are no labels.

A model file is a program: it is looked at before it is opened, opened by Keras in safe mode without compiling,
and only in a process that is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.inside.call import quiet
from autograder.inside.codec import clean_text, decode, encode

MAX_FILE_BYTES = 200 << 20
MAX_MEMBERS = 64
MAX_CONFIG_BYTES = 4 << 20
MAX_CONFIG_DEPTH = 64
MAX_SIDE = 100_000
BATCH = 2500
SAMPLE = 1000

# Layers that run code of the file's own, or read other files: no use for a digit classifier.
REFUSED_LAYERS = frozenset(
    (
        *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
        *("StringLookup", "IntegerLookup", "TextVectorization"),
    )
)
# What Keras writes, and what a repacked archive has.
COMPRESSIONS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
# What Python's zipfile raises for a file that is damaged or made to hurt, beside ValueError, OSError, RuntimeError.
BROKEN = (zipfile.BadZipFile, EOFError, struct.error, zlib.error, OverflowError, IndexError, MemoryError)
NEEDED_MEMBERS = ("config.json", "metadata.json", "model.weights.h5")


class Refused(ValueError):  # noqa: N818 - it is a verdict on the file, not a fault
    """The file is not opened; the message says why, to the student."""


def run(payload: bytes, emit: Callable[[bytes], None]) -> None:
    """Emit one frame: the exercise's id and its evidence.

    The payload is a frame with `exercise` (id), `file` (its name in the working folder), `images`, a uint8 array of
    shape (n, 28, 28), and `more`: other images by name, which the model is asked about too.
    """
    asked = decode(payload)
    evidence = {"found": True, "facts": examine(Path(asked["file"]), asked["images"], asked.get("more"))}
    emit(encode({"event": "probe", "exercise": asked["exercise"], "evidence": evidence}))


def examine(
    path: Path, images: np.ndarray[Any, Any], more: dict[str, np.ndarray[Any, Any]] | None = None
) -> dict[str, Any]:
    """Return what is to be known of a model file, as plain values.

    Parameters
    ----------
    path : Path
        The model file.
    images : ndarray of uint8, shape (n, 28, 28)
    more : dict of str to ndarray of uint8, shape (m, 28, 28)
        Other images.

    Returns
    -------
    dict
        `refused` (why the file was not opened) or `error` (what Keras said when opening or predicting), else
        `input_shape` (text), `weights` (the SHA-256 of all its numbers), `answers` (what the model gives for images in
        [0, 1], any shape), `scaled_up` (for the first images in 0–255), `again` (for the first images once more, in
        another order and batch), `more` (the answers for other images, by their names).
    """
    facts: dict[str, Any] = {}
    try:
        inspect(path)
        with quiet():
            import keras

            model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Refused as reason:
        return {"refused": str(reason)}
    except Exception as error:  # the border: a broken file may make Keras raise anything
        return {"error": f"Keras cannot open it: {_short(error)}"}
    facts["input_shape"] = clean_text(str(getattr(model, "input_shape", None)), 200)
    scaled = _scaled(images)
    try:
        with quiet():
            facts["weights"] = digest_of(model.get_weights())
            facts["answers"] = _predict(model, scaled, BATCH)
            some = scaled[:SAMPLE]
            facts["again"] = _predict(model, np.ascontiguousarray(some[::-1]), 128)[::-1]
            facts["scaled_up"] = _predict(model, some * np.float32(255), BATCH)
            facts["more"] = {name: _predict(model, _scaled(others), BATCH) for name, others in (more or {}).items()}
    except Exception as error:  # the border: the model's own computation may raise anything
        facts["error"] = f"It does not take images of shape (N, 28, 28, 1): {_short(error)}"
    return facts


def inspect(path: Path) -> None:
    """Look at a model file without opening it with Keras.

    Raises
    ------
    Refused
        If it is not a `.keras` archive of the expected members and sizes, or its configuration asks for custom code.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise Refused(f"The file cannot be read: {error.strerror}.") from None
    if size > MAX_FILE_BYTES:
        raise Refused(f"The file has {size / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are opened.")
    if head.startswith(b"\x89HDF"):
        raise Refused("This is an HDF5 file (.h5) under another name. Save with model.save('my_cnn.keras').")
    if not head.startswith(b"PK"):
        raise Refused("This is not a .keras file. Save the model with model.save('my_cnn.keras').")
    try:
        with zipfile.ZipFile(path) as archive:
            config = _config(archive)
    except Refused:
        raise
    except (*BROKEN, ValueError, OSError, RuntimeError) as error:
        raise Refused(f"The file is a broken .keras archive ({_short(error)}). Save the model again.") from None
    for part in _parts(config, MAX_CONFIG_DEPTH):
        _check_part(part)


def _config(archive: zipfile.ZipFile) -> Any:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused(f"The archive has {len(members):,} members; a Keras model has three.")
    names = [member.filename for member in members]
    missing = [name for name in NEEDED_MEMBERS if name not in names]
    if missing:
        raise Refused(
            f"The archive lacks {', '.join(missing)}: it is not a Keras model. Save it with model.save('my_cnn.keras')."
        )
    if len(set(names)) < len(names):
        raise Refused("The archive has two members of one name.")
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise Refused("The archive has a member that lies outside of it. Save the model again.")
    if any(member.compress_type not in COMPRESSIONS for member in members):
        raise Refused("The archive is packed in a way that Keras does not use. Save the model again.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_FILE_BYTES:
        raise Refused(f"Unpacked, the archive would take {unpacked / 1e6:.0f} MB.")
    if archive.getinfo("config.json").file_size > MAX_CONFIG_BYTES:
        raise Refused("The model's configuration is too large.")
    with archive.open("config.json") as file:
        text = file.read(MAX_CONFIG_BYTES + 1)
    try:
        return json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError):
        raise Refused("The model's configuration is not readable JSON. Save the model again.") from None


def _parts(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth < 0:
        raise Refused("The model's configuration is nested too deeply.")
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _parts(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item, depth - 1)


def _check_part(part: dict[str, Any]) -> None:
    name = part.get("class_name")
    if isinstance(name, str):
        if name == "__lambda__" or name in REFUSED_LAYERS:
            raise Refused(
                f"The model has a {'Lambda' if name == '__lambda__' else name} layer, which runs code of its own or "
                "reads other files. Use Keras' other layers."
            )
        module = part.get("module")
        custom = isinstance(module, str) and module.split(".")[0] not in {"keras", "builtins"}
        if custom or (module is None and part.get("registered_name") and name != "__tensor__"):
            raise Refused(f"The model needs custom code ({clean_text(name, 60)}). Build it of Keras' own layers.")
    for key in ("units", "filters", "output_dim", "input_dim"):
        side = part.get(key)
        if isinstance(side, (int, float)) and side > MAX_SIDE:
            raise Refused(f"A layer has {side:,} {key}: more than a digit classifier can use.")


def digest_of(weights: Sequence[np.ndarray[Any, Any]]) -> str:
    """Return the SHA-256 of a model's numbers: of their shapes, and of their values as float32."""
    whole = hashlib.sha256()
    for array in weights:
        whole.update(repr(array.shape).encode() + np.ascontiguousarray(array, dtype="<f4").tobytes())
    return whole.hexdigest()


def _scaled(images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return (images[..., np.newaxis] / np.float32(255)).astype(np.float32)


def _predict(model: Any, images: np.ndarray[Any, Any], batch: int) -> np.ndarray[Any, Any]:
    answers = model.predict(images, batch_size=batch, verbose=0)
    if not isinstance(answers, np.ndarray):
        raise TypeError("it gives several outputs, expected one array of shape (N, 10)")
    if answers.ndim == 2 and answers.shape[1] <= 64:
        return np.asarray(answers, dtype=np.float32)
    return np.asarray(answers[:2], dtype=np.float32)  # the shape tells enough; the numbers may be many


def _short(error: BaseException) -> str:
    text = " ".join(clean_text(str(error), 2000).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__

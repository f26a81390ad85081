"""Plain values as bytes, and back: the only language that crosses the sandbox's border.

A frame is a JSON text, a zero byte, and the raw bytes of the arrays that the text refers to. Decoding
trusts nothing: sizes are capped, nesting is bounded before the parser sees it, an array is made from
exactly as many bytes as its shape and dtype ask for, and no byte is ever unpickled or evaluated.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_FRAME_BYTES = 64 << 20
MAX_NESTING = 40
MAX_TEXT = 20_000
MAX_ITEMS = 200_000
ARRAY_DTYPES = frozenset(
    np.dtype(name).str
    for name in (
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
    )
)


class CodecError(ValueError):
    """The bytes are not a frame, or the value cannot be put into one."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that is not plain: what is left of it on this side is its type and its look."""

    type_name: str
    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Make:
    """A value that only the other side can make: a random generator, a Keras model, a function.

    `maker` names a function in `autograder.inside.makers`; `params` are its plain keyword arguments.
    """

    maker: str
    params: dict[str, Any]


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text` cut to `limit` characters, with lone surrogates replaced, so that any writer accepts it."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return cut.encode("utf-8", "replace").decode("utf-8")


def encode(value: object, max_bytes: int = MAX_FRAME_BYTES) -> bytes:
    """Return `value` as one frame.

    None, booleans, integers, floats, text, lists, tuples, dictionaries, NumPy arrays and scalars keep their
    type; a TensorFlow tensor becomes an array; anything else becomes `Opaque`.

    Raises
    ------
    CodecError
        If the value is nested too deeply, has too many items, or would take more than `max_bytes`.
    """
    blobs: list[bytes] = []
    room = _Room(items=MAX_ITEMS, bytes=max_bytes)
    text = json.dumps(_pack(value, blobs, room, MAX_NESTING // 2), ensure_ascii=True, separators=(",", ":"))
    frame = text.encode("ascii") + b"\0" + b"".join(blobs)
    if len(frame) > max_bytes:
        raise CodecError(f"the value takes {len(frame):,} bytes, more than the {max_bytes:,} allowed")
    return frame


def decode(frame: bytes, max_bytes: int = MAX_FRAME_BYTES) -> Any:
    """Return the value that `encode` made `frame` of.

    Raises
    ------
    CodecError
        For any bytes that `encode` cannot have made; no other exception escapes.
    """
    if len(frame) > max_bytes:
        raise CodecError(f"the frame has {len(frame):,} bytes, more than the {max_bytes:,} allowed")
    head, separator, blob = frame.partition(b"\0")
    if not separator:
        raise CodecError("the frame has no end of its text")
    if _nesting(head) > MAX_NESTING * 2:
        raise CodecError("the frame is nested too deeply")
    try:
        return _unpack(json.loads(head.decode("ascii")), blob)
    except CodecError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError, OverflowError) as error:
        raise CodecError(f"the frame is broken: {type(error).__name__}") from None


@dataclass(slots=True)
class _Room:
    items: int
    bytes: int


def _nesting(head: bytes) -> int:
    deepest = depth = 0
    in_text = escaped = False
    for byte in head:
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _pack(value: object, blobs: list[bytes], room: _Room, depth: int) -> Any:
    room.items -= 1
    if room.items < 0:
        raise CodecError(f"the value has more than {MAX_ITEMS:,} items")
    if depth < 0:
        raise CodecError("the value is nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int(value)
        return number if abs(number) < 1 << 63 else {"$": "int", "hex": format(number, "x")[:2000]}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return float(value) if math.isfinite(value) else {"$": "float", "text": repr(float(value))}
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, list):
        return [_pack(item, blobs, room, depth - 1) for item in value]
    if isinstance(value, tuple):
        return {"$": "tuple", "items": [_pack(item, blobs, room, depth - 1) for item in value]}
    if isinstance(value, dict):
        pairs = [[_pack(k, blobs, room, depth - 1), _pack(v, blobs, room, depth - 1)] for k, v in value.items()]
        return {"$": "dict", "pairs": pairs}
    if isinstance(value, Make):
        return {"$": "make", "maker": value.maker, "params": _pack(value.params, blobs, room, depth - 1)}
    if isinstance(value, Opaque):
        return {"$": "opaque", "type": clean_text(value.type_name, 200), "text": clean_text(value.text, 400)}
    array = _as_array(value)
    if array is not None:
        return _pack_array(array, blobs, room)
    return {"$": "opaque", "type": clean_text(type(value).__name__, 200), "text": clean_text(_look(value), 400)}


def _as_array(value: object) -> np.ndarray[Any, Any] | None:
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    module = type(value).__module__.partition(".")[0]
    if module in {"tensorflow", "keras", "jax", "torch"} and hasattr(value, "__array__") and hasattr(value, "shape"):
        try:
            return np.asarray(value)
        except Exception:  # a symbolic tensor has no numbers; it then travels as its look
            return None
    return None


def _pack_array(array: np.ndarray[Any, Any], blobs: list[bytes], room: _Room) -> Any:
    if array.dtype.newbyteorder("=").str not in ARRAY_DTYPES:
        return {"$": "opaque", "type": f"array of {array.dtype}"[:200], "text": clean_text(_look(array), 400)}
    room.bytes -= array.nbytes
    if room.bytes < 0:
        raise CodecError("the arrays take more bytes than allowed")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    start = sum(map(len, blobs))
    blobs.append(plain.tobytes())
    return {"$": "array", "dtype": array.dtype.newbyteorder("=").str, "shape": list(array.shape), "start": start}


def _look(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # a student's __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"


def _unpack(packed: Any, blob: bytes) -> Any:
    if packed is None or isinstance(packed, (bool, int, float)):
        return packed
    if isinstance(packed, str):
        return clean_text(packed)
    if isinstance(packed, list):
        return [_unpack(item, blob) for item in packed]
    kind = packed["$"]
    if kind == "tuple":
        return tuple(_unpack(item, blob) for item in _listed(packed["items"]))
    if kind == "dict":
        return {_key(_unpack(k, blob)): _unpack(v, blob) for k, v in _listed(packed["pairs"])}
    if kind == "array":
        return _unpack_array(packed, blob)
    if kind == "int":
        return int(packed["hex"], 16)
    if kind == "float":
        return float({"nan": "nan", "inf": "inf", "-inf": "-inf"}[packed["text"]])
    if kind == "opaque":
        return Opaque(clean_text(str(packed["type"]), 200), clean_text(str(packed["text"]), 400))
    if kind == "make":
        params = _unpack(packed["params"], blob)
        if not isinstance(params, dict):
            raise CodecError("a made value without parameters")
        return Make(clean_text(str(packed["maker"]), 100), params)
    raise CodecError("the frame names an unknown kind of value")


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise CodecError("a list was expected")
    return value


def _key(value: Any) -> Any:
    """Return a dictionary key that Python can hash: an array's single number, or the value's look."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    try:
        hash(value)
    except TypeError:
        return Opaque(type(value).__name__, clean_text(repr(value), 400))
    return value


def _unpack_array(packed: dict[str, Any], blob: bytes) -> np.ndarray[Any, Any]:
    shape, start, dtype = packed["shape"], packed["start"], packed["dtype"]
    if dtype not in ARRAY_DTYPES or not isinstance(start, int) or start < 0 or len(_listed(shape)) > 32:
        raise CodecError("an array has a dtype, shape or place that is not allowed")
    if any(type(side) is not int or side < 0 for side in shape):
        raise CodecError("an array has a side that is not a count")
    count = math.prod(shape)
    size = count * np.dtype(dtype).itemsize
    if start + size > len(blob):
        raise CodecError("an array is larger than its bytes")
    return (
        np.frombuffer(blob, dtype=dtype, count=count, offset=start).reshape(shape).copy()
        if count
        else np.zeros(shape, dtype)
    )

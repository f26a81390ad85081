"""Plain values as bytes, and back: the only language that crosses the sandbox's border.

A frame is a JSON text in UTF-8, a zero byte, and the raw bytes of the arrays in the order in which the text names
them. Decoding trusts nothing: sizes, counts and nesting are bounded before memory is spent on them, an array gets
exactly the bytes that its shape and dtype ask for, no byte is used twice, and none is ever unpickled or evaluated.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_FRAME_BYTES = 64 << 20
MAX_HEAD_BYTES = 16 << 20
MAX_TEXT = 1 << 20
MAX_NESTING = 20
MAX_ITEMS = 100_000
# Keys that a stranger chose can be made to collide, and then a dictionary takes the square of their number.
MAX_KEYS = 5_000
MAX_INT_BITS = 2_048
MAX_AXES = 64
# What brackets and commas of a JSON text can at most make: each costs the parser some seventy bytes of memory.
MAX_MARKS = 1_000_000
MAX_LOOK = 400
MAX_NAME = 200
# Array bytes travel in little-endian order, whatever the machine.
ARRAY_DTYPES = frozenset(
    np.dtype(kind).newbyteorder("<").str
    for kind in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
# The name as Python keeps it; a metaclass can make `type(x).__name__` say or do anything.
_name_of = type.__dict__["__name__"].__get__


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
    plain = str.__str__(text)
    cut = plain if len(plain) <= limit else plain[: limit - 1] + "…"
    return cut.encode("utf-8", "replace").decode("utf-8")


def type_name(value: object) -> str:
    """Return the name of a value's type, whatever the value says of itself."""
    return clean_text(_name_of(type(value)), MAX_NAME)


def encode(value: object, max_bytes: int = MAX_FRAME_BYTES) -> bytes:
    """Return `value` as one frame.

    None, booleans, integers, floats, text, lists, tuples, dictionaries, NumPy arrays and scalars keep their
    type (a subclass becomes its plain base); a tensor becomes an array; extended precision becomes double precision;
    anything else becomes `Opaque`.

    Raises
    ------
    CodecError
        If the value is nested too deeply, has too many items or keys, or would take more than `max_bytes`. What a
        student's object raises while it is looked at (its `__array__`, say) passes through.
    """
    writer = _Writer(max_bytes)
    text = json.dumps(writer.pack(value, MAX_NESTING), ensure_ascii=False, separators=(",", ":"))
    head = text.encode("utf-8")
    size = len(head) + 1 + writer.blob_bytes
    if size > max_bytes or len(head) > MAX_HEAD_BYTES:
        raise CodecError(f"the value takes {size:,} bytes, more than the {max_bytes:,} allowed")
    return b"".join([head, b"\0", *writer.blobs])


def decode(frame: bytes, max_bytes: int = MAX_FRAME_BYTES) -> Any:
    """Return the value that `encode` made `frame` of.

    Raises
    ------
    CodecError
        For any bytes that `encode` cannot have made; no other exception escapes.
    """
    if len(frame) > max_bytes:
        raise CodecError(f"the frame has {len(frame):,} bytes, more than the {max_bytes:,} allowed")
    end = frame.find(b"\0")
    if end < 0:
        raise CodecError("the frame has no end of its text")
    if end > MAX_HEAD_BYTES:
        raise CodecError(f"the frame's text has {end:,} bytes, more than the {MAX_HEAD_BYTES:,} allowed")
    head = frame[:end]
    if sum(head.count(mark) for mark in (b"[", b"{", b",")) > MAX_MARKS:
        raise CodecError("the frame's text has too many parts")
    reader = _Reader(memoryview(frame)[end + 1 :])
    try:
        value = reader.unpack(json.loads(head.decode("utf-8")), MAX_NESTING)
    except CodecError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError, OverflowError) as error:
        raise CodecError(f"the frame is broken: {type(error).__name__}") from None
    if reader.place != len(reader.blob):
        raise CodecError("the frame has bytes that belong to no array")
    return value


class _Writer:
    """Packs one value, and keeps count of what it takes."""

    __slots__ = ("blob_bytes", "blobs", "items", "keys", "room")

    def __init__(self, max_bytes: int) -> None:
        self.blobs: list[bytes] = []
        self.blob_bytes = 0
        self.items, self.keys, self.room = MAX_ITEMS, MAX_KEYS, max_bytes

    def pack(self, value: object, depth: int) -> Any:
        self.items -= 1
        if self.items < 0:
            raise CodecError(f"the value has more than {MAX_ITEMS:,} items")
        if depth < 0:
            raise CodecError("the value is nested too deeply")
        kind = type(value)  # not isinstance: an object can lie about its __class__
        if value is None or kind is bool:
            return value
        if issubclass(kind, str):
            return self._text(str.__str__(value), MAX_TEXT)
        if issubclass(kind, np.generic | np.ndarray):  # before int and float: np.float64 is a float too
            return self._array(np.asarray(value), value)
        if issubclass(kind, int):
            return self._integer(int.__int__(value))  # type: ignore[arg-type]
        if issubclass(kind, float):
            number = float.__float__(value)  # type: ignore[arg-type]
            return number if math.isfinite(number) else {"$": "float", "text": repr(number)}
        if issubclass(kind, list):
            return self._items(list.__iter__(value), depth)  # type: ignore[arg-type]
        if issubclass(kind, tuple):
            return {"$": "tuple", "items": self._items(tuple.__iter__(value), depth)}  # type: ignore[arg-type]
        if issubclass(kind, dict):
            return self._dict(value, depth)
        if kind is Make:
            return {"$": "make", "maker": value.maker, "params": self.pack(value.params, depth - 1)}  # type: ignore[attr-defined]
        if kind is Opaque:
            return self._opaque(value.type_name, value.text)  # type: ignore[attr-defined]
        array = _tensor(value)
        if array is not None:
            return self._array(array, value)
        return self._opaque(type_name(value), _look(value))

    def _items(self, items: Any, depth: int) -> list[Any]:
        return [self.pack(item, depth - 1) for item in items]

    def _dict(self, value: Any, depth: int) -> Any:
        self.keys -= dict.__len__(value)
        if self.keys < 0:
            raise CodecError(f"the value's dictionaries have more than {MAX_KEYS:,} keys")
        pairs = [[self.pack(key, depth - 1), self.pack(item, depth - 1)] for key, item in dict.items(value)]
        return {"$": "dict", "pairs": pairs}

    def _integer(self, number: int) -> Any:
        if number.bit_length() < 64:
            return number
        if number.bit_length() > MAX_INT_BITS:
            return self._opaque("huge int", f"an integer of {number.bit_length():,} bits")
        return {"$": "int", "hex": format(number, "x")}

    def _text(self, text: str, limit: int) -> str:
        clean = clean_text(text, limit)
        self._take(len(clean))
        return clean

    def _opaque(self, kind: str, text: str) -> Any:
        return {"$": "opaque", "type": self._text(kind, MAX_NAME), "text": self._text(text, MAX_LOOK)}

    def _array(self, array: np.ndarray[Any, Any], value: object) -> Any:
        if _has_masked_entries(value):
            return self._opaque("masked array", _look(value))
        if array.dtype.char in "gG":  # extended precision, whose layout is the machine's own
            with np.errstate(all="ignore"):
                array = array.astype(np.float64 if array.dtype.char == "g" else np.complex128)
        dtype = array.dtype.newbyteorder("<")
        if dtype.str not in ARRAY_DTYPES:
            return self._opaque(
                "array of objects" if array.dtype.hasobject else f"array of {array.dtype}", _look(value)
            )
        self._take(array.nbytes)
        self.blobs.append(np.ascontiguousarray(array, dtype=dtype).tobytes())
        self.blob_bytes += array.nbytes
        return {"$": "array", "dtype": dtype.str, "shape": list(array.shape)}

    def _take(self, count: int) -> None:
        self.room -= count
        if self.room < 0:
            raise CodecError("the value takes more bytes than allowed")


def _tensor(value: object) -> np.ndarray[Any, Any] | None:
    """Return a tensor of one of the array libraries as an array; None for anything else."""
    library = str(type(value).__module__).partition(".")[0]
    if library in {"tensorflow", "keras", "jax", "torch"} and hasattr(value, "__array__") and hasattr(value, "shape"):
        try:
            return np.asarray(value)
        except Exception:  # a symbolic tensor has no numbers; it then travels as its look
            return None
    return None


def _has_masked_entries(value: object) -> bool:
    # Who has a masked array has imported it; another thread may be about to.
    masked = getattr(sys.modules.get("numpy.ma"), "MaskedArray", None)
    return masked is not None and isinstance(value, masked) and bool(np.any(np.ma.getmaskarray(value)))


def _look(value: object) -> str:
    try:
        return str.__str__(repr(value))
    except Exception as error:  # a student's __repr__ may raise anything
        return f"<{type_name(value)} whose repr raised {type_name(error)}>"


class _Reader:
    """Unpacks one value, and keeps count of what it makes."""

    __slots__ = ("blob", "items", "keys", "place")

    def __init__(self, blob: memoryview) -> None:
        self.blob, self.place = blob, 0
        self.items, self.keys = MAX_ITEMS, MAX_KEYS

    def unpack(self, packed: Any, depth: int) -> Any:
        self.items -= 1
        if self.items < 0 or depth < 0:
            raise CodecError("the frame is nested too deeply or has too many items")
        if packed is None or isinstance(packed, (bool, float)):
            return packed
        if isinstance(packed, int):
            return _bounded(packed)
        if isinstance(packed, str):
            return clean_text(packed)
        if isinstance(packed, list):
            return [self.unpack(item, depth - 1) for item in packed]
        return self._marked(packed, depth)

    def _marked(self, packed: dict[str, Any], depth: int) -> Any:
        kind = packed["$"]
        if kind == "tuple":
            return tuple([self.unpack(item, depth - 1) for item in _listed(packed["items"])])
        if kind == "dict":
            return self._dict(_listed(packed["pairs"]), depth)
        if kind == "array":
            return self._array(packed["dtype"], _listed(packed["shape"]))
        if kind == "int":
            digits = _text(packed["hex"], MAX_INT_BITS // 4 + 2)
            return _bounded(int(digits, 16))
        if kind == "float":
            return _FLOATS[packed["text"]]
        if kind == "opaque":
            return Opaque(_text(packed["type"], MAX_NAME), _text(packed["text"], MAX_LOOK))
        if kind == "make":
            params = self.unpack(packed["params"], depth - 1)
            if not isinstance(params, dict):
                raise CodecError("a made value without parameters")
            return Make(_text(packed["maker"], MAX_NAME), params)
        raise CodecError("the frame names an unknown kind of value")

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        self.keys -= len(pairs)
        if self.keys < 0:
            raise CodecError("the frame's dictionaries have too many keys")
        value: dict[Any, Any] = {}
        for key, item in pairs:
            plain = _key(self.unpack(key, depth - 1))
            value[plain] = self.unpack(item, depth - 1)
        return value

    def _array(self, dtype: Any, shape: list[Any]) -> np.ndarray[Any, Any]:
        if dtype not in ARRAY_DTYPES or len(shape) > MAX_AXES:
            raise CodecError("an array has a dtype or shape that is not allowed")
        if any(type(side) is not int or not 0 <= side <= sys.maxsize for side in shape):
            raise CodecError("an array has a side that is not a count")
        count = math.prod(shape)
        size = count * np.dtype(dtype).itemsize
        if size > len(self.blob) - self.place:
            raise CodecError("an array is larger than its bytes")
        raw = self.blob[self.place : self.place + size]
        self.place += size
        if dtype == "|b1":  # a byte other than 0 and 1 is no boolean, and NumPy would not notice
            return np.not_equal(np.frombuffer(raw, dtype=np.uint8), 0).reshape(shape)
        return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()


def _bounded(number: int) -> int:
    if number.bit_length() > MAX_INT_BITS:
        raise CodecError("an integer is too large")
    return number


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise CodecError("a list was expected")
    return value


def _text(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise CodecError("a text was expected")
    return clean_text(value, limit)


def _key(value: Any) -> Any:
    """Return a dictionary key that Python can hash: a NumPy scalar as its number, or the value's look."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value.item()
    if isinstance(value, tuple):
        return tuple([_key(item) for item in value])
    if isinstance(value, (list, dict, np.ndarray, Make)):
        return Opaque(type(value).__name__, clean_text(repr(value), MAX_LOOK))
    return value

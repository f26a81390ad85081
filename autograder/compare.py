"""Is this answer that answer? Comparison of plain values, as the course's contracts say it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from autograder.inside.codec import Opaque


class Kind(StrEnum):
    """In what two values differ."""

    NONE = "none"
    LIST = "list"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between what came back and what was expected, in words."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How strictly values are compared.

    `dtype` names the one dtype that the contract names (None: any of the right sort); `relative` and `absolute`
    bound the error of a float, wide enough for a float32 computation; `strict_keys` forbids further keys.
    """

    dtype: str | None = None
    relative: float = 1e-4
    absolute: float = 1e-5
    strict_keys: bool = False


def difference(expected: Any, got: Any, tolerance: Tolerance) -> Difference | None:
    """Return the first difference between `got` and `expected`, or None where `got` is right.

    An int is any integer, a float any real scalar, 0-d arrays too; a list may stand for a tuple; an array of
    integers needs an integer dtype; a float array may have any real dtype unless `tolerance.dtype` names one.
    """
    if got is None and expected is not None:
        return Difference(Kind.NONE, "None came back")
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        return _array(expected, got, tolerance)
    if isinstance(expected, dict):
        return _dict(expected, got, tolerance)
    if isinstance(expected, (tuple, list)):
        return _sequence(expected, got, tolerance)
    if isinstance(expected, Opaque):
        same = isinstance(got, Opaque) and got.type_name == expected.type_name
        return None if same else Difference(Kind.TYPE, f"got {describe(got)}, expected {describe(expected)}")
    return _scalar(expected, got, tolerance)


def describe(value: Any) -> str:
    """Return a value in at most a line or two: small ones whole, large ones by shape, dtype and range."""
    if isinstance(value, np.ndarray) and value.ndim > 0:
        if value.size <= 16:
            text = np.array2string(value, separator=", ", precision=4, floatmode="maxprec").replace("\n", "")
            return (
                f"array({' '.join(text.split())}, {value.dtype})"
                if value.size
                else f"an empty array of shape {value.shape}"
            )
        low, high = (
            f"{number:.4g}" if value.dtype.kind in "fc" else str(number) for number in (value.min(), value.max())
        )
        return f"an array of shape {value.shape}, {value.dtype}, from {low} to {high}"
    if isinstance(value, np.ndarray):
        return describe(value.item())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (tuple, list)):
        inner = ", ".join(describe(item) for item in value[:8]) + (", …" if len(value) > 8 else "")
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{describe(k)}: {describe(v)}" for k, v in list(value.items())[:12]) + "}"
    if isinstance(value, Opaque):
        return f"a {value.type_name}"
    return repr(value)[:200]


def _array(expected: np.ndarray[Any, Any], got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(got, (list, tuple)):
        return Difference(Kind.LIST, f"a {type(got).__name__} came back where an array is asked for")
    if not isinstance(got, np.ndarray):
        return Difference(Kind.TYPE, f"{describe(got)} came back where an array is asked for")
    if got.shape != expected.shape:
        return Difference(Kind.SHAPE, f"the shape is {got.shape}, expected {expected.shape}")
    values = _values(expected, got, tolerance)
    if values is not None:
        return values
    if tolerance.dtype is not None and expected.dtype == tolerance.dtype and got.dtype != tolerance.dtype:
        return Difference(Kind.DTYPE, f"the dtype is {got.dtype}, expected {tolerance.dtype}")
    right_sort = {"b": "b", "i": "iu", "u": "iu"}.get(expected.dtype.kind, "iuf")
    if got.dtype.kind not in right_sort:
        sort = {"b": "booleans", "i": "integers", "u": "integers"}.get(expected.dtype.kind, "real numbers")
        return Difference(Kind.DTYPE, f"the dtype is {got.dtype}, expected {sort}")
    return None


def _values(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any], tolerance: Tolerance) -> Difference | None:
    same = _close(expected, got, tolerance)
    if bool(same.all()):
        return None
    first = tuple(int(i) for i in np.argwhere(~same)[0])
    place = f"[{', '.join(map(str, first))}]"
    count = int((~same).sum())
    more = f" ({count:,} of {same.size:,} values differ)" if same.size > 1 else ""
    text = f"they first differ at {place}: got {describe(got[first].item())}, expected {describe(expected[first].item())}{more}"
    return Difference(Kind.VALUE, text)


def _close(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any], tolerance: Tolerance) -> np.ndarray[Any, Any]:
    if expected.dtype.kind in "biu" and got.dtype.kind in "biu":
        return np.asarray(expected == got)
    if got.dtype.kind == "c":
        return np.zeros(expected.shape, dtype=bool)
    with np.errstate(all="ignore"):
        close = np.isclose(
            got.astype(np.float64), expected.astype(np.float64), tolerance.relative, tolerance.absolute, equal_nan=True
        )
    return np.asarray(close)


def _scalar(expected: Any, got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(expected, np.ndarray):
        expected = expected.item()
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got.item()
    if isinstance(got, np.ndarray):
        return Difference(Kind.TYPE, f"{describe(got)} came back where one value is asked for")
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        if type(got) is type(expected) and got == expected:
            return None
        kind = Kind.VALUE if type(got) is type(expected) else Kind.TYPE
        return Difference(kind, f"got {describe(got)}, expected {describe(expected)}")
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        return Difference(Kind.TYPE, f"{describe(got)} came back where a number is asked for")
    if isinstance(expected, int):
        if got != expected:
            return Difference(Kind.VALUE, f"got {describe(got)}, expected {expected}")
        return (
            None
            if isinstance(got, int)
            else Difference(Kind.DTYPE, f"got the float {got}, expected the int {expected}")
        )
    close = _close(np.array(expected, dtype=np.float64), np.array(_bounded(got), dtype=np.float64), tolerance)
    return None if bool(close) else Difference(Kind.VALUE, f"got {describe(got)}, expected {describe(expected)}")


def _bounded(number: float) -> float:
    """Return the number as a float; an integer beyond any float counts as infinite."""
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _sequence(expected: tuple[Any, ...] | list[Any], got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(got, np.ndarray) and got.ndim > 0:
        got = list(got)
    if not isinstance(got, (tuple, list)):
        return Difference(Kind.TYPE, f"{describe(got)} came back where {len(expected)} values are asked for")
    if len(got) != len(expected):
        return Difference(Kind.SHAPE, f"{len(got)} values came back, expected {len(expected)}")
    for place, (one, other) in enumerate(zip(expected, got, strict=True)):
        found = difference(one, other, tolerance)
        if found is not None:
            return Difference(found.kind, f"value {place}: {found.text}")
    return None


def _dict(expected: dict[Any, Any], got: Any, tolerance: Tolerance) -> Difference | None:
    if not isinstance(got, dict):
        return Difference(Kind.TYPE, f"{describe(got)} came back where a dictionary is asked for")
    for key, value in expected.items():
        if key not in got:
            return Difference(Kind.SHAPE, f"the key {key!r} is missing")
        found = difference(value, got[key], tolerance)
        if found is not None:
            return Difference(found.kind, f"at the key {key!r}: {found.text}")
    if tolerance.strict_keys and len(got) > len(expected):
        extra = next(key for key in got if key not in expected)
        return Difference(Kind.SHAPE, f"there is a key that is not asked for: {describe(extra)}")
    return None

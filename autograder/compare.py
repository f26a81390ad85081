"""Is this answer that answer? Comparison of plain values, as the course's contracts say it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from autograder.inside.codec import Opaque

MAX_DESCRIPTION = 300
MAX_DEPTH = 3
MAX_PARTS = 10
MAX_WHOLE = 16
MAX_DIGITS = 25


class Kind(StrEnum):
    """In what two values differ."""

    NONE = "none"
    LIST = "list"
    TYPE = "type"
    SHAPE = "shape"
    DTYPE = "dtype"
    VALUE = "value"


# What these find fault with is not a value: all values are right.
RIGHT_VALUES = frozenset({Kind.LIST, Kind.DTYPE})


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
    A difference of kind LIST or DTYPE says that all values are right: a wrong value anywhere is told before it.
    """
    if isinstance(expected, np.generic):
        expected = expected.item()
    if isinstance(got, np.generic):
        got = np.asarray(got)
    if got is None and expected is not None:
        return Difference(Kind.NONE, "None came back")
    if isinstance(expected, np.ndarray) and expected.ndim > 0:
        return _array(expected, got, tolerance)
    if isinstance(expected, dict):
        return _dict(expected, got, tolerance)
    if isinstance(expected, (tuple, list)):
        return _sequence(expected, got, tolerance)
    if isinstance(expected, Opaque):  # only a banked mistake is expected to give what is not plain
        same = isinstance(got, Opaque) and got.type_name == expected.type_name
        return None if same else Difference(Kind.TYPE, f"got {describe(got)}, expected {describe(expected)}")
    return _scalar(expected, got, tolerance)


def as_array(value: Any) -> np.ndarray[Any, Any] | None:
    """Return a real number, an array or (nested) list of such as an array; None for anything else, ragged lists too.

    For judges of answers where the contract leaves the choice between a list and an array.

    >>> as_array([1, 2]), as_array([[1], [1, 2]]), as_array(["1"]), as_array([1j])
    (array([1, 2]), None, None, None)
    """
    try:
        array = np.array(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in "biuf" else None


def is_plain(value: Any) -> bool:
    """Return whether all of a value can be compared: nothing in it is `Opaque`."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    return all(map(is_plain, value)) if isinstance(value, (list, tuple)) else not isinstance(value, Opaque)


def describe(value: Any) -> str:
    """Return a value in at most a line or two: small ones whole, large ones by shape, dtype and range.

    >>> describe(np.array([[0, 51], [204, 255]], dtype=np.uint8)), describe([1, 0.3333333333])
    ('array([[0, 51], [204, 255]], uint8)', '[1, 0.333333]')
    >>> describe(3), describe(3.0)
    ('3', '3.0')
    """
    text = _described(value, MAX_DEPTH)
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1] + "…"


def with_article(name: str) -> str:
    """Return a name with "a" or "an" before it.

    >>> with_article("ndarray"), with_article("IndexError")
    ('a ndarray', 'an IndexError')
    """
    return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"


def _described(value: Any, depth: int) -> str:
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if isinstance(value, np.ndarray):
        return _described_array(value)
    if isinstance(value, float):
        text = f"{value:.6g}"
        return text if set(text) & set(".einf") else f"{text}.0"  # 3.0 is told from the whole number 3
    if isinstance(value, str):
        return repr(value if len(value) <= MAX_DESCRIPTION else value[:MAX_DESCRIPTION] + "…")
    if isinstance(value, (tuple, list)):
        begins, ends = "()" if isinstance(value, tuple) else "[]"
        items = ["…"] if depth == 0 else [_described(item, depth - 1) for item in value[:MAX_PARTS]]
        more = ", …" if len(value) > MAX_PARTS else "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"{begins}{', '.join(items)}{more}{ends}" if value else begins + ends
    if isinstance(value, dict):
        pairs = list(value.items())[:MAX_PARTS] if depth else []
        items = [f"{_described(key, depth - 1)}: {_described(item, depth - 1)}" for key, item in pairs]
        return "{" + ", ".join(items + ["…"] * (len(value) > len(pairs))) + "}"
    if isinstance(value, Opaque):
        return with_article(value.type_name)
    if isinstance(value, int) and len(digits := str(abs(value))) > MAX_DIGITS:
        return f"{'-' if value < 0 else ''}{digits[:6]}… ({len(digits)} digits)"
    return repr(value)


def _described_array(value: np.ndarray[Any, Any]) -> str:
    if value.size == 0:
        return f"an empty array of shape {value.shape}"
    if value.size <= MAX_WHOLE:
        return f"array({_nested(value.tolist())}, {value.dtype})"
    finite = value[np.isfinite(value)]
    span = f", from {_number(finite.min().item())} to {_number(finite.max().item())}" if finite.size else ""
    odd = ", some of it NaN or infinite" if finite.size < value.size else ""
    return f"an array of shape {value.shape}, {value.dtype}{span}{odd}"


def _nested(values: Any) -> str:
    return f"[{', '.join(map(_nested, values))}]" if isinstance(values, list) else _number(values)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (float, complex)) else str(value)


def _array(expected: np.ndarray[Any, Any], got: Any, tolerance: Tolerance) -> Difference | None:
    if isinstance(got, (list, tuple)):
        return _list_for_array(expected, got, tolerance)
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


def _list_for_array(
    expected: np.ndarray[Any, Any], got: list[Any] | tuple[Any, ...], tolerance: Tolerance
) -> Difference:
    name = type(got).__name__
    array = as_array(got)
    if array is None:
        return Difference(Kind.TYPE, f"a {name} came back where an array is asked for, and NumPy makes no array of it")
    found = _array(expected, array, tolerance)
    if found is None or found.kind is Kind.DTYPE:
        return Difference(Kind.LIST, f"a {name} came back where an array is asked for")
    return found


def _values(expected: np.ndarray[Any, Any], got: np.ndarray[Any, Any], tolerance: Tolerance) -> Difference | None:
    same = _close(expected, got, tolerance)
    if bool(same.all()):
        return None
    first = tuple(int(i) for i in np.argwhere(~same)[0])
    place = f"[{', '.join(map(str, first))}]"
    count = int((~same).sum())
    more = f" ({count:,} of {same.size:,} values differ)" if same.size > 1 else ""
    one, other = describe(got[first].item()), describe(expected[first].item())
    return Difference(Kind.VALUE, f"they first differ at {place}: got {one}, expected {other}{more}")


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
    if isinstance(expected, (bool, str)) or expected is None:
        if type(got) is type(expected) and got == expected:
            return None
        kind = Kind.VALUE if type(got) is type(expected) else Kind.TYPE
        return Difference(kind, f"got {describe(got)}, expected {describe(expected)}")
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        return Difference(Kind.TYPE, f"{describe(got)} came back where a number is asked for")
    if isinstance(expected, int):
        if got != expected:
            return Difference(Kind.VALUE, f"got {describe(got)}, expected {expected}")
        if isinstance(got, float):
            return Difference(Kind.DTYPE, f"{got} is a float, where an int is asked for")
        return None
    if _are_close(float(expected), _bounded(got), tolerance):
        return None
    return Difference(Kind.VALUE, f"got {describe(got)}, expected {describe(expected)}")


def _are_close(expected: float, got: float, tolerance: Tolerance) -> bool:
    """Return what `_close` says of two numbers, sooner: NaN is NaN, and infinite is only what is equal."""
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) and math.isnan(got)
    if math.isinf(expected) or math.isinf(got):
        return expected == got
    return abs(got - expected) <= tolerance.absolute + tolerance.relative * abs(expected)


def _bounded(number: float) -> float:
    """Return the number as a float; an integer beyond any float counts as infinite."""
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _sequence(expected: tuple[Any, ...] | list[Any], got: Any, tolerance: Tolerance) -> Difference | None:
    several = isinstance(got, (tuple, list)) or (isinstance(got, np.ndarray) and got.ndim > 0)
    if not several:
        return Difference(Kind.TYPE, f"{describe(got)} came back where {len(expected)} values are asked for")
    if len(got) != len(expected):
        return Difference(Kind.SHAPE, f"{len(got)} values came back, expected {len(expected)}")
    parts = ((f"value {place}", *pair) for place, pair in enumerate(zip(expected, got, strict=True)))
    return _first(parts, tolerance)


def _dict(expected: dict[Any, Any], got: Any, tolerance: Tolerance) -> Difference | None:
    if not isinstance(got, dict):
        return Difference(Kind.TYPE, f"{describe(got)} came back where a dictionary is asked for")
    for key in expected:
        if key not in got:
            return Difference(Kind.SHAPE, f"the key {key!r} is missing")
    if tolerance.strict_keys and len(got) > len(expected):
        extra = next(key for key in got if key not in expected)
        return Difference(Kind.SHAPE, f"there is a key that is not asked for: {describe(extra)}")
    return _first(((f"at the key {key!r}", value, got[key]) for key, value in expected.items()), tolerance)


def _first(parts: Iterable[tuple[str, Any, Any]], tolerance: Tolerance) -> Difference | None:
    """Return the first difference of the parts, but a wrong value before a dtype or a list with right values."""
    slight: Difference | None = None
    for place, expected, got in parts:
        found = difference(expected, got, tolerance)
        if found is None:
            continue
        told = Difference(found.kind, f"{place}: {found.text}")
        if found.kind not in RIGHT_VALUES:
            return told
        slight = slight or told
    return slight

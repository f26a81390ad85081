"""The codec keeps what is plain, describes what is not, and can be fed anything at all."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import time
import tracemalloc
from collections import Counter, OrderedDict, defaultdict, namedtuple
from enum import IntEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.inside import codec
from autograder.inside.codec import CodecError, Make, Opaque, clean_text, decode, encode

DTYPES = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
KINDS = ("tuple", "dict", "array", "int", "float", "opaque", "make")
FIELDS = ("items", "pairs", "dtype", "shape", "hex", "text", "type", "maker", "params")

texts = st.text(max_size=40)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**2000), 2**2000),
    st.floats(),
    texts,
    st.builds(Opaque, texts, texts),
    st.builds(Make, texts, st.dictionaries(texts, st.integers(), max_size=3)),
    arrays.arrays(st.sampled_from(DTYPES).map(np.dtype), arrays.array_shapes(min_dims=0, min_side=0, max_side=4)),
)
keys = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
plain_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(keys, inner, max_size=5),
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same in type, dtype and value; NaN is NaN, and 0.0 is not -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return bool(one == other)


@given(plain_values)
@settings(max_examples=200, deadline=None)
def test_plain_values_come_back_as_they_went(value: Any) -> None:
    """Every plain value survives the border: type, dtype, shape and every bit."""
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_in_one_way(data: bytes) -> None:
    """Bytes that are no frame raise CodecError, and nothing else."""
    with pytest.raises(CodecError):
        decode(data + b"\xff")


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(["", "tuple", "dict", "array", "int", "float", "opaque", "make", "nan", "<f8", "|b1", "-ff"]),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(("$", *FIELDS)), inner, max_size=5),
        st.fixed_dictionaries(
            {"$": st.sampled_from(KINDS)},
            optional=dict.fromkeys(FIELDS, inner),
        ),
    ),
    max_leaves=15,
)


@given(json_values, st.binary(max_size=40))
@settings(max_examples=500, deadline=None)
def test_forged_frames_decode_or_are_refused(packed: Any, blob: bytes) -> None:
    """A well-formed text that lies about what it holds gives a value or a CodecError, and nothing else."""
    with contextlib.suppress(CodecError):
        decode(json.dumps(packed).encode() + b"\0" + blob)


@given(plain_values, st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_damaged_frames_decode_or_are_refused(value: Any, place: int, flip: int) -> None:
    """A frame with a byte changed or cut off gives a value or a CodecError, and nothing else."""
    frame = bytearray(encode(value))
    cut = bytes(frame[: place % len(frame)])
    frame[place % len(frame)] ^= flip
    for damaged in (bytes(frame), cut):
        with contextlib.suppress(CodecError):
            decode(damaged)


def array_frame(dtype: Any, shape: Any, blob: bytes = b"") -> bytes:
    """Return a frame of one array that says this of itself."""
    return json.dumps({"$": "array", "dtype": dtype, "shape": shape}).encode() + b"\0" + blob


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"1",
        b"\0",
        b"1\0x",
        b"1 2\0",
        b"\xff\0",
        b'{"$": "list"}\0',
        b'{"no": 1}\0',
        b"[" * 100_000 + b"\0",
        b"[" * 500 + b"]" * 500 + b"\0",
        b"[" * 30 + b"]" * 30 + b"\0",
        b'{"a":' * 30_000 + b"\0",
        b"9" * 5_000 + b"\0",
        b"9" * 4_000 + b"\0",
        b'{"$": "int", "hex": "' + b"f" * 600 + b'"}\0',
        b'{"$": "int", "hex": "zz"}\0',
        b'{"$": "int", "hex": ["f"]}\0',
        b'{"$": "float", "text": "1e999999"}\0',
        b'{"$": "float", "text": []}\0',
        b'{"$": ["tuple"], "items": []}\0',
        b'{"$": "tuple", "items": "abc"}\0',
        b'{"$": "dict", "pairs": [[1, 2, 3]]}\0',
        b'{"$": "dict", "pairs": {"1": 2}}\0',
        b'{"$": "opaque", "type": 1, "text": 2}\0',
        b'{"$": "make", "maker": "generator", "params": []}\0',
        b'{"$": "make", "maker": {}, "params": {"$": "dict", "pairs": []}}\0',
        array_frame("|O8", [1], b"x" * 8),
        array_frame("|V8", [1], b"x" * 8),
        array_frame("<M8[s]", [1], b"x" * 8),
        array_frame(">f8", [1], b"x" * 8),
        array_frame(["<f8"], [1], b"x" * 8),
        array_frame("<f8", [2], b"x" * 8),
        array_frame("<f8", [1], b"x" * 9),
        array_frame("<f8", [-1], b"x" * 8),
        array_frame("<f8", [True], b"x" * 8),
        array_frame("<f8", [1.0], b"x" * 8),
        array_frame("<f8", 1, b"x" * 8),
        array_frame("<f8", [1] * 65, b"x" * 8),
        array_frame("|u1", [2**62]),
        array_frame("|u1", [2**63, 0]),
        array_frame("|u1", [2**40, 2**40, 0]),
        array_frame("|u1", [10**4000]),
    ],
    ids=lambda frame: repr(frame[:40]),
)
def test_what_no_encoder_writes_is_refused(frame: bytes) -> None:
    """Each of these forgeries is a CodecError: wrong kinds, sizes, counts, nesting, spare and missing bytes."""
    with pytest.raises(CodecError):
        decode(frame)


def test_one_byte_is_never_used_twice() -> None:
    """A frame cannot name the same bytes a thousand times over and so become a thousand times larger."""
    one = {"$": "array", "dtype": "|u1", "shape": [1 << 20]}
    frame = json.dumps([one] * 1000).encode() + b"\0" + bytes(1 << 20)
    with pytest.raises(CodecError, match="larger than its bytes"):
        decode(frame)


def test_booleans_hold_nothing_but_zero_and_one() -> None:
    """A byte of 2 in an array of booleans is True like any other, down to the bit."""
    value = decode(array_frame("|b1", [4], b"\0\1\2\xff"))
    assert value.view(np.uint8).tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(
    "head",
    [
        b"[" + b"[]," * 5_000_000 + b"0]",
        b"[" + b"{}," * 5_000_000 + b"0]",
        b"[" + b"0," * 8_000_000 + b"0]",
        b"[" + b"[]," * 400_000 + b"0]",
        b'"' + b"\\u0041" * 2_000_000 + b'"',
        b'"' + b'\\"' * 8_000_000,
        b"[" * 900_000,
    ],
    ids=["lists", "dictionaries", "numbers", "fewer lists", "long text", "unended text", "deep"],
)
def test_the_costliest_frames_stay_cheap(head: bytes) -> None:
    """A hostile frame of any size is refused, or cut, within seconds and a hundred megabytes."""
    tracemalloc.start()
    began = time.process_time()
    with contextlib.suppress(CodecError):
        decode(head + b"\0")
    seconds = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20
    assert seconds < 5  # with tracemalloc, which slows it several times


def test_keys_that_collide_do_not_take_the_square_of_their_number() -> None:
    """Numbers chosen so that all have the hash 0 are refused where they are many."""
    pairs = [[{"$": "int", "hex": format(n * (2**61 - 1), "x")}, 0] for n in range(20_000)]
    with pytest.raises(CodecError, match="keys"):
        decode(json.dumps({"$": "dict", "pairs": pairs}).encode() + b"\0")
    began = time.process_time()
    decode(json.dumps({"$": "dict", "pairs": pairs[: codec.MAX_KEYS]}).encode() + b"\0")
    assert time.process_time() - began < 3


def test_frames_beyond_the_limit_are_not_read() -> None:
    """The length is looked at first."""
    with pytest.raises(CodecError, match="more than"):
        decode(bytes(100), max_bytes=99)


class Colour(IntEnum):
    """An int with a name."""

    RED = 3


Point = namedtuple("Point", "x y")


class Loud(list):  # type: ignore[type-arg]
    """A list that will not be iterated."""

    def __iter__(self) -> Any:
        raise RuntimeError("asked")


@pytest.mark.parametrize(
    ("value", "comes_back"),
    [
        (Colour.RED, 3),
        (Point(1, 2), (1, 2)),
        (Loud([1, 2]), [1, 2]),
        (Counter("aab"), {"a": 2, "b": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (defaultdict(int, a=1), {"a": 1}),
        (np.str_("four"), "four"),
        ({np.int64(3): np.int64(4)}, {3: np.array(4)}),
        ({(np.int64(1), 2): 3}, {(1, 2): 3}),
        ({np.float32(0.5): 1, np.bool_(True): 2}, {0.5: 1, True: 2}),
        (np.float64(1.5), np.array(1.5)),
        (np.True_, np.array(True)),
        (np.longdouble(1.5), np.array(1.5)),
        (np.array([1, 2], dtype=">i4"), np.array([1, 2], dtype="<i4")),
        (np.arange(6).reshape(2, 3).T, np.array([[0, 3], [1, 4], [2, 5]])),
        (np.arange(6)[::-2], np.array([5, 3, 1])),
        (np.ma.array([1, 2]), np.array([1, 2])),
        ("a\ud800b", "a?b"),
        ({"\ud800": "\udfff"}, {"?": "?"}),
        (-0.0, -0.0),
    ],
    ids=repr,
)
def test_subclasses_and_scalars_become_plain(value: Any, comes_back: Any) -> None:
    """A subclass travels as its plain base, whatever methods it redefines."""
    assert same(decode(encode(value)), comes_back)


class Liar:
    """Says that it is an int."""

    @property
    def __class__(self) -> Any:
        return int


class Mute:
    """A value without a look."""

    def __repr__(self) -> str:
        raise ValueError("no")


class NamelessType(type):
    """A metaclass that hides its classes' name."""

    @property
    def __name__(cls) -> str:
        raise RuntimeError("no name")


Nameless = NamelessType("Nameless", (), {"__repr__": lambda self: "nameless"})


class Tricky(np.ndarray):  # type: ignore[type-arg]
    """An array that redefines what one would ask it."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("asked")

    def __eq__(self, other: object) -> Any:
        raise RuntimeError("compared")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (Liar(), "Liar"),
        (Mute(), "Mute"),
        (Nameless(), "Nameless"),
        ({1, 2}, "set"),
        (b"bytes", "bytes"),
        (1j, "complex"),
        (range(10**12), "range"),
        ((i for i in range(3)), "generator"),
        (len, "builtin_function_or_method"),
        (10**5000, "huge int"),
        (np.array([None, 1]), "array of objects"),
        (np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), "array of [('a', '<i8'), ('b', '<f8')]"),
        (np.array(["a"]), "array of <U1"),
        (np.datetime64("2020-01-01"), "array of datetime64[D]"),
        (np.ma.array([1, 2], mask=[False, True]), "masked array"),
    ],
    ids=lambda value: type(value).__mro__[0].__qualname__,
)
def test_what_is_not_plain_travels_as_its_look(value: Any, type_name: str) -> None:
    """Anything else becomes its type's name and a short text, whatever it says of itself."""
    came = decode(encode(value))
    assert isinstance(came, Opaque)
    assert came.type_name == type_name
    assert len(came.text) <= codec.MAX_LOOK


def test_an_array_that_redefines_everything_is_an_array() -> None:
    """The bytes of a subclass of ndarray are read, and none of its methods is asked."""
    assert decode(encode(np.arange(3).view(Tricky))).tolist() == [0, 1, 2]


def test_a_broadcast_giant_is_refused_before_it_is_copied() -> None:
    """An array whose view is a thousand times its memory does not get that memory."""
    with pytest.raises(CodecError, match="bytes"):
        encode(np.broadcast_to(np.zeros(1), (1 << 40,)))


def test_what_contains_itself_is_refused() -> None:
    """A list within itself is too deep, not endless."""
    value: list[Any] = []
    value.append(value)
    with pytest.raises(CodecError, match="deeply"):
        encode(value)


@pytest.mark.parametrize(
    "value",
    [
        list(range(codec.MAX_ITEMS + 1)),
        dict.fromkeys(range(codec.MAX_KEYS + 1)),
        [np.zeros(1 << 20)] * 20,
        ["x" * 1000] * 70_000,
    ],
    ids=["items", "keys", "arrays", "text"],
)
def test_what_is_too_much_is_refused(value: Any) -> None:
    """A value beyond the limits is a CodecError, not a frame that the other side refuses."""
    with pytest.raises(CodecError):
        encode(value)


def test_what_is_just_not_too_much_comes_back() -> None:
    """The two sides have the same limits: what can be encoded can be decoded."""
    values: list[Any] = [
        [2**70] * (codec.MAX_ITEMS - 1),
        dict.fromkeys(range(codec.MAX_KEYS)),
        [np.zeros(1)] * (codec.MAX_ITEMS - 1),
        "é" * codec.MAX_TEXT,
    ]
    deep: Any = 1
    for turn in range(codec.MAX_NESTING):
        deep = {"a": deep} if turn % 2 else (deep,)
    for value in [*values, deep]:
        assert same(decode(encode(value)), value)


def test_many_small_arrays_are_quick() -> None:
    """The cost of a frame grows with its arrays, not with the square of their number."""

    def seconds(count: int) -> float:
        took = []
        for _ in range(5):
            gc.collect()  # a collection of all that other tests have left is not counted
            began = time.process_time()
            decode(encode([np.zeros(2)] * count))
            took.append(time.process_time() - began)
        return min(took)

    assert seconds(40_000) < 20 * seconds(4_000)  # ten times the arrays; their square would be a hundred times


def test_clean_text_is_fit_for_any_writer() -> None:
    """Cut text says that it was cut, is as long as allowed, and encodes."""
    assert clean_text("abcdef", 4) == "abc…"
    assert clean_text("\ud800").encode() == b"?"

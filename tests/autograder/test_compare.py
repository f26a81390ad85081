"""Comparison holds to the course's contracts: no stricter, no looser, and in words that a student understands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.compare import Kind, Tolerance, describe, difference
from autograder.inside.codec import Opaque

ANY = Tolerance()
FLOAT32 = Tolerance(dtype="float32")
A = np.array
nan, inf = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (3, 3),
        (3, A(3)),
        (3, A(3, dtype=np.uint8)),
        (3, np.int16(3)),
        (0.5, 0.5),
        (0.5, A(0.5)),
        (0.5, np.float32(0.5)),
        (0.5, A(0.5, dtype=np.float16)),
        (2.0, 2),
        (2.0, A(2)),
        (1 / 3, np.float32(1 / 3)),
        (1e9 / 3, np.float32(1e9 / 3)),
        (nan, nan),
        (inf, inf),
        (A(3), 3),
        (np.float32(0.5), 0.5),
        (True, A(True)),
        (True, np.True_),
        (False, False),
        ("uint8", "uint8"),
        (None, None),
        (A([1, 2]), A([1, 2], dtype=np.uint8)),
        (A([1, 2], dtype=np.uint8), A([1, 2])),
        (A([1.0, 2.0]), A([1, 2])),
        (A([0.1]), A([0.1], dtype=np.float32)),
        (A([True, False]), A([True, False])),
        (A([nan, inf]), A([nan, inf])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ((1, 2.5), [1, 2.5]),
        ([1, 2.5], (1, 2.5)),
        ((1.5, 2.5), A([1.5, 2.5], dtype=np.float32)),
        ((1, 2), A([1, 2])),
        ((A([1]), A([2])), [A([1]), A([2])]),
        ([], ()),
        ({"a": 1}, {"a": A(1), "b": 2}),
        ({}, {}),
        (((1, 2), (3,)), [[1, 2], [3]]),
        (Opaque("generator", "at 1"), Opaque("generator", "at 2")),
    ],
    ids=repr,
)
def test_the_same_in_other_clothes_is_right(expected: Any, got: Any) -> None:
    """Any integer is an int, any real scalar a float, 0-d arrays too; a list stands for a tuple; dtypes of a sort."""
    assert difference(expected, got, ANY) is None


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        (3, None, Kind.NONE),
        (A([1]), None, Kind.NONE),
        ({"a": 1}, {"a": None}, Kind.NONE),
        (3, 4, Kind.VALUE),
        (3, 3.0, Kind.DTYPE),
        (3, A(3.0), Kind.DTYPE),
        (3, 3.5, Kind.VALUE),
        (3, nan, Kind.VALUE),
        (3, True, Kind.TYPE),
        (1, True, Kind.TYPE),
        (1.0, True, Kind.TYPE),
        (3, "3", Kind.TYPE),
        (3, A([3]), Kind.TYPE),
        (3, [3], Kind.TYPE),
        (3, 1j, Kind.TYPE),
        (3, A(3 + 0j), Kind.TYPE),
        (3, Opaque("huge int", "an integer of 9,000 bits"), Kind.TYPE),
        (0.5, 0.51, Kind.VALUE),
        (0.5, nan, Kind.VALUE),
        (nan, 0.5, Kind.VALUE),
        (0.5, 2**2000, Kind.VALUE),
        (True, 1, Kind.TYPE),
        (True, A(1), Kind.TYPE),
        (True, "True", Kind.TYPE),
        (True, False, Kind.VALUE),
        ("uint8", "UINT8", Kind.VALUE),
        ("uint8", 8, Kind.TYPE),
        (None, 0, Kind.TYPE),
        (A([1, 2]), A([1, 3]), Kind.VALUE),
        (A([1, 2]), A([1.0, 2.0]), Kind.DTYPE),
        (A([1, 2]), A([True, True]), Kind.VALUE),
        (A([1, 1]), A([True, True]), Kind.DTYPE),
        (A([True]), A([1]), Kind.DTYPE),
        (A([1.0]), A([True]), Kind.DTYPE),
        (A([1.0]), A([1.0 + 0j]), Kind.VALUE),
        (A([1, 2]), A([[1, 2]]), Kind.SHAPE),
        (A([1, 2]), A(1), Kind.SHAPE),
        (A([1, 2]), 1, Kind.TYPE),
        (A([1, 2]), "12", Kind.TYPE),
        (A([1, 2]), Opaque("generator", "<generator>"), Kind.TYPE),
        (np.zeros((0, 3)), np.zeros((0, 2)), Kind.SHAPE),
        ((1, 2), (1,), Kind.SHAPE),
        ((1, 2), 1, Kind.TYPE),
        ((1, 2), "12", Kind.TYPE),
        ((1, 2), {1: 2}, Kind.TYPE),
        ({"a": 1}, {}, Kind.SHAPE),
        ({"a": 1}, [("a", 1)], Kind.TYPE),
        (Opaque("model", "m"), Opaque("generator", "m"), Kind.TYPE),
        (Opaque("model", "m"), "m", Kind.TYPE),
    ],
    ids=repr,
)
def test_what_is_wrong_is_told_by_its_kind(expected: Any, got: Any, kind: Kind) -> None:
    """Each difference has the kind that the judge goes by: nothing at all, type, shape, dtype or value."""
    found = difference(expected, got, ANY)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        ([1, 2], Kind.LIST),
        ((1, 2), Kind.LIST),
        ([1.0, 2.0], Kind.LIST),
        ([A(1), A(2)], Kind.LIST),
        ([1, 3], Kind.VALUE),
        ([], Kind.SHAPE),
        ([[1, 2]], Kind.SHAPE),
        ([[1], [1, 2]], Kind.TYPE),
        (["1", "2"], Kind.TYPE),
        ([1, None], Kind.TYPE),
        ([1, Opaque("set", "{1}")], Kind.TYPE),
        ([2**100, 1], Kind.TYPE),
    ],
    ids=repr,
)
def test_a_list_for_an_array_is_looked_into(got: Any, kind: Kind) -> None:
    """Only a list of all the right values is merely a list; any other is wrong in what it holds."""
    found = difference(A([1, 2]), got, ANY)
    assert found is not None
    assert found.kind is kind


def test_a_named_dtype_is_asked_for_and_no_other() -> None:
    """Where the contract names a dtype, another float is a slip; where it does not, it is right."""
    expected = A([0.5], dtype=np.float32)
    assert difference(expected, A([0.5]), ANY) is None
    found = difference(expected, A([0.5]), FLOAT32)
    assert found is not None
    assert (found.kind, found.text) == (Kind.DTYPE, "the dtype is float64, expected float32")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ((1, 2), (1.0, 3)),
        ((A([1]), A([2])), ([1], A([3]))),
        ({"a": 1, "b": 2}, {"a": 1.0, "b": 3}),
        ([{"a": (1, 2)}], [{"a": (1.0, 7)}]),
    ],
)
def test_a_wrong_value_is_told_before_a_slip(expected: Any, got: Any) -> None:
    """A dtype or a list is all that is told only where every value is right: credit goes by it."""
    found = difference(expected, got, ANY)
    assert found is not None
    assert found.kind is Kind.VALUE


def test_further_keys_are_forbidden_where_asked() -> None:
    """Extra keys are allowed unless the exercise says otherwise."""
    assert difference({"a": 1}, {"a": 1, "b": 2}, ANY) is None
    found = difference({"a": 1}, {"a": 1, "b": 2}, Tolerance(strict_keys=True))
    assert found is not None
    assert found.text == "there is a key that is not asked for: 'b'"


def test_the_place_of_the_first_difference_is_told() -> None:
    """The text names the place, both values, and how many differ."""
    expected = np.arange(6.0).reshape(2, 3)
    got = expected.copy()
    got[1, 1:] = 0.25
    found = difference(expected, got, ANY)
    assert found is not None
    assert found.text == "they first differ at [1, 1]: got 0.25, expected 4.0 (2 of 6 values differ)"
    nested = difference({"a": (1, 2)}, {"a": (1, 5)}, ANY)
    assert nested is not None
    assert nested.text == "at the key 'a': value 1: got 5, expected 2"


real_arrays = arrays.arrays(
    np.float64, arrays.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6, allow_subnormal=False)
)


@given(real_arrays)
@settings(deadline=None)
def test_what_float32_computes_is_right(values: np.ndarray[Any, Any]) -> None:
    """A result that went through float32 meets the tolerance, whatever its size."""
    assert difference(values, values.astype(np.float32), ANY) is None


@given(real_arrays, st.data())
@settings(deadline=None)
def test_one_wrong_value_is_always_found(values: np.ndarray[Any, Any], data: st.DataObject) -> None:
    """A single value that is off by a thousandth and more is a difference of value."""
    place = tuple(data.draw(st.integers(0, side - 1)) for side in values.shape)
    got = values.copy()
    got[place] += 1e-3 * max(1.0, abs(values[place])) * data.draw(st.sampled_from([-1, 1]))
    found = difference(values, got, ANY)
    assert found is not None
    assert found.kind is Kind.VALUE
    assert f"[{', '.join(map(str, place))}]" in found.text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (A([[0, 51], [204, 255]], dtype=np.uint8), "array([[0, 51], [204, 255]], uint8)"),
        (A([0.1, 1 / 3], dtype=np.float32), "array([0.1, 0.3333], float32)"),
        (A([nan, inf]), "array([nan, inf], float64)"),
        (A([1 + 2j]), "array([1+2j], complex128)"),
        (np.zeros((0, 28)), "an empty array of shape (0, 28)"),
        (np.arange(100, dtype=np.uint8), "an array of shape (100,), uint8, from 0 to 99"),
        (np.zeros((5, 5), dtype=bool), "an array of shape (5, 5), bool, from False to False"),
        (np.full((5, 5), nan), "an array of shape (5, 5), float64, some of it NaN or infinite"),
        (A([nan] + [1.5] * 20), "an array of shape (21,), float64, from 1.5 to 1.5, some of it NaN or infinite"),
        (A(3), "3"),
        (np.float32(0.1), "0.1"),
        (1 / 3, "0.333333"),
        (10**20, "100000000000000000000"),
        (-(7**400), "-109450… (339 digits)"),
        ((), "()"),
        ((1,), "(1,)"),
        ([1, [2, (3,)]], "[1, [2, (3,)]]"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]"),
        ([[[[[1]]]]], "[[[[…]]]]"),
        ({"a": A([1])}, "{'a': array([1], int64)}"),
        ({}, "{}"),
        (Opaque("generator", "<…>"), "a generator"),
        (Opaque("array of objects", "x"), "an array of objects"),
        ("it's", '"it\'s"'),
        (None, "None"),
    ],
    ids=repr,
)
def test_values_are_described_in_few_words(value: Any, text: str) -> None:
    """Small values whole, large ones by shape, dtype and range, without a warning for NaN."""
    assert describe(value) == text


@pytest.mark.parametrize("value", ["x" * 10**6, [["y" * 1000] * 10] * 10, dict.fromkeys(range(10**4)), 2**2000])
def test_descriptions_are_never_long(value: Any) -> None:
    """Whatever a student returns, a sentence can hold it."""
    assert len(describe(value)) <= 300


def test_print_options_of_the_student_do_not_matter() -> None:
    """What a lesson or a student set for printing arrays changes no message."""
    with np.printoptions(precision=1, threshold=2, formatter={"all": lambda x: "?"}):
        assert describe(A([0.123, 2.0, 3.0])) == "array([0.123, 2, 3], float64)"

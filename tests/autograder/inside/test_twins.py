"""Calls of digitlab's own version of an exercise are seen, and nothing else changes."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import digitlab
from autograder.inside.call import call
from autograder.inside.twins import borrows, twins_of, watching
from digitlab import linear
from digitlab.linear import accuracy, gradient_step, softmax

SCORES = np.array([[1.0, 2.0, 4.0]])


def _twin(name: str) -> types.FunctionType:
    return twins_of([name])[name]


def test_twins_are_digitlabs_own_functions() -> None:
    """What digitlab has not, or what is no function there, has no twin."""
    assert twins_of(["softmax", "History", "no_such_name"]) == {"softmax": softmax}


@pytest.mark.parametrize(
    "answer",
    [
        softmax,
        lambda x: softmax(x),
        lambda x: getattr(digitlab, "soft" + "max")(x),
        lambda x: linear.softmax(x),
        lambda x, held=softmax: held(x),
        functools.partial(softmax),
        lambda x: next(map(softmax, [x])),
        lambda x: np.apply_along_axis(lambda row: softmax(row[None])[0], 1, x),
    ],
)
def test_call_from_outside_is_seen_however_it_was_reached(answer: Callable[..., Any]) -> None:
    """By name, by attribute, by a reference from before, through a built-in function: it is the same function."""
    expected = softmax(SCORES)
    with watching(_twin("softmax")) as was_called:
        assert not was_called()
        np.testing.assert_array_equal(answer(SCORES), expected)
        assert was_called()


def test_call_in_a_later_case_is_seen() -> None:
    """All cases are watched, not the first alone."""

    def answer(x: Any) -> Any:
        return softmax(x) if len(x) > 1 else x

    cases = [{"args": (np.zeros((rows, 3)),), "read": "plain"} for rows in (1, 2)]
    with watching(_twin("softmax")) as was_called:
        call(answer, cases[:1], 5.0)
        assert not was_called()
        call(answer, cases, 5.0)
        assert was_called()


def test_digitlab_may_call_its_own_functions() -> None:
    """Who uses another part of digitlab, which uses the twin, has not called it."""
    x, labels = np.ones((2, 4)), np.eye(3)[:2]
    with watching(_twin("softmax")) as was_called:
        gradient_step(np.zeros((4, 3)), np.zeros(3), x, labels, 0.1)
        assert not was_called()


def test_other_twins_are_not_watched() -> None:
    """An answer that borrows another exercise's function is noted at that one alone."""
    with watching(_twin("softmax")) as was_called:
        accuracy(SCORES, np.array([2]))
        assert not was_called()


def test_defaults_and_keywords_come_through() -> None:
    """Often enough that Python would have specialised the call."""

    def twin(a: int, b: int = 2, *more: int, c: int = 3, self: int = 4) -> tuple[Any, ...]:
        return a, b, more, c, self

    with watching(twin) as was_called:  # type: ignore[arg-type]
        for _ in range(100):
            assert twin(1) == (1, 2, (), 3, 4)
        assert twin(1, 5, 6, 7, self=8) == (1, 5, (6, 7), 3, 8)
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
            twin()  # type: ignore[call-arg]
        assert was_called()


def test_code_is_put_back_also_after_an_error() -> None:
    """Afterwards the function is what it was, and errors pass through as they are."""
    before = softmax.__code__
    with watching(_twin("softmax")):
        assert softmax.__code__ is not before
    assert softmax.__code__ is before
    with pytest.raises(TypeError), watching(_twin("softmax")):
        softmax()  # type: ignore[call-arg]
    assert softmax.__code__ is before


def test_no_twin_no_watch() -> None:
    """Without a twin there is nothing to call."""
    with watching(None) as was_called:
        assert not was_called()


def test_copy_of_a_twins_code_is_seen_in_the_text() -> None:
    """A function made of the same code, with other globals, is digitlab's all the same."""
    copy = types.FunctionType(softmax.__code__, {**vars(linear), "__name__": "mine"}, "mine")
    assert borrows(copy, frozenset(("softmax",)))
    assert not borrows(copy, frozenset(("accuracy",)))

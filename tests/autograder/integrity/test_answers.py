"""Canonical code: what is the same code, and what is not."""

from __future__ import annotations

import time

import pytest

from autograder.exercises import EXERCISES
from autograder.integrity.answers import answers_in, trace_of
from autograder.integrity.of_class import solutions
from autograder.integrity.signals import LARGE_SIZE, TELLING_SIZE

CONV_AT = """
def conv_at(image, kernel, row, col):
    '''Return the weighted sum.'''
    kh, kw = kernel.shape
    window = image[row : row + kh, col : col + kw]
    return float((window * kernel).sum())
"""


@pytest.mark.parametrize(
    "other",
    [
        CONV_AT.replace("window", "w").replace("kh", "a").replace("kw", "b"),
        CONV_AT.replace("image", "picture"),
        CONV_AT.replace("    '''Return the weighted sum.'''\n", "    # mine\n\n"),
        CONV_AT.replace("kernel, row", "kernel: 'ndarray', row").replace("col):", "col) -> float:"),
        f"x = 3\n{CONV_AT}\nprint(conv_at)",
        f"%matplotlib inline\n{CONV_AT}",
    ],
)
def test_dress_does_not_count(other: str) -> None:
    """Names of variables, docstrings, comments, annotations and what stands around do not make another code."""
    assert trace_of(other, "conv_at") == trace_of(CONV_AT, "conv_at")


@pytest.mark.parametrize(
    "other",
    [
        CONV_AT.replace("window * kernel", "kernel * window"),
        CONV_AT.replace("float(", "int("),
        CONV_AT.replace("row + kh", "row + kw"),
    ],
)
def test_what_is_computed_counts(other: str) -> None:
    """Another order, another function and another number make another code."""
    assert trace_of(other, "conv_at") != trace_of(CONV_AT, "conv_at")


def test_the_last_definition_is_the_answer() -> None:
    """Where a name is defined twice the last one counts; a stub and a syntax error are no answer."""
    stub = "def conv_at(image, kernel, row, col):\n    raise NotImplementedError('write it')"
    cells = [CONV_AT.replace("float(", "int("), "def broken(:", CONV_AT, stub]
    assert answers_in(cells, {"conv_at": "l04_conv_at"}) == {"l04_conv_at": trace_of(CONV_AT, "conv_at")}
    assert answers_in([stub], {"conv_at": "l04_conv_at"}) == {}


def test_deep_code_is_left_out() -> None:
    """An expression nested deeper than Python goes gives no trace, and no exception."""
    deep = f"def conv_at(x):\n    return {'-' * 5000}x"
    answers_in([deep], {"conv_at": "l04_conv_at"})


def test_sizes_tell_short_answers_from_long_ones() -> None:
    """Of the course's own solutions some are too short to tell anything, and some are long."""
    sizes = {exercise: trace.size for exercise, trace in solutions().items()}
    assert set(sizes) <= {exercise.id for exercise in EXERCISES}
    assert sizes["l03_dense_params"] < TELLING_SIZE < sizes["l02_split"]
    assert sizes["l05_trace_shapes"] > LARGE_SIZE


def test_endless_code_costs_little() -> None:
    """Two hundred of the longest cells that are read, each with the answer again and again, take no time."""
    deep = "def conv_at(x):\n    return 1" + " + 1" * 150 + "\n"
    cell = deep * (40_000 // len(deep))
    began = time.process_time()
    assert "l04_conv_at" in answers_in([cell] * 200, {"conv_at": "l04_conv_at"})
    assert time.process_time() - began < 10

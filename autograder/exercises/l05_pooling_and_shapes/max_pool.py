"""l05_max_pool: the strongest answer of each window."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.stacks import max_pool

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return even and odd sizes, negative maps, strides that overlap and that skip, and a window too large."""
    return [
        Case((np.array([[[1.0], [5.0]], [[3.0], [2.0]]]), 2, 2)),
        Case((rng.normal(0, 3, (4, 6, 3)), 2, 2)),
        Case((rng.normal(0, 3, (5, 7, 2)), 2, 2), "odd sides"),
        Case((rng.normal(-9, 1, (4, 4, 2)), 2, 2), "all values are negative"),
        Case((rng.normal(0, 3, (6, 5, 2)), 3, 1), "overlapping windows"),
        Case((rng.normal(0, 3, (7, 8, 2)), 2, 3), "a stride larger than the window"),
        Case((rng.normal(0, 3, (3, 6, 1)), 4, 1), "a window higher than the maps"),
        Case((rng.normal(0, 3, (6, 3, 1)), 4, 1), "a window wider than the maps"),
    ]


def _check(x: Array, size: int) -> None:
    if size > min(x.shape[:2]):
        raise ValueError("window too large")


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loops(x: Array, size: int, stride: int) -> Array:
    if size > x.shape[0] or size > x.shape[1]:
        raise ValueError(f"a window of {size} does not fit")
    h, w = (x.shape[0] - size) // stride + 1, (x.shape[1] - size) // stride + 1
    out = np.empty((h, w, x.shape[2]))
    for i in range(h):
        for j in range(w):
            for c in range(x.shape[2]):
                out[i, j, c] = x[i * stride : i * stride + size, j * stride : j * stride + size, c].max()
    return out


def with_windows(x: Array, size: int, stride: int) -> Array:
    views = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(0, 1))
    return views[::stride, ::stride].max(axis=(3, 4))


def with_lists(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    rows = range(0, x.shape[0] - size + 1, stride)
    columns = range(0, x.shape[1] - size + 1, stride)
    return np.array([[x[r : r + size, c : c + size].max(axis=(0, 1)) for c in columns] for r in rows])


def with_shifts(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    h, w = x.shape[0] - size + 1, x.shape[1] - size + 1
    return np.maximum.reduce([x[i : i + h : stride, j : j + w : stride] for i in range(size) for j in range(size)])


# --- mistakes ------------------------------------------------------------------------------------------------------


def _pooled(x: Array, size: int, stride: int, best: Any, rounded_up: bool = False) -> Array:
    inside = 0 if rounded_up else size - 1
    rows, columns = range(0, x.shape[0] - inside, stride), range(0, x.shape[1] - inside, stride)
    return np.array([[best(x[r : r + size, c : c + size]) for c in columns] for r in rows])


def across_channels(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    return _pooled(x, size, stride, lambda window: window.max())


def across_channels_kept(x: Array, size: int, stride: int) -> Array:
    return across_channels(x, size, stride)[..., None]


def ceil_on_odd(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    return _pooled(x, size, stride, lambda window: window.max(axis=(0, 1)), rounded_up=True)


def starts_from_zero(x: Array, size: int, stride: int) -> Array:
    return np.maximum(with_lists(x, size, stride), 0)


def mean(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    return _pooled(x, size, stride, lambda window: window.mean(axis=(0, 1)))


def minimum(x: Array, size: int, stride: int) -> Array:
    _check(x, size)
    return _pooled(x, size, stride, lambda window: window.min(axis=(0, 1)))


def stride_ignored(x: Array, size: int, stride: int) -> Array:
    return with_lists(x, size, size)


def no_error(x: Array, size: int, stride: int) -> Array:
    if size > min(x.shape[:2]):
        return np.zeros((0, 0, x.shape[2]))
    return with_lists(x, size, stride)


def largest_size(x: Array, size: int, stride: int) -> Array:
    _check(x, size)

    def loudest(window: Array) -> Array:
        flat = window.reshape(-1, window.shape[-1])
        return np.asarray(flat[np.abs(flat).argmax(axis=0), np.arange(flat.shape[1])])

    return _pooled(x, size, stride, loudest)


EXERCISE = Exercise(
    id="l05_max_pool",
    title="Max pooling",
    points=3,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=max_pool,
    right_answers=(with_loops, with_windows, with_lists, with_shifts),
    mistakes=(
        Mistake(
            "across-channels",
            across_channels,
            "The maximum is taken over all channels too; each channel is pooled by itself.",
            "How many channels should come out when three go in?",
            also=(across_channels_kept,),
        ),
        Mistake(
            "rounds-up",
            ceil_on_odd,
            "Windows that stick out at the border count too; only windows that lie wholly inside should.",
            "A window of 2 with stride 2 in a row of 5: in how many places does it fit?",
        ),
        Mistake(
            "starts-from-zero",
            starts_from_zero,
            "Where all values of a window are negative you give 0, as if the search had begun at 0.",
            "What is the largest of -3, -1, -2, -5?",
        ),
        Mistake(
            "mean-for-maximum",
            mean,
            "That is the mean of each window (average pooling).",
            "Which of 1, 5, 3 and 2 should remain?",
        ),
        Mistake(
            "minimum-for-maximum",
            minimum,
            "That is the smallest value of each window.",
            "Which of 1, 5, 3 and 2 should remain?",
        ),
        Mistake(
            "stride-ignored",
            stride_ignored,
            "You always step by the window's size; the stride says how far to step.",
            "Where does the second window begin, with size 3 and stride 1?",
        ),
        Mistake(
            "too-large-without-an-error",
            no_error,
            "The maxima are right. But a window that is larger than the maps should raise a ValueError.",
            "How should a caller hear that nothing fits?",
            credit=0.67,
        ),
        Mistake(
            "largest-in-size",
            largest_size,
            "You keep the value that is farthest from 0, negative ones too; the maximum is asked for.",
            "Which is larger: -9 or 2?",
        ),
    ),
    hints=(
        "Which of the four numbers in a window of 2 by 2 should remain, and for each channel or for all together?",
        "For each window, `x[r : r + size, c : c + size].max(axis=(0, 1))`: rows and columns disappear, channels stay.",
        "Two loops over `range(0, H - size + 1, stride)` and `range(0, W - size + 1, stride)`; a ValueError first if size > H or W.",
    ),
)

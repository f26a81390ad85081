"""l04_conv2d_multi: several channels in, several filters out."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.convolution import conv2d_multi, conv2d_valid

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one channel, several, as many as filters, and kernels that are not square."""
    cases = []
    for shape, kernel in (
        ((3, 3, 2), (2, 2, 2, 1)),
        ((5, 6, 3), (3, 2, 3, 4)),
        ((4, 4, 2), (2, 2, 2, 2)),
        ((5, 5, 1), (3, 3, 1, 3)),
    ):
        x = rng.integers(-3, 6, shape).astype(float)
        kernels = rng.integers(-2, 4, kernel).astype(float)
        kernels.flat[0] += 3
        cases.append(Case((x, kernels, rng.integers(1, 9, kernel[-1]).astype(float))))
    return cases


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_loops(x: Array, kernels: Array, bias: Array) -> Array:
    kh, kw, _, count = kernels.shape
    out = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1, count))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            window = x[i : i + kh, j : j + kw, :]
            for f in range(count):
                out[i, j, f] = (window * kernels[:, :, :, f]).sum() + bias[f]
    return out


def with_sums_of_valid(x: Array, kernels: Array, bias: Array) -> Array:
    maps = []
    for f in range(kernels.shape[3]):
        maps.append(sum(conv2d_valid(x[..., c], kernels[:, :, c, f]) for c in range(x.shape[2])) + bias[f])
    return np.stack(maps, axis=-1)


def with_tensordot(x: Array, kernels: Array, bias: Array) -> Array:
    kh, kw = kernels.shape[:2]
    rows = []
    for i in range(len(x) - kh + 1):
        row = [np.tensordot(x[i : i + kh, j : j + kw], kernels, axes=3) for j in range(x.shape[1] - kw + 1)]
        rows.append(row)
    return (np.array(rows) + bias).astype(np.float32)


# --- mistakes ------------------------------------------------------------------------------------------------------


def first_channel_only(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x[..., :1], kernels[:, :, :1], bias)


def no_sum(x: Array, kernels: Array, bias: Array) -> Array:
    maps = [
        [conv2d_valid(x[..., c], kernels[:, :, c, f]) + bias[f] for c in range(x.shape[2])]
        for f in range(kernels.shape[3])
    ]
    return np.array(maps).transpose(2, 3, 1, 0)


def mean_over_channels(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x, kernels, bias * 0) / x.shape[2] + bias


def bias_for_each_channel(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x, kernels, bias * x.shape[2])


def no_bias(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x, kernels, bias * 0)


def channels_and_filters_swapped(x: Array, kernels: Array, bias: Array) -> Array:
    kh, kw, cin, count = kernels.shape
    swapped = kernels.reshape(kh, kw, count, cin).transpose(0, 1, 3, 2)
    return conv2d_multi(x, swapped, bias)


def transposed_axes(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x, kernels.transpose(0, 1, 3, 2), bias)


def filters_first(x: Array, kernels: Array, bias: Array) -> Array:
    return np.moveaxis(conv2d_multi(x, kernels, bias), -1, 0)


def flipped(x: Array, kernels: Array, bias: Array) -> Array:
    return conv2d_multi(x, kernels[::-1, ::-1], bias)


def with_relu(x: Array, kernels: Array, bias: Array) -> Array:
    return np.maximum(conv2d_multi(x, kernels, bias), 0)


EXERCISE = Exercise(
    id="l04_conv2d_multi",
    title="Channels and filters",
    points=3,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=conv2d_multi,
    tolerance=Tolerance(absolute=1e-4),
    right_answers=(with_loops, with_sums_of_valid, with_tensordot),
    mistakes=(
        Mistake(
            "no-sum-over-channels",
            first_channel_only,
            "The input channels are not added up: each filter looks at all of them and gives one map.",
            "How many maps does one filter give when the input has three channels?",
            also=(no_sum,),
        ),
        Mistake(
            "mean-over-channels",
            mean_over_channels,
            "The input channels are averaged; they should be added up.",
            "Is anything divided in a weighted sum?",
        ),
        Mistake(
            "bias-for-each-channel",
            bias_for_each_channel,
            "The bias is added once for each input channel; it belongs to the filter, and is added once.",
            "Is the bias added inside or outside your loop over the channels?",
        ),
        Mistake("no-bias", no_bias, "The bias is not added.", "Where does your function use `bias`?"),
        Mistake(
            "channels-and-filters-swapped",
            channels_and_filters_swapped,
            "Input channels and filters are swapped: kernels have the shape (kh, kw, Cin, Cout).",
            "Which axis of `kernels` belongs to the input's channels?",
            also=(transposed_axes,),
        ),
        Mistake(
            "filters-first",
            filters_first,
            "The maps stand on the first axis; the exercise asks for them last, (H', W', Cout).",
            "Which is the channel axis of an image in Keras?",
        ),
        Mistake(
            "flipped-kernel",
            flipped,
            "The kernels are flipped; Keras does not flip them.",
            "Which weight belongs to the window's top-left pixel?",
        ),
        Mistake(
            "with-an-activation",
            with_relu,
            "Negative sums became 0: the exercise asks for no activation.",
            "What should come out where the sum is -3?",
        ),
    ),
    hints=(
        "One filter looks at a window of shape (kh, kw, Cin). How many numbers does it give there?",
        "At each place: multiply the whole window, all channels, by `kernels[:, :, :, f]`, add up everything, add `bias[f]`.",
        "`out[i, j, f] = (x[i : i + kh, j : j + kw, :] * kernels[:, :, :, f]).sum() + bias[f]`",
    ),
)

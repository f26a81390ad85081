"""l05_conv_params: how many numbers a convolution layer learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.stacks import conv_params


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return square kernels as a number, and kernels as a pair."""
    k, cin, filters = int(rng.integers(2, 7)), int(rng.integers(2, 20)), int(rng.integers(3, 40))
    return [
        Case((3, 1, 8)),
        Case((k, cin, filters)),
        Case(((5, 3), 2, 4), "the kernel size is a pair"),
        Case(((3, 3), 16, 32)),
    ]


def _sides(kernel_size: Any) -> tuple[int, int]:
    return (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)


def with_formula(kernel_size: Any, in_channels: int, filters: int) -> int:
    kh, kw = _sides(kernel_size)
    return (kh * kw * in_channels + 1) * filters


def with_prod(kernel_size: Any, in_channels: int, filters: int) -> Any:
    area = kernel_size**2 if isinstance(kernel_size, int) else np.prod(kernel_size)
    return area * in_channels * filters + filters


def with_shapes(kernel_size: Any, in_channels: int, filters: int) -> int:
    return np.zeros((*_sides(kernel_size), in_channels, filters)).size + np.zeros(filters).size


def no_bias(kernel_size: Any, in_channels: int, filters: int) -> int:
    kh, kw = _sides(kernel_size)
    return kh * kw * in_channels * filters


def no_channels(kernel_size: Any, in_channels: int, filters: int) -> int:
    kh, kw = _sides(kernel_size)
    return kh * kw * filters + filters


def bias_for_each_weight(kernel_size: Any, in_channels: int, filters: int) -> int:
    return 2 * no_bias(kernel_size, in_channels, filters)


def bias_for_each_channel(kernel_size: Any, in_channels: int, filters: int) -> int:
    return no_bias(kernel_size, in_channels, filters) + in_channels * filters


def one_bias(kernel_size: Any, in_channels: int, filters: int) -> int:
    return no_bias(kernel_size, in_channels, filters) + 1


def not_squared(kernel_size: Any, in_channels: int, filters: int) -> int:
    return (_sides(kernel_size)[0] * in_channels + 1) * filters


def pair_refused(kernel_size: Any, in_channels: int, filters: int) -> Any:
    return (kernel_size**2 * in_channels + 1) * filters


def first_side_squared(kernel_size: Any, in_channels: int, filters: int) -> int:
    return (_sides(kernel_size)[0] ** 2 * in_channels + 1) * filters


EXERCISE = Exercise(
    id="l05_conv_params",
    title="Count a convolution layer's parameters",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=conv_params,
    right_answers=(with_formula, with_prod, with_shapes),
    mistakes=(
        Mistake(
            "no-bias",
            no_bias,
            "The weights are counted, the biases are not: each filter has one.",
            "What is added to a filter's weighted sum?",
        ),
        Mistake(
            "no-input-channels",
            no_channels,
            "Each filter is counted once; it has a kernel for every input channel.",
            "Which shape have the kernels in Keras: how many axes, and what is the third?",
        ),
        Mistake(
            "a-bias-for-each-weight",
            bias_for_each_weight,
            "You count a bias for each weight; there is one for each filter.",
            "How often is a bias added to one weighted sum?",
            also=(bias_for_each_channel,),
        ),
        Mistake(
            "one-bias-in-all",
            one_bias,
            "You count one bias in all; each filter has its own.",
            "Which shape has the bias?",
        ),
        Mistake(
            "one-side-of-the-kernel",
            not_squared,
            "A kernel of size 3 has 3 × 3 weights, not 3.",
            "How many weights lie in a kernel of 3 by 3?",
        ),
        Mistake(
            "pairs-refused",
            pair_refused,
            "The kernel size may also be a pair (height, width).",
            "What does your function do with (5, 3)?",
            credit=0.5,
            also=(first_side_squared,),
        ),
    ),
    hints=(
        "How many weights has one filter of 3 by 3 that looks at 16 channels, and what else does it learn?",
        "Height × width × input channels weights for each filter, and one bias for each.",
        "`return (kh * kw * in_channels + 1) * filters`, with `kh, kw` from a number or a pair.",
    ),
)

"""l04_output_size: in how many places a kernel fits."""

from __future__ import annotations

from math import ceil

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.convolution import output_size


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return both paddings with strides that divide and strides that do not, and what must raise."""
    n = int(rng.integers(20, 40))
    return [
        Case((5, 3, 1, "valid")),
        Case((28, 5, 1, "same")),
        Case((7, 2, 3, "valid"), "the last step does not fit"),
        Case((7, 2, 3, "same")),
        Case((n, 4, 3, "valid")),
        Case((n, 4, 3, "same")),
        Case((3, 3, 2, "valid"), "the kernel just fits"),
        Case((2, 3, 1, "same"), "the kernel is larger, and the padding is same"),
        Case((2, 3, 1, "valid"), "the kernel does not fit"),
        Case((10, 3, 1, "full"), "another padding"),
    ]


def with_floor(n: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding == "valid":
        if n < kernel_size:
            raise ValueError("does not fit")
        return (n - kernel_size) // stride + 1
    if padding == "same":
        return (n + stride - 1) // stride
    raise ValueError(f"unknown padding {padding}")


def with_counting(n: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding not in ("valid", "same") or (padding == "valid" and kernel_size > n):
        raise ValueError
    last = n - kernel_size if padding == "valid" else n - 1
    return len(range(0, last + 1, stride))


def with_ceil(n: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding == "same":
        return ceil(n / stride)
    if padding == "valid" and kernel_size <= n:
        return ceil((n - kernel_size + 1) / stride)
    raise ValueError("bad padding or kernel")


def no_plus_one(n: int, kernel_size: int, stride: int, padding: str) -> int:
    size = with_floor(n, kernel_size, stride, padding)
    return size - 1 if padding == "valid" else size


def rounds_up(n: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding == "valid" and n >= kernel_size:
        return ceil((n - kernel_size) / stride) + 1
    return with_floor(n, kernel_size, stride, padding)


def same_ignores_stride(n: int, kernel_size: int, stride: int, padding: str) -> int:
    return n if padding == "same" else with_floor(n, kernel_size, stride, padding)


def same_rounds_down(n: int, kernel_size: int, stride: int, padding: str) -> int:
    return n // stride if padding == "same" else with_floor(n, kernel_size, stride, padding)


def ignores_stride(n: int, kernel_size: int, stride: int, padding: str) -> int:
    return with_floor(n, kernel_size, 1, padding)


def no_errors(n: int, kernel_size: int, stride: int, padding: str) -> int:
    return -(-n // stride) if padding == "same" else (n - kernel_size) // stride + 1


def else_is_valid(n: int, kernel_size: int, stride: int, padding: str) -> int:
    if padding != "same" and n < kernel_size:
        raise ValueError("does not fit")
    return no_errors(n, kernel_size, stride, padding)


def true_division(n: int, kernel_size: int, stride: int, padding: str) -> float:
    with_floor(n, kernel_size, stride, padding)
    return n / stride if padding == "same" else (n - kernel_size) / stride + 1


EXERCISE = Exercise(
    id="l04_output_size",
    title="The size of the output",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=output_size,
    right_answers=(with_floor, with_counting, with_ceil),
    mistakes=(
        Mistake(
            "no-plus-one",
            no_plus_one,
            "One place is missing: the first place counts too.",
            "In how many places does a kernel of 3 fit into 3 pixels?",
        ),
        Mistake(
            "rounds-up-for-valid",
            rounds_up,
            "You round up; with 'valid' a step that no longer fits is not taken.",
            "A kernel of 2 in 7 pixels with stride 3: where does it lie first, second, and does it fit a third time?",
        ),
        Mistake(
            "same-ignores-the-stride",
            same_ignores_stride,
            "'same' keeps the size only with stride 1; with stride 2 about half of the places are left.",
            "Which places does a kernel visit in a row of 7 with stride 3?",
            also=(ignores_stride,),
        ),
        Mistake(
            "same-rounds-down",
            same_rounds_down,
            "With 'same' the first place always counts: 7 pixels and stride 3 give 3 places, not 2.",
            "Which places are visited: 0, 3, and which else?",
        ),
        Mistake(
            "unknown-padding-accepted",
            else_is_valid,
            "Every padding but 'same' counts as 'valid'; another word should raise a ValueError.",
            "What happens to somebody who types 'smae'?",
            credit=0.5,
        ),
        Mistake(
            "no-errors",
            no_errors,
            "A kernel that does not fit, and an unknown padding, should raise a ValueError; your function raises none.",
            "What does your function give for a kernel of 3 in 2 pixels?",
            credit=0.5,
        ),
        Mistake(
            "not-a-whole-number",
            true_division,
            "`/` gives fractions; a number of places is whole.",
            "Which division throws the fraction away?",
        ),
    ),
    hints=(
        "Write down the places of a kernel of 2 in a row of 7 with stride 3. How many are there, with 'valid' and with 'same'?",
        "valid: (n - k) // stride + 1. same: n / stride, rounded up. Two things must raise a ValueError.",
        "`if padding == 'same': return -(-n // stride)`; then check 'valid' and n >= kernel_size; `return (n - kernel_size) // stride + 1`.",
    ),
)

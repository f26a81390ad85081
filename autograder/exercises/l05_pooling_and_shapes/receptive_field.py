"""l05_receptive_field: how far one number sees."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.exercises.l05_pooling_and_shapes.trace_shapes import conv, pool
from autograder.judging import judge_by_answer
from digitlab.stacks import receptive_field

Layer = dict[str, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return the empty stack, plain convolutions, pooling, strides, and the stack of a small CNN."""
    k = int(rng.integers(3, 8))
    return [
        Case(([],), "no layer at all"),
        Case(([conv(8, 3), conv(8, 3)],), "two convolutions"),
        Case(([conv(8, 5), pool(), conv(16, 3), pool()],), "a small CNN"),
        Case(([conv(4, k, 2), conv(4, 3, 3), pool(3, 1)],), "strides"),
        Case(([pool(2, 2), pool(2, 2), conv(4, 3)],)),
        Case(([conv(8, 3, 1, "same"), conv(8, 5, 1, "same")],), "same padding"),
    ]


def _windows(layers: list[Layer]) -> list[tuple[int, int]]:
    return [(layer["kernel_size"] if layer["type"] == "conv" else layer["size"], layer["stride"]) for layer in layers]


def with_jump(layers: list[Layer]) -> int:
    field, jump = 1, 1
    for window, stride in _windows(layers):
        field += (window - 1) * jump
        jump *= stride
    return field


def from_behind(layers: list[Layer]) -> int:
    seen = 1
    for layer in reversed(layers):
        seen = (seen - 1) * layer["stride"] + layer.get("kernel_size", layer.get("size"))
    return seen


def with_products(layers: list[Layer]) -> Any:
    windows = _windows(layers)
    return 1 + sum((w - 1) * np.prod([s for _, s in windows[:i]], dtype=int) for i, (w, _) in enumerate(windows))


def stride_ignored(layers: list[Layer]) -> int:
    return 1 + sum(window - 1 for window, _ in _windows(layers))


def kernels_added(layers: list[Layer]) -> int:
    return sum(window for window, _ in _windows(layers)) or 1


def kernels_multiplied(layers: list[Layer]) -> int:
    return int(np.prod([window for window, _ in _windows(layers)], dtype=int))


def own_stride_too(layers: list[Layer]) -> int:
    field, jump = 1, 1
    for window, stride in _windows(layers):
        jump *= stride
        field += (window - 1) * jump
    return field


def pooling_ignored(layers: list[Layer]) -> int:
    return with_jump([layer for layer in layers if layer["type"] == "conv"])


def starts_at_zero(layers: list[Layer]) -> int:
    return with_jump(layers) - 1


def as_an_area(layers: list[Layer]) -> int:
    return with_jump(layers) ** 2


EXERCISE = Exercise(
    id="l05_receptive_field",
    title="The receptive field",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=receptive_field,
    right_answers=(with_jump, from_behind, with_products),
    mistakes=(
        Mistake(
            "ignores-the-stride",
            stride_ignored,
            "The strides are ignored. After a pooling with stride 2, one step to the right is two pixels of the input.",
            "How many input pixels lie between two neighbours after a stride of 2?",
        ),
        Mistake(
            "adds-kernel-sizes",
            kernels_added,
            "You add up the kernel sizes; two kernels of 3 see 5 pixels, since they overlap.",
            "The first kernel of 3 sees 3 pixels. How many *more* does a second one reach?",
        ),
        Mistake(
            "multiplies-kernel-sizes",
            kernels_multiplied,
            "You multiply the kernel sizes; two kernels of 3 see 5 pixels, not 9.",
            "How many more pixels does a second kernel of 3 reach?",
        ),
        Mistake(
            "own-stride-counts-at-once",
            own_stride_too,
            "A layer's own stride counts for itself already; it matters only for the layers that come after it.",
            "How many pixels does a single pooling of 2 with stride 2 see?",
        ),
        Mistake(
            "pooling-ignored",
            pooling_ignored,
            "Pooling layers are left out; they look at a window too, and have a stride.",
            "How many pixels does one pooling of 2 see?",
        ),
        Mistake(
            "starts-at-0",
            starts_at_zero,
            "One pixel is missing: with no layer at all, a number sees 1 pixel, itself.",
            "What should the empty stack give?",
        ),
        Mistake(
            "area-for-side",
            as_an_area,
            "That is the area; the exercise asks for the length of one side.",
            "How many pixels along one side does a kernel of 3 see?",
        ),
    ),
    hints=(
        "One kernel of 3 sees 3 pixels. How many more does a second kernel of 3 on top of it reach?",
        "Keep two numbers: the field (from 1) and the jump, how many input pixels one step is (from 1).",
        "For each layer: `field += (window - 1) * jump`, then `jump *= stride`.",
    ),
)

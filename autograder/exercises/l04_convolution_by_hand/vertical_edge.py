"""l04_vertical_edge: a kernel of one's own, judged by what it does."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import as_array
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.judging import finding_of, judge_errors
from autograder.records import Evidence
from digitlab.convolution import conv2d_valid

Array = np.ndarray[Any, Any]
SILENT = 1e-6

FLAT = np.ones((6, 6))
VERTICAL_STEP = np.repeat([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]], 6, axis=0)
HORIZONTAL_STEP = np.ascontiguousarray(VERTICAL_STEP.T)


def draw_cases(_rng: np.random.Generator) -> list[Case]:
    """Return the one call that there is: the function takes nothing."""
    return [Case(())]


def _kernel(evidence: Evidence) -> Array | None:
    kernel = as_array(evidence.outcomes[0].value) if evidence.outcomes else None
    if kernel is None or kernel.dtype.kind not in "biuf" or kernel.shape != (3, 3) or not np.isfinite(kernel).all():
        return None
    return kernel.astype(np.float64)


def _loudness(kernel: Array, image: Array) -> float:
    return float(np.abs(conv2d_valid(image, kernel)).max())


def is_horizontal(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the kernel answers to horizontal edges and not to vertical ones."""
    kernel = _kernel(evidence)
    return kernel is not None and _loudness(kernel, HORIZONTAL_STEP) >= 1 and _loudness(kernel, VERTICAL_STEP) < SILENT


def answers_to_flat(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the kernel answers to an even patch: its weights do not add up to 0."""
    kernel = _kernel(evidence)
    return kernel is not None and _loudness(kernel, FLAT) >= SILENT


def answers_to_both(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the kernel answers to horizontal edges too."""
    kernel = _kernel(evidence)
    return kernel is not None and _loudness(kernel, FLAT) < SILENT <= _loudness(kernel, HORIZONTAL_STEP)


def is_too_quiet(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the kernel answers to a vertical edge of height 1 with less than 1."""
    kernel = _kernel(evidence)
    return kernel is not None and _loudness(kernel, VERTICAL_STEP) < 1 - 1e-9


def has_another_shape(_cases: Cases, evidence: Evidence) -> bool:
    """Whether what came back is not a 3 by 3 array of numbers."""
    return _kernel(evidence) is None


def judge_kernel(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a kernel: silent on flat patches and horizontal edges, loud on vertical ones."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    return Finding(share=1.0, message="Right.")


# --- right answers of other styles ---------------------------------------------------------------------------------


def prewitt() -> list[list[int]]:
    return [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]


def sobel() -> Array:
    return np.outer([1, 2, 1], [1, 0, -1])


def one_row() -> Array:
    kernel = np.zeros((3, 3))
    kernel[1] = [-1.0, 1.0, 0.0]
    return kernel


def horizontal() -> list[list[int]]:
    return [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]


def sums_to_one() -> list[list[int]]:
    return [[-1, 0, 1], [-1, 1, 1], [-1, 0, 1]]


def both_edges() -> list[list[int]]:
    return [[0, 1, 0], [1, -4, 1], [0, 1, 0]]


def faint() -> Array:
    return np.array(prewitt()) / 10


def flat_list() -> list[int]:
    return [-1, 0, 1, -1, 0, 1, -1, 0, 1]


EXERCISE = Exercise(
    id="l04_vertical_edge",
    title="A kernel for vertical edges",
    points=1,
    draw_cases=draw_cases,
    judge=judge_kernel,
    right_answers=(prewitt, sobel, one_row),
    mistakes=(
        Mistake(
            "not-3-by-3",
            flat_list,
            "A 3 by 3 array of numbers is asked for.",
            "How many rows and columns has your kernel?",
            recognise=has_another_shape,
        ),
        Mistake(
            "horizontal-edges",
            horizontal,
            "Your kernel answers to horizontal edges and is silent on vertical ones.",
            "In which direction does the brightness change when you cross a vertical edge?",
            recognise=is_horizontal,
        ),
        Mistake(
            "weights-do-not-cancel",
            sums_to_one,
            "Your kernel answers to an even patch: its weights do not add up to 0.",
            "What is the weighted sum when all nine pixels are 1, and what should it be?",
            recognise=answers_to_flat,
        ),
        Mistake(
            "answers-to-both",
            both_edges,
            "Your kernel answers to horizontal edges too.",
            "What does each column of your kernel add up to, and each row?",
            recognise=answers_to_both,
        ),
        Mistake(
            "too-quiet",
            faint,
            "On a step of height 1 your kernel answers with less than 1.",
            "How large are your weights?",
            recognise=is_too_quiet,
        ),
    ),
    hints=(
        "What changes when you cross a vertical edge from left to right, and what stays?",
        "Negative weights on one side, positive on the other, the same in each row: then even patches cancel out.",
        "`return np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])`",
    ),
)

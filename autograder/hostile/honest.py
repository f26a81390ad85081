"""Honest hand-ins, to be graded in one class with the hostile ones: their results must be the same without them."""

from __future__ import annotations

from collections.abc import Callable

from autograder.hostile.models import shipped
from autograder.hostile.notebooks import handed_in, released, solutions, with_cells
from autograder.hostile.record import Files

_MISTAKES = {
    "l02_scale_pixels": "def scale_pixels(images):\n    return (images / 256).astype(np.float32)",
    "l02_split": "def split(images, labels, validation_share, seed):\n    return images, labels, images, labels",
}


def _solved() -> Files:
    return handed_in(released(2, solutions(2)))


def _mistaken() -> Files:
    return handed_in(released(2, {**solutions(2), **_MISTAKES}))


def _untouched() -> Files:
    return handed_in(released(2, {}))


def _raises() -> Files:
    return handed_in(with_cells(released(2, solutions(2)), middle="print(first_few[:3])"))


def _with_model() -> Files:
    return {**handed_in(released(9, solutions(9)), 9), "09_evaluate/my_cnn.keras": shipped()}


# student → the files that the student hands in
HONEST: dict[str, Callable[[], Files]] = {
    "ada": _solved,
    "bela": _mistaken,
    "dana": _untouched,
    "emeka": _raises,
    "zoe": _with_model,
}

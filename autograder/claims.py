"""What readers claim, taken at its form before a judge looks at it: numbers, and facts of models.

A reader's description is made in the process where a student's code ran, so it may hold anything that the codec lets
through. It is read here, once; a judge then finds what its reader makes, or nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.exercise import Cases
from autograder.inside.codec import Opaque
from autograder.records import Outcome

Form = Callable[[Any], bool]


def number(value: Any) -> float | None:
    """Return a real number as a float; None for anything else, truth values too.

    An array without axes is its number; an integer beyond any float is infinite.

    >>> number(np.array(2)), number(10**400), number(True), number("2"), number(1j)
    (2.0, inf, None, None, None)
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def numbers(value: Any) -> list[float] | None:
    """Return a list, a tuple or an array of one axis as floats, by `number`; None where anything else is among them.

    >>> numbers([1, np.array(0.5)]), numbers([1, "2"]), numbers(np.zeros((2, 2)))
    ([1.0, 0.5], None, None)
    """
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.ndim == 1 else None
    if not isinstance(value, (list, tuple)):
        return None
    read = [number(item) for item in value]
    return None if None in read else [item for item in read if item is not None]


def read_claims(cases: Cases, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...] | None:
    """Return the outcomes as judges may read them; None where they are nothing that a reader makes.

    There is at most one outcome for each case, none has both an error and a value, and a description of a model is
    whole. A dictionary that only claims to be a model came from the student, and is `Opaque`.
    """
    if len(outcomes) > len(cases):
        return None
    read: list[Outcome] = []
    for case, outcome in zip(cases, outcomes, strict=False):
        if outcome.error is not None:
            read.append(replace(outcome, value=None))
            continue
        if not _FORMS.get(case.read, _is_anything)(outcome.value):
            return None
        read.append(replace(outcome, value=_with_models_read(case.read, outcome.value)))
    return tuple(read)


def _with_models_read(read: str, value: Any) -> Any:
    if read == "model":
        return _model_or_not(value)
    return {**value, "returned": _model_or_not(value["returned"])} if read in _FORMS else value


def _model_or_not(value: Any) -> Any:
    claims_it = isinstance(value, dict) and value.get("model") is True
    return Opaque("dict", "a dictionary") if claims_it and not _is_model(value) else value


# --- forms ---------------------------------------------------------------------------------------------------------


def _is_anything(_value: Any) -> bool:
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _or_none(form: Form) -> Form:
    return lambda value: value is None or form(value)


def _list_of(form: Form) -> Form:
    return lambda value: isinstance(value, list) and all(map(form, value))


def _record(needed: Mapping[str, Form], may_have: Mapping[str, Form] | None = None) -> Form:
    """Return the form of a dictionary with these keys, and perhaps some of the others."""
    known = {**needed, **(may_have or {})}

    def form(value: Any) -> bool:
        if not isinstance(value, dict) or not needed.keys() <= value.keys() <= known.keys():
            return False
        return all(known[key](item) for key, item in value.items())

    return form


def _array_of(kinds: str, axes: int | None = None) -> Form:
    return lambda value: isinstance(value, np.ndarray) and value.dtype.kind in kinds and axes in (None, value.ndim)


def _are_answers(value: Any) -> bool:
    """Whether it is what a model answers: real numbers, or of a kind that the codec does not know (bfloat16)."""
    return _array_of("biuf")(value) or isinstance(value, Opaque)


def _are_measured(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(n, float) for k, n in value.items())


_IS_LAYER = _record(
    {
        "name": _is_text,
        "kinds": _list_of(_is_text),
        "activation": _or_none(_is_text),
        "rate": _or_none(_is_finite),
        "params": _or_none(_is_count),
        "output": _or_none(_is_text),
        "used": _or_none(lambda used: isinstance(used, bool)),
    }
)
# See `autograder.inside.model_facts`.
_is_model = _record(
    {
        "model": lambda value: value is True,
        "compiled": lambda value: isinstance(value, bool),
        "input_shape": _or_none(_is_text),
        "params": _or_none(_is_count),
        "layers": _list_of(_IS_LAYER),
        "calls": _list_of(_is_text),
    },
    {
        "answers": _are_answers,
        "error": _is_text,
        "loss_name": _is_text,
        "loss": lambda value: isinstance(value, (float, str)),
        "evaluated": lambda value: isinstance(value, str) or _are_measured(value),
    },
)


def _is_watched(value: Any) -> bool:
    noted = {"images": _array_of("i", 1), "learnt": _array_of("b", 1)}
    form = _record({"returned": _is_anything, **noted, "measured": _list_of(lambda loss: isinstance(loss, float))})
    return form(value) and value["images"].shape == value["learnt"].shape


# By the name of the reader; see `autograder.inside.readers`. What has no form may be anything.
_FORMS: dict[str, Form] = {
    "model": _is_anything,
    "trained": _record({"returned": _is_anything, "answers": _are_answers}),
    "watched": _is_watched,
    "regularised": _record({"returned": _is_anything, "given": _is_model}, {"training": _are_answers}),
    "timed": _record({"returned": _is_anything, "times": lambda value: _is_finite(value) and value >= 0}),
}

"""Whether an answer hands its work to digitlab's own version of the exercise: to be told, never to be punished."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_DIGITLAB = str(Path(__file__).resolve().parents[2] / "digitlab") + os.sep
# What stands in for a twin's code: it takes whatever it is given, and hands it to a watch. That is a constant of it, in
# the place of the text: the names that a twin's code can look up are those of digitlab's module.
_PASS_ON = next(
    constant
    for constant in compile("lambda *args, **named: 'watch'.__call__(*args, **named)", __file__, "eval").co_consts
    if isinstance(constant, types.CodeType)
)


def twins_of(names: Iterable[str]) -> dict[str, types.FunctionType]:
    """Return digitlab's own functions of these names; called before a hand-in can put something else in their place."""
    found: dict[str, types.FunctionType] = {}
    for name in names:
        with contextlib.suppress(Exception):  # without digitlab, or what a module of it needs, there is no twin
            twin = getattr(importlib.import_module("digitlab"), name)
            if isinstance(twin, types.FunctionType) and not twin.__code__.co_freevars:
                found[name] = twin
    return found


@contextlib.contextmanager
def watching(twin: types.FunctionType | None) -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether the twin has been called since, by whomever but digitlab itself.

    The twin stays the same object and gets other code for so long: calls are seen however it was reached, and whenever
    the answer took hold of it. What it returns and raises is what it always does.
    """
    if twin is None:
        yield lambda: False
        return
    own, called = twin.__code__, False
    same = types.FunctionType(own, twin.__globals__, twin.__name__, twin.__defaults__)
    same.__kwdefaults__ = twin.__kwdefaults__

    def watch(*args: Any, **named: Any) -> Any:
        nonlocal called
        caller = sys._getframe(2)
        called = called or not _is_of_digitlab(caller.f_globals.get("__name__"))
        return same(*args, **named)

    constants = tuple(watch if constant == "watch" else constant for constant in _PASS_ON.co_consts)
    twin.__code__ = _PASS_ON.replace(co_consts=constants)
    try:
        yield lambda: called
    finally:
        twin.__code__ = own


def borrows(function: Any, wanted: frozenset[str], depth: int = 3) -> bool:
    """Whether an answer is digitlab's own function of one of these names, or calls it, as far as its text tells."""
    if not isinstance(function, types.FunctionType) or depth == 0:
        return False
    if _is_of_digitlab(function.__module__) or function.__code__.co_filename.startswith(_DIGITLAB):
        return function.__code__.co_name in wanted  # a copy of it under another name, too
    names = function.__code__.co_names
    for value in (function.__globals__.get(used) for used in names):
        if isinstance(value, types.ModuleType) and wanted & set(names) and _is_of_digitlab(vars(value).get("__name__")):
            return True
        if value is not function and borrows(value, wanted, depth - 1):
            return True
    return False


def _is_of_digitlab(module: Any) -> bool:
    """Whether this is the name of digitlab, or of a module in it."""
    return isinstance(module, str) and module.partition(".")[0] == "digitlab"

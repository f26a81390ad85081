"""Run a hand-in's cells, then call what they define; tell each step as it is done.

What was told before a kill counts. All of it is claims: the judges outside decide what they are worth.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import random
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.inside.call import TOO_LARGE, TookTooLong, call, describe_error, quiet, time_limit
from autograder.inside.codec import CodecError, clean_text, decode, encode
from autograder.inside.shell import GradingShell, start_shell
from autograder.inside.twins import borrows, twins_of, watching

UNTOUCHED = "NotImplementedError"
LEAST_SECONDS = 0.5
BURIAL_SECONDS = 10.0
PATIENCE = 3.0
# What digitlab gives a learner who has no trained model of their own; no answer is asked to use it.
TRAINED_MODELS = frozenset(("small_model", "your_model"))

Emit = Callable[[dict[str, Any]], None]


def run(payload: bytes, emit: Callable[[bytes], None]) -> None:
    """Run the cells and the probes that the payload names, and emit a frame for each step.

    Parameters
    ----------
    payload : bytes
        A frame with `cells` (list of `index` and `source`), `probes` (exercise id → probe, see
        `autograder.exercise.Exercise.probe`), `cell_seconds` (the longest that one cell may compute), `cells_seconds`
        and `probes_seconds` (all cells, all probes together) and `seed` (of the global random generators).
    emit : callable
        Sends one frame to the other side.

    Notes
    -----
    The frames, in order: `cell_started` (index); `cell_ended` (index, ok, error, seconds, noted); `cells_cut` (index
    of the first cell that there was no time for); `probe_started` (exercise); `probe` (exercise, evidence, remarks);
    `done`.
    """
    asked = decode(payload)

    def tell(event: dict[str, Any]) -> None:
        emit(encode(event))

    with quiet():
        names = {probe["name"] for probe in asked["probes"].values()}
        twins = twins_of(names)
        shell = start_shell()
        bindings = Bindings(shell, names)
        _seed(asked["seed"])
        _run_cells(shell, bindings, asked, tell)
        _run_probes(bindings, twins, asked, tell)
        tell({"event": "done"})


class Clock:
    """Counts the seconds that were computed, or a third of those that passed where that is more.

    Who has to wait for a processor is not slow: see `autograder.inside.call.time_limit`.
    """

    def __init__(self) -> None:
        self._began, self._began_computing = time.monotonic(), time.process_time()

    @property
    def spent(self) -> float:
        """The seconds since it was started."""
        passed = (time.monotonic() - self._began) / PATIENCE
        return max(time.process_time() - self._began_computing, passed)


class Bindings:
    """Every callable that each wanted name was bound to after a cell, in order."""

    def __init__(self, shell: GradingShell, names: set[str]) -> None:
        self.shell = shell
        self.callables: dict[str, list[Any]] = {name: [] for name in names}

    def look(self) -> None:
        """Keep what the names are bound to now."""
        for name, seen in self.callables.items():
            value = self.shell.user_ns.get(name)
            if callable(value) and not any(value is old for old in seen):
                seen.append(value)

    def near(self, name: str) -> list[str]:
        """Return names of functions in the notebook that look like a wanted one that is missing."""
        names = [
            other
            for other, value in self.shell.user_ns.items()
            if isinstance(other, str) and not other.startswith("_") and other not in self.callables and callable(value)
        ]
        plain = {other.replace("_", "").lower(): other for other in names}
        close = difflib.get_close_matches(name.replace("_", "").lower(), plain, n=2, cutoff=0.8)
        return [plain[found] for found in close]


def _run_cells(shell: GradingShell, bindings: Bindings, asked: dict[str, Any], tell: Emit) -> None:
    spent = 0.0
    run_cell = shell.run_cell  # as it is before any cell can put something else in its place
    for cell in asked["cells"]:
        left = asked["cells_seconds"] - spent
        if left <= 0:
            tell({"event": "cells_cut", "index": cell["index"]})
            return
        tell({"event": "cell_started", "index": cell["index"]})
        # Half of what is left, at most: endless cells, however many, leave time for those that follow.
        seconds = min(asked["cell_seconds"], max(left / 2, LEAST_SECONDS))
        clock = Clock()
        ended = _run_cell(shell, cell["source"], seconds, run_cell)
        # A cell that is stopped late, in a crowd of processes that it made, does not take the others' time.
        spent += min(clock.spent, seconds)
        bindings.look()
        _close_figures()
        tell({"event": "cell_ended", "index": cell["index"], **ended})


def _run_cell(
    shell: GradingShell, source: str, seconds: float, run_cell: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    shell.noted, shell.shown_error = [], None
    began = time.monotonic()
    problem: BaseException | None = None
    try:
        with time_limit(seconds, PATIENCE) as alarm, _backstop(seconds):
            result = alarm.run(run_cell or shell.run_cell, source)
        problem = result.error_before_exec or result.error_in_exec or shell.shown_error
    except BaseException as escaped:  # the border: what a cell raised inside IPython's own code, SystemExit too
        problem = escaped
    if isinstance(problem, TookTooLong):
        _end_children()
    return {
        "ok": problem is None,
        "error": None if problem is None else _describe(problem),
        "seconds": round(time.monotonic() - began, 3),
        "noted": shell.noted,
    }


def _end_children() -> None:
    """Kill the processes that a cell without an end has made, where no others can be meant: they take all the time."""
    jail = sys.modules.get("autograder.inside.jail")  # Linux only, and not there where code runs trusted
    if jail is not None and jail.locked:
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)  # all but this one and the first, which buries them
            end = time.monotonic() + BURIAL_SECONDS
            while sum(place.name.isdecimal() for place in Path("/proc").iterdir()) > 2 and time.monotonic() < end:
                time.sleep(0.01)  # the dying still hold memory, and what runs next would be blamed for it


def _describe(problem: BaseException) -> dict[str, Any]:
    error = describe_error(problem)
    if isinstance(problem, SyntaxError):
        error["message"] = clean_text(str(problem.msg), 200)
        error["line"] = clean_text(str(problem.text or "").strip(), 200) or None
    return error


def _run_probes(bindings: Bindings, twins: dict[str, types.FunctionType], asked: dict[str, Any], tell: Emit) -> None:
    clock = Clock()
    for exercise, probe in asked["probes"].items():
        tell({"event": "probe_started", "exercise": exercise})
        left = asked["probes_seconds"] - clock.spent
        seconds = min(probe["seconds"], max(left / 2, LEAST_SECONDS))
        told = _probe(bindings, twins.get(probe["name"]), probe, seconds, asked["seed"])
        try:
            tell({"event": "probe", "exercise": exercise, **told})
        except CodecError as too_large:
            evidence = {"found": True, "outcomes": [_too_large(too_large)]}
            tell({"event": "probe", "exercise": exercise, "evidence": evidence})


def _probe(
    bindings: Bindings, twin: types.FunctionType | None, probe: dict[str, Any], seconds: float, seed: int
) -> dict[str, Any]:
    name = probe["name"]
    candidates = bindings.callables[name]
    remarks: list[tuple[str, str]] = []
    if not candidates:
        value = bindings.shell.user_ns.get(name)
        if value is not None:
            remarks.append(("not_callable", type(value).__name__[:80]))
        remarks += [("near", other[:80]) for other in bindings.near(name)]
        return {"evidence": {"found": False}, "remarks": remarks}
    used = candidates[-1]
    outcomes, twin_called = _outcomes(used, twin, probe, seconds, seed)
    if not callable(bindings.shell.user_ns.get(name)):
        remarks.append(("overwritten", name))
    for earlier in reversed(candidates[:-1]):
        if not _is_stub(outcomes):
            break
        others, others_called = _outcomes(earlier, twin, probe, seconds, seed)
        if not _is_stub(others):
            outcomes, twin_called, used = others, others_called, earlier
            remarks.append(("stub_later", name))
    if twin_called or borrows(used, frozenset((name,))):
        remarks.append(("borrowed", name))
    if borrows(used, TRAINED_MODELS):
        remarks.append(("trained_model", name))
    return {"evidence": {"found": True, "outcomes": outcomes}, "remarks": remarks}


def _outcomes(
    function: Callable[..., Any], twin: types.FunctionType | None, probe: dict[str, Any], seconds: float, seed: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return what the calls came to, and whether digitlab's own version was called in one of them."""
    _seed(seed)
    with watching(twin) as was_called, _backstop(seconds):
        return call(function, probe["cases"], seconds, patience=PATIENCE), was_called()


def _too_large(problem: CodecError) -> dict[str, Any]:
    error: dict[str, Any] = {"type": TOO_LARGE, "ancestors": [], "message": clean_text(str(problem), 500), "line": None}
    return {"value": None, "error": error}


def _is_stub(outcomes: list[dict[str, Any]]) -> bool:
    return bool(outcomes) and all(one["error"] and one["error"]["type"] == UNTOUCHED for one in outcomes)


@contextlib.contextmanager
def _backstop(seconds: float) -> Iterator[None]:
    """Have the kernel end this process where Python cannot: `sum(range(10**12))` hears no signal that Python handles.

    It counts processor time, of all threads: twice what they could use until the soft limit.
    """
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    signal.setitimer(signal.ITIMER_PROF, 2 * seconds * cores + 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _seed(seed: int) -> None:
    """Seed what is random, so that the same hand-in comes to the same answers each time.

    That is the generators that everybody shares, and what NumPy gives a generator without a seed to begin with.
    """
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    np.random.bit_generator.randbits = random.Random(seed).getrandbits  # type: ignore[attr-defined]
    keras = sys.modules.get("keras")
    if keras is not None:
        with contextlib.suppress(Exception):  # a hand-in may have broken Keras for itself
            keras.utils.set_random_seed(seed % (1 << 32))


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        with contextlib.suppress(Exception):  # a hand-in may have broken Matplotlib for itself
            pyplot.close("all")

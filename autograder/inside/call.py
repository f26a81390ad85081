"""Call what a student defined, once for each case, and describe what came of it in plain values."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import numpy as np

from autograder.inside import makers, readers
from autograder.inside.codec import CodecError, clean_text, decode, encode

MAX_ANSWER_BYTES = 16 << 20


class TookTooLong(BaseException):  # noqa: N818 - a student's `except Exception` must not swallow it, nor its name alarm
    """The answer did not come back within its time."""


def call(function: Callable[..., Any], cases: Sequence[dict[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """Return one outcome for each case: what `function` returned or raised, and what it changed.

    Parameters
    ----------
    function : callable
        What the student defined.
    cases : sequence of dict
        Each with `args` (a tuple of plain values and `Make`) and `read` (a reader's name).
    seconds : float
        Time for all cases together; the case that exceeds it gets a `TookTooLong` error and ends the list.

    Returns
    -------
    list of dict
        With `value`, `error` (None, or `type`, `ancestors`, `message`, `line`), `changed` (indices of arguments
        that the call changed) and `random` (whether NumPy's global random state was changed).
    """
    outcomes: list[dict[str, Any]] = []
    with quiet(), time_limit(seconds) as alarm:
        for case in cases:
            outcome = _one(function, case, alarm)
            outcomes.append(outcome)
            if outcome["error"] and outcome["error"]["type"] == "TookTooLong":
                break
    return outcomes


def _one(function: Callable[..., Any], case: dict[str, Any], alarm: _Alarm) -> dict[str, Any]:
    plain = encode(case["args"])
    args = makers.made(decode(plain))
    before = [_fingerprint(arg) for arg in args]
    random_before, random_bytes = np.random.get_state(), _random_state()
    value: Any = None
    error: dict[str, Any] | None = None
    try:
        alarm.armed = True
        try:
            returned = function(*args)
            value = readers.READERS[case.get("read", "plain")](returned, args)
        finally:
            alarm.armed = False
        value = decode(encode(value, MAX_ANSWER_BYTES), MAX_ANSWER_BYTES)
    except CodecError as problem:
        error = {"type": "AnswerTooLarge", "ancestors": [], "message": str(problem), "line": None}
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # the border: whatever a student's code raises is evidence, SystemExit too
        error = describe_error(problem)
    changed = [i for i, arg in enumerate(args) if _fingerprint(arg) != before[i]]
    random = _random_state() != random_bytes
    if random:
        np.random.set_state(random_before)
    return {"value": value, "error": error, "changed": changed, "random": random}


def describe_error(problem: BaseException) -> dict[str, Any]:
    """Return an exception as plain values: its type, its ancestors' names, its message and the line it came from."""
    try:
        message = clean_text(str(problem), 500)
    except Exception:  # a student's __str__ may raise anything
        message = ""
    frames = traceback.extract_tb(problem.__traceback__)
    own = [f for f in frames if "site-packages" not in f.filename and f"{os.sep}autograder{os.sep}" not in f.filename]
    line = clean_text((own[-1].line or "").strip(), 200) if own else ""
    return {
        "type": clean_text(type(problem).__name__, 100),
        "ancestors": [clean_text(kind.__name__, 100) for kind in type(problem).__mro__[:20]],
        "message": message,
        "line": line or None,
    }


def _fingerprint(arg: object) -> bytes | None:
    """Return the bytes of a plain argument, to see whether a call changed it; None for what is not plain."""
    if not isinstance(arg, (np.ndarray, list, dict)):
        return None
    try:
        return encode(arg)
    except CodecError:
        return b"grew beyond what can be described"


def _random_state() -> bytes:
    """Return NumPy's global random state as bytes, so that two of them compare."""
    name, keys, *rest = np.random.get_state()
    return np.asarray(keys).tobytes() + repr((name, *rest)).encode()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let nothing reach standard output or error, not even from C++ (plain nbgrader gives 0 for one line of it)."""
    sys.stdout.flush()
    sys.stderr.flush()
    sink = os.open(os.devnull, os.O_WRONLY)
    saved: list[tuple[int, int]] = []
    try:
        for descriptor in (1, 2):
            with contextlib.suppress(OSError):
                saved.append((descriptor, os.dup(descriptor)))
                os.dup2(sink, descriptor)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        for descriptor, copy in saved:
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(sink)


class _Alarm:
    __slots__ = ("armed",)

    def __init__(self) -> None:
        self.armed = False


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[_Alarm]:
    """Raise `TookTooLong` in the armed code when `seconds` have passed, where the platform can (Unix, main thread)."""
    alarm = _Alarm()
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield alarm
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        if alarm.armed:
            raise TookTooLong(f"no answer within {seconds:g} seconds")

    previous = signal.signal(signal.SIGALRM, ring)
    # It rings again and again: a student's bare `except:` may swallow it once, and a case may begin after it rang.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield alarm
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

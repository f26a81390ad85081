"""Call what a student defined, once for each case, and describe what came of it in plain values."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from autograder.inside import makers, readers
from autograder.inside.codec import CodecError, Make, clean_text, decode, encode

MAX_ANSWER_BYTES = 16 << 20
MAX_FRAMES = 200
# After this many alarms that the code swallowed, they come faster than it can swallow them.
PATIENT_RINGS = 3
RING_SECONDS = 0.5

WRONG_ARGUMENTS = "WrongArguments"
TOO_LARGE = "AnswerTooLarge"
INTERRUPTED = "KeyboardInterrupt"

_OUR_FOLDER = str(Path(__file__).resolve().parents[1]) + os.sep
# As Python keeps them; a metaclass can make `kind.__name__` and `kind.__mro__` say or do anything.
_name_of = type.__dict__["__name__"].__get__
_ancestors_of = type.__dict__["__mro__"].__get__


class TookTooLong(BaseException):
    """The answer did not come back within its time. A student's `except Exception` does not swallow it."""


def call(
    function: Callable[..., Any], cases: Sequence[dict[str, Any]], seconds: float, *, patience: float = 1.0
) -> list[dict[str, Any]]:
    """Return one outcome for each case: what `function` returned or raised, and what it changed.

    Parameters
    ----------
    function : callable
        What the student defined.
    cases : sequence of dict
        Each with `args` (a tuple of plain values and `Make`) and `read` (a reader's name).
    seconds : float
        Time for all cases together; the case that exceeds it gets a `TookTooLong` error and ends the list. An
        interrupt (Ctrl-C, the Stop button) ends it too, as a `KeyboardInterrupt` error.
    patience : float
        See `time_limit`.

    Returns
    -------
    list of dict
        With `value`, `error` (None, or `type`, `ancestors`, `message`, `line`), `changed` (indices of arguments
        that the call changed), `random` (whether NumPy's global random state was changed; it is put back) and
        `printed` (whether the call printed something).
    """
    outcomes: list[dict[str, Any]] = []
    with quiet():  # the first model loads TensorFlow, and the function must not pay for it
        makers.made(next((case["args"] for case in cases if _has_made(case["args"])), ()))
    with quiet() as printed, time_limit(seconds, patience) as alarm:
        for case in cases:
            outcome = _one(function, case, alarm, printed)
            outcomes.append(outcome)
            if outcome["error"] and outcome["error"]["type"] in {TookTooLong.__name__, INTERRUPTED}:
                break
    return outcomes


def _one(function: Callable[..., Any], case: dict[str, Any], alarm: Alarm, printed: Sink) -> dict[str, Any]:
    given = decode(encode(case["args"]))
    before = [_fingerprint(arg) for arg in given]
    args = makers.made(given)
    random_before = _random_state()
    written_before = printed.written
    value: Any = None
    error: dict[str, Any] | None = None
    try:
        frame = alarm.run(_answer, function, args, case.get("read", "plain"))
        value = decode(frame, MAX_ANSWER_BYTES)
    except CodecError as problem:
        error = {"type": TOO_LARGE, "ancestors": [], "message": str(problem), "line": None}
    except BaseException as problem:  # the border: whatever a student's code raises is evidence, SystemExit too
        error = _wrong_arguments(problem, function, args) or describe_error(problem)
    changed = [i for i, arg in enumerate(args) if before[i] is not None and _changed(arg, before[i], alarm)]
    return {
        "value": value,
        "error": error,
        "changed": changed,
        "random": _restored(random_before),
        "printed": printed.written > written_before,
    }


def _answer(function: Callable[..., Any], args: tuple[Any, ...], read: str) -> bytes:
    """Return what the function returns as a frame: reading and packing run code of the student's objects too."""
    returned = function(*args)
    if inspect.iscoroutine(returned):
        returned.close()  # of an `async def`, which nobody awaits; unclosed it would warn later
    return encode(readers.READERS[read](returned, args), MAX_ANSWER_BYTES)


def describe_error(problem: BaseException) -> dict[str, Any]:
    """Return an exception as plain values: its type, its ancestors' names, its message and the line it came from."""
    try:
        message = clean_text(str(problem), 500)
    except Exception:  # a student's __str__ may raise anything
        message = ""
    frames = traceback.extract_tb(problem.__traceback__, limit=-MAX_FRAMES)
    own = [f for f in frames if "site-packages" not in f.filename and not f.filename.startswith(_OUR_FOLDER)]
    line = clean_text((own[-1].line or "").strip(), 200) if own else ""
    return {
        "type": clean_text(_name_of(type(problem)), 100),
        "ancestors": [clean_text(_name_of(kind), 100) for kind in _ancestors_of(type(problem))[:20]],
        "message": message,
        "line": line or None,
    }


def _wrong_arguments(
    problem: BaseException, function: Callable[..., Any], args: tuple[Any, ...]
) -> dict[str, Any] | None:
    """Return the error of a function that does not take as many arguments as it is given; None for any other error."""
    last = problem.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    # A TypeError of the call itself has no frame of the function's own.
    if type(problem) is not TypeError or last is None or last.tb_frame.f_code is not _answer.__code__:
        return None
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # built-in functions do not always tell
        return None
    by_place = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in by_place if p.default is p.empty]
    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    any_number = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    if len(needed) <= len(args) and (any_number or len(args) <= len(by_place)) and not by_name:
        return None
    least, most = len(needed), len(by_place)
    takes = f"at least {least}" if any_number else str(most) if least == most else f"{least} to {most}"
    names = f" ({', '.join(p.name for p in by_place)})" if by_place else ""
    message = f"Your function is called with {_counted(len(args))}, and it takes {takes}{names}."
    if by_name:
        message += f" It also asks for {', '.join(by_name)} by name; arguments are given by their place."
    ancestors = [kind.__name__ for kind in TypeError.__mro__]
    return {"type": WRONG_ARGUMENTS, "ancestors": ancestors, "message": clean_text(message, 500), "line": None}


def _counted(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


def _fingerprint(arg: object) -> bytes | None:
    """Return the bytes of a plain argument, to see whether a call changed it; None for what is not plain."""
    return encode(arg) if isinstance(arg, (np.ndarray, list, dict, tuple)) and not _has_made(arg) else None


def _changed(arg: object, before: bytes | None, alarm: Alarm) -> bool:
    try:
        return bool(alarm.run(encode, arg) != before)
    except BaseException:  # the border: a student may have put anything into it, itself too
        return True


def _has_made(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_made(item) for item in value)
    if isinstance(value, dict):
        return any(_has_made(item) for item in value.values())
    return isinstance(value, Make)


def _random_state() -> bytes:
    """Return NumPy's global random state."""
    return encode(np.random.get_state(legacy=False))


def _restored(before: bytes) -> bool:
    """Return whether NumPy's global random state differs from `before`, and put it back."""
    if _random_state() == before:
        return False
    with contextlib.suppress(ValueError):  # the student put another kind of generator in its place
        np.random.set_state(decode(before))
    return True


# --- quiet ---------------------------------------------------------------------------------------------------------


class Sink(io.TextIOBase):
    """A text stream that keeps nothing but the count of the characters written: endless output takes no memory."""

    def __init__(self) -> None:
        self.written = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The name of an encoding, for code that asks."""
        return "utf-8"

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Count the characters, and forget them."""
        self.written += len(text)
        return len(text)


@contextlib.contextmanager
def quiet() -> Iterator[Sink]:
    """Let nothing reach standard output or error, not even from C++ (plain nbgrader gives 0 for one line of it).

    Yields the stream that standard output goes to meanwhile.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a student may have closed it, or put anything in its place
            stream.flush()
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:  # a student's code has opened all the files that there may be
        nowhere = -1
    saved: list[tuple[int, int]] = []
    sink = Sink()
    try:
        for descriptor in (1, 2):
            with contextlib.suppress(OSError):  # closed
                saved.append((descriptor, os.dup(descriptor)))
                os.dup2(nowhere, descriptor)
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(Sink()):
            yield sink
    finally:
        for descriptor, copy in saved:
            os.dup2(copy, descriptor)
            os.close(copy)
        if nowhere >= 0:
            os.close(nowhere)


# --- time ----------------------------------------------------------------------------------------------------------


class Alarm:
    """Ends what it runs, once the time of its `time_limit` is over."""

    __slots__ = ("rings",)

    def __init__(self) -> None:
        self.rings = 0

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return `function(*args)`.

        Raises
        ------
        TookTooLong
            When the time is over, or was over before: within a second then.
        """
        self.rings = 0
        return function(*args)


@contextlib.contextmanager
def time_limit(seconds: float, patience: float = 1.0) -> Iterator[Alarm]:
    """Yield an alarm that raises `TookTooLong` in what it runs when `seconds` have passed.

    With a `patience` above 1, what waits for a processor that others use gets more: it is late when it has computed
    for `seconds`, or when `patience` times as many have passed. So the same code is late on a busy machine and on an
    idle one, or on neither.

    Where the platform can: on Unix, in the main thread. Elsewhere what it runs takes as long as it takes. Python code
    is ended even where it catches everything; a single long operation in C is not.
    """
    alarm = Alarm()
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield alarm
        return

    def ring(_signal: int, frame: FrameType | None) -> None:
        # Raise nowhere but in code that the alarm runs: our own code around it must not be torn in the middle.
        interrupted = frame
        while frame is not None and frame.f_code is not Alarm.run.__code__:
            frame = frame.f_back
        if frame is None:
            return
        computed = time.process_time() - began_computing
        if alarm.rings == 0 and computed < seconds and time.monotonic() - began < patience * seconds:
            signal.setitimer(signal.ITIMER_REAL, max(seconds - computed, 0.05), RING_SECONDS)
            return
        alarm.rings += 1
        if alarm.rings > PATIENT_RINGS:
            # `while True: try: ... except: pass` swallows what comes within `try`: come at other moments, and often.
            signal.setitimer(signal.ITIMER_REAL, (alarm.rings % 64 + 1) * 1e-6, RING_SECONDS)
            _raise_on_the_next_line(interrupted, seconds)  # which is the handler's, and nothing swallows it there
        raise TookTooLong(f"no answer within {seconds:g} seconds")

    began, began_computing = time.monotonic(), time.process_time()
    traced = sys.gettrace()
    previous = signal.signal(signal.SIGALRM, ring)
    # It rings again and again: a bare `except:` may swallow it once, and a case may begin after it rang.
    outer, outer_interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), RING_SECONDS)
    try:
        yield alarm
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous or signal.SIG_DFL)
        if alarm.rings > PATIENT_RINGS:
            sys.settrace(traced)
        if outer:  # somebody else's alarm clock goes on
            left = outer - (time.monotonic() - began)
            signal.setitimer(signal.ITIMER_REAL, max(left, 1e-3), outer_interval)


def _raise_on_the_next_line(frame: FrameType | None, seconds: float) -> None:
    """Have Python raise `TookTooLong` at the next line of this frame, once: Python takes the trace away then."""

    def late(_frame: FrameType, event: str, _argument: object) -> None:
        if event == "line":
            raise TookTooLong(f"no answer within {seconds:g} seconds")

    if frame is not None:
        frame.f_trace = late
        sys.settrace(lambda *_: None)

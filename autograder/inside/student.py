"""The process in which a trusted routine and a student's code run side by side. The walls stand already."""

from __future__ import annotations

import faulthandler
import fcntl
import importlib
import os
import random
import signal
import socket
import sys
import types
from typing import Any, BinaryIO, NoReturn

from autograder.inside import jail, system
from autograder.inside.frames import Sender
from autograder.inside.parcel import Contents, read_exactly
from autograder.inside.routine import RAISED, find_routine, perform

_READY, _FAULT = b"R", b"X"
_HIGHEST_FILE = 1 << 12
_exit = os._exit


def run(
    parcel: BinaryIO, contents: Contents, evidence: int, report: socket.socket, stdout: int, stderr: int
) -> NoReturn:
    """Run the job's routine; exit with 0 if it came to its end, 70 if it raised."""
    code = RAISED
    try:
        try:
            system.set_dumpable(True)  # its own /proc/self is its own again, and the warden can read what it uses
            os.setsid()
            payload = read_exactly(parcel, *contents.payload)
            parcel.close()
            sender = Sender(_settle_files(evidence, stdout, stderr, keep=report.fileno()))
            _settle_python()
            routine = find_routine(contents.entry)
        except BaseException as error:
            report.send(_FAULT + f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
            raise
        report.send(_READY)
        report.close()
        code = perform(routine, payload, sender)
    finally:
        _exit(code)


def _settle_files(evidence: int, stdout: int, stderr: int, *, keep: int) -> int:
    """Leave nothing open but the three standard streams, `keep`, and the evidence pipe; return the pipe's number."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    pipe = fcntl.fcntl(evidence, fcntl.F_DUPFD_CLOEXEC, 16 + os.urandom(1)[0] % 32)
    low = 3
    for file in sorted((keep, pipe)):
        os.closerange(low, file)
        low = file + 1
    os.closerange(low, _HIGHEST_FILE)
    return pipe


def _text_stream(number: int, mode: str) -> Any:
    """Return a text stream to one of the standard files that hands on line by line and takes any character."""
    return os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)


def _settle_python() -> None:
    """Give the job a Python as it would have on its own: streams, signals, random state, an empty main module."""
    # Anew, because those of the zygote remember what kind of file they were made for.
    sys.stdin = sys.__stdin__ = _text_stream(0, "r")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _text_stream(1, "w")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _text_stream(2, "w")  # type: ignore[misc]
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Every job starts from the same state, however many the zygote ran before it; a routine with a seed sets its own.
    random.seed(0)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)
    os.environ["PWD"] = jail.JOB
    sys.argv[:] = [""]
    sys.path.append(jail.JOB)  # behind everything installed: a student's numpy.py shadows nothing
    importlib.invalidate_caches()
    sys.modules["__main__"] = types.ModuleType("__main__")

"""How the trusted routine's findings leave: each frame is its length in four bytes, then the bytes.

The student's code runs in the same process and can write here too, so a frame is a claim, never a proof.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable

LENGTH = struct.Struct(">I")
END_MARK = 0xFFFF_FFFF  # in place of a length: the routine came to its end


class Sender:
    """The writing end of the evidence pipe; only the process that made it may send."""

    __slots__ = ("_file", "_getpid", "_lock", "_owner", "_write")

    def __init__(self, file: int) -> None:
        self._file = file
        # Kept here so that a notebook that replaces os.write does not cut the line by accident.
        self._write: Callable[[int, memoryview], int] = os.write
        self._getpid: Callable[[], int] = os.getpid
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def emit(self, frame: bytes) -> None:
        """Send one frame. In a process that the student forked off, do nothing: it has nothing to report.

        Raises
        ------
        OSError
            If the student's code closed the pipe, or the reader has had enough.
        ValueError
            If `frame` is 4 GiB or longer.
        """
        if len(frame) >= END_MARK:
            raise ValueError(f"a frame has at most {END_MARK - 1} bytes, got {len(frame)}")
        self._send(LENGTH.pack(len(frame)) + frame)

    def finish(self) -> None:
        """Say that the routine came to its end."""
        self._send(LENGTH.pack(END_MARK))

    def _send(self, data: bytes) -> None:
        if self._getpid() != self._owner:
            return
        view = memoryview(data)
        with self._lock:
            while view:
                view = view[self._write(self._file, view) :]

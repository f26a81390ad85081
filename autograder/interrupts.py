"""Ctrl-C at the right moment: while a run waits, never while it judges or writes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class Interrupts:
    """Holds interrupts back but while `wait` waits; one that came meanwhile is raised by the next `wait` or at the end.

    A judge calls right answers to compare with, and catches whatever they raise: an interrupt there would be taken for
    an answer's own exception. Outside of the main thread it does nothing.
    """

    def __init__(self) -> None:
        self._pending = self._waiting = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is signal.default_int_handler:
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._pending and kind is None:
            raise KeyboardInterrupt

    def wait(self, get: Callable[[], T]) -> T:
        """Return `get()`, which may take its time.

        Raises
        ------
        KeyboardInterrupt
            If the run was interrupted, now or since the last time.
        """
        self._waiting = True
        try:
            if self._pending:
                raise KeyboardInterrupt
            return get()
        finally:
            self._waiting = False

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self._pending = True
        if self._waiting:
            raise KeyboardInterrupt

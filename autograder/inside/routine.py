"""Find a trusted routine by its name, and run it beside a student's code. The same on every system, walls or none."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from collections.abc import Callable

from autograder.inside.frames import Sender

Routine = Callable[[bytes, Callable[[bytes], None]], None]

RAISED = 70
"""The exit status of a process whose routine raised."""


def find_routine(entry: str) -> Routine:
    """Return the trusted routine named ``package.module:function``."""
    module, _, name = entry.partition(":")
    routine: Routine = getattr(importlib.import_module(module), name)
    return routine


def perform(routine: Routine, payload: bytes, sender: Sender) -> int:
    """Run the routine and say so when it came to its end; return the exit status for it."""
    try:
        routine(payload, sender.emit)
        sender.finish()
        return 0
    except BaseException:
        traceback.print_exc()
        return RAISED
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # the student may have closed or replaced it
                stream.flush()

"""A stopwatch for one call: a maker starts it just before, a reader stops it just after."""

from __future__ import annotations

import time

_began: list[float] = [0.0]


def start() -> None:
    """Start it anew."""
    _began[0] = time.process_time()


def seconds() -> float:
    """Return the processor's seconds since the start: what others compute meanwhile does not count."""
    return time.process_time() - _began[0]

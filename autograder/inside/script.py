"""Run a payload that is Python source. The machine's self-test uses it; so may anyone with a short question."""

from __future__ import annotations

from collections.abc import Callable


def run(payload: bytes, emit: Callable[[bytes], None]) -> None:
    """Run the payload as a program that finds the function `emit` among its names."""
    exec(compile(payload, "<script>", "exec"), {"__name__": "script", "emit": emit})  # noqa: S102

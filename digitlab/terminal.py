"""What a terminal is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

State = TypeVar("State")


def symbols(pairs: Mapping[State, tuple[str, str]], encoding: str | None) -> dict[State, str]:
    """Return for each state the first symbol of its pair, or the second where this encoding lacks one of the first.

    >>> symbols({"done": ("✓", "+")}, "utf-8"), symbols({"done": ("✓", "+")}, "cp1252")
    ({'done': '✓'}, {'done': '+'})
    """
    try:
        "".join(fancy for fancy, _ in pairs.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return {state: plain for state, (_, plain) in pairs.items()}
    return {state: fancy for state, (fancy, _) in pairs.items()}


@contextmanager
def foreign_noise_left_out() -> Iterator[None]:
    """Leave out what a library writes to standard error by itself, past Python, as TensorFlow does when it starts."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)

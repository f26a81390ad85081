"""What a terminal can show."""

from __future__ import annotations

from collections.abc import Mapping
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

"""`check` where student code is graded: there are no judges here, so it does nothing, and does it without complaint.

The check cells are the grader's own and are judged outside. A notebook that calls `check` meanwhile must run on.
"""

from __future__ import annotations

from typing import Any


class NoResult:
    """What `check` returns while a notebook is being graded: no points, no hint, and nothing that stops a notebook."""

    __slots__ = ()

    exercise = None
    verdict = None
    seed = None
    note = None
    hints = None
    passed = False

    def footer(self, *, buttons: bool) -> None:
        """Return nothing to say."""

    def hint(self, n: int | None = None) -> str:
        """Return no hint."""
        return ""

    def solution(self) -> str:
        """Return no solution."""
        return ""

    def __float__(self) -> float:
        return 0.0

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "0.0"


def check(*args: Any, **kwargs: Any) -> NoResult:
    """Return a result without points, whatever is given.

    >>> check("l02_scale_pixels", None, seed=1)
    0.0
    """
    return NoResult()

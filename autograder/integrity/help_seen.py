"""Hints and solutions that a student looked at: the mark that `check()` leaves in its card, and how it is read.

The mark travels in the saved outputs of the notebook, as it stood when the check was last run. It is the student's own
file: whoever wants to can take the mark out. It tells a teacher who is open about it where help was needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ATTRIBUTE = "data-digitlab-help"
# In a notebook file the quotes of an HTML attribute stand escaped.
_MARK = re.compile(rb"data-digitlab-help=\\?[\"'](l\d\d_[a-z0-9_]{1,60}) ([0-9]) ([01])\\?[\"']")
MAX_MARKS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpSeen:
    """How many hints of one exercise were shown, and whether the solution was."""

    hints: int
    solution: bool


def mark(exercise_id: str, seen: HelpSeen) -> str:
    """Return the HTML attribute that says what help was seen.

    >>> mark("l02_split", HelpSeen(hints=3, solution=True))
    'data-digitlab-help="l02_split 3 1"'
    """
    return f'{ATTRIBUTE}="{exercise_id} {min(seen.hints, 9)} {int(seen.solution)}"'


def read_marks(notebook: bytes) -> dict[str, HelpSeen]:
    """Return what the marks in a notebook's file say, by exercise id; the most where there are several.

    >>> read_marks(b'<div data-digitlab-help=\\\\"l02_split 2 0\\\\">')
    {'l02_split': HelpSeen(hints=2, solution=False)}
    """
    seen: dict[str, HelpSeen] = {}
    for place, found in enumerate(_MARK.finditer(notebook)):
        if place >= MAX_MARKS:
            break
        exercise = found[1].decode("ascii")
        before = seen.get(exercise, HelpSeen(hints=0, solution=False))
        seen[exercise] = HelpSeen(hints=max(before.hints, int(found[2])), solution=before.solution or found[3] == b"1")
    return {exercise: help_seen for exercise, help_seen in seen.items() if help_seen.hints or help_seen.solution}

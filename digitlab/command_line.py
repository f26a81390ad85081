"""What the two commands, `digitlab` and `autograder`, have in common: exit statuses, usage errors, faults in words.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something needs a person. Results go to standard output,
problems to standard error.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from enum import IntEnum
from typing import NoReturn

from digitlab import __version__


class Exit(IntEnum):
    """The exit statuses of a command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NEEDS_A_PERSON = 3
    INTERRUPTED = 130


class CommandError(Exception):
    """What ends a command: one sentence that says what was received, where, and what to do next."""

    def __init__(self, message: str, status: int = Exit.FAILED) -> None:
        super().__init__(message)
        self.status = status


class Parser(argparse.ArgumentParser):
    """A parser that knows no abbreviations, and that answers wrong usage in one sentence with the remedy."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**{**settings, "allow_abbrev": False})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and how to see what is right; exit with status 2."""
        end = "" if message.endswith("?") else "."
        self.exit(Exit.USAGE, f"{self.prog}: {message}{end} See: {self.prog} --help\n")


def unknown_command(name: str, names: Sequence[str]) -> str:
    """Return what to say of a command that there is not, with the nearest that there is.

    >>> unknown_command("grad", ["grade", "model"])
    "there is no command 'grad'; did you mean grade?"
    """
    near = get_close_matches(name, names, n=1)
    return f"there is no command {name!r}" + (f"; did you mean {near[0]}?" if near else f"; it has {', '.join(names)}")


def fault_in_words(program: str, arguments: Sequence[str]) -> str:
    """Return what a fault of ours was, and where its traceback is kept. Call it while the exception is handled."""
    kind, problem, _ = sys.exc_info()
    what = f"{kind.__name__ if kind else 'fault'}: {problem}".splitlines()[0][:300]
    story = f"{program} {__version__}: {' '.join(arguments)}\n{traceback.format_exc()}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix=f"{program}-fault-", suffix=".txt", delete=False) as file:
            file.write(story)
    except OSError:  # the disk may be the fault
        return f"This is a fault of ours ({what}). Please report it with this:\n{story}"
    return f"This is a fault of ours ({what}). Please report it; the whole story is in {file.name}."

"""What the doctor found about one thing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from digitlab.paths import repository


class State(StrEnum):
    """How it stands with one thing; a warning slows or limits the course, a problem stops it."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one thing, and what mends it where it is not well."""

    name: str
    state: State
    found: str
    remedy: str | None = None


def ok(name: str, found: str) -> Finding:
    """Return the finding that something is well."""
    return Finding(name=name, state=State.OK, found=found)


def warning(name: str, found: str, remedy: str) -> Finding:
    """Return the finding that something slows or limits the course."""
    return Finding(name=name, state=State.WARNING, found=found, remedy=remedy)


def problem(name: str, found: str, remedy: str) -> Finding:
    """Return the finding that something stops the course."""
    return Finding(name=name, state=State.PROBLEM, found=found, remedy=remedy)


def install_again() -> str:
    """Return how to install digitlab and all it needs again, the way it was installed."""
    root = repository()
    if root is None:
        return f"Install digitlab again: {python()} -m pip install --force-reinstall digitlab"
    if Path(sys.prefix) == root / ".venv":
        return f"Set up again, in {root}: make clean set-up"
    return f'Install again: {python()} -m pip install --editable "{root}"'


def install(package: str) -> str:
    """Return how to install one package into this environment."""
    return f"{python()} -m pip install {package}"


def python() -> str:
    """Return this Python as it is called in a shell."""
    return f'"{sys.executable}"' if " " in sys.executable else sys.executable

"""The fingerprint of a result: the SHA-256 of all that decided it. The same fingerprint, the same result."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import sys
from pathlib import Path

import autograder
import digitlab
from autograder.course import Lesson
from autograder.grading import Settings
from autograder.handins import HandIn

_DECIDING_PACKAGES = ("numpy", "tensorflow", "keras", "scikit-learn", "ipython", "matplotlib")
# Parts of the project that have no say in a result.
_NO_SAY = frozenset(
    {
        *("reports", "feedback", "authoring", "commands", "sample_class", "lessons", "hostile"),
        *("rehearsal.py", "selftest.py"),
    }
)


def fingerprint_of(handin: HandIn, lesson: Lesson, settings: Settings) -> str:
    """Return the fingerprint of what grading this hand-in now would come to."""
    deciding = {
        "hand-in": handin.digest(),
        "lesson": _lesson_digest(lesson),
        "engine": engine_digest(),
        "versions": versions(),
        "seed": settings.seed,
        "sandbox": settings.sandbox,
        "cell_seconds": settings.cell_seconds,
        "private": None if settings.private is None else settings.private.digest,
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result can depend on."""
    found = {"python": ".".join(map(str, sys.version_info[:3])), "digitlab": autograder.__version__}
    for package in _DECIDING_PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "none"
    return found


@functools.cache
def engine_digest() -> str:
    """Return the SHA-256 of the project's own code: exercises, judges, probes, and what the lessons import."""
    whole = hashlib.sha256()
    for package in (autograder, digitlab):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).parts
            if parts[0] not in _NO_SAY:
                whole.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


@functools.cache
def _lesson_digest(lesson: Lesson) -> str:
    return hashlib.sha256(repr([(cell.role, cell.source) for cell in lesson.cells]).encode()).hexdigest()

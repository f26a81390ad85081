"""The fingerprint of all that decides a result."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from autograder.course import ReleasedCell, Role, lesson
from autograder.fingerprints import engine_digest, fingerprint_of, versions
from autograder.grading import Settings
from autograder.handins import HandIn
from autograder.handins.entries import Entry

SETTINGS = Settings(seed=7, sandbox="bubblewrap")
LESSON = lesson(2)


def _handin(data: bytes = b"{}", *names: str, **changes: Any) -> HandIn:
    entries = [Entry((name,), len(data), lambda data=data: io.BytesIO(data)) for name in ("x.ipynb", *names)]
    known = {"student": "ada", "lesson": LESSON.name, "notebook": entries[0], "files": tuple(entries[1:])}
    return HandIn(**{**known, **changes})


def test_same_input_same_fingerprint() -> None:
    """It is a SHA-256, and the same for the same."""
    assert fingerprint_of(_handin(), LESSON, SETTINGS) == fingerprint_of(_handin(), LESSON, SETTINGS)
    assert len(fingerprint_of(_handin(), LESSON, SETTINGS)) == 64


@pytest.mark.parametrize(
    ("handin", "released", "settings"),
    [
        (_handin(b"{ }"), LESSON, SETTINGS),
        (_handin(b"{}", "helper.py"), LESSON, SETTINGS),
        (_handin(student="bob"), LESSON, SETTINGS),
        (_handin(notes=("late",)), LESSON, SETTINGS),
        (_handin(notebook=None, problem="none"), LESSON, SETTINGS),
        (_handin(), replace(LESSON, cells=(ReleasedCell(role=Role.DEMO, source="x"),)), SETTINGS),
        (_handin(), LESSON, replace(SETTINGS, seed=8)),
        (_handin(), LESSON, replace(SETTINGS, sandbox="none")),
        (_handin(), LESSON, replace(SETTINGS, cell_seconds=3.0)),
    ],
)
def test_whatever_decides_changes_it(handin: HandIn, released: Any, settings: Settings) -> None:
    """Each part of what decides a result is part of its fingerprint."""
    assert fingerprint_of(handin, released, settings) != fingerprint_of(_handin(), LESSON, SETTINGS)


def test_versions_are_read_without_importing() -> None:
    """What a result depends on is named with its version."""
    assert {"python", "digitlab", "numpy", "tensorflow", "keras"} <= set(versions())
    assert "none" not in versions().values()
    assert len(engine_digest()) == 64

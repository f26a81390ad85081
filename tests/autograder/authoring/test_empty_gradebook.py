"""The kept statements for an empty gradebook are nbgrader's own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.empty_gradebook import statements
from autograder.gradebook import database, write
from autograder.gradebook.database import EMPTY_GRADEBOOK


def schema(path: Path) -> list[str]:
    """All that makes a database what it is, and the version that it notes."""
    connection = sqlite3.connect(path)
    try:
        return sorted(connection.iterdump())
    finally:
        connection.close()


def test_the_file_is_up_to_date() -> None:
    """The installed nbgrader makes the very statements; else: python -m autograder.authoring.empty_gradebook."""
    assert EMPTY_GRADEBOOK.read_text(encoding="utf-8") == statements()


def test_another_nbgrader_makes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kept statements are of another version, nbgrader makes the tables: the same, here."""
    write([], tmp_path / "kept.db")
    other = tmp_path / "other.sql"
    other.write_text("-- nbgrader 0.0.0\n\nCREATE TABLE nonsense (id INTEGER)\n")
    monkeypatch.setattr(database, "EMPTY_GRADEBOOK", other)
    write([], tmp_path / "made.db")
    assert schema(tmp_path / "kept.db") == schema(tmp_path / "made.db")


def test_a_new_gradebook_does_not_import_nbgrader(tmp_path: Path) -> None:
    """A first run does not pay for what nbgrader imports."""
    code = (
        "import sys; from pathlib import Path; from autograder.gradebook import write; "
        "write([], Path(sys.argv[1])); print('nbgrader' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path / "g.db")], capture_output=True, text=True)
    assert told.stdout == "False\n", told.stderr

"""The statements that make an empty gradebook in SQLite, as nbgrader itself makes one: `gradebook/empty_gradebook.sql`.

Run ``python -m autograder.authoring.empty_gradebook`` when nbgrader's version in the lock has changed. Importing
nbgrader costs some seconds, which a teacher would wait for at each first run; with another nbgrader than it names, the
gradebook is made by nbgrader itself all the same.
"""

from __future__ import annotations

import sqlite3
import tempfile
from importlib.metadata import version
from pathlib import Path

from autograder.gradebook.database import EMPTY_GRADEBOOK, created_by_nbgrader, engine_of


def statements() -> str:
    """Return the text of the file, made by the installed nbgrader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gradebook.db"
        engine = engine_of(path)
        with engine.begin() as connection:
            created_by_nbgrader(connection)
        engine.dispose()
        database = sqlite3.connect(path)
        dumped = [line for line in database.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
        database.close()
    return "\n\n".join([f"-- nbgrader {version('nbgrader')}", *(line.rstrip(";") for line in dumped)]) + "\n"


if __name__ == "__main__":
    EMPTY_GRADEBOOK.write_text(statements(), encoding="utf-8")
    print(EMPTY_GRADEBOOK)

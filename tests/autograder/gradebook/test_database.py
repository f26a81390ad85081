"""`autograder.gradebook.database`: what can be wrong with a database, each in one sentence that says what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.gradebook import GradebookError, database, write
from autograder.records import LessonResult

Result = Callable[..., LessonResult]


def test_a_folder_is_no_gradebook(tmp_path: Path, result: Result) -> None:
    """It says what a gradebook's name looks like."""
    with pytest.raises(GradebookError, match=r"is a folder. Name the gradebook's file, such as .*gradebook\.db"):
        write([result("ada")], tmp_path)


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path, result: Result) -> None:
    """A spreadsheet under that name is not overwritten."""
    path = tmp_path / "gradebook.db"
    path.write_bytes(b"student,points\n" * 500)
    with pytest.raises(GradebookError, match=r"is not a gradebook that can be read .* Move it elsewhere"):
        write([result("ada")], path)
    assert path.read_bytes() == b"student,points\n" * 500


def test_a_gradebook_of_another_version_is_not_touched(tmp_path: Path, result: Result) -> None:
    """An older nbgrader's database is refused, with the command that renews it."""
    path = tmp_path / "gradebook.db"
    write([], path)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE grade DROP COLUMN extra_credit")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(GradebookError, match=r"it has no grade\.extra_credit.* nbgrader db upgrade --db=sqlite:///"):
        write([result("ada")], path)
    assert path.read_bytes() == before


def test_a_database_with_half_of_the_tables_is_not_touched(tmp_path: Path, result: Result) -> None:
    """It is not taken for a new one."""
    path = tmp_path / "gradebook.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE student (id VARCHAR(128) PRIMARY KEY)")
    connection.close()
    with pytest.raises(GradebookError, match="made by another version of nbgrader"):
        write([result("ada")], path)


def test_a_database_that_somebody_writes_is_waited_for(
    tmp_path: Path, result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while it says who is in the way; nothing was changed, and the next write works."""
    path = tmp_path / "gradebook.db"
    write([], path)
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(GradebookError, match="Another program is writing the gradebook"):
        write([result("ada")], path)
    other.execute("ROLLBACK")
    other.close()
    write([result("ada")], path)


def test_a_failure_in_the_middle_undoes_everything(tmp_path: Path, result: Result) -> None:
    """The second lesson cannot be written: the first is not there either, and neither is the file's schema changed."""
    path = tmp_path / "gradebook.db"
    write([], path)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE INSERT ON assignment WHEN NEW.name LIKE '09%' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    connection.close()
    with pytest.raises(GradebookError, match=r"refused what was to be written \(no\). Nothing in it was changed"):
        write([result("ada", 2), result("ada", 9)], path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT COUNT(*) FROM assignment").fetchone() == (0,)
    connection.close()


def test_a_new_gradebook_that_fails_leaves_no_tables(tmp_path: Path, result: Result) -> None:
    """Tables and rows come in one transaction: a failure leaves an empty file, which the next write fills."""
    path = tmp_path / "gradebook.db"
    spoilt = result("ada")
    object.__setattr__(spoilt, "student", object())
    with pytest.raises(AttributeError):
        write([spoilt], path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    write([result("ada")], path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuchthing://host/grades", "cannot be opened"),
        ("://", "cannot be opened"),
        ("oracle+cx_oracle://teacher:hunter2@host/grades", "needs the Python module cx_Oracle"),
    ],
)
def test_a_url_that_leads_nowhere(url: str, said: str, result: Result) -> None:
    """An unknown kind of database, no URL at all, a driver that is not installed; a password is never repeated."""
    with pytest.raises(GradebookError, match=said) as caught:
        write([result("ada")], url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written(tmp_path: Path, result: Result) -> None:
    """It says which, and what to check."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    with pytest.raises(GradebookError, match=r"cannot be written .* Check who may write there"):
        write([result("ada")], folder / "gradebook.db")


def test_a_file_where_a_folder_should_be(tmp_path: Path, result: Result) -> None:
    """The sentence names the path."""
    (tmp_path / "out").write_text("")
    with pytest.raises(GradebookError, match="cannot be made"):
        write([result("ada")], tmp_path / "out" / "gradebook.db")


def test_a_sqlite_url_is_a_file_too(tmp_path: Path, result: Result) -> None:
    """`sqlite:///…` and the path are the same gradebook."""
    path = tmp_path / "gradebook.db"
    write([result("ada")], f"sqlite:///{path}")
    before = path.read_bytes()
    write([result("ada")], path)
    assert path.read_bytes()[:100] == before[:100]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT id FROM student").fetchall() == [("ada",)]
    connection.close()

"""Open nbgrader's database: make its tables where there are none, hold one transaction, say what is wrong in words."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

# How long to wait for whoever writes now, formgrader perhaps.
WAIT_SECONDS = 30.0

# What is used of nbgrader's schema. A database that lacks any of it is of another version.
COLUMNS: Mapping[str, frozenset[str]] = {
    "course": frozenset({"id"}),
    "assignment": frozenset({"id", "name", "course_id"}),
    "notebook": frozenset({"id", "name", "assignment_id", "kernelspec"}),
    "base_cell": frozenset({"id", "name", "notebook_id", "type"}),
    "grade_cells": frozenset({"id", "max_score", "cell_type"}),
    "solution_cells": frozenset({"id"}),
    "task_cells": frozenset({"id"}),
    "source_cell": frozenset({"id", "name", "cell_type", "locked", "source", "checksum", "notebook_id"}),
    "student": frozenset({"id"}),
    "submitted_assignment": frozenset({"id", "assignment_id", "student_id"}),
    "submitted_notebook": frozenset({"id", "assignment_id", "notebook_id", "flagged"}),
    "grade": frozenset(
        {"id", "notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit", "needs_manual_grade"}
    ),
    "comment": frozenset({"id", "notebook_id", "cell_id", "auto_comment", "manual_comment"}),
}

# Made by `autograder.authoring.empty_gradebook`.
EMPTY_GRADEBOOK = Path(__file__).with_name("empty_gradebook.sql")

Tables = Mapping[str, Table]

_PASSWORD = re.compile(r"://[^/]*@")  # the user's name goes with it


class GradebookError(Exception):
    """The gradebook cannot be written; the message says which, why, and what to do. Nothing in it was changed."""


@contextlib.contextmanager
def opened(target: Path | str) -> Iterator[tuple[Connection, Tables]]:
    """Open a gradebook for one transaction: it is committed at the end, and undone where anything is raised.

    Yields
    ------
    connection, tables
        The tables are those that the database has, by name.

    Raises
    ------
    GradebookError
        See `autograder.gradebook.write`.
    """
    name = _PASSWORD.sub("://", str(target))
    try:
        engine = engine_of(target)
        try:
            with engine.begin() as connection:
                yield connection, _tables(connection, name)
        finally:
            engine.dispose()
    except (NoSuchModuleError, ArgumentError) as problem:
        raise GradebookError(_not_a_url(name, problem)) from None
    except ModuleNotFoundError as problem:
        raise GradebookError(
            f"The gradebook {name} needs the Python module {problem.name}, which is not installed. "
            "Install the driver of this database; for PostgreSQL: pip install psycopg[binary]"
        ) from None
    except SQLAlchemyError as problem:
        raise GradebookError(_in_words(name, problem)) from problem
    except OSError as problem:
        raise GradebookError(f"The gradebook {name} cannot be made: {problem.strerror or problem}.") from problem


def engine_of(target: Path | str) -> Engine:
    """Return an engine for a file or a database URL; a file's folder is made if needed."""
    if isinstance(target, str) and "://" in target:
        url = make_url(target)
    else:
        path = Path(target)
        if path.is_dir():
            raise GradebookError(f"{path} is a folder. Name the gradebook's file, such as {path / 'gradebook.db'}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        url = make_url("sqlite://").set(database=str(path))
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_writing)
    return engine


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    """Keep Python's sqlite3 from managing transactions by itself: it leaves CREATE TABLE outside of them."""
    connection.isolation_level = None


def _begin_writing(connection: Connection) -> None:
    """Take the right to write at once: two writers then wait for each other, and do not fail halfway."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _tables(connection: Connection, name: str) -> Tables:
    """Return the database's tables as they are there; make nbgrader's where there is none of them."""
    found = set(inspect(connection).get_table_names())
    if not found & COLUMNS.keys():
        _create(connection)
        found |= COLUMNS.keys()
    metadata = MetaData()
    if COLUMNS.keys() <= found:
        metadata.reflect(connection, only=sorted(COLUMNS), resolve_fks=False)
    missing = [
        f"{table}.{column}"
        for table, columns in COLUMNS.items()
        for column in sorted(columns)
        if table not in metadata.tables or column not in metadata.tables[table].c
    ]
    if missing:
        raise GradebookError(
            f"The gradebook {name} was made by another version of nbgrader: it has no {missing[0]}. "
            f"Make a copy of it, then run: nbgrader db upgrade --db={_as_url(name)}"
        )
    return metadata.tables


def _create(connection: Connection) -> None:
    """Make nbgrader's tables in an empty database: by the statements kept for this version, else by nbgrader itself."""
    head, *statements = EMPTY_GRADEBOOK.read_text(encoding="utf-8").strip().split("\n\n")
    if connection.dialect.name == "sqlite" and head == f"-- nbgrader {version('nbgrader')}":
        for statement in statements:
            connection.exec_driver_sql(statement)
    else:
        created_by_nbgrader(connection)


def created_by_nbgrader(connection: Connection) -> None:
    """Make nbgrader's tables in an empty database as nbgrader does, with their version. Importing it takes seconds."""
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR

    Base.metadata.create_all(connection)
    noted = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
    noted.create(connection)
    connection.execute(noted.insert().values(version_num=ScriptDirectory(ALEMBIC_DIR).get_current_head()))


def _as_url(name: str) -> str:
    return name if "://" in name else f"sqlite:///{name}"


def _not_a_url(name: str, problem: Exception) -> str:
    kinds = "a file, or a URL such as postgresql://user@host/database"
    return f"The gradebook {name!r} cannot be opened ({_first_line(problem)}). Name {kinds}."


def _in_words(name: str, problem: SQLAlchemyError) -> str:
    """Return what a database says is wrong, and what to do about it."""
    said = _first_line(getattr(problem, "orig", None) or problem)
    low = said.lower()
    if "is not a database" in low or "malformed" in low:
        remedy = "Move it elsewhere and run the same command again: a new one is made from the results."
        return f"{name} is not a gradebook that can be read ({said}). {remedy}"
    if "locked" in low:
        return f"Another program is writing the gradebook {name}. Close it there, and run the same command again."
    if "disk is full" in low:
        return f"There is no space left for the gradebook {name}. Free some, and run the same command again."
    if "readonly" in low or "permission" in low or "unable to open" in low:
        return f"The gradebook {name} cannot be written ({said}). Check who may write there."
    if isinstance(problem, OperationalError):
        return f"The database {name} does not answer ({said}). Check its address, and that it runs."
    if isinstance(problem, DatabaseError):
        return f"The gradebook {name} refused what was to be written ({said}). Nothing in it was changed."
    return f"The gradebook {name} cannot be used ({said})."


def _first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")

"""The gradebook: grades in nbgrader's own database, for its formgrader and its exports.

`gradebook.db` is an SQLite file; a database URL names any other that SQLAlchemy speaks to. nbgrader itself is imported
only where a new database is made: it takes seconds, and its tables are read from the database afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.gradebook.database import GradebookError, opened
from autograder.gradebook.ledger import Ledger
from autograder.records import LessonResult

__all__ = ["GradebookError", "write"]


def write(results: Sequence[LessonResult], target: Path | str) -> None:
    """Write results into a gradebook: all of them or, on any failure, none.

    What people have entered there stays: scores given by hand, extra credit, comments by hand, flags, names. A score
    given by hand wins over the grader's; where the grader's has changed since, nbgrader's "needs manual grade" is set
    again, as nbgrader itself does. Students and lessons that the results do not speak of are left as they are.

    Parameters
    ----------
    results : sequence of LessonResult
    target : Path or str
        The SQLite file, made if needed; or a database URL such as `postgresql://teacher@host/grades`.

    Raises
    ------
    GradebookError
        If the database cannot be opened, read or written; what it held before is still there.
    """
    with opened(target) as (connection, tables):
        ledger = Ledger(connection, tables)
        for lesson in sorted({result.lesson for result in results}):
            ledger.record(lesson, [result for result in results if result.lesson == lesson])

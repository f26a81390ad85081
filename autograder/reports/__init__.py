"""Reports: the table of grades, the page of the class, a page for each student. Made from results alone.

>>> from pathlib import Path
>>> write_all([], Path("grades"))
Traceback (most recent call last):
    ...
ValueError: There are no results to report.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.handins.students import folder_name
from autograder.integrity.of_class import signals_in
from autograder.records import LessonResult
from autograder.reports.class_view import class_view
from autograder.reports.grades_table import grades_csv
from autograder.reports.pages import class_page, stamp, student_page
from autograder.reports.run_facts import RunFacts, facts_of_run, facts_to_plain, read_facts
from autograder.reports.student_view import student_view
from autograder.reports.tally import students_of
from autograder.results import CLASS_FILE, write_whole

GRADES_FILE = "grades.csv"
REPORTS_FOLDER = "reports"

__all__ = ["CLASS_FILE", "GRADES_FILE", "REPORTS_FOLDER", "RunFacts", "facts_of_run", "facts_to_plain", "write_all"]


def write_all(results: Sequence[LessonResult], out: Path, facts: RunFacts | None = None) -> None:
    """Write `grades.csv`, `index.html` and `reports/STUDENT.html` below the output folder.

    The class page, which is the teacher's, has the signals of integrity too, from the traces in the folder. Each file
    is written beside its place and renamed. A student's page that is up to date is left as it is.

    Parameters
    ----------
    results : sequence of LessonResult
        One for each student and lesson: all that the class has, not only what was graded last.
    out : Path
        The output folder; it is made where it does not exist.
    facts : RunFacts or None
        Facts of the run (`facts_of_run`). None: those that the run has kept in `run.json`, if any.

    Raises
    ------
    ValueError
        If there is no result, or two are of the same student and lesson.
    OSError
        If a file cannot be written; the one that was there before is still whole.
    """
    _check(results)
    facts = read_facts(out) if facts is None else facts
    for student, handed_in in students_of(results):
        view = student_view(student, handed_in)
        path = out / REPORTS_FOLDER / f"{folder_name(student)}.html"
        if not _ends_with(path, stamp(view)):
            write_whole(path, student_page(view), durable=False)
    write_whole(out / GRADES_FILE, grades_csv(results))
    write_whole(out / CLASS_FILE, class_page(class_view(results, signals_in(out, results)), facts))


def _check(results: Sequence[LessonResult]) -> None:
    if not results:
        raise ValueError("There are no results to report.")
    seen: set[tuple[str, str]] = set()
    for result in results:
        if (result.student, result.lesson) in seen:
            raise ValueError(f"There are two results of {result.student!r} for {result.lesson}; one can be reported.")
        seen.add((result.student, result.lesson))


def _ends_with(path: Path, ending: str) -> bool:
    """Whether a file is whole and was made from the same contents: its last line says so."""
    expected = ending.encode()
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - len(expected)))
            return file.read() == expected
    except OSError:
        return False

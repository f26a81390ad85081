"""`grades.csv`: one row a student, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from autograder.records import LessonResult, Status
from autograder.reports.tally import lesson_maxima, number_text, problem_of, students_of
from autograder.wording import one_line

# Excel takes a file without this mark for its own old encoding, and spoils every accent in a name.
BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet takes for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MAX_CELL = 300


def grades_csv(results: Sequence[LessonResult]) -> str:
    """Return the table as text: UTF-8 with a byte-order mark when written, commas, lines that end as RFC 4180 says.

    The columns are `student`, one for each lesson (points; empty where nothing was handed in), `total`, `max` (what
    all these lessons can give together) and `flags` (what a person should know before using the numbers).
    """
    maxima = lesson_maxima(results)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["student", *map(cell_text, maxima), "total", "max", "flags"])
    for student, handed_in in students_of(results):
        by_lesson = {result.lesson: result for result in handed_in}
        points = [number_text(by_lesson[lesson].points) if lesson in by_lesson else "" for lesson in maxima]
        total = number_text(sum(result.points for result in by_lesson.values()))
        most = number_text(sum(maxima.values()))
        writer.writerow([cell_text(student), *points, total, most, cell_text("; ".join(flags(handed_in)))])
    return BYTE_ORDER_MARK + text.getvalue()


def flags(results: Sequence[LessonResult]) -> list[str]:
    """Return what a person should know of one student's results, in few words each."""
    found = []
    for result in results:
        unjudged = [verdict.exercise for verdict in result.verdicts if verdict.status is Status.NOT_JUDGED]
        if unjudged:
            found.append(f"not judged: {', '.join(unjudged)}")
        if problem_of(result) is not None:
            found.append(f"no notebook graded: {result.lesson}")
        if result.notes:
            found.append(f"notes: {result.lesson}")
        if result.sandbox == "none":
            found.append(f"no sandbox: {result.lesson}")
    return found


def cell_text(text: str) -> str:
    """Return text for a cell: one line, and an apostrophe before what a spreadsheet would take for a formula.

    >>> cell_text("=HYPERLINK(1)"), cell_text("ada")
    ("'=HYPERLINK(1)", 'ada')
    """
    shown = one_line(text, _MAX_CELL)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown

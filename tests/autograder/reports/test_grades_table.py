"""`autograder.reports.grades_table`: the file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from autograder.records import LessonResult, Status
from autograder.reports.grades_table import cell_text, flags, grades_csv


def _rows(results: Sequence[LessonResult]) -> list[dict[str, str]]:
    text = grades_csv(results).encode("utf-8").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_row_a_student_with_points_total_and_most(the_class: Sequence[LessonResult]) -> None:
    """Every number is the sum that the results give; a lesson that was not handed in is empty, not zero."""
    rows = _rows(the_class)
    assert list(rows[0]) == ["student", "01_look_first", "02_pixels_to_tensors", "09_evaluate", "total", "max", "flags"]
    assert len(rows) == len({result.student for result in the_class})
    by_student = {row["student"].removeprefix("'"): row for row in rows}
    for result in the_class:
        assert float(by_student[result.student][result.lesson]) == result.points
    for name, row in by_student.items():
        own = [result for result in the_class if result.student == name]
        assert float(row["total"]) == sum(result.points for result in own)
        assert row["max"] == "41"
        assert sum(row[lesson] == "" for lesson in list(row)[1:4]) == 3 - len(own)


def test_excel_reads_it_as_utf_8(the_class: Sequence[LessonResult]) -> None:
    """It begins with the byte-order mark that Excel asks for, and its lines end as RFC 4180 says."""
    data = grades_csv(the_class).encode("utf-8")
    assert data.startswith(b"\xef\xbb\xbfstudent,")
    assert "søren".encode() in data
    assert data.count(b"\n") == data.count(b"\r\n") == 31


def test_flags_say_what_a_person_should_know(the_class: Sequence[LessonResult]) -> None:
    """What was not judged, not read, noted, or run without a sandbox is told in the row."""
    unjudged = next(result for result in the_class if result.needs_a_person)
    told = flags([replace(unjudged, notes=("odd",), sandbox="none")])
    names = [verdict.exercise for verdict in unjudged.verdicts if verdict.status is Status.NOT_JUDGED]
    assert told == [f"not judged: {', '.join(names)}", "notes: 09_evaluate", "no sandbox: 09_evaluate"]
    unread = next(result for result in the_class if "not valid JSON" in result.verdicts[0].message)
    assert flags([unread]) == ["no notebook graded: 01_look_first"]


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever a student's name is, no spreadsheet runs it."""
    cell = cell_text(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.isprintable()


def test_a_name_that_is_a_formula_stays_readable(the_class: Sequence[LessonResult]) -> None:
    """The student "=1+1" is there, behind an apostrophe."""
    assert "'=1+1" in {row["student"] for row in _rows(the_class)}

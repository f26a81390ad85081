"""`autograder.reports.write_all`: which files are written, when, and that none is ever half-written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.handins import folder_name
from autograder.records import LessonResult, Status
from autograder.reports import facts_of_run, write_all


def _contents(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_the_table_the_class_page_and_a_page_for_each_student(
    tmp_path: Path, the_class: Sequence[LessonResult]
) -> None:
    """These files and no others; a student's page lies under the safe name that the results' folder has."""
    write_all(the_class, tmp_path)
    students = {f"reports/{folder_name(result.student)}.html" for result in the_class}
    assert _contents(tmp_path).keys() == {"grades.csv", "index.html"} | students


def test_the_same_results_give_the_same_files(tmp_path: Path, the_class: Sequence[LessonResult]) -> None:
    """Written anew, anywhere, byte for byte."""
    write_all(the_class, tmp_path / "one")
    write_all(list(reversed(the_class)), tmp_path / "other")
    assert _contents(tmp_path / "one") == _contents(tmp_path / "other")


def test_a_page_that_is_up_to_date_is_left_alone(tmp_path: Path, the_class: Sequence[LessonResult]) -> None:
    """Only the page of the student whose result changed is written again."""
    write_all(the_class, tmp_path)
    pages = {path: path.stat().st_mtime_ns for path in (tmp_path / "reports").iterdir()}
    for path in pages:
        os.utime(path, ns=(1, 1))
    first = the_class[0]
    verdicts = tuple(replace(one, status=Status.FAILED, points=0.0, message="Changed.") for one in first.verdicts)
    write_all([replace(first, verdicts=verdicts), *the_class[1:]], tmp_path)
    rewritten = {path.stem for path in pages if path.stat().st_mtime_ns != 1}
    assert rewritten == {folder_name(first.student)}
    assert "Changed." in (tmp_path / "reports" / f"{folder_name(first.student)}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", [b"", b"half of it", b"x" * 70])
def test_a_page_that_is_not_whole_is_written_again(
    tmp_path: Path, the_class: Sequence[LessonResult], damage: bytes
) -> None:
    """Its last line says what it was made from: without that line it counts for nothing."""
    write_all(the_class, tmp_path)
    page = tmp_path / "reports" / "ada.html"
    whole = page.read_bytes()
    page.write_bytes(damage or whole[:-30])
    write_all(the_class, tmp_path)
    assert page.read_bytes() == whole


def test_facts_of_the_run_are_told(tmp_path: Path, the_class: Sequence[LessonResult]) -> None:
    """When, seed, sandbox and versions stand on the class page; students' pages do not change with the clock."""
    write_all(the_class, tmp_path)
    before = (tmp_path / "reports" / "ada.html").read_bytes()
    write_all(the_class, tmp_path, facts_of_run(datetime(2025, 3, 14, 9, 30, tzinfo=UTC)))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "14 March 2025, 09:30 UTC" in page
    assert "bubblewrap" in page
    assert (tmp_path / "reports" / "ada.html").read_bytes() == before


def test_no_results_and_double_results_are_refused(tmp_path: Path, the_class: Sequence[LessonResult]) -> None:
    """Nothing is written: a report of nothing would replace one of something."""
    with pytest.raises(ValueError, match="no results"):
        write_all([], tmp_path)
    with pytest.raises(ValueError, match="two results of 'ada'"):
        write_all([the_class[0], *the_class], tmp_path)
    assert _contents(tmp_path) == {}


def test_what_was_there_stays_where_writing_fails(tmp_path: Path, the_class: Sequence[LessonResult]) -> None:
    """A file that cannot be replaced leaves the old ones whole, and nothing unfinished beside them."""
    write_all(the_class, tmp_path)
    before = _contents(tmp_path)
    (tmp_path / "index.html").unlink()
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OSError, match=r"index\.html"):
        write_all(the_class[:5], tmp_path)
    assert not list(tmp_path.rglob("*.part"))
    after = _contents(tmp_path)
    assert after.keys() == before.keys() - {"index.html"}


def test_a_thousand_students_take_no_time(tmp_path: Path, make_class: Callable[[int], list[LessonResult]]) -> None:
    """Pages for 1,000 students are made in seconds of CPU, and left alone in a fraction of that."""
    results = make_class(1000)
    began = time.process_time()
    write_all(results, tmp_path)
    made = time.process_time() - began
    began = time.process_time()
    write_all(results, tmp_path)
    again = time.process_time() - began
    assert made < 8
    assert again < 2

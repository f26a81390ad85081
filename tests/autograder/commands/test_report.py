"""`autograder report`: everything but the grades themselves can be made again."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.exercises import of_lesson
from autograder.locks import only_run_on
from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.results import result_path, write_result


def _result(student: str, status: Status = Status.PASSED) -> LessonResult:
    points = status is Status.PASSED
    return LessonResult(
        student=student,
        lesson="02_pixels_to_tensors",
        sandbox="bubblewrap",
        seed=7,
        verdicts=tuple(
            Verdict(
                exercise=exercise.id,
                status=status,
                points=exercise.points * points,
                max_points=exercise.points,
                message="Right." if points else "This could not be judged, through no fault of yours.",
                cause=None if points else Cause.GRADER,
            )
            for exercise in of_lesson(2)
        ),
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with two results and nothing else."""
    for student in ("ada", "bo"):
        write_result(tmp_path, _result(student))
    return tmp_path


def _scores(out: Path) -> dict[str, float]:
    with sqlite3.connect(out / "gradebook.db") as connection:
        rows = connection.execute(
            "SELECT student_id, SUM(auto_score) FROM submitted_assignment JOIN submitted_notebook "
            "ON submitted_notebook.assignment_id = submitted_assignment.id "
            "JOIN grade ON grade.notebook_id = submitted_notebook.id GROUP BY student_id"
        ).fetchall()
    connection.close()
    return dict(rows)


def test_everything_is_made_from_results(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table, the pages and the gradebook are there again, and the exit status is 0."""
    assert main(["report", str(out)]) == 0
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["student"], row["total"]) for row in csv.DictReader(file)] == [("ada", "10"), ("bo", "10")]
    assert (out / "index.html").exists()
    assert (out / "reports" / "ada.html").exists()
    assert _scores(out) == {"ada": 10.0, "bo": 10.0}
    said = capsys.readouterr()
    assert said.out == f"2 results of 2 students reported. Open {out / 'index.html'}\n"
    assert said.err == ""


def test_a_damaged_result_is_named_and_the_others_are_reported(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status says that a person is needed."""
    path = result_path(out, "bo", "02_pixels_to_tensors")
    path.write_text(path.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert main(["report", str(out)]) == 3
    assert str(path) in capsys.readouterr().err
    assert _scores(out) == {"ada": 10.0}


def test_what_was_not_judged_calls_a_person(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stands first on the page, and the exit status is 3."""
    write_result(out, _result("cy", Status.NOT_JUDGED))
    assert main(["report", str(out)]) == 3
    assert capsys.readouterr().err == "1 hand-in could not be judged: see the top of the class page.\n"
    assert "cy" in (out / "index.html").read_text(encoding="utf-8")


def test_a_folder_without_results_is_told_how_to_get_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a folder that is not there, nor an empty one, nor one with nothing but damage becomes a report."""
    (tmp_path / "damaged" / "results" / "ada").mkdir(parents=True)
    (tmp_path / "damaged" / "results" / "ada" / "02_pixels_to_tensors.json").write_text("{")
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty", "damaged"):
        assert main(["report", str(tmp_path / name)]) == 1
        assert f"autograder grade DIR --out {tmp_path / name}" in capsys.readouterr().err
        assert not (tmp_path / name / "index.html").exists()


def test_a_gradebook_elsewhere(out: Path, tmp_path: Path) -> None:
    """`--gradebook` names another file or a database; then none is made in the folder."""
    assert main(["report", str(out), "--gradebook", f"sqlite:///{tmp_path / 'other.db'}"]) == 0
    assert (tmp_path / "other.db").exists()
    assert not (out / "gradebook.db").exists()


def test_a_gradebook_that_cannot_be_written_is_told(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence; the other reports are there."""
    (out / "gradebook.db").write_text("not a database at all " * 100)
    assert main(["report", str(out)]) == 1
    said = capsys.readouterr().err
    assert "is not a gradebook that can be read" in said
    assert len(said.splitlines()) == 1
    assert (out / "index.html").exists()


def test_a_folder_that_is_being_graded_is_left_alone(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two programs do not write the same reports at once."""
    with only_run_on(out):
        assert main(["report", str(out)]) == 1
    assert "Another run is at work" in capsys.readouterr().err


def test_a_score_by_hand_survives(out: Path) -> None:
    """Reporting again does not undo what a teacher entered in formgrader."""
    assert main(["report", str(out)]) == 0
    with sqlite3.connect(out / "gradebook.db") as connection:
        connection.execute("UPDATE grade SET manual_score = 0.5")
    connection.close()
    write_result(out, replace(_result("ada"), seconds=3.0))
    assert main(["report", str(out)]) == 0
    with sqlite3.connect(out / "gradebook.db") as connection:
        assert {row[0] for row in connection.execute("SELECT manual_score FROM grade")} == {0.5}
    connection.close()

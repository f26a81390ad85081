"""`autograder.gradebook.write`, seen with nbgrader's eyes: its own classes, its own commands."""

from __future__ import annotations

import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.gradebook import write
from autograder.records import LessonResult

Result = Callable[..., LessonResult]
Opened = Callable[[Path], Any]

TABLES = (
    *("course", "assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "task_cells", "source_cell"),
    *("student", "submitted_assignment", "submitted_notebook", "grade", "comment", "alembic_version"),
)
# With the course's exercises, so that the test says the same when lessons grow.
PIXELS, CHECK = "02_pixels_to_tensors", "check-l02_scale_pixels"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the gradebook lies."""
    return tmp_path / "gradebook.db"


def _rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(path) as connection:
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    connection.close()
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def _grade(book: Any, student: str, check: str = CHECK, lesson: str = PIXELS) -> Any:
    return book.find_grade(check, lesson, lesson, student)


def _nbgrader(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_nbgrader_reads_every_score(path: Path, result: Result, gradebook: Opened) -> None:
    """Students, lessons, points and the most that can be had are those of the results."""
    results = [result("ada", 2), result("bo", 2, share=0.5), result("bo", 9, share=0.0)]
    write(results, path)
    with gradebook(path) as book:
        assert sorted(student.id for student in book.students) == ["ada", "bo"]
        assert sorted(one.name for one in book.assignments) == [PIXELS, "09_evaluate"]
        for one in results:
            submission = book.find_submission(one.lesson, one.student)
            assert (submission.score, submission.max_score) == (one.points, one.max_points)
            assert not submission.needs_manual_grade
            for verdict in one.verdicts:
                grade = _grade(book, one.student, f"check-{verdict.exercise}", one.lesson)
                assert (grade.auto_score, grade.max_score) == (verdict.points, verdict.max_points)
                assert grade.failed_tests == (verdict.points < verdict.max_points)
        assert book.find_student("bo").score == results[1].points


def test_formgraders_tables_can_be_shown(path: Path, result: Result, gradebook: Opened) -> None:
    """What formgrader asks for its lists of students, hand-ins and notebooks comes out right."""
    results = [result("ada", 2, share=0.5), result("bo", 2, judged=False)]
    write(results, path)
    with gradebook(path) as book:
        students = {one["id"]: one["score"] for one in book.student_dicts()}
        submissions = {one["student"]: one for one in book.submission_dicts(PIXELS)}
        notebooks = {one["student"]: one for one in book.notebook_submission_dicts(PIXELS, PIXELS)}
    assert students == {"ada": results[0].points, "bo": 0.0}
    for shown in (submissions, notebooks):
        assert {name: one["needs_manual_grade"] for name, one in shown.items()} == {"ada": False, "bo": True}
        assert shown["ada"]["code_score"] == results[0].points
        assert shown["ada"]["max_code_score"] == results[0].max_points


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own
def test_rows_are_those_that_nbgrader_makes(path: Path, tmp_path: Path, result: Result, gradebook: Opened) -> None:
    """The same grades entered through nbgrader's own methods give the same rows, ids aside."""
    one = result("ada", 2, share=0.5)
    write([one], path)
    other = tmp_path / "theirs.db"
    write([], other)  # nbgrader itself would run the alembic program to make the file
    with gradebook(path) as ours, gradebook(other) as book:
        book.update_or_create_assignment(PIXELS)
        kernel = ours.find_notebook(PIXELS, PIXELS).kernelspec
        book.update_or_create_notebook(PIXELS, PIXELS, kernelspec=kernel)
        for cell in ours.find_notebook(PIXELS, PIXELS).source_cells:
            kept = {key: getattr(cell, key) for key in ("cell_type", "locked", "source", "checksum")}
            book.update_or_create_source_cell(cell.name, PIXELS, PIXELS, **kept)
        for verdict in one.verdicts:
            points = {"max_score": verdict.max_points, "cell_type": "code"}
            book.update_or_create_grade_cell(f"check-{verdict.exercise}", PIXELS, PIXELS, **points)
            book.update_or_create_solution_cell(verdict.exercise, PIXELS, PIXELS)
        book.update_or_create_student("ada")
        book.update_or_create_submission(PIXELS, "ada")
        for verdict in one.verdicts:
            grade = _grade(book, "ada", f"check-{verdict.exercise}")
            grade.auto_score, grade.needs_manual_grade = verdict.points, False
            said = ours.find_comment(verdict.exercise, PIXELS, PIXELS, "ada").auto_comment
            book.find_comment(verdict.exercise, PIXELS, PIXELS, "ada").auto_comment = said
        book.db.commit()

    def without_ids(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table: sorted(
                (
                    tuple("id" if isinstance(v, str) and len(v) == 32 and v.isalnum() else v for v in row)
                    for row in some
                ),
                key=repr,
            )
            for table, some in rows.items()
        }

    assert without_ids(_rows(path)) == without_ids(_rows(other))


def test_nbgrader_exports_it(path: Path, tmp_path: Path, result: Result) -> None:
    """The real `nbgrader export` gives a row for each student and lesson, with the points."""
    results = [result("ada", 2), result("bo", 2, share=0.5), result("bo", 9)]
    write(results, path)
    told = _nbgrader("export", f"--db=sqlite:///{path}", "--to=out.csv", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert len(rows) == 4
    for one in results:
        row = rows[one.student, one.lesson]
        assert (float(row["score"]), float(row["max_score"])) == (one.points, one.max_points)
    assert float(rows["ada", "09_evaluate"]["score"]) == 0


def test_comments_say_what_the_student_is_told(path: Path, result: Result, gradebook: Opened) -> None:
    """Message, example and next step stand at the exercise's own cell, where feedback shows them."""
    write([result("ada", share=0.0)], path)
    with gradebook(path) as book:
        comment = book.find_comment("l02_scale_pixels", PIXELS, PIXELS, "ada").comment
    assert comment == (
        "You divide by 256.\n\n    f(255)\n    returned 0.996\n    expected 1\n\nNext: What is the largest `uint8`?"
    )


def test_what_was_not_judged_waits_for_a_person(path: Path, result: Result, gradebook: Opened) -> None:
    """It has no score of ours, and nbgrader lists it for manual grading; the person's score ends that for good."""
    results = [result("ada", judged=False)]
    write(results, path)
    with gradebook(path) as book:
        assert book.find_submission(PIXELS, "ada").needs_manual_grade
        grade = _grade(book, "ada")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)
        grade.manual_score, grade.needs_manual_grade = 1.5, False  # as formgrader does
        book.db.commit()
    write(results, path)
    with gradebook(path) as book:
        grade = _grade(book, "ada")
        assert (grade.score, grade.needs_manual_grade) == (1.5, False)


def test_what_a_person_entered_survives_grading_again(path: Path, result: Result, gradebook: Opened) -> None:
    """Scores, extra credit, comments by hand, flags, names: all stay; a score by hand wins over a new one of ours."""
    write([result("ada", share=0.5)], path)
    with gradebook(path) as book:
        grade = _grade(book, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 1.75, 0.25, False
        book.find_comment("l02_scale_pixels", PIXELS, PIXELS, "ada").manual_comment = "We talked about it."
        book.find_submission_notebook(PIXELS, PIXELS, "ada").flagged = True
        book.update_or_create_student("ada", first_name="Ada", email="ada@example.org")
        book.db.commit()
    write([result("ada", share=0.5)], path)
    with gradebook(path) as book:
        assert not _grade(book, "ada").needs_manual_grade
    write([result("ada", share=0.0)], path)
    with gradebook(path) as book:
        grade = _grade(book, "ada")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit, grade.score) == (0.0, 1.75, 0.25, 2.0)
        # The score that was overruled has changed: nbgrader asks to look again, and so do we.
        assert grade.needs_manual_grade
        assert book.find_comment("l02_scale_pixels", PIXELS, PIXELS, "ada").comment == "We talked about it."
        assert book.find_submission_notebook(PIXELS, PIXELS, "ada").flagged
        student = book.find_student("ada")
        assert (student.first_name, student.email) == ("Ada", "ada@example.org")


def test_writing_again_changes_nothing(path: Path, result: Result) -> None:
    """The same results give the same rows, ids included."""
    results = [result("ada", 2), result("bo", 9, share=0.5)]
    write(results, path)
    before = _rows(path)
    write(results, path)
    assert _rows(path) == before


def test_results_of_another_run_leave_the_others_as_they_are(path: Path, result: Result, gradebook: Opened) -> None:
    """A class that is graded lesson by lesson, or student by student, comes together in one gradebook."""
    write([result("ada", 2), result("bo", 2, share=0.5)], path)
    write([result("ada", 9)], path)
    write([result("cy", 2, share=0.0)], path)
    with gradebook(path) as book:
        assert book.find_submission(PIXELS, "bo").score == result("bo", 2, share=0.5).points
        assert len(book.assignment_submissions(PIXELS)) == 3
        assert len(book.assignment_submissions("09_evaluate")) == 1


def _without(one: LessonResult, exercise: str) -> LessonResult:
    kept = tuple(verdict for verdict in one.verdicts if verdict.exercise != exercise)
    return replace(one, verdicts=kept)


def _with_another(one: LessonResult) -> LessonResult:
    extra = replace(one.verdicts[0], exercise="l02_gone", points=1.0, max_points=1.0)
    return replace(one, verdicts=(*one.verdicts, extra))


def test_an_exercise_that_only_results_know_counts(path: Path, result: Result, gradebook: Opened) -> None:
    """A result that is older than the lesson keeps its points: the sum is that of the result."""
    one = _with_another(result("ada"))
    write([one], path)
    with gradebook(path) as book:
        submission = book.find_submission(PIXELS, "ada")
        assert (submission.score, submission.max_score) == (one.points, one.max_points)


def test_an_exercise_that_was_taken_out_is_taken_out_here(path: Path, result: Result, gradebook: Opened) -> None:
    """Graded again without it, it counts for nobody: neither its points nor the most that can be had."""
    write([_with_another(result("ada")), _with_another(result("bo"))], path)
    write([result("ada"), result("bo")], path)
    with gradebook(path) as book:
        submission = book.find_submission(PIXELS, "bo")
        assert (submission.score, submission.max_score) == (result("bo").points, result("bo").max_points)
        names = {cell.name for cell in book.find_notebook(PIXELS, PIXELS).grade_cells}
        assert "check-l02_gone" not in names


def test_an_exercise_that_a_person_graded_is_not_taken_out(path: Path, result: Result, gradebook: Opened) -> None:
    """What a teacher entered by hand is never deleted."""
    write([_with_another(result("ada"))], path)
    with gradebook(path) as book:
        _grade(book, "ada", "check-l02_gone").manual_score = 0.5
        book.db.commit()
    write([result("ada")], path)
    with gradebook(path) as book:
        assert _grade(book, "ada", "check-l02_gone").score == 0.5


def test_a_lesson_under_a_new_name_keeps_its_grades(path: Path, result: Result, gradebook: Opened) -> None:
    """Its number says that it is the same lesson: scores by hand move along, and nothing counts twice."""
    write([result("ada", 2, lesson="02_pixels"), result("bo", 2, lesson="02_pixels")], path)
    with gradebook(path) as book:
        _grade(book, "ada", lesson="02_pixels").manual_score = 0.25
        book.db.commit()
    write([result("ada", 2), result("bo", 2)], path)
    with gradebook(path) as book:
        assert [one.name for one in book.assignments] == [PIXELS]
        assert [one.name for one in book.find_assignment(PIXELS).notebooks] == [PIXELS]
        assert _grade(book, "ada").manual_score == 0.25
        assert book.find_student("bo").max_score == result("bo").max_points


def test_a_teachers_own_assignment_of_that_number_is_left_alone(path: Path, result: Result, gradebook: Opened) -> None:
    """An assignment without any cell of ours is none of ours, whatever its number."""
    write([result("ada", 9)], path)
    with gradebook(path) as book:
        book.add_assignment("02_essay")
        book.add_notebook("02_essay", "02_essay")
        book.add_grade_cell("explain", "02_essay", "02_essay", max_score=5, cell_type="markdown")
    write([result("ada", 2)], path)
    with gradebook(path) as book:
        assert {one.name for one in book.assignments} == {"02_essay", PIXELS, "09_evaluate"}


def test_a_teachers_own_question_in_our_lesson_stays(path: Path, result: Result, gradebook: Opened) -> None:
    """A cell that a teacher added is neither taken out nor graded: every hand-in has a place for it, to be filled."""
    write([result("ada")], path)
    with gradebook(path) as book:
        book.add_grade_cell("explain", PIXELS, PIXELS, max_score=5, cell_type="markdown")
        book.add_solution_cell("explain", PIXELS, PIXELS)
        book.add_task_cell("look-at-it", PIXELS, PIXELS, max_score=2, cell_type="markdown")
    write([result("ada"), result("bo")], path)
    with gradebook(path) as book:
        for student in ("ada", "bo"):
            for cell in ("explain", "look-at-it"):
                grade = _grade(book, student, cell)
                assert (grade.auto_score, grade.needs_manual_grade) == (None, True)
                assert book.find_comment(cell, PIXELS, PIXELS, student).comment is None
        assert book.find_submission(PIXELS, "bo").max_score == result("bo").max_points + 7


def test_changed_points_are_changed_here(path: Path, result: Result, gradebook: Opened) -> None:
    """A lesson's cell that nbgrader has with other points gets those of the lesson."""
    write([result("ada")], path)
    with gradebook(path) as book:
        book.update_or_create_grade_cell(CHECK, PIXELS, PIXELS, max_score=40, cell_type="code")
        book.update_or_create_source_cell(CHECK, PIXELS, PIXELS, source="spoilt", cell_type="code")
    write([result("ada")], path)
    with gradebook(path) as book:
        assert book.find_submission(PIXELS, "ada").max_score == result("ada").max_points
        assert book.find_source_cell(CHECK, PIXELS, PIXELS).source == 'check("l02_scale_pixels", scale_pixels)'


def test_a_new_assignment_joins_the_only_course(path: Path, result: Result, gradebook: Opened) -> None:
    """A teacher's gradebook has the teacher's course id; a new one has nbgrader's default."""
    write([result("ada", 2)], path)
    with gradebook(path) as book:
        assert [one.course_id for one in book.assignments] == ["default_course"]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE course SET id = 'ml101'")
        connection.execute("UPDATE assignment SET course_id = 'ml101'")
    connection.close()
    write([result("ada", 9)], path)
    with sqlite3.connect(path) as connection:
        assert {row[0] for row in connection.execute("SELECT course_id FROM assignment")} == {"ml101"}
    connection.close()


@pytest.mark.parametrize("student", ["O'Brien", "søren", "a b", '"; DROP TABLE grade; --', "אליס", "%s{0}"])
def test_any_name_is_a_student(path: Path, result: Result, gradebook: Opened, student: str) -> None:
    """A name is a value, never a part of a query."""
    write([result(student)], path)
    with gradebook(path) as book:
        assert [one.id for one in book.students] == [student]


def test_names_that_no_database_takes_become_ones_that_it_takes(path: Path, result: Result, gradebook: Opened) -> None:
    """Control characters and endless names are shortened as everywhere else, and stay apart."""
    write([result("a\nb"), result("a\tb"), result("x" * 500)], path)
    with gradebook(path) as book:
        ids = [one.id for one in book.students]
    assert len(set(ids)) == 3
    assert all(one.isprintable() and len(one) <= 128 for one in ids)


def test_no_results_are_an_empty_gradebook(path: Path, gradebook: Opened) -> None:
    """The tables are nbgrader's, and their version is the one that nbgrader asks for."""
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from nbgrader.dbutil import ALEMBIC_DIR

    write([], path)
    with sqlite3.connect(path) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    assert tables == {*Base.metadata.tables, "alembic_version"}
    assert version == [(ScriptDirectory(ALEMBIC_DIR).get_current_head(),)]
    with gradebook(path) as book:
        assert book.students == []


def test_the_process_stays_small(tmp_path: Path) -> None:
    """Writing imports no TensorFlow; writing into a gradebook that is there does not even import nbgrader."""
    code = (
        "import sys; from pathlib import Path; from autograder.gradebook import write\n"
        "write([], Path('gradebook.db'))\n"
        "print(sorted({'tensorflow', 'keras', 'nbgrader', 'IPython'} & set(sys.modules)))"
    )
    said = [
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert "tensorflow" not in said[0]
    assert "keras" not in said[0]
    assert said[1] == "[]\n"


def _class_of(size: int, result: Result, share: float = 0.5) -> list[LessonResult]:
    return [result(f"student-{number:04}", 2, share=share) for number in range(size)]


def test_a_thousand_hand_ins_take_seconds(path: Path, result: Result) -> None:
    """1,000 hand-ins are written in seconds of CPU, and compared in less when nothing has changed."""
    write([], path)
    results = _class_of(1000, result)
    began = time.process_time()
    write(results, path)
    first = time.process_time() - began
    began = time.process_time()
    write(results, path)
    again = time.process_time() - began
    assert first < 10
    assert again < 5


KILLED = """
import pickle, sys
from pathlib import Path
from autograder.gradebook import write
results = pickle.loads(Path("results.pickle").read_bytes())
print("ready", flush=True)
while True:
    for some in results:
        write(some, Path("gradebook.db"))
"""


@pytest.mark.slow
def test_a_killed_write_leaves_all_or_nothing(tmp_path: Path, result: Result, gradebook: Opened) -> None:
    """Killed at any moment, the gradebook is whole: it holds one state or the other, never a mixture, never less."""
    import pickle

    path = tmp_path / "gradebook.db"
    states = [_class_of(150, result, share) for share in (0.5, 1.0)]
    (tmp_path / "results.pickle").write_bytes(pickle.dumps(states))
    write(states[0], path)
    with gradebook(path) as book:
        _grade(book, "student-0000").manual_score = 1.25
        book.db.commit()
    chance = random.Random(4)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, "-c", KILLED], cwd=tmp_path, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            scores = connection.execute("SELECT COUNT(*), SUM(auto_score), COUNT(manual_score) FROM grade").fetchone()
        connection.close()
        sums = [sum(one.points for one in state) for state in states]
        assert scores[0] == sum(len(one.verdicts) for one in states[0])
        assert scores[1] in sums
        assert scores[2] == 1


def _course_of_nbgrader(folder: Path, lesson: str) -> None:
    """Make an nbgrader course in `folder` with one lesson, by nbgrader's own commands."""
    from autograder import course
    from autograder.authoring.release import full_notebook, notebook_text
    from autograder.authoring.source import read_source

    source = read_source(course.solutions_folder() / f"{lesson}.py")
    notebook = full_notebook(source, course.lesson(lesson).exercises)
    place = folder / "source" / lesson / f"{lesson}.ipynb"
    place.parent.mkdir(parents=True)
    place.write_text(notebook_text(notebook), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'ml101'\n")
    told = _nbgrader("generate_assignment", lesson, folder=folder)
    assert told.returncode == 0, told.stderr


@pytest.mark.slow
def test_a_gradebook_that_nbgrader_made_is_filled(tmp_path: Path, result: Result, gradebook: Opened) -> None:
    """After `nbgrader generate_assignment` the lesson's cells are there: they are found, not doubled."""
    _course_of_nbgrader(tmp_path, PIXELS)
    path = tmp_path / "gradebook.db"
    before = _rows(path)
    one = result("ada", 2, share=0.5)
    write([one], path)
    after = _rows(path)
    for table in ("course", "assignment", "notebook", "base_cell", "grade_cells", "solution_cells"):
        assert after[table] == before[table]
    with gradebook(path) as book:
        assert book.find_submission(PIXELS, "ada").score == one.points
        assert book.find_assignment(PIXELS).course_id == "ml101"


def test_lessons_are_written_in_any_order(path: Path, result: Result, gradebook: Opened) -> None:
    """Results may come in any order."""
    results: Sequence[LessonResult] = [result("bo", 9), result("ada", 2), result("bo", 2), result("ada", 9)]
    write(results, path)
    with gradebook(path) as book:
        assert {
            (one.student.id, one.name) for name in (PIXELS, "09_evaluate") for one in book.assignment_submissions(name)
        } == {(one.student, one.lesson) for one in results}

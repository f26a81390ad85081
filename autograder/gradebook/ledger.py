"""Write grades and comments into nbgrader's tables: in bulk, only what differs, never what a person entered.

nbgrader's own `Gradebook` commits after each step and asks the database for each grade: for 1,000 hand-ins that takes
minutes, and an interrupted run leaves half of them. The tables and what they mean are nbgrader's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, bindparam, select

from autograder import course
from autograder.course import LESSON_NAME, CourseError
from autograder.gradebook.cells import Cell, cells_of, is_ours, kernelspec_of
from autograder.gradebook.comments import comment_text
from autograder.gradebook.database import Tables
from autograder.handins.students import shown_name
from autograder.records import LessonResult, Status, Verdict

DEFAULT_COURSE = "default_course"
LONGEST_ID = 128  # nbgrader's own limit
GRADE_CELL, SOLUTION_CELL, TASK_CELL = "GradeCell", "SolutionCell", "TaskCell"
_TABLE_OF_TYPE = {GRADE_CELL: "grade_cells", SOLUTION_CELL: "solution_cells", TASK_CELL: "task_cells"}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as the database has it."""

    id: str
    name: str
    type: str
    notebook: str


class Ledger:
    """The rows of one gradebook, written inside one transaction.

    Parameters
    ----------
    connection : Connection
        With a transaction begun; whoever began it commits it.
    tables : mapping of str to Table
        nbgrader's tables by name.
    """

    def __init__(self, connection: Connection, tables: Tables) -> None:
        self._connection, self._tables = connection, tables

    def record(self, lesson: str, results: Sequence[LessonResult]) -> None:
        """Write the results of one lesson; an assignment, a notebook and cells for it where there are none."""
        cells = cells_of(lesson, results)
        assignment = self._assignment(lesson)
        notebook = self._notebook(lesson, assignment)
        self._write_cells(notebook, cells)
        self._write_sources(notebook, cells)
        students = {_student_id(result.student): result for result in results}
        self._add_students(students)
        submissions = self._submissions(assignment, students)
        known = self._cells(assignment)
        of_exercise = {cell.grade_id: cell.exercise for cell in cells if cell.exercise is not None}
        verdicts = {
            (submissions[student], cell.id): verdict
            for student, result in students.items()
            for cell, verdict in _matched(known, notebook, of_exercise, result)
        }
        submitted = self._submitted_notebooks(assignment)
        self._write_grades(submitted, known, verdicts)
        self._write_comments(submitted, known, verdicts)

    def _assignment(self, lesson: str) -> str:
        """Return the id of the lesson's assignment; one that had another name under the same number gets this name."""
        table = self._tables["assignment"]
        ids = {row.name: str(row.id) for row in self._rows(select(table.c.id, table.c.name))}
        if lesson in ids:
            return ids[lesson]
        before = self._renamed(lesson, ids)
        if before is not None:
            notebook = self._tables["notebook"]
            of_it = (notebook.c.assignment_id == ids[before]) & (notebook.c.name == before)
            self._connection.execute(notebook.update().where(of_it).values(name=lesson))
            self._connection.execute(table.update().where(table.c.id == ids[before]).values(name=lesson))
            return ids[before]
        return self._insert(table, {"name": lesson, "course_id": self._course()})

    def _renamed(self, lesson: str, ids: Mapping[str, str]) -> str | None:
        """Return the one assignment that was this lesson under another name: its number, and cells that we named."""
        if LESSON_NAME.fullmatch(lesson) is None:
            return None
        current = _current_lessons()
        alike = [
            name
            for name in ids
            if LESSON_NAME.fullmatch(name) and name[:2] == lesson[:2] and name not in current
            if any(is_ours(cell.name) for cell in self._cells(ids[name]))
        ]
        return alike[0] if len(alike) == 1 else None

    def _course(self) -> str:
        """Return the course that a new assignment belongs to: the only one there is, or nbgrader's default."""
        table = self._tables["course"]
        ids = [str(row.id) for row in self._rows(select(table.c.id))]
        if len(ids) == 1:
            return ids[0]
        if DEFAULT_COURSE not in ids:
            self._connection.execute(table.insert().values(id=DEFAULT_COURSE))
        return DEFAULT_COURSE

    def _notebook(self, lesson: str, assignment: str) -> str:
        table = self._tables["notebook"]
        where = (table.c.assignment_id == assignment) & (table.c.name == lesson)
        for row in self._rows(select(table.c.id).where(where)):
            return str(row.id)
        values = {"name": lesson, "assignment_id": assignment, "kernelspec": kernelspec_of(lesson)}
        return self._insert(table, values)

    def _cells(self, assignment: str) -> list[_Cell]:
        """Return every graded cell and every cell for comments of an assignment, a teacher's own ones too."""
        base, notebook = self._tables["base_cell"], self._tables["notebook"]
        query = (
            select(base.c.id, base.c.name, base.c.type, base.c.notebook_id)
            .join(notebook, notebook.c.id == base.c.notebook_id)
            .where(notebook.c.assignment_id == assignment)
        )
        return [_Cell(str(row.id), row.name, row.type, str(row.notebook_id)) for row in self._rows(query)]

    def _write_cells(self, notebook: str, cells: Sequence[Cell]) -> None:
        """Make the notebook's graded cells and comment cells what they are now."""
        base, graded = self._tables["base_cell"], self._tables["grade_cells"]
        query = (
            select(base.c.id, base.c.name, base.c.type, graded.c.max_score, graded.c.cell_type)
            .outerjoin(graded, graded.c.id == base.c.id)
            .where(base.c.notebook_id == notebook)
        )
        found = {(row.name, row.type): row for row in self._rows(query)}
        wanted: set[tuple[str, str]] = set()
        for cell in cells:
            kinds = [(GRADE_CELL, cell.points is not None), (SOLUTION_CELL, cell.is_solution)]
            for kind in (kind for kind, is_it in kinds if is_it):
                wanted.add((cell.grade_id, kind))
                row = found.get((cell.grade_id, kind))
                graded_as = {"max_score": cell.points, "cell_type": cell.cell_type} if kind == GRADE_CELL else {}
                if row is None:
                    new = self._insert(base, {"name": cell.grade_id, "notebook_id": notebook, "type": kind})
                    self._connection.execute(self._tables[_TABLE_OF_TYPE[kind]].insert().values(id=new, **graded_as))
                elif graded_as and (row.max_score, row.cell_type) != (cell.points, cell.cell_type):
                    self._connection.execute(graded.update().where(graded.c.id == row.id).values(**graded_as))
        for (name, kind), row in found.items():
            if (name, kind) not in wanted and is_ours(name) and kind != TASK_CELL:
                self._remove_cell(str(row.id), kind)

    def _remove_cell(self, cell: str, kind: str) -> None:
        """Take out a cell whose exercise is gone, with its grades; it stays where a person has graded it by hand."""
        grade, comment = self._tables["grade"], self._tables["comment"]
        by_hand = (grade.c.manual_score.is_not(None)) | (grade.c.extra_credit.is_not(None))
        graded = select(grade.c.id).where((grade.c.cell_id == cell) & by_hand).limit(1)
        commented = select(comment.c.id).where((comment.c.cell_id == cell) & comment.c.manual_comment.is_not(None))
        if list(self._rows(graded)) or list(self._rows(commented.limit(1))):
            return
        self._connection.execute(grade.delete().where(grade.c.cell_id == cell))
        self._connection.execute(comment.delete().where(comment.c.cell_id == cell))
        of_kind, base = self._tables[_TABLE_OF_TYPE[kind]], self._tables["base_cell"]
        self._connection.execute(of_kind.delete().where(of_kind.c.id == cell))
        self._connection.execute(base.delete().where(base.c.id == cell))

    def _write_sources(self, notebook: str, cells: Sequence[Cell]) -> None:
        """Keep the released cells' texts: plain `nbgrader autograde` restores changed check cells from them."""
        table = self._tables["source_cell"]
        columns = ("cell_type", "locked", "source", "checksum")
        found = {row.name: row for row in self._rows(select(table).where(table.c.notebook_id == notebook))}
        for cell in cells:
            if cell.source is None:
                continue
            values = {column: getattr(cell, column) for column in columns}
            row = found.get(cell.grade_id)
            if row is None:
                self._insert(table, {"name": cell.grade_id, "notebook_id": notebook, **values})
            elif any(getattr(row, column) != values[column] for column in columns):
                self._connection.execute(table.update().where(table.c.id == row.id).values(**values))

    def _add_students(self, students: Iterable[str]) -> None:
        table = self._tables["student"]
        known = {row.id for row in self._rows(select(table.c.id))}
        self._insert_all(table, [{"id": student} for student in students if student not in known])

    def _submissions(self, assignment: str, students: Iterable[str]) -> dict[str, str]:
        """Return the ids of the assignment's submissions by student; made for those who have none yet."""
        table = self._tables["submitted_assignment"]
        query = select(table.c.id, table.c.student_id).where(table.c.assignment_id == assignment)
        ids = {row.student_id: str(row.id) for row in self._rows(query)}
        new = {student: _new_id() for student in students if student not in ids}
        self._insert_all(
            table,
            [{"id": made, "assignment_id": assignment, "student_id": student} for student, made in new.items()],
        )
        return ids | new

    def _submitted_notebooks(self, assignment: str) -> dict[tuple[str, str], str]:
        """Return the ids of submitted notebooks by (submission, notebook): every submission has each notebook."""
        table, submission = self._tables["submitted_notebook"], self._tables["submitted_assignment"]
        notebook = self._tables["notebook"]
        query = (
            select(table.c.id, table.c.assignment_id, table.c.notebook_id)
            .join(submission, submission.c.id == table.c.assignment_id)
            .where(submission.c.assignment_id == assignment)
        )
        ids = {(str(row.assignment_id), str(row.notebook_id)): str(row.id) for row in self._rows(query)}
        submissions = self._rows(select(submission.c.id).where(submission.c.assignment_id == assignment))
        notebooks = list(self._rows(select(notebook.c.id).where(notebook.c.assignment_id == assignment)))
        pairs = [(str(one.id), str(other.id)) for one in submissions for other in notebooks]
        new = {pair: _new_id() for pair in pairs if pair not in ids}
        self._insert_all(
            table,
            [
                {"id": made, "assignment_id": one, "notebook_id": other, "flagged": False}
                for (one, other), made in new.items()
            ],
        )
        return ids | new

    def _write_grades(
        self,
        submitted: Mapping[tuple[str, str], str],
        cells: Sequence[_Cell],
        verdicts: Mapping[tuple[str, str], Verdict],
    ) -> None:
        table = self._tables["grade"]
        columns = (table.c.id, table.c.auto_score, table.c.manual_score, table.c.needs_manual_grade)
        found = self._of_assignment(table, columns, submitted)
        new: list[Values] = []
        changed: list[Values] = []
        for submission, place, cell in _places(submitted, cells, {GRADE_CELL, TASK_CELL}):
            verdict, row = verdicts.get((submission, cell.id)), found.get((place, cell.id))
            score = None if verdict is None or verdict.status is Status.NOT_JUDGED else verdict.points
            if row is None:
                new.append(
                    {
                        "id": _new_id(),
                        "notebook_id": place,
                        "cell_id": cell.id,
                        "auto_score": score,
                        "needs_manual_grade": score is None,
                    }
                )
            elif verdict is not None:
                needs = _needs_a_person(row, score)
                if (row.auto_score, bool(row.needs_manual_grade)) != (score, needs):
                    changed.append({"row": row.id, "auto_score": score, "needs_manual_grade": needs})
        self._insert_all(table, new)
        self._update_all(table, changed)

    def _write_comments(
        self,
        submitted: Mapping[tuple[str, str], str],
        cells: Sequence[_Cell],
        verdicts: Mapping[tuple[str, str], Verdict],
    ) -> None:
        table = self._tables["comment"]
        found = self._of_assignment(table, (table.c.id, table.c.auto_comment), submitted)
        new: list[Values] = []
        changed: list[Values] = []
        for submission, place, cell in _places(submitted, cells, {SOLUTION_CELL, TASK_CELL}):
            verdict, row = verdicts.get((submission, cell.id)), found.get((place, cell.id))
            text = None if verdict is None else comment_text(verdict)
            if row is None:
                new.append({"id": _new_id(), "notebook_id": place, "cell_id": cell.id, "auto_comment": text})
            elif verdict is not None and row.auto_comment != text:
                changed.append({"row": row.id, "auto_comment": text})
        self._insert_all(table, new)
        self._update_all(table, changed)

    def _of_assignment(
        self, table: Table, columns: Sequence[Any], submitted: Mapping[tuple[str, str], str]
    ) -> dict[tuple[str, str], Any]:
        """Return the rows of an assignment's grades or comments by (submitted notebook, cell)."""
        notebooks = {notebook for _, notebook in submitted}
        place = self._tables["submitted_notebook"]
        query = (
            select(table.c.notebook_id, table.c.cell_id, *columns)
            .join(place, place.c.id == table.c.notebook_id)
            .where(place.c.notebook_id.in_(notebooks))
        )
        return {(str(row.notebook_id), str(row.cell_id)): row for row in self._rows(query)}

    def _rows(self, query: Any) -> Any:
        return self._connection.execute(query)

    def _insert(self, table: Table, values: Values) -> str:
        """Insert one row under a new id and return the id."""
        new = _new_id()
        self._connection.execute(table.insert().values(id=new, **values))
        return new

    def _insert_all(self, table: Table, rows: Sequence[Values]) -> None:
        if rows:
            self._connection.execute(table.insert(), list(rows))

    def _update_all(self, table: Table, rows: Sequence[Values]) -> None:
        """Update many rows; each says under "row" which, and beside it what."""
        if rows:
            values: Values = {column: bindparam(column) for column in rows[0] if column != "row"}
            self._connection.execute(table.update().where(table.c.id == bindparam("row")).values(**values), list(rows))


def _matched(
    cells: Iterable[_Cell], notebook: str, of_exercise: Mapping[str, str], result: LessonResult
) -> Iterable[tuple[_Cell, Verdict]]:
    """Yield the cells of the lesson's notebook with the verdicts on their exercises."""
    verdicts = {verdict.exercise: verdict for verdict in result.verdicts}
    for cell in cells:
        verdict = verdicts.get(of_exercise.get(cell.name, ""))
        if verdict is not None and cell.notebook == notebook:
            yield cell, verdict


def _places(
    submitted: Mapping[tuple[str, str], str], cells: Sequence[_Cell], types: set[str]
) -> Iterable[tuple[str, str, _Cell]]:
    """Yield (submission, submitted notebook, cell) for each row that there must be."""
    of_notebook: dict[str, list[_Cell]] = {}
    for cell in cells:
        if cell.type in types:
            of_notebook.setdefault(cell.notebook, []).append(cell)
    for (submission, notebook), place in submitted.items():
        for cell in of_notebook.get(notebook, ()):
            yield submission, place, cell


def _needs_a_person(row: Any, score: float | None) -> bool:
    """Whether a grade is to be looked at: nobody has judged it, or the score that somebody saw has changed since."""
    if row.manual_score is None:
        return score is None
    return bool(row.needs_manual_grade) or row.auto_score != score


def _student_id(student: str) -> str:
    """Return the id under which nbgrader knows a student: any database can hold it, and so can a web address."""
    return student if student.isprintable() and 0 < len(student) <= LONGEST_ID else shown_name(student)


def _current_lessons() -> frozenset[str]:
    try:
        return frozenset(lesson.name for lesson in course.lessons())
    except CourseError:
        return frozenset()


def _new_id() -> str:
    return uuid4().hex

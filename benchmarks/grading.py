"""How long grading takes, against `nbgrader autograde` on the same notebooks, in the same run, sandbox on.

Run it with ``python -m benchmarks.grading``. Two classes are graded by both: lesson 02 (NumPy alone) and lesson 09
(with TensorFlow and a saved model each). Each grader starts from nothing, as a first run does: our time includes the
proof that the sandbox holds, the start of its processes, reports and the gradebook. Then the grades are compared.

nbgrader runs one hand-in after another, in the teacher's own account; here as many run at once as there are processors.
So two ratios are told: wall-clock seconds, which a teacher waits, and processor seconds, which no parallel work saves.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import lesson
from benchmarks.classes import make_class
from benchmarks.measuring import Cost, cost_of, seconds_text

# What is asked of us: at least so many times faster, by lesson.
TIMES_FASTER = {2: 20.0, 9: 10.0}
CELL_SECONDS = 600  # nbgrader's own 30 s would cut training cells short on a slow machine
MODEL = Path(__file__).parents[1] / "autograder" / "sample_class" / "submitted" / "ada" / "09_evaluate" / "my_cnn.keras"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One class, graded by both: what each cost, and how many grades differ."""

    lesson: str
    students: int
    peer: Cost
    ours: Cost
    differing: tuple[str, ...]
    times_faster: float

    @property
    def wall_ratio(self) -> float:
        """How many times as long nbgrader took."""
        return self.peer.wall_seconds / self.ours.wall_seconds

    @property
    def processor_ratio(self) -> float | None:
        """How many times as many processor seconds nbgrader took; None where they were not measured."""
        if self.peer.processor_seconds is None or self.ours.processor_seconds is None:
            return None
        return self.peer.processor_seconds / self.ours.processor_seconds

    @property
    def holds(self) -> bool:
        """Whether both ratios reach what is asked for, and the grades agree."""
        ratios = [self.wall_ratio, *([] if self.processor_ratio is None else [self.processor_ratio])]
        return min(ratios) >= self.times_faster and not self.differing


def compare(number: int, students: int, folder: Path) -> Compared:
    """Grade one class by both."""
    one = lesson(number)
    course = make_class(folder / "course", number, students, MODEL if number == 9 else None)
    source = course / "source" / one.name
    source.mkdir(parents=True)
    shutil.copyfile(one.notebook, source / f"{one.name}.ipynb")
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    nbgrader = [sys.executable, "-m", "nbgrader"]
    told = ["--course-dir", str(course), "--log-level=ERROR"]
    made = cost_of([*nbgrader, "generate_assignment", one.name, *told], cwd=folder, env=env)
    if made.status:
        raise RuntimeError(f"nbgrader generate_assignment ended with status {made.status}")
    limit = f"--ExecutePreprocessor.timeout={CELL_SECONDS}"
    ours = cost_of(
        [sys.executable, "-m", "autograder.cli", "grade", str(course / "submitted"), "--out", str(folder / "grades")],
        cwd=folder,
    )
    peer = cost_of([*nbgrader, "autograde", one.name, *told, limit], cwd=folder, env=env)
    graded = nbgrader_points(course / "gradebook.db", one.name)
    mine = our_points(folder / "grades", one.name)
    return Compared(
        lesson=one.name,
        students=students,
        peer=peer,
        ours=ours,
        differing=tuple(
            f"{student}: nbgrader {graded.get(student)}, digitlab {mine.get(student)}"
            for student in sorted(graded.keys() | mine.keys())
            if abs(graded.get(student, -1.0) - mine.get(student, -1.0)) > 0.01
        ),
        times_faster=TIMES_FASTER[number],
    )


def our_points(out: Path, name: str) -> dict[str, float]:
    """Return the points of each student in an output folder."""
    read = (json.loads(path.read_text(encoding="utf-8")) for path in out.glob(f"results/*/{name}.json"))
    return {result["student"]: result["points"] for result in read}


def nbgrader_points(database: Path, name: str) -> dict[str, float]:
    """Return the points of each student in nbgrader's own gradebook."""
    question = """
        SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
        JOIN assignment ON submitted_assignment.assignment_id = assignment.id
        WHERE assignment.name = ? GROUP BY submitted_assignment.student_id
    """
    with sqlite3.connect(database) as connection:
        return {student: score or 0.0 for student, score in connection.execute(question, (name,))}


def table(rows: Sequence[Compared]) -> str:
    """Return the table as Markdown, as it stands in the README."""
    lines = [
        "| class | | wall | processor | memory, grader | memory, all |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        what = f"{row.students} × {row.lesson}"
        for name, cost in (("nbgrader", row.peer), ("digitlab", row.ours)):
            used = seconds_text(cost.processor_seconds)
            lines.append(
                f"| {what if name == 'nbgrader' else ''} | {name} | {cost.wall_seconds:.1f} s | {used} "
                f"| {cost.own_bytes / 1e6:.0f} MB | {cost.all_bytes / 1e6:.0f} MB |"
            )
        ratio = "not measured" if row.processor_ratio is None else f"**{row.processor_ratio:.1f}**"
        lines.append(f"| | **times faster** | **{row.wall_ratio:.1f}** | {ratio} | | |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the table; return 0 if every claim holds and all grades agree, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__)
    parser.add_argument("--students", type=int, default=20, help="hand-ins in each class (20)")
    parser.add_argument("--lesson", type=int, choices=sorted(TIMES_FASTER), help="this lesson alone")
    args = parser.parse_args(arguments)
    if args.students < 1:
        parser.error(f"at least one student is needed, got {args.students}.")
    rows = []
    for number in [args.lesson] if args.lesson else sorted(TIMES_FASTER):
        with tempfile.TemporaryDirectory(prefix="grading-") as folder:
            rows.append(compare(number, args.students, Path(folder)))
    print(table(rows))
    for row in rows:
        agreed = row.students - len(row.differing)
        asked = f"at least {row.times_faster:.0f} times faster is asked for"
        print(f"{row.lesson}: {agreed} of {row.students} grades agree; {asked}.")
        for line in row.differing:
            print(f"  {line}")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Whether the grading process stays small, and an unchanged class costs next to nothing: 10 and 1,000 hand-ins.

Run it with ``python -m benchmarks.scale``; it takes minutes. Lesson 02, sandbox on, the real command each time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.classes import make_class
from benchmarks.measuring import Cost, cost_of, seconds_text

LESSON = 2
SMALL = 10
MOST_BYTES = 250e6
FLAT = 1.2  # how much larger the process may be with the large class than with the small one
AGAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """A class of this size, graded, and graded again unchanged."""

    students: int
    first: Cost
    again: Cost


def scaled(students: int, folder: Path) -> Scaled:
    """Grade a class twice."""
    course = make_class(folder / f"class-{students}", LESSON, students)
    command = [sys.executable, "-m", "autograder.cli", "grade", str(course), "--out", str(folder / f"out-{students}")]
    first, again = cost_of(command, cwd=folder), cost_of(command, cwd=folder)
    if first.status or again.status:
        raise RuntimeError(f"autograder grade ended with status {first.status}, then {again.status}")
    if f"{students} hand-ins, 0 of them graded now" not in again.stdout:
        raise RuntimeError("the unchanged class was graded again")
    return Scaled(students=students, first=first, again=again)


def table(rows: Sequence[Scaled]) -> str:
    """Return the table as Markdown, as it stands in the README."""
    lines = [
        "| hand-ins | wall | processor | for each | grading process | all processes | again, unchanged |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        used = row.first.processor_seconds
        each = "not measured" if used is None else f"{used / row.students * 1000:.0f} ms"
        lines.append(
            f"| {row.students:,} | {row.first.wall_seconds:.0f} s | {seconds_text(used)} "
            f"| {each} | {row.first.own_bytes / 1e6:.0f} MB | {row.first.all_bytes / 1e6:.0f} MB "
            f"| {row.again.wall_seconds:.1f} s |"
        )
    return "\n".join(lines)


def holds(rows: Sequence[Scaled]) -> bool:
    """Return whether the process is small and flat, and an unchanged class quick."""
    small, large = rows[0].first.own_bytes, rows[-1].first.own_bytes
    return large <= min(MOST_BYTES, FLAT * small) and rows[-1].again.wall_seconds <= AGAIN_SECONDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table; return 0 if every claim holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--students", type=int, default=1000, help="hand-ins in the large class (1000)")
    students = parser.parse_args(arguments).students
    if students <= SMALL:
        parser.error(f"the large class needs more than {SMALL} hand-ins, got {students}.")
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        rows = [scaled(count, Path(folder)) for count in (SMALL, students)]
    print(table(rows))
    print(
        f"asked for: at most {MOST_BYTES / 1e6:.0f} MB, at most {FLAT:.1f} times those of {SMALL} hand-ins; "
        f"unchanged in at most {AGAIN_SECONDS:.0f} s."
    )
    return 0 if holds(rows) else 1


if __name__ == "__main__":
    sys.exit(main())

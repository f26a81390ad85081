"""What the course costs a learner: processor time, the wait for the first figure and for a check, and imports.

Run it with ``python -m benchmarks.course``. Each solution runs from top to bottom in a fresh kernel, one after another,
in an empty folder, so nothing is answered from an earlier run. Times are wall-clock unless they say processor; the
kernel has started before the clock does, as it has when a learner presses "run"; a first import has warmed the disk.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import start_new_kernel
from nbformat import NotebookNode

from autograder.authoring.release import full_notebook
from autograder.authoring.source import read_source
from autograder.course import Role, solutions_folder
from autograder.exercises import find, of_lesson

PROCESSOR_SECONDS = 240.0
FIRST_FIGURE_SECONDS = 3.0
CHECK_SECONDS = 0.1
IMPORT_SHARE = 1 / 20
CELL_SECONDS = 600
IMPORT_ROUNDS = 5

_IMPORT = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCost:
    """What one solution took.

    Attributes
    ----------
    processor_seconds, seconds : float
        Of all cells together, imports included: of all threads of the kernel, and by the clock.
    first_figure_seconds : float or None
        From the start of the first cell to the first picture; None where the lesson shows none.
    checks : dict of str to float
        How long each check cell took, by exercise.
    """

    name: str
    processor_seconds: float
    seconds: float
    first_figure_seconds: float | None
    checks: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One line of the table: what was measured, what is aimed at, and whether it was reached."""

    what: str
    measured: str
    goal: str
    reached: bool


class RunError(Exception):
    """A solution's cell raised; the message says which and what."""


def cost_of_lesson(name: str, notebook: NotebookNode) -> LessonCost:
    """Run a solution in a fresh kernel and return what it took.

    Raises
    ------
    RunError
        If a cell raises.
    """
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        manager, client = start_new_kernel(kernel_name="python3", cwd=folder, stderr=subprocess.DEVNULL)
        try:
            return _measured(name, notebook, client, psutil.Process(manager.provisioner.pid))
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _measured(name: str, notebook: NotebookNode, client: Any, kernel: psutil.Process) -> LessonCost:
    first_figure: list[float] = []
    checks: dict[str, float] = {}
    used, began = _processor_seconds(kernel), time.perf_counter()

    def listen(message: dict[str, Any]) -> None:
        if not first_figure and _is_figure(message):
            first_figure.append(time.perf_counter() - began)

    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        started = time.perf_counter()
        reply = client.execute_interactive(
            cell.source, timeout=CELL_SECONDS, output_hook=listen, allow_stdin=False, store_history=False
        )["content"]
        if reply["status"] != "ok":
            raise RunError(f"{name}: {reply['ename']}: {reply['evalue']} in the cell\n{cell.source}")
        if cell.metadata.digitlab.role == Role.CHECK:
            checks[cell.metadata.digitlab.exercise] = time.perf_counter() - started
    return LessonCost(
        name=name,
        processor_seconds=_processor_seconds(kernel) - used,
        seconds=time.perf_counter() - began,
        first_figure_seconds=first_figure[0] if first_figure else None,
        checks=checks,
    )


def _processor_seconds(kernel: psutil.Process) -> float:
    times = kernel.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _is_figure(message: dict[str, Any]) -> bool:
    data = message["content"].get("data", {}) if message["msg_type"] in ("display_data", "execute_result") else {}
    return "<img" in data.get("text/html", "") or "<svg" in data.get("text/html", "") or "image/png" in data


def import_seconds(module: str, rounds: int = IMPORT_ROUNDS) -> float:
    """Return the median time that importing a module takes in a fresh Python, after one that does not count."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    told = [
        subprocess.run(
            [sys.executable, "-c", _IMPORT.format(module)], capture_output=True, text=True, check=True, env=environment
        ).stdout
        for _ in range(rounds + 1)
    ]
    return statistics.median(map(float, told[1:]))


def quick_checks(lessons: Sequence[LessonCost]) -> list[float]:
    """Return how long the checks took of the exercises that need no TensorFlow."""
    return [
        seconds
        for lesson in lessons
        for exercise, seconds in lesson.checks.items()
        if not find(exercise).needs_tensorflow and find(exercise).file is None
    ]


def summary(lessons: Sequence[LessonCost], digitlab: float, tensorflow: float) -> tuple[str, bool]:
    """Return the table, and whether every goal is reached."""
    lines = [f"{'lesson':<28}{'processor':>11}{'clock':>9}{'first figure':>14}{'checks':>8}{'slowest':>10}"]
    for one in lessons:
        figure = "none" if one.first_figure_seconds is None else f"{one.first_figure_seconds:.1f} s"
        slowest = f"{max(one.checks.values()) * 1000:.0f} ms" if one.checks else ""
        lines.append(
            f"{one.name:<28}{one.processor_seconds:>9.1f} s{one.seconds:>7.1f} s{figure:>14}"
            f"{len(one.checks):>8}{slowest:>10}"
        )
    goals = _goals(lessons, digitlab, tensorflow)
    lines += ["", f"{'what':<58}{'measured':>10}{'goal':>16}"]
    lines += [f"{one.what:<58}{one.measured:>10}{one.goal:>16}{'' if one.reached else '   missed'}" for one in goals]
    return "\n".join(lines), all(one.reached for one in goals)


def _goals(lessons: Sequence[LessonCost], digitlab: float, tensorflow: float) -> list[Goal]:
    """Return the goals that these lessons can be held to: one that shows no figure has no wait for it."""
    processor = sum(one.processor_seconds for one in lessons)
    goals = [
        Goal(
            what="all solutions, processor",
            measured=f"{processor:.0f} s",
            goal=f"under {PROCESSOR_SECONDS:.0f} s",
            reached=processor < PROCESSOR_SECONDS,
        )
    ]
    if figures := [one.first_figure_seconds for one in lessons if one.first_figure_seconds is not None]:
        goals.append(
            Goal(
                what="slowest first figure",
                measured=f"{max(figures):.1f} s",
                goal=f"under {FIRST_FIGURE_SECONDS:.0f} s",
                reached=max(figures) < FIRST_FIGURE_SECONDS,
            )
        )
    if checks := quick_checks(lessons):
        middle = statistics.median(checks)
        goals.append(
            Goal(
                what=f"check() without TensorFlow, median of {len(checks)}",
                measured=f"{middle * 1000:.0f} ms",
                goal=f"under {CHECK_SECONDS * 1000:.0f} ms",
                reached=middle < CHECK_SECONDS,
            )
        )
    goals.append(
        Goal(
            what=f"import digitlab ({digitlab * 1000:.0f} ms) to import tensorflow ({tensorflow:.1f} s)",
            measured=f"1/{tensorflow / digitlab:.0f}",
            goal=f"at most 1/{1 / IMPORT_SHARE:.0f}",
            reached=digitlab / tensorflow <= IMPORT_SHARE,
        )
    )
    return goals


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table; return 0 if every goal is reached, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.course", description=__doc__)
    parser.add_argument("--lesson", metavar="NN", action="append", help="only this lesson (may be given again)")
    only = parser.parse_args(arguments).lesson
    paths: list[Path] = [path for path in sorted(solutions_folder().glob("*.py")) if not only or path.name[:2] in only]
    if not paths:
        parser.error(f"there is no lesson {', '.join(only or [])}.")
    digitlab, tensorflow = import_seconds("digitlab"), import_seconds("tensorflow", rounds=3)
    lessons = []
    for path in paths:
        source = read_source(path)
        lessons.append(cost_of_lesson(source.name, full_notebook(source, of_lesson(source.number))))
        print(f"{source.name}: {lessons[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    text, reached = summary(lessons, digitlab, tensorflow)
    print(text)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())

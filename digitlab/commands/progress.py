"""`digitlab progress`: what is done, the points, the next step and the time left."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from digitlab.cli import CommandError, Exit
from digitlab.paths import course_folder
from digitlab.progress import ExerciseProgress, LessonProgress, Progress, State, progress_in
from digitlab.terminal import symbols

_MARKS = {State.DONE: ("✓", "+"), State.BEGUN: ("…", "~"), State.TO_COME: ("·", ".")}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `digitlab progress`."""
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where your notebooks are")
    parser.add_argument("--json", action="store_true", help="print it for a program to read")


def run(args: argparse.Namespace) -> int:
    """Print how far the learner is.

    Raises
    ------
    CommandError
        If the folder that was named is not there.
    """
    if args.folder and not args.folder.is_dir():
        raise CommandError(f"There is no folder {args.folder}. Name the folder that your notebooks are in.")
    folder = args.folder or course_folder(Path.cwd())
    progress = progress_in(folder)
    print(json.dumps(as_json(progress), indent=1) if args.json else as_text(progress, folder))
    return Exit.DONE


def as_json(progress: Progress) -> dict[str, object]:
    """Return the progress as plain values, with what follows from them."""
    next_lesson, next_exercise = progress.next_lesson, progress.next_exercise
    return {
        "schema": 1,
        "points": progress.points,
        "max_points": progress.max_points,
        "minutes_left": round(progress.minutes_left),
        "next": {"lesson": next_lesson.name, "exercise": next_exercise.id if next_exercise else None}
        if next_lesson
        else None,
        "lessons": [asdict(lesson) | {"state": lesson.state} for lesson in progress.lessons],
    }


def as_text(progress: Progress, folder: Path) -> str:
    """Return the progress as a table, the sum and the next step."""
    marks = symbols(_MARKS, sys.stdout.encoding)
    width = max((len(_heading(lesson)) for lesson in progress.lessons), default=0)
    lines = [
        f"{marks[lesson.state]} {lesson.state:<7}  {_heading(lesson):<{width}}  "
        f"{lesson.points:4g} of {lesson.max_points:3g} points  {_left(lesson)}".rstrip()
        for lesson in progress.lessons
    ]
    sum_line = f"{progress.points:g} of {progress.max_points:g} points."
    if progress.next_lesson is None:
        return "\n".join([*lines, "", f"{sum_line} The whole course is done. Well done!"])
    sum_line += f" About {_hours(progress.minutes_left)} left."
    return "\n".join([*lines, "", sum_line, _next_step(progress.next_lesson, progress.next_exercise, folder)])


def _heading(lesson: LessonProgress) -> str:
    return f"{lesson.name[:2]} {lesson.title}"


def _left(lesson: LessonProgress) -> str:
    if lesson.state is State.DONE:
        return ""
    return f"about {_hours(lesson.minutes_left)}"


def _hours(minutes: float) -> str:
    """Return a time in words, to five minutes.

    >>> _hours(3), _hours(85), _hours(120)
    ('5 min', '1 h 25 min', '2 h')
    """
    rounded = max(5, 5 * round(minutes / 5))
    hours, rest = divmod(rounded, 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0))


def _next_step(lesson: LessonProgress, exercise: ExerciseProgress | None, folder: Path) -> str:
    notebook = folder / f"{lesson.name}.ipynb"
    if not notebook.exists():
        where = "To begin: digitlab lab"
    elif exercise is None:
        where = f"Open {notebook}."
    else:
        where = f"Open {notebook}." + (" Its hints may help." if exercise.checks > 1 and not exercise.hints else "")
    what = f"lesson {lesson.name[:2]}" + (f", exercise “{exercise.title}” ({exercise.id})" if exercise else "")
    return f"Next: {what}. {where}"

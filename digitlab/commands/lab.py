"""`digitlab lab`: the lessons, in copies of the learner's own, opened in JupyterLab."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from digitlab.cli import Exit
from digitlab.lab import LaidOut, jupyter_arguments, lay_out, start_jupyter
from digitlab.paths import course_folder, lessons_folder
from digitlab.progress import progress_in


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `digitlab lab`."""
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="where your copies are, or are to go")
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")


def run(args: argparse.Namespace) -> int:
    """Lay out the lessons and run JupyterLab on them until it is stopped."""
    folder = (args.folder or course_folder(Path.cwd())).absolute()
    print(story(lay_out(lessons_folder(), folder)), flush=True)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        print("You are root, as is usual in a container, so JupyterLab is started with --allow-root.", file=sys.stderr)
    next_lesson = progress_in(folder).next_lesson
    start_jupyter(
        jupyter_arguments(
            folder,
            f"{next_lesson.name}.ipynb" if next_lesson else None,
            browser=not args.no_browser,
            root=is_root,
            passed_on=args.passed_on,
        )
    )
    return Exit.DONE


def story(laid_out: LaidOut) -> str:
    """Return what was done with the learner's copies, in sentences."""
    lines = [f"Your lessons are in {laid_out.folder}. Work there: an update of the course never overwrites your work."]
    if laid_out.added:
        lines.append(f"New: {', '.join(laid_out.added)}.")
    if laid_out.replaced:
        lines.append(f"Updated, as you had not changed them yet: {', '.join(laid_out.replaced)}.")
    lines += [
        f"{mine} has a newer version. Yours was kept as it is; the new one is {new}."
        for mine, new in laid_out.beside.items()
    ]
    return "\n".join([*lines, "To stop JupyterLab, press Ctrl+C twice here."])

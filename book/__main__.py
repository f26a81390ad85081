"""`python -m book`: the lessons and their solutions as static pages, in book/_build/html."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from autograder.authoring.release import full_notebook, notebook_text, released_notebook
from autograder.authoring.source import AuthoringError, read_source
from autograder.course import Role, solutions_folder
from autograder.exercises import of_lesson
from book.execution import ROOT, executed
from book.links import check_links
from book.pages import Entry, index_page, lesson_page, solutions_page
from digitlab.terms import all_terms, as_markdown

BOOK = ROOT / "book"
INTRODUCTION = BOOK / "introduction.md"


def main(argv: list[str] | None = None) -> int:
    """Build the book; return 0 where every solution ran and every link inside the book leads somewhere."""
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    parser.add_argument("--out", type=Path, default=BOOK / "_build", help="where the pages go, and Sphinx' own files")
    parser.add_argument("--cache", type=Path, default=BOOK / "_build" / "executed", help="where outputs are kept")
    parser.add_argument("--lesson", metavar="NN", action="append", help="only this lesson (may be given again)")
    args = parser.parse_args(argv)
    began = time.monotonic()
    source, html = args.out.absolute() / "source", args.out.absolute() / "html"
    try:
        write_pages(source, html, args.cache, args.lesson)
    except AuthoringError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except CellExecutionError as raised:
        print(f"A solution does not run: {raised}", file=sys.stderr)
        return 1
    sphinx = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E", "-j", "auto"]
    if subprocess.run([*sphinx, "-c", str(BOOK), str(source), str(html)], cwd=ROOT).returncode != 0:
        print("Sphinx could not make the book of these pages: see above.", file=sys.stderr)
        return 1
    checked = check_links(html)
    for problem in checked.problems:
        print(problem, file=sys.stderr)
    print(
        f"{checked.pages} pages, {checked.links} links inside the book followed, {len(checked.problems)} problems. "
        f"{len(checked.outside)} addresses outside were not visited."
    )
    print(f"The book is {html / 'index.html'} ({time.monotonic() - began:.0f} s).")
    return 1 if checked.problems else 0


def write_pages(source: Path, html: Path, cache: Path, only: list[str] | None) -> None:
    """Run the solutions, and write what Sphinx reads into `source` and the figures into `html`, both made anew."""
    paths = [path for path in sorted(solutions_folder().glob("*.py")) if only is None or path.name[:2] in only]
    lessons = [read_source(path) for path in paths]
    full = [(lesson.name, full_notebook(lesson, of_lesson(lesson.number))) for lesson in lessons]
    ran = executed(full, cache, lambda line: print(line, flush=True))
    for folder in (source, html):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (source / "lessons", source / "solutions", source / "notebooks", html / "figures"):
        folder.mkdir(parents=True)
    entries = []
    for lesson in lessons:
        exercises = of_lesson(lesson.number)
        released = released_notebook(lesson, exercises)
        (source / "notebooks" / f"{lesson.name}.ipynb").write_text(notebook_text(released), encoding="utf-8")
        pages = {"lessons": lesson_page(lesson.name, released, ran[lesson.name], exercises)}
        has_solutions = any(cell.role is Role.EXERCISE for cell in lesson.cells)
        if has_solutions:
            pages["solutions"] = solutions_page(lesson.name, lesson.title, ran[lesson.name], exercises)
        for part, page in pages.items():
            nbformat.write(page.notebook, source / part / f"{lesson.name}.ipynb")
            for name, png in page.figures.items():
                (html / "figures" / name).write_bytes(png)
        entries.append(
            Entry(
                name=lesson.name,
                title=lesson.title,
                minutes=lesson.minutes,
                exercises=len(exercises),
                has_solutions=has_solutions,
            )
        )
    pages_of_lessons = {lesson.number: f"lessons/{lesson.name}.ipynb" for lesson in lessons}
    (source / "glossary.md").write_text(as_markdown(all_terms(), pages_of_lessons), encoding="utf-8")
    introduction = INTRODUCTION.read_text(encoding="utf-8")
    (source / "index.md").write_text(index_page(introduction, entries), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())

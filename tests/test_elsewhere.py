"""Lessons away from home: moved, without metadata, under plain nbconvert, in the classic Notebook, in a bare Python.

What cannot be tried here, for want of a network or of the program: Colab itself, and VS Code.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder import course
from autograder.authoring.release import WAY_OUT
from tools.browser import ALL_HAVE_RUN, browser_page, chromium_path, free_port

pytestmark = pytest.mark.slow


def stripped(notebook: Path) -> str:
    """Return a notebook as services give it back that keep cells only: without metadata and cell ids."""
    plain = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in plain["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    return json.dumps(plain | {"metadata": {}, "nbformat_minor": 2})


@pytest.mark.parametrize("number", [1, 5, 6])
def test_moved_and_without_metadata(number: int, tmp_path: Path) -> None:
    """In a folder of another name, renamed, its metadata lost, a lesson runs to its end and its checks answer."""
    lesson = course.lesson(number)
    folder = tmp_path / "my course, Übung 1"
    folder.mkdir()
    mine = folder / "Copy of a lesson (1).ipynb"
    mine.write_text(stripped(lesson.notebook), encoding="utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", mine.name]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr[-2000:]
    cells = nbformat.read(mine, as_version=4).cells
    told = json.dumps([cell.get("outputs", []) for cell in cells])
    assert told.count('aria-label=\\"Check of') == len(lesson.exercises)
    assert (folder / ".digitlab" / "journal.jsonl").is_file()


def test_a_python_without_the_course_says_so_below_the_way_out(tmp_path: Path) -> None:
    """Where nothing of ours is installed the first cell that needs it names digitlab; the way out stands above it."""
    lesson = course.lesson(1)
    first, setup = lesson.cells[0], next(cell for cell in lesson.cells if cell.role is course.Role.SETUP)
    assert first.source.endswith(WAY_OUT)
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    code = "\n".join(line for line in setup.source.splitlines() if not line.startswith("import numpy"))
    ran = subprocess.run([bare / "bin" / "python", "-c", code], capture_output=True, text=True, cwd=tmp_path)
    named = re.search(r"<code>(.*)</code>\?", WAY_OUT)
    assert named is not None
    assert ran.stderr.strip().endswith(f"ModuleNotFoundError: {named[1]}")


@pytest.fixture
def classic(tmp_path: Path) -> Iterator[str]:
    """The address of lesson 01 in Jupyter Notebook 7, which is not JupyterLab."""
    port, token = free_port(), secrets.token_hex(8)
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    shutil.copy(course.lesson(1).notebook, lessons)
    options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={lessons}"]
    command = [sys.executable, "-m", "notebook", "--no-browser", "--allow-root", *options]
    environment = os.environ | {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    environment |= {"JUPYTER_DATA_DIR": str(tmp_path / "data"), "IPYTHONDIR": str(tmp_path / "ipython")}
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=lessons, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(400):
                try:
                    urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.3)
            yield f"{address}/notebooks/01_look_first.ipynb?token={token}"
        finally:
            server.terminate()
            server.wait(30)


@pytest.mark.browser
@pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium")
def test_in_the_classic_notebook(classic: str) -> None:
    """In Jupyter Notebook a lesson runs, its widget moves, and a hint appears on its card."""
    with browser_page() as page:
        page.goto(classic)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=120_000)
        page.wait_for_selector(
            ".jp-NotebookKernelStatus:not([class*='hidden']), .jp-NotebookKernelLogo", timeout=60_000
        )
        page.wait_for_timeout(5000)  # until the page and the kernel have found each other
        run_all_here(page)
        digits = page.locator(".jp-CodeCell:has-text('digitlab.digit_browser(')").first
        digits.scroll_into_view_if_needed()
        digits.locator("button:has-text('Next')").click()
        page.wait_for_function("e => e.innerText.includes('Image 1, label 0')", arg=digits.element_handle())
        card = page.locator(".jp-CodeCell:has-text('check(\"l01_describe\"')").first
        card.locator("button:has-text('Hint 1')").click()
        page.wait_for_function("e => e.innerText.includes('Hint 1 of 3')", arg=card.element_handle())


def run_all_here(page: Any) -> None:
    """Run all cells by Notebook's own menu, and wait until those that are drawn have run."""
    page.click("li.lm-MenuBar-item:has-text('Run')")
    page.click("li.lm-Menu-item:has-text('Run All Cells')")
    page.wait_for_function(ALL_HAVE_RUN, timeout=120_000)

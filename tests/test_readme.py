"""The README's commands are what these tests run, and what it names is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import course

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "autograder" / "sample_class"
MODEL = SAMPLE / "submitted" / "ada" / "09_evaluate" / "my_cnn.keras"

BLOCKS = re.findall(r"^```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    line.partition("#")[0].strip()
    for block in BLOCKS
    for line in block.splitlines()
    if line.startswith(("make ", ".venv/bin/"))
]

# What stands for the reader's own files, and the exit status that the README's table gives for it.
OWN_FILES = {"my_cnn.keras": str(MODEL), "FILE.keras": str(MODEL), "DIR": str(SAMPLE)}
NEEDS_NO_RUN = {".venv/bin/autograder selftest", ".venv/bin/autograder grade DIR"}


def test_readme_has_commands_for_each_reader() -> None:
    """Students, teachers and developers each find their first command."""
    assert {"make lab", "make grade", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", sorted({command for command in COMMANDS if command.startswith("make ")}))
def test_make_command(command: str) -> None:
    """Each `make` command of the README is a target that make knows how to reach."""
    planned = subprocess.run(["make", "--dry-run", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True)
    assert planned.returncode == 0, planned.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", sorted({c for c in COMMANDS if c.startswith(".venv/bin/")} - NEEDS_NO_RUN))
def test_console_command(command: str, tmp_path: Path) -> None:
    """Each console command of the README ends well on real files."""
    program, *arguments = shlex.split(command)
    module = {"digitlab": "digitlab", "autograder": "autograder.cli"}[Path(program).name]
    real = [OWN_FILES.get(argument, argument) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-m", module, *real], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_that_other_tests_run_for_real() -> None:
    """The two commands that take minutes are run by the tests of the self-test and of the sample class."""
    assert set(COMMANDS) >= NEEDS_NO_RUN


def test_readme_lists_the_lessons() -> None:
    """The table has each lesson of the course under its number and title, and none that is not there."""
    section = README.partition("## The lessons")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| (\d\d .+?) \|", section, re.MULTILINE)
    assert listed == [f"{lesson.number:02} {lesson.title}" for lesson in course.lessons()]


def test_ci_runs_the_readmes_test_command() -> None:
    """CI calls the very command that the README names."""
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    """Each file or picture that the README links to is there."""
    assert (ROOT / target).exists()


def test_pictures_have_alternative_text() -> None:
    """Each picture says in words what it shows."""
    assert all(len(alt) > 20 for alt in re.findall(r"!\[([^\]]*)\]", README))

"""`autograder build`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.cli import main

TEXT = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Only words
#     minutes: 5
#     level: beginner
#     prerequisites: []
# ---

# %% [markdown]
# # Only words
#
# This takes 5 minutes.

# %% role="demo"
print("hello")
"""


class Course:
    """Two folders, as in the repository, and the command on them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.solutions, self.lessons, self._capsys = folder / "solutions", folder / "lessons", capsys
        self.solutions.mkdir()
        self.lessons.mkdir()
        self.source, self.notebook = self.solutions / "78_words.py", self.lessons / "78_words.ipynb"
        self.source.write_text(TEXT, encoding="utf-8")

    def build(self, *options: str) -> tuple[int, str, str]:
        """Return the exit status, standard output and standard error of `autograder build`."""
        folders = ["--solutions", str(self.solutions), "--lessons", str(self.lessons)]
        status = main(["build", *folders, *options])
        out, err = self._capsys.readouterr()
        return status, out, err


@pytest.fixture
def folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Course:
    """A course with one lesson, not built yet."""
    return Course(tmp_path, capsys)


def test_builds_what_is_missing_and_leaves_the_rest(folders: Course) -> None:
    """The first build writes, the second finds all up to date, and a check agrees."""
    status, out, err = folders.build()
    assert (status, err) == (0, "")
    assert f"wrote {folders.notebook}" in out
    written = folders.notebook.stat().st_mtime_ns
    assert folders.build()[:2] == (0, "1 lessons: 0 written, 1 up to date, 0 problems\n")
    assert folders.build("--check")[0] == 0
    assert folders.notebook.stat().st_mtime_ns == written
    assert [path.name for path in folders.lessons.iterdir()] == ["78_words.ipynb"]


def test_check_writes_nothing_and_names_what_differs(folders: Course) -> None:
    """A check says which notebook and which cell is not what the source gives, and exits with 1."""
    status, _, err = folders.build("--check")
    assert status == 1
    assert f"{folders.notebook} does not exist." in err
    assert not folders.notebook.exists()
    folders.build()
    good = folders.notebook.read_text()
    for old, new, said in (
        ("hello", "goodbye", 'differs in its source (print("goodbye"))'),
        ('"role": "demo"', '"role": "check"', "differs in its metadata"),
        ('"minutes": 5', '"minutes": 6', "the notebook's own metadata differ"),
        ('"id": "demo-', '"id": "example-', "is missing"),
        ('"id": "demo-', '"id": "example-', "is not in the source"),
        (good, json.dumps(json.loads(good)), "another layout"),
        (good, "[]", "not a notebook that the build has made"),
        (good, "{", "not a notebook that the build has made"),
    ):
        changed = good.replace(old, new)
        assert changed != good
        folders.notebook.write_text(changed)
        status, _, err = folders.build("--check")
        assert status == 1
        assert said.replace("goodbye", "hello") in err
        assert "Run: autograder build" in err
        assert folders.notebook.read_text() == changed


def test_problems_of_one_lesson_do_not_stop_the_others(folders: Course) -> None:
    """A source that breaks a rule is reported with its line; the good one is built, and the status is 1."""
    (folders.solutions / "79_bad.py").write_text(TEXT.replace('role="demo"', 'role="play"'))
    status, out, err = folders.build()
    assert status == 1
    assert f"{folders.solutions / '79_bad.py'}:19: A code cell needs a role" in err
    assert f"wrote {folders.notebook}" in out
    assert not (folders.lessons / "79_bad.ipynb").exists()


def test_never_throws_away_a_students_work(folders: Course) -> None:
    """A notebook in which cells were run is not replaced unless it is asked for."""
    folders.build()
    worked_in = folders.notebook.read_text().replace('"execution_count": null', '"execution_count": 3')
    folders.notebook.write_text(worked_in)
    status, _, err = folders.build()
    assert status == 1
    assert "holds somebody's work" in err
    assert folders.notebook.read_text() == worked_in
    assert folders.build("--force")[0] == 0
    assert folders.notebook.read_text() != worked_in


def test_reports_a_notebook_that_lost_its_source(folders: Course) -> None:
    """A built notebook without a source is reported; a student's own notebook beside it is not."""
    folders.build()
    copy = folders.lessons / "78_words-my-copy.ipynb"
    copy.write_bytes(folders.notebook.read_bytes())
    (folders.lessons / "notes.ipynb").write_text("not even JSON")
    assert folders.build()[0] == 0
    folders.source.rename(folders.solutions / "78_other_words.py")
    status, _, err = folders.build()
    assert status == 1
    assert err == f"{folders.notebook} has no source in {folders.solutions}: delete it, or give it one.\n"


def test_says_where_it_looked_for_sources(folders: Course) -> None:
    """A folder without sources is a mistake, not an empty course."""
    folders.source.unlink()
    status, _, err = folders.build()
    assert status == 1
    assert str(folders.solutions) in err

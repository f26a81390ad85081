"""The learner's journal on real disks: torn lines, several writers, folders that cannot be written."""

from __future__ import annotations

import doctest
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from digitlab import journal
from digitlab.journal import FOLDER_VARIABLE, journal_path, read, record
from digitlab.storage import DataError


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    """Give each test an empty course folder as the current one."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_in_the_docstrings_are_true(monkeypatch):
    """Each docstring's example prints what it says."""
    monkeypatch.setenv(FOLDER_VARIABLE, "set, so that it is put back afterwards")
    assert doctest.testmod(journal).failed == 0


def test_events_come_back_in_order(course):
    """What is recorded is read again, oldest first, with its time in UTC."""
    moment = datetime(2025, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    assert record("check", at=moment, exercise="l01_describe", points=1.5, mistake=None).kept
    record("hint", exercise="l01_describe", number=2)
    first, second = read()
    assert first == {
        "event": "check",
        "at": "2025-03-01T12:30:00+00:00",
        "exercise": "l01_describe",
        "points": 1.5,
        "mistake": None,
    }
    assert (second["event"], second["number"]) == ("hint", 2)
    assert abs(datetime.fromisoformat(second["at"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_lies_in_the_course_folder(course, tmp_path_factory, monkeypatch):
    """In `.digitlab` of the current folder, or of the one that the environment names, made if need be."""
    record("one")
    assert (course / ".digitlab" / "journal.jsonl").read_text().count("\n") == 1
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "new"
    monkeypatch.setenv(FOLDER_VARIABLE, str(elsewhere))
    record("two")
    assert journal_path() == elsewhere / ".digitlab" / "journal.jsonl"
    assert [event["event"] for event in read()] == ["two"]
    assert [event["event"] for event in read(course)] == ["one"]


def test_no_journal_yet(course):
    """Before the first event there is nothing to read, and reading makes no file."""
    assert read() == []
    assert read(course / "no such folder") == []
    assert list(course.iterdir()) == []


def test_lines_are_only_added(course):
    """What was there before stays byte for byte."""
    record("one")
    before = journal_path().read_bytes()
    record("two")
    assert journal_path().read_bytes().startswith(before)


@pytest.mark.parametrize(
    "junk",
    [
        b'{"event": "check", "poi',
        b"\xff\xfe\x00",
        b"[1, 2]",
        b'{"at": "now"}',
        b'{"event": 3}',
        b"",
        b"\r",
        b"[" * 100_000,
    ],
)
def test_a_torn_line_costs_only_itself(course, junk):
    """After a torn or foreign last line, the events before and after it are read."""
    record("before")
    with journal_path().open("ab") as file:
        file.write(junk)
    assert [event["event"] for event in read()] == ["before"]
    record("after")
    assert [event["event"] for event in read()] == ["before", "after"]


def test_any_fact_can_be_written(course):
    """NumPy's numbers become Python's, odd objects their text, and any text comes back, on one line."""
    text = "two\nlines\u2028and \ud800 “quotes”"
    assert record("odd", n=np.int64(3), share=np.float32(0.5), path=Path("a"), array=np.arange(2), text=text).kept
    (event,) = read()
    assert (event["n"], event["share"], event["path"], event["array"]) == (3, 0.5, "a", [0, 1])
    assert event["text"] == text
    assert journal_path().read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("in_the_way", ["folder", "file", "journal"])
def test_a_disk_that_cannot_be_written(course, in_the_way):
    """Nothing is raised; the first time the learner is told why, afterwards it is quiet."""
    if in_the_way == "folder":
        os.environ[FOLDER_VARIABLE] = "/proc/self" if Path("/proc/self").exists() else str(course / "a")
        (course / "a").write_text("")
    elif in_the_way == "file":
        (course / ".digitlab").write_text("")
    else:
        journal_path().mkdir(parents=True)
    try:
        first, second = record("one"), record("two")
    finally:
        os.environ.pop(FOLDER_VARIABLE, None)
    assert not first.kept
    assert "Your progress is not kept" in first.note
    assert "journal.jsonl cannot be written" in first.note
    assert (second.kept, second.note) == (False, None)


@pytest.mark.skipif(sys.platform == "win32", reason="there, a folder in use cannot be deleted")
def test_a_current_folder_that_is_gone(course, monkeypatch):
    """Where the current folder was deleted, nothing is kept, nothing is read, and nothing is raised."""
    (course / "gone").mkdir()
    monkeypatch.chdir(course / "gone")
    (course / "gone").rmdir()
    assert not record("one").kept
    assert read() == []


def test_a_journal_that_cannot_be_read(course):
    """A journal that is there and cannot be read is one clear sentence."""
    journal_path().mkdir(parents=True)
    with pytest.raises(DataError, match=r"journal\.jsonl could not be read"):
        read()


def test_a_disk_that_is_full(course):
    """Where a line does not fit on the disk any more, that is told, and nothing is raised."""
    script = """
import resource
from digitlab.journal import record
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
print([record("event", text="x" * 60).kept for _ in range(2)])
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[True, False]\n"
    assert len(read()) == 1


def test_several_notebooks_write_at_once(course):
    """Four processes that write at the same time lose nothing and tear nothing."""
    script = """
import sys
from digitlab.journal import record
for i in range(150):
    assert record("check", writer=int(sys.argv[1]), i=i, text="x" * 500).kept
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, str(n)]) for n in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    events = read()
    assert len(events) == 600
    for n in range(4):
        assert [event["i"] for event in events if event["writer"] == n] == list(range(150))
    # An empty line may stand where one looked whether the last line was whole while another was at it.
    assert all(json.loads(line) for line in journal_path().read_text().splitlines() if line)


def test_it_is_light():
    """The journal needs neither NumPy nor Jupyter nor TensorFlow."""
    script = "import sys, digitlab.journal; print({'numpy', 'IPython', 'tensorflow', 'ipywidgets'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"

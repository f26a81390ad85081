"""`autograder grade` as a teacher runs it: the real command, the real sandbox, real notebooks."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import lesson
from autograder.runners import Runners

TWO = lesson(2).name
Make = Callable[..., Any]
Done = subprocess.CompletedProcess[str]


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "autograder.cli", *map(str, arguments)]


def _run(*arguments: object, cwd: Path, **settings: Any) -> Done:
    return subprocess.run(_command(*arguments), cwd=cwd, capture_output=True, text=True, timeout=600, **settings)


@pytest.fixture
def classroom(tmp_path: Path, handed_in: Make, sandbox: Runners) -> Path:
    """A class of three in nbgrader's layout: one perfect, one with a mistake, one whose file is broken."""
    folder = tmp_path / "class" / "submitted"
    mistaken = handed_in(2)
    mistaken.cell("l02_scale_pixels")["source"] = mistaken.cell("l02_scale_pixels")["source"].replace("255", "256")
    for student, data in {"ada": handed_in(2).data, "bob": mistaken.data, "carol": b"{"}.items():
        place = folder / student / TWO / f"{TWO}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
    return folder.parent


def test_class_is_graded(classroom: Path, tmp_path: Path) -> None:
    """The table goes to standard output; results, CSV, pages and the gradebook are there; the status is 0."""
    done = _run("grade", "class", "--out", "marks", "--seed", "7", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["student", "lesson", "points", "what", "happened"]
    assert lines[1].split() == ["ada", TWO, "10", "/", "10", "full", "marks"]
    assert "divides-by-256" in lines[2]
    assert "not valid JSON" in lines[3]
    assert lines[-1].endswith(f"Open {Path('marks/index.html')}")
    out = tmp_path / "marks"
    assert json.loads((out / "results" / "bob" / f"{TWO}.json").read_text())["points"] == 8
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["student"] for row in csv.DictReader(file)} >= {"ada", "bob"}
    assert all((out / name).stat().st_size for name in ("index.html", "reports/ada.html", "gradebook.db"))


def test_second_time_nothing_is_done(classroom: Path, tmp_path: Path) -> None:
    """An unchanged class prints the same table at once, and touches no file."""
    first = _run("grade", "class", cwd=tmp_path)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "grades").rglob("*.*") if path.name != ".lock"}
    again = _run("grade", "class", cwd=tmp_path)
    assert again.returncode == 0
    assert again.stdout.splitlines()[:-1] == first.stdout.splitlines()[:-1]
    assert "3 hand-ins; all of them are graded already." in again.stderr
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_archive_and_single_notebook(classroom: Path, tmp_path: Path) -> None:
    """A Canvas archive and one notebook are graded by the same command."""
    ada = classroom / "submitted" / "ada" / TWO / f"{TWO}.ipynb"
    with zipfile.ZipFile(tmp_path / "canvas.zip", "w") as archive:
        archive.write(ada, f"smithjane_12345_67890_{TWO}.ipynb")
    assert "smithjane_12345" in _run("grade", "canvas.zip", "--out", "a", cwd=tmp_path).stdout
    assert "10 / 10" in _run("grade", ada, "--out", "b", "--lesson", "02", cwd=tmp_path).stdout


def test_what_needs_a_person_has_a_status(classroom: Path, tmp_path: Path) -> None:
    """Two notebooks of one lesson, or a file that is nobody's: the rest is graded, and the status is 3."""
    place = classroom / "submitted" / "ada" / TWO
    (place / f"{TWO}.ipynb").rename(place / f"{TWO}-a.ipynb")
    (place / f"{TWO}-b.ipynb").write_text("{}")
    (classroom / "submitted" / "lost.ipynb").write_text("{}")
    done = _run("grade", "class", cwd=tmp_path)
    assert done.returncode == 3
    assert "NEEDS A PERSON: There are 2 notebooks of this lesson" in done.stdout
    assert "not graded: lost.ipynb: it lies outside of the students' folders" in done.stderr
    assert "divides-by-256" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["nowhere"], 1, "There is no nowhere. Name the folder or zip archive with the hand-ins."),
        (["empty"], 1, "There are no notebooks of this course in empty. Expected: STUDENT/LESSON/notebook.ipynb"),
        (["text.txt"], 1, "text.txt is neither a folder, a zip archive nor a notebook."),
        (["broken.zip"], 1, "broken.zip is not a zip archive, or it was cut off. Download it again."),
        (["class", "--lesson", "77"], 2, "There is no lesson '77'. The lessons are: 01_look_first"),
        (["class", "--workers", "0"], 2, "'0' is not a whole number from 1 to 1024"),
        (["class", "--timeout", "soon"], 2, "'soon' is not a number of seconds"),
        (["class", "--seed", "-1"], 2, "'-1' is not a whole number"),
        (["class", "--fast"], 2, "unrecognized arguments: --fast"),
        ([], 2, "Name the folder with the hand-ins, or give --sample for the sample class."),
        (["class", "--sample"], 2, "Name the folder with the hand-ins, or give --sample"),
        (["class", "--out", "text.txt"], 1, "text.txt"),
        (["class", "--out", "text.txt/grades"], 1, "text.txt"),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path: Path, arguments: list[str], status: int, says: str) -> None:
    """Whatever is wrong is said in one line on standard error, with the right status, and nothing is written."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("x")
    (tmp_path / "broken.zip").write_text("x")
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / f"{TWO}.ipynb").write_text("{}")
    done = _run("grade", *arguments, cwd=tmp_path)
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "grades").exists()


def test_no_bubblewrap_is_said(classroom: Path, tmp_path: Path) -> None:
    """Without a sandbox nothing runs: the sentence names what to install. The trusted way works, and is stamped."""
    program = (
        "import sys\nfrom autograder.sandbox import bubblewrap\nbubblewrap.candidates = lambda: iter(())\n"
        "from autograder.cli import main\nsys.exit(main())\n"
    )
    without = [sys.executable, "-c", program, "grade", "class"]
    done = subprocess.run(without, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "bubblewrap" in done.stderr
    assert "install" in done.stderr
    assert not list((tmp_path / "grades").glob("results/*/*.json"))
    done = subprocess.run([*without, "--trusted"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    for path in (tmp_path / "grades").glob("results/*/*.json"):
        assert json.loads(path.read_text())["sandbox"] == "none"
    assert "full marks" in done.stdout


def test_second_run_at_once_says_so(classroom: Path, tmp_path: Path) -> None:
    """While one run is at work, another on the same output folder stops at once, and the first goes on."""
    slow = classroom / "submitted" / "dan" / TWO / f"{TWO}.ipynb"
    slow.parent.mkdir(parents=True)
    cell = {"cell_type": "code", "source": "import time\ntime.sleep(12)"}
    slow.write_text(json.dumps({"cells": [cell]}))
    first = subprocess.Popen(
        _command("grade", "class"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        _until(lambda: (tmp_path / "grades" / "run.json").exists())
        second = _run("grade", "class", cwd=tmp_path)
        assert second.returncode == 1
        assert f"(process {first.pid})" in second.stderr
    finally:
        stdout, stderr = first.communicate(timeout=120)
    assert first.returncode == 0, stderr
    assert "full marks" in stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_keeps_what_is_finished(classroom: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end the run in one sentence that says how to go on; what was finished is kept."""
    slow = classroom / "submitted" / "zoe" / TWO / f"{TWO}.ipynb"
    slow.parent.mkdir(parents=True)
    cell = {"cell_type": "code", "source": "import time\ntime.sleep(25)"}
    slow.write_text(json.dumps({"cells": [cell]}))
    process = subprocess.Popen(
        _command("grade", "class"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        _until(lambda: len(list((tmp_path / "grades").glob("results/*/*.json"))) == 3)
        process.send_signal(number)
    finally:
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert "Stopped. What was finished is kept in grades; run the same command again to go on." in stderr
    slow.write_text(json.dumps({"cells": []}))
    again = _run("grade", "class", cwd=tmp_path)
    assert "4 hand-ins; 3 are graded already and have not changed." in again.stderr
    assert again.returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 128 kB, where this process may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a small disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_full_disk_is_said(classroom: Path, tmp_path: Path, small_disk: Path) -> None:
    """When the disk is full, one sentence says so; after some space is freed, the same command goes on."""
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (108 << 10))
    done = _run("grade", "class", "--out", small_disk / "grades", cwd=tmp_path)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Free some space" in done.stderr
    assert not list(small_disk.rglob("*.part"))
    for path in small_disk.glob("grades/results/*/*.json"):
        json.loads(path.read_text())


def test_run_without_a_terminal_is_plain(classroom: Path, tmp_path: Path) -> None:
    """No bar, no escape sequence, no carriage return where nobody looks."""
    done = _run("grade", "class", cwd=tmp_path)
    assert "\x1b" not in done.stderr + done.stdout
    assert "\r" not in done.stderr


def test_grading_process_stays_light(classroom: Path, tmp_path: Path) -> None:
    """The process that grades imports neither TensorFlow nor what runs notebooks, and stays below 250 MB."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom autograder.cli import main\nstatus = main()\n"
        "heavy = [name for name in 'tensorflow keras IPython sklearn matplotlib'.split() if name in sys.modules]\n"
        # Not getrusage: what it tells of a child begins at what its parent used.
        "status_of = Path('/proc/self/status').read_text()\n"
        "print(heavy, int(status_of.partition('VmHWM:')[2].split()[0]) >> 10, file=sys.stderr)\nsys.exit(status)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, "grade", "class", "--out", "grades"]
    (tmp_path / "grades").mkdir()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    heavy, megabytes = done.stderr.splitlines()[-1].rsplit(" ", 1)
    assert heavy == "[]"
    assert int(megabytes) < 250


def _until(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)

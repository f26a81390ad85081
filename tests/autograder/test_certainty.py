"""Nothing loses a grade: a class of fifty, the real command, killed again and again, with one worker and with four."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import lesson
from autograder.runners import Runners

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

STUDENTS = 50
KILLS = 20
TWO = lesson(2).name
# What students do to a lesson: each is one replacement in one answer, or a cell of their own at the end.
SPOILT = (
    ("l02_scale_pixels", "255", "256"),
    ("l02_to_images", "reshape(-1, 28, 28, 1)", "reshape(28, 28, -1, 1)"),
    ("l02_from_one_hot", "axis=1", "axis=0"),
    ("l02_split", "default_rng(seed)", "default_rng(0)"),
)
OWN_CELLS = ("print(undefined_name)", "x = 1 / 0", "import random\nrandom.seed(1)", "raise SystemExit")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, sandbox: Runners) -> Path:
    """Fifty hand-ins of lesson 02: right ones, mistaken ones, cells that raise, a file that is no notebook."""
    from tests.autograder.conftest import HandedIn

    folder = tmp_path_factory.mktemp("class") / "submitted"
    chance = random.Random(5)
    for number in range(STUDENTS):
        handed_in = HandedIn(2)
        for exercise, right, wrong in SPOILT:
            if chance.random() < 0.3:
                cell = handed_in.cell(exercise)
                cell["source"] = cell["source"].replace(right, wrong)
        if chance.random() < 0.3:
            handed_in.add(chance.choice(OWN_CELLS), at=chance.randrange(3, len(handed_in.plain["cells"])))
        place = folder / f"student-{number:02}" / TWO / f"{TWO}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(handed_in.data if number % 17 else b'{"cells": [')
    return folder.parent


def command(classroom: Path, out: Path, *more: object) -> list[str]:
    """The command of a run with the seed that all runs here have."""
    told = ("grade", classroom, "--out", out, "--seed", 11, *more)
    return [sys.executable, "-m", "autograder.cli", *map(str, told)]


def grade(classroom: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    """Grade undisturbed."""
    done = subprocess.run(command(classroom, out, *more), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done


def files(out: Path) -> dict[str, Any]:
    """What grades hang on and students see: results but for their seconds, traces, the table, the students' pages."""
    found: dict[str, Any] = {}
    for path in sorted(out.glob("results/*/*.json")):
        found[str(path.relative_to(out))] = {**json.loads(path.read_text()), "seconds": None}
    for path in (out / "grades.csv", *sorted(out.glob("reports/*.html")), *sorted(out.glob("traces/*/*.json"))):
        found[str(path.relative_to(out))] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def undisturbed(classroom: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The files of a run with one worker that nobody disturbed."""
    out = tmp_path_factory.mktemp("undisturbed") / "grades"
    grade(classroom, out, "--workers", 1)
    found = files(out)
    assert len([name for name in found if name.startswith("results")]) == STUDENTS
    points = {plain["points"] for name, plain in found.items() if name.startswith("results")}
    assert len(points) > 3, "the class is to have all sorts of results"
    return found


def test_the_number_of_workers_does_not_matter(classroom: Path, tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    """One worker and four come to the same files."""
    grade(classroom, tmp_path, "--workers", 4)
    assert files(tmp_path) == undisturbed


@pytest.fixture
def cleanly() -> Iterator[None]:
    """Nothing that a killed run has started is left."""
    yield
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        left = subprocess.run(
            ["pgrep", "-f", "autograder.inside.zygote"], capture_output=True, text=True
        ).stdout.split()
        mine = [pid for pid in left if _parent(int(pid)) == 1]
        if not mine:
            return
        time.sleep(0.2)
    pytest.fail(f"zygotes were left behind: {mine}")


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0


def test_killed_twenty_times(classroom: Path, tmp_path: Path, undisturbed: dict[str, Any], cleanly: None) -> None:
    """Twenty SIGKILLs at random moments, then a run to the end: the files of an undisturbed run, no result twice."""
    chance = random.Random(7)
    written: dict[Path, int] = {}
    killed = 0
    while killed < KILLS:
        process = subprocess.Popen(
            command(classroom, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        if chance.random() < 0.3:
            _wait(lambda: False, chance.uniform(0.0, 4.0))  # perhaps before it has begun to grade
        else:
            before, more = len(_results(tmp_path)), chance.choice([1, 1, 2, 3])
            _wait(lambda: len(_results(tmp_path)) >= before + more or process.poll() is not None, 120)  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.2))
        assert process.poll() is None, "the class was graded before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        killed += 1
        for path in _results(tmp_path):
            plain = json.loads(path.read_text())  # whole, whatever the moment
            assert plain["student"] == path.parent.name
            stamp = path.stat().st_mtime_ns
            assert written.setdefault(path, stamp) == stamp, "a finished result was made again"
    assert 0 < len(written) < STUDENTS
    grade(classroom, tmp_path)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in written.items())
    assert files(tmp_path) == undisturbed
    left = [path for path in tmp_path.rglob(".*") if path.name != ".lock"]
    assert left == []


def _results(out: Path) -> list[Path]:
    return list(out.glob("results/*/[!.]*.json"))


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for _ in itertools.count():
        if done() or time.monotonic() > deadline:
            return
        time.sleep(0.02)

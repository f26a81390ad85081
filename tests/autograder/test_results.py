"""Results as files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.results import (
    ResultProblem,
    all_results,
    from_plain,
    read_result,
    result_path,
    sweep,
    to_plain,
    write_result,
    write_whole,
)

_text = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
_points = st.floats(0, 10, allow_nan=False).map(lambda points: round(points, 2))
_verdicts = st.builds(
    lambda points, extra, **others: Verdict(points=points, max_points=round(points + extra, 2), **others),
    points=_points,
    extra=_points,
    exercise=_text,
    status=st.sampled_from(Status),
    message=_text,
    mistake=st.none() | _text,
    cause=st.none() | st.sampled_from(Cause),
    next_step=st.none() | _text,
    example=st.none() | _text,
)
_results = st.builds(
    LessonResult,
    student=_text,
    lesson=_text,
    sandbox=st.sampled_from(["bubblewrap", "none"]),
    seed=st.integers(0, 1 << 31),
    verdicts=st.lists(_verdicts, max_size=4).map(tuple),
    notes=st.lists(_text, max_size=3).map(tuple),
    fingerprint=_text,
    seconds=st.floats(0, 1e4).map(lambda seconds: round(seconds, 2)),
)


def _result(student: str = "ada", **changes: Any) -> LessonResult:
    verdict = Verdict(
        exercise="l02_scale_pixels",
        status=Status.FAILED,
        points=0.0,
        max_points=2.0,
        message="White comes out as 0.996.",
        mistake="divides-by-256",
        cause=Cause.WRONG,
        next_step="What is the largest uint8?",
    )
    known = {"lesson": "02_pixels_to_tensors", "sandbox": "bubblewrap", "seed": 7, "verdicts": (verdict,)}
    return LessonResult(student=student, **{**known, **changes})


@given(_results)
def test_results_come_back_as_they_were(result: LessonResult) -> None:
    """What is written is what is read, for any text and any numbers."""
    assert from_plain(json.loads(json.dumps(to_plain(result)))) == result


def test_file_has_the_agreed_form(tmp_path: Path) -> None:
    """The keys are those of schema 1, in order, with `seconds` last, on a line of its own."""
    path = write_result(tmp_path, _result(notes=("cell 7 raised NameError",), fingerprint="ab", seconds=0.4123))
    assert path == tmp_path / "results" / "ada" / "02_pixels_to_tensors.json"
    plain = json.loads(path.read_text())
    assert list(plain) == [
        "schema", "student", "lesson", "sandbox", "seed", "points", "max_points",
        "exercises", "notes", "fingerprint", "seconds",
    ]  # fmt: skip
    assert list(plain["exercises"][0]) == [
        "id", "status", "points", "max_points", "mistake", "cause", "message", "next_step", "example",
    ]  # fmt: skip
    assert path.read_text().splitlines()[-2] == ' "seconds": 0.41'


def test_lone_surrogates_are_written(tmp_path: Path) -> None:
    """Text that no encoding takes does not break the writer."""
    assert read_result(write_result(tmp_path, _result(notes=("x\ud800",)))).notes == ("x?",)


@pytest.mark.parametrize("student", ["../../evil", "a/b", "CON", "=1", "Ada", "ada\n", "x" * 500])
def test_strange_students_stay_below_the_folder(tmp_path: Path, student: str) -> None:
    """No id leads outside of `results`."""
    path = write_result(tmp_path, _result(student))
    assert path.resolve().is_relative_to((tmp_path / "results").resolve())
    assert read_result(path).student == student.replace("\ud800", "?")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", 2),
        ("student", 3),
        ("points", 1.0),
        ("points", "0"),
        ("max_points", True),
        ("exercises", {}),
        ("exercises", [{}]),
        ("notes", "x"),
        ("notes", [1]),
        ("seed", 1.5),
        ("seconds", None),
        ("fingerprint", None),
        ("lesson", None),
    ],
)
def test_damage_is_seen(tmp_path: Path, key: str, value: Any) -> None:
    """A value of another type, or points that are not the sum, is damage; the message names the file and the remedy."""
    path = write_result(tmp_path, _result())
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(ResultProblem, match=rf"{re.escape(str(path))} is damaged .*run autograder grade again"):
        read_result(path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"NaN", b"x" * (5 << 20)])
def test_any_other_file_is_damage(tmp_path: Path, data: bytes) -> None:
    """Whatever is in the file, it is a result or damaged."""
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ResultProblem):
        read_result(tmp_path / "x.json")


def test_missing_key_is_damage() -> None:
    """Nothing is made up."""
    for key in to_plain(_result()):
        with pytest.raises(ResultProblem):
            from_plain({name: value for name, value in to_plain(_result()).items() if name != key})


def test_all_results_by_student(tmp_path: Path) -> None:
    """All results are read in order; a damaged one and one in a wrong place are named."""
    for student in ("bob", "Ada", "carol"):
        write_result(tmp_path, _result(student))
    result_path(tmp_path, "carol", "02_pixels_to_tensors").write_text("{")
    misplaced = tmp_path / "results" / "dave" / "02_pixels_to_tensors.json"
    misplaced.parent.mkdir()
    misplaced.write_text(json.dumps(to_plain(_result("bob"))))
    results, problems = all_results(tmp_path)
    assert [result.student for result in results] == ["Ada", "bob"]
    assert len(problems) == 2


def test_failed_write_leaves_the_old_one(tmp_path: Path) -> None:
    """When writing fails, what was there is still whole, and nothing lies about."""
    path = tmp_path / "x.json"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["x.json"]


def test_kill_while_writing_leaves_whole_files(tmp_path: Path) -> None:
    """A writer killed at any moment leaves results that can be read, and litter that the next run sweeps."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom autograder.results import write_whole\nimport json\n"
        "print('go', flush=True)\n"
        "while True:\n    for i in range(50):\n"
        "        write_whole(Path(sys.argv[1], 'results', 'ada', f'{i}.json'), json.dumps(['x' * 20000]))\n"
    )
    for pause in (0.02, 0.05, 0.1):
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.wait()
        process.stdout.close()
        for path in (tmp_path / "results").glob("*/[!.]*.json"):
            assert json.loads(path.read_text()) == ["x" * 20000]
    stray = tmp_path / "results" / "ada" / ".0.json.1-1.part"
    stray.write_text("half")
    sweep(tmp_path)
    assert not list((tmp_path / "results").rglob("*.part"))


def test_files_follow_the_umask(tmp_path: Path) -> None:
    """Who may read grades is the teacher's setting, not ours."""
    before = os.umask(0o077)
    try:
        path = write_result(tmp_path, _result())
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600

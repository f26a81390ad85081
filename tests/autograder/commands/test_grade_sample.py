"""The sample class, graded through the real command in the real sandbox: what happened to each hand-in is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.machine import available

pytestmark = pytest.mark.slow


def grade(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `autograder grade --sample` into a folder."""
    command = [sys.executable, "-m", "autograder.cli", "grade", "--sample", "--seed", "7", "--out", str(out), *options]
    if available() is not None:
        command.append("--trusted")
    return subprocess.run(command, cwd=out.parent, capture_output=True, text=True, timeout=1500)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The sample class, graded once: the output folder and what was printed."""
    out = tmp_path_factory.mktemp("sample") / "grades"
    done = grade(out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, done.stdout


def result(graded: tuple[Path, str], student: str, lesson: str) -> dict[str, Any]:
    """One result file, its exercises by id."""
    told = json.loads((graded[0] / "results" / student / f"{lesson}.json").read_text())
    told["by_id"] = {exercise["id"]: exercise for exercise in told["exercises"]}
    return told


@pytest.mark.parametrize("student", ["ada", "chen"])
def test_full_marks_in_any_style(graded: tuple[Path, str], student: str) -> None:
    """The solutions, and right answers with loops and library calls, earn every point."""
    for lesson in ("01_look_first", "02_pixels_to_tensors"):
        told = result(graded, student, lesson)
        assert told["points"] == told["max_points"] == 10


def test_misconceptions_come_by_name(graded: tuple[Path, str]) -> None:
    """Each misconception of bela's is named, and earns nothing."""
    told = {
        **result(graded, "bela", "01_look_first")["by_id"],
        **result(graded, "bela", "02_pixels_to_tensors")["by_id"],
    }
    told |= result(graded, "bela", "09_evaluate")["by_id"]
    names = {
        "l01_describe": "height-and-width-swapped",
        "l01_class_counts": "digits-above-the-largest-dropped",
        "l01_mean_digit": "mean-over-all-pixels",
        "l01_nearest_mean": "uint8-difference-wraps",
        "l02_scale_pixels": "divides-by-256",
        "l02_to_images": "transposed-to-the-right-shape",
        "l02_split": "shuffled-separately",
        "l02_standardise": "divides-by-zero",
        "l09_confusion": "transposed",
        "l09_precision_recall_f1": "arithmetic-mean-for-f1",
        "l09_accuracy_interval": "normal-approximation",
        "l09_model_gate": "trained-on-0-255",
    }
    assert {exercise: told[exercise]["mistake"] for exercise in names} == names
    assert all(told[exercise]["points"] == 0 for exercise in names if exercise != "l09_model_gate")


def test_empty_hand_in_is_not_attempted(graded: tuple[Path, str]) -> None:
    """The notebook as released is not attempted throughout, and nothing in it is called wrong."""
    told = result(graded, "dana", "02_pixels_to_tensors")
    assert {exercise["status"] for exercise in told["exercises"]} == {"not_attempted"}
    assert told["points"] == 0


def test_exception_in_the_middle_costs_nothing(graded: tuple[Path, str]) -> None:
    """A cell that raises is noted, and the answers after it count."""
    told = result(graded, "emeka", "02_pixels_to_tensors")
    assert told["points"] == 10
    assert any("NameError" in note for note in told["notes"])


def test_endless_loop_costs_its_own_exercise(graded: tuple[Path, str]) -> None:
    """A loop without end is stopped; only the exercise that it is in goes without points."""
    told = result(graded, "fatima", "02_pixels_to_tensors")
    assert told["points"] == 8
    assert told["by_id"]["l02_split"]["cause"] == "timeout"


def test_lost_metadata_changes_no_points(graded: tuple[Path, str]) -> None:
    """A notebook that came back without metadata is graded by its names, and that is noted."""
    told = result(graded, "goran", "02_pixels_to_tensors")
    assert told["points"] == 10
    assert any("metadata" in note for note in told["notes"])


def test_edited_check_cells_change_no_points(graded: tuple[Path, str]) -> None:
    """What a student does to check cells is noted and decides nothing."""
    told = result(graded, "hana", "02_pixels_to_tensors")
    assert told["points"] == 8
    assert told["by_id"]["l02_scale_pixels"]["mistake"] == "divides-by-256"
    assert any("check cell" in note for note in told["notes"])


def test_models_are_measured_by_the_grader(graded: tuple[Path, str]) -> None:
    """Above 98 % earns all, below it in proportion, a file that is no model nothing; each says why."""
    gates = {name: result(graded, name, "09_evaluate")["by_id"]["l09_model_gate"] for name in ("ada", "ines", "jun")}
    assert gates["ada"]["points"] == 10
    assert 2 < gates["ines"]["points"] < 9
    assert "interval" in gates["ines"]["message"]
    assert gates["jun"]["points"] == 0
    assert "not opened" in gates["jun"]["message"]


def test_slips_keep_part_of_the_points(graded: tuple[Path, str]) -> None:
    """Right values in another dtype, and a check that is missing, are partial."""
    told = result(graded, "kofi", "02_pixels_to_tensors")["by_id"]
    assert told["l02_scale_pixels"]["status"] == told["l02_one_hot"]["status"] == "partial"


def test_table_and_reports_tell_of_everyone(graded: tuple[Path, str]) -> None:
    """The printed table, the CSV, the class page and the students' pages have every student."""
    out, printed = graded
    students = {path.name for path in (out / "results").iterdir()}
    assert len(students) == 11
    for student in students:
        assert re.search(rf"^{student}\s", printed, re.MULTILINE)
        assert student in (out / "grades.csv").read_text(encoding="utf-8-sig")
        assert student in (out / "index.html").read_text(encoding="utf-8")
        assert (out / "reports" / f"{student}.html").is_file()
    assert (out / "gradebook.db").is_file()


def test_second_run_grades_nothing_again(graded: tuple[Path, str]) -> None:
    """Where nothing has changed nothing is graded, and no file changes."""
    out, printed = graded
    before = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in {".json", ".html", ".csv"}}
    again = grade(out)
    assert "0 of them graded now" in again.stdout
    assert {path: path.read_bytes() for path in before} == before
    assert printed.splitlines()[1:15] == again.stdout.splitlines()[1:15]

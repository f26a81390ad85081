"""`autograder model` on the models of the sample class, in the real sandbox, as a teacher runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.sample_class import FOLDER
from autograder.sandbox import available

pytestmark = pytest.mark.slow

NEEDS_SANDBOX = pytest.mark.skipif(available() is not None, reason="no sandbox on this machine")


def model_of(student: str) -> Path:
    """Return the model that a student of the sample class handed in."""
    return FOLDER / "submitted" / student / "09_evaluate" / "my_cnn.keras"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "autograder.cli", "model", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=400)


def told(student: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the JSON for a student's model."""
    ran = run(model_of(student), "--json", *arguments)
    assert ran.stderr == ""
    return ran.returncode, json.loads(ran.stdout)


@NEEDS_SANDBOX
def test_a_good_model_earns_everything(tmp_path: Path) -> None:
    """Ada's model, copied under another name, passes with status 0; the text tells accuracy and interval."""
    shutil.copy(model_of("ada"), tmp_path / "mine.keras")
    ran = run(tmp_path / "mine.keras")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "✓ passed, 10 of 10 points" in ran.stdout
    assert "95 % interval" in ran.stdout
    assert "without a sandbox" not in ran.stdout


@NEEDS_SANDBOX
def test_a_linear_model_earns_a_part() -> None:
    """Ines' linear model is below 98 %: status 1, a part of the points, a next step."""
    status, verdict = told("ines")
    assert status == 1
    assert (verdict["status"], verdict["mistake"], verdict["sandbox"]) == ("partial", "below-98-percent", "bubblewrap")
    assert 2 < verdict["points"] < 10
    assert verdict["next_step"].endswith("?")


@NEEDS_SANDBOX
def test_unscaled_training_is_named() -> None:
    """Bela's model was trained on pixels from 0 to 255, and that is what the verdict says."""
    status, verdict = told("bela")
    assert (status, verdict["mistake"]) == (1, "trained-on-0-255")


@NEEDS_SANDBOX
def test_what_is_no_model_is_failed() -> None:
    """Jun's file is text: status 1, no points, and the reason."""
    status, verdict = told("jun")
    assert (status, verdict["status"], verdict["mistake"]) == (1, "failed", "not-a-model-file")
    assert verdict["points"] == 0
    assert "not a .keras file" in verdict["message"]


def test_trusted_opens_without_a_sandbox_and_says_so() -> None:
    """With --trusted the same verdict comes on any machine, and tells that there was no sandbox."""
    status, verdict = told("kofi", "--trusted", "--seed", "4")
    assert (status, verdict["sandbox"], verdict["seed"]) in ((0, "none", 4), (1, "none", 4))
    assert (status == 0) is (verdict["points"] == verdict["max_points"])


@pytest.mark.parametrize(
    ("name", "said"),
    [("absent.keras", "There is no file"), (".", "is a folder. Name the saved model in it")],
)
def test_nothing_to_open(tmp_path: Path, name: str, said: str) -> None:
    """A missing file and a folder are one sentence on stderr and status 1, never a traceback."""
    ran = run(tmp_path / name)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr

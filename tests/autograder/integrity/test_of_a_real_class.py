"""Signals of a real class: the real command over copies of the sample class, a private test set, the class page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import digitlab
from autograder.commands.grade import SAMPLE_CLASS
from autograder.integrity.help_seen import HelpSeen, mark
from autograder.runners import Runners

pytestmark = pytest.mark.slow
EVALUATE = "09_evaluate"


@pytest.fixture(scope="module")
def class_of_copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada, who had help; somebody with ada's model and answers; and two others."""
    folder = tmp_path_factory.mktemp("copies") / "class"
    for student, like in (("ada", "ada"), ("copy", "ada"), ("bela", "bela"), ("ines", "ines")):
        shutil.copytree(SAMPLE_CLASS / "submitted" / like / EVALUATE, folder / student / EVALUATE)
    path = folder / "ada" / EVALUATE / f"{EVALUATE}.ipynb"
    plain = json.loads(path.read_text(encoding="utf-8"))
    card = f"<div {mark('l09_confusion', HelpSeen(hints=3, solution=True))}></div>"
    check = next(cell for cell in plain["cells"] if 'check("l09_confusion"' in "".join(cell["source"]))
    check["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": [card]}}]
    path.write_text(json.dumps(plain), encoding="utf-8")
    return folder


def grade(folder: Path, out: Path, *more: object) -> str:
    """Grade, and return what went to standard output."""
    command = [sys.executable, "-m", "autograder.cli", "grade", folder, "--out", out, "--seed", "7", *more]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def results(out: Path) -> dict[str, object]:
    """The results without what may differ: wall time, and the fingerprint, which the private digits are part of."""
    read = {path.parent.name: json.loads(path.read_text()) for path in sorted(out.glob("results/*/*.json"))}
    return {name: {**plain, "seconds": 0, "fingerprint": ""} for name, plain in read.items()}


def test_signals_change_no_point(class_of_copies: Path, tmp_path: Path, sandbox: Runners) -> None:
    """The class page shows copies, help and falls; the students' pages do not; no result is another for it."""
    data = digitlab.load_mnist()
    mirrored = data.x_test[:400, :, ::-1]  # digits that no honest model knows: good models fall
    np.savez(tmp_path / "mine.npz", images=mirrored, labels=data.y_test[:400])
    grade(class_of_copies, tmp_path / "plain")
    told = grade(class_of_copies, tmp_path / "private", "--private-test", tmp_path / "mine.npz")
    assert ["ada", EVALUATE, "21", "/", "21"] in [line.split()[:5] for line in told.splitlines()]
    assert results(tmp_path / "plain") == results(tmp_path / "private")

    for out, falls in ((tmp_path / "plain", 0), (tmp_path / "private", 3)):
        page = (out / "index.html").read_text(encoding="utf-8")
        assert page.count("copies of one trained model") == 1
        assert page.count("3 hints and the solution") == 1
        assert page.count("of 400 private digits") == falls
        for student in ("ada", "copy", "bela", "ines"):
            own = (out / "reports" / f"{student}.html").read_text(encoding="utf-8")
            assert "copies" not in own
            assert "private digits" not in own

    again = grade(class_of_copies, tmp_path / "private", "--private-test", tmp_path / "mine.npz")
    assert "4 hand-ins, 0 of them graded now" in again


def test_private_digits_that_cannot_be_used(class_of_copies: Path, tmp_path: Path) -> None:
    """A wrong file is wrong usage: nothing is graded, and one sentence says why."""
    (tmp_path / "mine.npz").write_text("digits")
    command = [sys.executable, "-m", "autograder.cli", "grade", str(class_of_copies), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, "--private-test", str(tmp_path / "mine.npz")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "--private-test: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()

"""The `digitlab` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import digitlab
from digitlab.cli import COMMANDS, main


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a learner does."""
    return subprocess.run(
        [sys.executable, "-m", "digitlab", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line with which wrong usage is refused, after looking at the exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err.rstrip("\n")


def test_alone_it_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    """`digitlab` alone lists every command with what it does, and ends well."""
    assert main([]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    for command in COMMANDS:
        assert command.name in said.out
        assert command.summary.split()[0] in said.out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the package's version."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"digitlab {digitlab.__version__}\n"


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command's help names its options."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"digitlab {command}" in capsys.readouterr().out


def test_wrong_usage_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A command, an option or an argument that there is not is refused in one line that says how to go on."""
    assert refused(capsys, "docter") == (
        "digitlab: there is no command 'docter'; did you mean doctor? See: digitlab --help"
    )
    assert refused(capsys, "grade") == (
        "digitlab: there is no command 'grade'; it has lab, progress, doctor, model. See: digitlab --help"
    )
    assert refused(capsys, "--colour") == "digitlab: there is no option --colour. See: digitlab --help"
    assert refused(capsys, "doctor", "--fast") == "digitlab: doctor does not take --fast. See: digitlab --help"
    assert refused(capsys, "lab", "--port=9999") == (
        "digitlab: lab does not take --port=9999; if that is for JupyterLab: digitlab lab -- --port=9999. "
        "See: digitlab --help"
    )
    assert refused(capsys, "doctor", "--", "x") == (
        "digitlab: doctor takes nothing after --, and got x. See: digitlab --help"
    )
    assert refused(capsys, "model").startswith("digitlab model: the following arguments are required: FILE")
    assert refused(capsys, "doctor", "--js").startswith("digitlab: doctor does not take --js")


def test_progress_of_a_folder(tmp_path: Path) -> None:
    """`digitlab progress FOLDER` tells of the journal in it."""
    notes = tmp_path / ".digitlab"
    notes.mkdir()
    event = {"event": "check", "exercise": "l01_describe", "points": 2.0, "max_points": 2.0, "status": "passed"}
    (notes / "journal.jsonl").write_text(json.dumps(event) + "\nnot an event\n")
    ran = run("progress", str(tmp_path), "--json", folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["points"] == 2.0
    here = run("progress", folder=tmp_path)
    assert "2 of" in here.stdout
    assert "begun" in here.stdout


def test_progress_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A folder that is not there is one sentence on standard error and status 1."""
    ran = run("progress", "nowhere", folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "digitlab: There is no folder nowhere. Name the folder that your notebooks are in.\n"


def test_terminal_without_the_symbols(tmp_path: Path) -> None:
    """On a terminal that cannot show the symbols, others are shown and nothing fails."""
    ran = run("progress", folder=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ". to come" in ran.stdout


def test_reader_that_has_gone(tmp_path: Path) -> None:
    """`digitlab … | head` ends without a traceback."""
    command = f"{sys.executable} -m digitlab progress --json | head -1"
    ran = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("{\n", "")


def test_fault_of_ours_is_a_sentence_and_keeps_the_traceback(tmp_path: Path) -> None:
    """A fault of the program is one sentence that names a file with the whole traceback."""
    code = (
        "import sys, digitlab.progress\n"
        "digitlab.progress.released_lessons = lambda folder: [{}]\n"
        "from digitlab.cli import main; raise SystemExit(main(['progress']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("digitlab: This is a fault of ours (KeyError: 'lesson'). Please report it;")
    (story,) = tmp_path.glob("digitlab-fault-*.txt")
    assert "Traceback" in story.read_text()

"""The frame of the `autograder` command."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import types
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

import autograder
from autograder import cli
from autograder.cli import COMMANDS, Command, CommandError, Exit, main

Does = Callable[[], int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Does], None]:
    """Make `autograder try [--times N]` do what the test gives."""

    def install(does: Does) -> None:
        module = types.ModuleType("a_command_of_the_test")

        def configure(parser: ArgumentParser) -> None:
            parser.add_argument("--times", type=int)

        def run(_args: Namespace) -> int:
            return does()

        module.configure, module.run = configure, run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(cli, "COMMANDS", (*COMMANDS, Command("try", module.__name__, "try something")))

    return install


def _raise(problem: BaseException) -> Does:
    def does() -> int:
        raise problem

    return does


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "a command is needed"),
        (["buidl"], "there is no command 'buidl'; did you mean build?"),
        (["xyz"], "there is no command 'xyz'; it has grade, "),
        (["--verbose"], "unrecognized arguments: --verbose"),
        (["build", "--chek"], "unrecognized arguments: --chek"),
        (["build", "--che"], "unrecognized arguments: --che"),
        (["selftest", "--seeds", "many"], "'many' is not a whole number from 1"),
        (["selftest", "--seeds"], "expected one argument"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown commands and options, abbreviations too, are errors that say how to see what is right."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert "See: autograder" in err
    assert "--help" in err


def test_help_lists_every_command_without_importing_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Help and version come at once: no command's module is imported for them."""
    code = (
        "import sys; from autograder.cli import main, COMMANDS\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "loaded = {c.module for c in COMMANDS} | {'numpy', 'tensorflow', 'nbformat', 'jupytext'}\n"
        "assert not loaded & sys.modules.keys(), loaded & sys.modules.keys()\n"
    )
    shown = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(f" {command.name} {command.summary} " in f"{' '.join(shown.split())} " for command in COMMANDS)
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"autograder {autograder.__version__}\n"


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_listed_command_can_be_asked_for_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command in the tuple has a module that adds its options."""
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: autograder {name}" in capsys.readouterr().out


def test_the_status_of_the_command_is_the_status(command: Callable[[Does], None]) -> None:
    """0, 1 and 3 come through as they are."""
    for status in (Exit.DONE, Exit.FAILED, Exit.NEEDS_A_PERSON):
        command(lambda status=status: status)  # type: ignore[misc]
        assert main(["try", "--times", "2"]) == status


@pytest.mark.parametrize(
    ("problem", "status", "said"),
    [
        (CommandError("There is no hand-in in x."), 1, "autograder: There is no hand-in in x.\n"),
        (CommandError("--workers 0 is too few.", Exit.USAGE), 2, "autograder: --workers 0 is too few.\n"),
        (KeyboardInterrupt(), 130, "Stopped. What was finished is kept"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "grades/a.json"),
            1,
            "No space left on device: grades/a.json.",
        ),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 1, "No space left on device. Free some space"),
        (
            FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "x"),
            1,
            "No such file or directory: x. Check the path.",
        ),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "x"), 1, "Permission denied: x. Check who may"),
        (OSError("the pipe broke"), 1, "autograder: the pipe broke. "),
    ],
)
def test_expected_problems_are_one_sentence(
    command: Callable[[Does], None],
    capsys: pytest.CaptureFixture[str],
    problem: BaseException,
    status: int,
    said: str,
) -> None:
    """A full disk, a wrong path, Ctrl-C: what happened and what to do, and no traceback."""
    command(_raise(problem))
    assert main(["try"]) == status
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_a_fault_of_ours_keeps_its_traceback_in_a_file(
    command: Callable[[Does], None], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user gets one sentence; the traceback is not lost."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    command(_raise(ZeroDivisionError("one by nought")))
    assert main(["try"]) == 1
    err = capsys.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert err == (
        "autograder: This is a fault of ours (ZeroDivisionError: one by nought). "
        f"Please report it; the whole story is in {kept}.\n"
    )
    assert "Traceback" in kept.read_text()
    assert ": try\n" in kept.read_text()


def test_a_reader_that_goes_away_is_no_fault() -> None:
    """`autograder build --help | head -1` ends quietly."""
    code = (
        "import sys, types; from autograder import cli\n"
        "m = types.ModuleType('m'); m.configure = lambda p: None\n"
        "m.run = lambda a: [print('x' * 1000) for _ in range(10_000)] and 0\n"
        "sys.modules['m'] = m; cli.COMMANDS = (cli.Command('try', 'm', 'try'),)\n"
        "sys.exit(cli.main(['try']))"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    assert run.stderr.read() == ""
    run.stderr.close()
    assert run.wait() == 1

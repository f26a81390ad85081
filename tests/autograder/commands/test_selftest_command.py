"""`autograder selftest`, as it is typed."""

from __future__ import annotations

import pytest

from autograder.cli import main
from autograder.exercises import EXERCISES
from autograder.selftest import prove


def test_the_command_exits_with_1_and_names_each_miss(capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints the table, and wrong usage is told apart from a miss."""
    assert main(["selftest", "l99_nothing"]) == 2
    assert "There is no exercise 'l99_nothing'" in capsys.readouterr().err
    assert main(["selftest", "--seeds", "0"]) == 2
    capsys.readouterr()
    exercise = next(exercise for exercise in EXERCISES if exercise.id == "l02_scale_pixels")
    status = main(["selftest", exercise.id, "--seeds", "1"])
    out, err = capsys.readouterr()
    assert out.splitlines()[-1].split()[:4] == [
        "all",
        "1",
        str(len(exercise.mistakes)),
        str(len(exercise.right_answers)),
    ]
    misses = prove(exercise, (1,)).misses
    assert (status, err.splitlines()) == (1 if misses else 0, list(misses))

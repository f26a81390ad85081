"""`autograder selftest`, as it is typed."""

from __future__ import annotations

import pytest

from autograder.cli import main
from autograder.exercises import find
from autograder.sandbox.machine import available
from autograder.selftest import Proof, misses_of, table

SMALL = ["l02_scale_pixels", "l02_from_one_hot"]


def test_wrong_usage_is_told_apart_from_a_miss(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown exercise or no seed at all is wrong usage, with the remedy."""
    assert main(["selftest", "l02_scale_pixel"]) == 2
    assert "Did you mean l02_scale_pixels" in capsys.readouterr().err
    for option in ("--seeds", "--workers"):
        with pytest.raises(SystemExit) as end:
            main(["selftest", option, "0"])
        assert end.value.code == 2
        assert "'0' is not a whole number from 1 to 1000" in capsys.readouterr().err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_prints_the_table_and_every_miss(workers: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One process or two: the same table on standard output, the same misses in the registry's order on the other."""
    exercises = [find(name) for name in SMALL]
    misses = [miss for exercise in exercises for miss in misses_of(exercise, range(1, 3))]
    status = main(["selftest", *SMALL, "--seeds", "2", "--workers", workers])
    out, err = capsys.readouterr()
    owned = [tuple(miss for miss in misses if miss.startswith(exercise.id)) for exercise in exercises]
    proofs = [Proof(exercise=exercise, misses=own) for exercise, own in zip(exercises, owned, strict=True)]
    assert out == table(proofs) + "\n"
    assert (status, err.splitlines()) == (1 if misses else 0, misses)


@pytest.mark.slow
def test_whole_selftest(capsys: pytest.CaptureFixture[str]) -> None:
    """Every banked mistake is caught under its own name, every right answer passes, and the sandbox's state is said."""
    status = main(["selftest", "--quick"])
    out, err = capsys.readouterr()
    total = [line.split() for line in out.splitlines() if line.strip().startswith("all")]
    assert total
    assert total[0][-1] == "0", err
    if available() is None:
        assert status == 0, err
        last = out.splitlines()[-1]
        assert last.startswith("This machine may be trusted with strangers' code. The sandbox holds: ")
        assert last.endswith("hostile hand-ins were graded in the sandbox: each got what it must.")
    else:
        assert status == 3
        assert "may NOT be trusted" in err

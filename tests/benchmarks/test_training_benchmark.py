"""The benchmark of training: what it prints follows from what was measured; claims that do not hold make it fail."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.training import COURSE, RECIPE, Data, Trained, main, race, summary


def one_round(seconds: float, accuracy: float = 0.985) -> dict[str, Trained]:
    """Return a round in which the recipe took 20 seconds and each of the course's networks `seconds`."""
    names = [(RECIPE, 20.0, 0.98), *((one.name, seconds, one.goal) for one in COURSE)]
    return {
        name: Trained(
            name=name,
            seconds=took,
            processor_seconds=took / 2,
            epochs=1,
            accuracy=0.99 if goal == 0.99 else accuracy,
            goal=goal,
        )
        for name, took, goal in names
    }


def test_ratios_are_medians_of_rounds() -> None:
    """Each round's own ratio counts: of 10, 8 and 4 times faster the median is 8, the lowest 4."""
    text, holds = summary([one_round(2.0), one_round(2.5), one_round(5.0)])
    assert holds
    for line in text.splitlines()[-len(COURSE) :]:
        assert "8.0" in line
        assert "4.0" in line
    assert "lowest accuracy" in text.splitlines()[0]
    assert "98.50%" in text


@pytest.mark.parametrize(
    ("rounds", "told"), [([one_round(3.0)], "6.7"), ([one_round(1.0, accuracy=0.9799)], "do not compare")]
)
def test_claims_that_do_not_hold_are_told(rounds: Any, told: str) -> None:
    """Too slow, and an accuracy below the goal however quick, both make the benchmark fail."""
    text, holds = summary(rounds)
    assert not holds
    assert told in text


def test_rounds_must_be_some(capsys: pytest.CaptureFixture[str]) -> None:
    """No round at all is a wrong use of the command, said in a sentence."""
    with pytest.raises(SystemExit) as left:
        main(["--rounds", "0"])
    assert left.value.code == 2
    assert "at least one round is needed, got 0" in capsys.readouterr().err


@pytest.mark.slow
def test_a_round_trains_everyone() -> None:
    """On a few digits everyone is really trained, timed, and measured on the whole test set."""
    told = race(Data(count=512), seed=1, most_epochs=2)
    assert [trained.epochs for trained in told.values()] == [2, *(one.epochs for one in COURSE)]
    assert all(0 < trained.seconds < trained.processor_seconds * 50 for trained in told.values())
    assert all(0.05 < trained.accuracy < 0.98 for trained in told.values())
    assert not any(trained.reached for trained in told.values())

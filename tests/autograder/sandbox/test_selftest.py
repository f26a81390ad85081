"""The machine's own proof passes here, and fails where a wall is missing."""

from __future__ import annotations

import pytest

from autograder.sandbox import BARE, Ended, Ending, Unsandboxed, bubblewrap, selftest, trials
from autograder.sandbox.selftest import Check, SelfTest

from .conftest import script


def test_the_sandbox_holds_here() -> None:
    """Every trial is stopped on this machine."""
    result = selftest.selftest()
    assert str(result) == "The sandbox holds: 13 checks passed."
    assert result.ok
    assert all(check.remedy is None for check in result.checks)


@pytest.mark.slow
def test_tensorflow_trains_here() -> None:
    """In forks of the large zygote, a model is trained twice."""
    result = selftest.selftest(tensorflow=True)
    assert result.ok, str(result)
    assert [check.name for check in result.checks].count("TensorFlow trains in a fork") == 2


def test_without_bubblewrap_there_is_one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no sandbox can be built, that is the one thing said, with the remedy."""
    monkeypatch.setattr(bubblewrap, "candidates", lambda: iter(()))
    result = selftest.selftest()
    assert not result.ok
    assert str(result).startswith("sandbox: bubblewrap, which holds strangers' code, is not installed. Install it:")


def test_the_trials_see_that_there_are_no_walls() -> None:
    """Run with no walls, the harmless trials find what they look for: they can fail."""
    with Unsandboxed(BARE) as runner, selftest._listeners() as (listening, network), selftest._canary() as disk:
        for trial, seen in (
            (network, "TCP to this machine"),
            (disk, "judging.py"),
            (trials.WALLS[0], "NoNewPrivs 0"),
        ):
            wrong = trial.held(runner.run(script(trial.source)))
            assert wrong is not None
            assert seen in wrong
        assert not selftest._nothing_arrived(listening).ok


def test_a_trial_that_ends_otherwise_has_not_held() -> None:
    """A trial that crashes proves nothing, and a fault of ours is named."""
    fault = Ending(ended=Ended.FAULT, fault="the zygote died")
    for trial in (*trials.WALLS, *trials.LIMITS, trials.TRAINING):
        assert trial.held(fault) == "it ended with fault (the zygote died)"


def test_what_failed_is_in_the_line() -> None:
    """The one line names each failed check with its remedy."""
    checks = (Check(name="a", ok=True, detail="fine"), Check(name="b", ok=False, detail="seen", remedy="Do this."))
    assert str(SelfTest(checks=checks)) == "b: seen Do this."

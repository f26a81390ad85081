"""The zygotes of a run: shared, renewed, replaced."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from autograder.inside.limits import Limits
from autograder.runners import Runners, Stopped
from autograder.sandbox import BARE, Ended, Job, SandboxError, Zygote

SCRIPT = "autograder.inside.script:run"


def _job(source: str = "emit(b'hello')", seconds: float = 20.0) -> Job:
    return Job(id="test", entry=SCRIPT, payload=source.encode(), limits=Limits(wall_seconds=seconds))


@pytest.fixture
def runners(sandbox: Runners) -> Iterator[Runners]:
    """Zygotes of one's own, renewed after three jobs."""
    own = Runners(renew_after=3)
    yield own
    own.close()


def _current(runners: Runners) -> Zygote:
    worker = runners._places[BARE.name].worker
    assert isinstance(worker, Zygote)
    return worker


def test_zygote_is_renewed_after_some_jobs(runners: Runners) -> None:
    """After the given number of jobs a new one takes over, and the old one is gone."""
    seen = []
    for _ in range(7):
        assert runners.run(BARE, _job()).frames == (b"hello",)
        seen.append(_current(runners))
    assert [seen.index(one) for one in seen] == [0, 0, 0, 3, 3, 3, 6]
    assert [one.alive for one in seen] == [False] * 6 + [True]


def test_old_zygote_finishes_what_runs_in_it(runners: Runners) -> None:
    """A job that is under way when its zygote is renewed comes to its own end."""
    endings = []
    runners.run(BARE, _job())
    first = _current(runners)
    slow = threading.Thread(
        target=lambda: endings.append(runners.run(BARE, _job("import time\ntime.sleep(1.5)\nemit(b'slow')")))
    )
    slow.start()
    time.sleep(0.3)
    for _ in range(4):
        runners.run(BARE, _job())
    assert _current(runners) is not first
    slow.join()
    assert endings[0].frames == (b"slow",)
    assert not first.alive


def test_dead_zygote_is_replaced(runners: Runners) -> None:
    """When a zygote dies, its jobs are faults of ours, and the next job has a new one."""
    runners.run(BARE, _job())
    first = _current(runners)
    assert first._process is not None
    endings = []
    waiting = threading.Thread(
        target=lambda: endings.append(runners.run(BARE, _job("import time\ntime.sleep(30)", seconds=60)))
    )
    waiting.start()
    time.sleep(0.5)
    first._process.kill()
    waiting.join(30)
    assert endings[0].ended is Ended.FAULT
    assert runners.run(BARE, _job()).ended is Ended.FINISHED
    assert _current(runners) is not first


def test_close_ends_what_runs(runners: Runners) -> None:
    """Whoever waits for a job when the run is stopped is told so at once; later ones too."""
    stopped = []

    def wait() -> None:
        try:
            runners.run(BARE, _job("import time\ntime.sleep(60)", seconds=90))
        except Stopped:
            stopped.append(True)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    began = time.monotonic()
    runners.close()
    for thread in threads:
        thread.join(20)
    assert stopped == [True] * 3
    assert time.monotonic() - began < 15
    with pytest.raises(Stopped):
        runners.run(BARE, _job())


def test_warming_is_no_job(runners: Runners) -> None:
    """What is warmed up is there when the first job comes, and is the one that is used."""
    runners.warm([BARE])
    assert runners.run(BARE, _job()).ended is Ended.FINISHED
    assert runners._places[BARE.name].given == 1


def test_no_zygote_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be started, the job says so; warming up does not."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("autograder.sandbox.bubblewrap.candidates", lambda: iter(()))
    runners = Runners()
    runners.warm([BARE])
    with pytest.raises(SandboxError, match="bubblewrap was not found"):
        runners.run(BARE, _job())
    runners.close()


def test_trusted_runs_without_walls() -> None:
    """The same calls work where code is trusted, on any machine."""
    runners = Runners(trusted=True)
    assert runners.run(BARE, _job()).frames == (b"hello",)
    runners.close()

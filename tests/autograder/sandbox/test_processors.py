"""Jobs are spread over the processors, and a crowd of processes stays on its own."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.sandbox import BARE, Ended, Limits, Zygote, processors

from .conftest import Run, script

ALL = len(os.sched_getaffinity(0))


def test_jobs_are_spread() -> None:
    """So many jobs as there are processors each get one of their own; one more shares; afterwards all are free."""
    import contextlib

    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(processors.lease(1)) for _ in range(ALL)]
        assert sorted(one for (one,) in taken) == sorted(os.sched_getaffinity(0))
        with processors.lease(1) as (shared,):
            assert shared in os.sched_getaffinity(0)
    assert not +processors._jobs_on


def test_no_more_than_there_are() -> None:
    """Who asks for more than the machine has gets all of it."""
    with processors.lease(1000) as everything:
        assert set(everything) == os.sched_getaffinity(0)


def test_a_job_is_held_to_its_processor(run: Run) -> None:
    """A job sees one processor, computes on it, and cannot leave it."""
    source = """
import os
try:
    os.sched_setaffinity(0, range(64))
except OSError as error:
    emit(type(error).__name__.encode())
emit(str(len(os.sched_getaffinity(0))).encode())
"""
    assert run(source).frames == (b"PermissionError", b"1")


@pytest.mark.slow
@pytest.mark.skipif(ALL < 2, reason="with one processor there is nowhere to go")
def test_a_crowd_does_not_slow_its_neighbour() -> None:
    """Beside a job of sixty busy processes, another takes no more than three times as long as alone."""
    work = script("total = 0\nfor n in range(6_000_000): total += n\nemit(str(total).encode())")
    crowd = script(
        "import os\nfor _ in range(60):\n    if os.fork() == 0: break\nwhile True: pass",
        limits=Limits(wall_seconds=6, processes=80),
    )
    with Zygote(BARE) as zygote, ThreadPoolExecutor(2) as pool:
        alone = min(zygote.run(work).wall_seconds for _ in range(2))
        busy = pool.submit(zygote.run, crowd)
        time.sleep(1)
        beside = min(zygote.run(work).wall_seconds for _ in range(2))
        assert busy.result().ended is Ended.TIMEOUT
    assert beside < 3 * alone

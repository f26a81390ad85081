"""What a command costs: wall-clock and processor seconds with all it starts, and memory while it runs."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took.

    `processor_seconds` are those of the command and of every process that it started and waited for; `own_bytes` is the
    largest resident memory of the command's own process, `all_bytes` the largest sum over it and its descendants, pages
    that several share counted once (PSS), as far as sampling saw it.
    """

    wall_seconds: float
    processor_seconds: float
    own_bytes: int
    all_bytes: int
    status: int
    stdout: str


def cost_of(command: Sequence[str], *, cwd: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a command and return what it cost. Its standard error goes where ours goes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, text=True)
    watch = _Watch(process.pid)
    stdout, _ = process.communicate()
    wall = time.perf_counter() - began
    watch.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        wall_seconds=wall,
        processor_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        own_bytes=watch.own_bytes,
        all_bytes=watch.all_bytes,
        status=process.returncode,
        stdout=stdout,
    )


class _Watch:
    """Looks at the memory of a process and its descendants, again and again."""

    def __init__(self, pid: int) -> None:
        self.own_bytes = self.all_bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error, OSError):
                self.own_bytes = max(self.own_bytes, self._process.memory_info().rss)
                family = [self._process, *self._process.children(recursive=True)]
                self.all_bytes = max(self.all_bytes, sum(map(_pss, family)))


def _pss(process: psutil.Process) -> int:
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    except (OSError, StopIteration, ValueError):  # it has just ended
        return 0

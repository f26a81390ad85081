"""What a command costs: wall-clock and processor seconds with all it starts, and memory while it runs.

Processor seconds are read from a control group that the command runs in. What `getrusage` tells of children would not
do: a sandboxed job is buried by the kernel, not by who started it, and would count for nothing.
"""

from __future__ import annotations

import contextlib
import os
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

    `processor_seconds` are those of the command and of every process that came of it, None where no control group can
    be made (that takes an administrator); `own_bytes` is the largest resident memory of the command's own process,
    `all_bytes` the largest sum over it and its descendants, pages that several share counted once (PSS), as far as
    sampling saw it.
    """

    wall_seconds: float
    processor_seconds: float | None
    own_bytes: int
    all_bytes: int
    status: int
    stdout: str


def cost_of(command: Sequence[str], *, cwd: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a command and return what it cost. Its standard error goes where ours goes."""
    group = _Group.made()
    began = time.perf_counter()
    process = subprocess.Popen(
        [*group.joining, *command] if group else command, cwd=cwd, env=env, stdout=subprocess.PIPE, text=True
    )
    watch = _Watch(process.pid)
    stdout, _ = process.communicate()
    wall = time.perf_counter() - began
    watch.stop()
    used = None if group is None else group.seconds()
    if group is not None:
        group.removed()
    return Cost(
        wall_seconds=wall,
        processor_seconds=used,
        own_bytes=watch.own_bytes,
        all_bytes=watch.all_bytes,
        status=process.returncode,
        stdout=stdout,
    )


class _Group:
    """A control group that counts processor time, of either version that Linux has."""

    def __init__(self, folder: Path, counter: str) -> None:
        self._folder, self._counter = folder, counter

    @classmethod
    def made(cls) -> _Group | None:
        """Return a new group below the one that this process is in; None where none can be made."""
        try:
            lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        except OSError:
            return None
        places = [
            (Path("/sys/fs/cgroup", "cpuacct" if names else ""), path, "cpuacct.usage" if names else "cpu.stat")
            for _, names, path in lines
            if "cpuacct" in names.split(",") or not names
        ]
        for mounted, path, counter in sorted(places, reverse=True):
            folder = mounted / path.lstrip("/") / f"benchmark-{os.getpid()}"
            with contextlib.suppress(OSError):
                folder.mkdir()
                if (folder / counter).exists():
                    return cls(folder, counter)
                folder.rmdir()
        return None

    @property
    def joining(self) -> list[str]:
        """What is put before a command, so that it runs in the group from its start."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self._folder / "cgroup.procs")]

    def seconds(self) -> float:
        """Return the processor seconds so far."""
        text = (self._folder / self._counter).read_text()
        return int(text.split()[1]) / 1e6 if self._counter == "cpu.stat" else int(text) / 1e9

    def removed(self) -> None:
        """Take the group away, once its last process has ended."""
        for _ in range(100):
            with contextlib.suppress(OSError):
                self._folder.rmdir()
                return
            time.sleep(0.05)


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


def seconds_text(seconds: float | None) -> str:
    """Return seconds as a table has them.

    >>> seconds_text(2.0), seconds_text(None)
    ('2.0 s', 'not measured')
    """
    return "not measured" if seconds is None else f"{seconds:.1f} s"

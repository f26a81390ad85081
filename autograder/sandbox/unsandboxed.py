"""Runs jobs with no walls at all, for code that the teacher trusts. The same calls as a zygote, on any system."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO

import psutil

from autograder.inside.limits import Limits
from autograder.inside.parcel import pack
from autograder.inside.plain import FAULT
from autograder.sandbox import environment
from autograder.sandbox.ending import Ended, Ending, clean
from autograder.sandbox.frames import FrameReader
from autograder.sandbox.job import Job
from autograder.sandbox.kind import LIGHT, Kind

_WATCH_SECONDS = 0.05
_START_SECONDS = 180.0
_CHUNK_BYTES = 1 << 16
_TAIL_BYTES = 16384


class Unsandboxed:
    """Runs each job in a fresh process of the teacher's own: it can read and change all that the teacher can.

    Limits on time, processor, memory, output and evidence hold, checked from outside a few times a second; those on
    files and the number of processes do not. `run` may be called from several threads at once.
    """

    def __init__(self, kind: Kind = LIGHT, *, threads: int = 1, hidden: tuple[Path, ...] = ()) -> None:
        self.kind = kind
        self.jobs_done = 0
        self._threads = threads
        self._closed = False
        self._running: set[subprocess.Popen[bytes]] = set()

    def __enter__(self) -> Unsandboxed:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether jobs can be given to it."""
        return not self._closed

    def start(self) -> None:
        """Do nothing: each job starts a process of its own."""

    def run(self, job: Job) -> Ending:
        """Return how the job ended and what it brought back. Never raises for what the job did."""
        if self._closed:
            return Ending(ended=Ended.FAULT, fault="it is closed")
        with tempfile.TemporaryDirectory(prefix="job-", ignore_cleanup_errors=True) as place:
            parcel, folder = Path(place, "parcel"), Path(place, "job")
            folder.mkdir()
            with parcel.open("wb") as file:
                for piece in pack(entry=job.entry, payload=job.payload, files=job.files, limits=job.limits):
                    file.write(piece)
            home = {"HOME": str(folder), "IPYTHONDIR": str(folder / ".ipython"), "MPLCONFIGDIR": place}
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.inside.plain", str(parcel), str(folder), *self.kind.modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**_without_python_settings(), **environment.settings(self._threads), **home},
                cwd=place,
                start_new_session=True,
            )
            self._running.add(process)
            try:
                return _Watch(process, job.limits).ending()
            finally:
                _kill(process)
                self._running.discard(process)
                self.jobs_done += 1

    def close(self) -> None:
        """End every job that still runs."""
        self._closed = True
        for process in list(self._running):
            _kill(process)


class _Watch:
    """Sees one process to its end: two threads read what it sends, this one looks at the clock and what is used."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._frames = FrameReader(limits.evidence_bytes)
        self._tail = b""
        self._written = 0
        self._cpu_seconds = 0.0
        self._peak_bytes = 0
        self._begun: float | None = None
        self._heard_at: float | None = None

    def ending(self) -> Ending:
        """Return the ending, once it is there."""
        readers = [
            threading.Thread(target=reader, args=(stream,), daemon=True)
            for reader, stream in (
                (self._read_evidence, self._process.stdout),
                (self._read_output, self._process.stderr),
            )
        ]
        for reader in readers:
            reader.start()
        ended = None
        begun = time.monotonic()
        while ended is None and self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_WATCH_SECONDS)
            ended = self._passed_limit(time.monotonic() - (self._begun or begun + _START_SECONDS))
        wall = time.monotonic() - (self._begun or begun)
        if self._process.poll() is not None and ended is not Ended.EVIDENCE_TOO_BIG:
            ended = None
        _kill(self._process)
        for reader in readers:
            reader.join(5)
        status = self._process.returncode
        detail = clean(self._tail)
        if ended is None:
            ended = Ended.FINISHED if status == 0 and self._frames.finished else Ended.CRASHED
        if ended is Ended.CRASHED and status == FAULT:
            return Ending(
                frames=tuple(self._frames.frames[1:]), ended=Ended.FAULT, fault=detail or "the process did not start"
            )
        return Ending(
            frames=tuple(self._frames.frames[1:]),
            ended=ended,
            signal=-status if status < 0 else None,
            exit_code=status if status >= 0 else None,
            detail=detail,
            output=detail,
            wall_seconds=wall,
            cpu_seconds=self._cpu_seconds,
            peak_bytes=self._peak_bytes or None,
        )

    def _read_evidence(self, stream: IO[bytes]) -> None:
        with stream:
            while (data := os.read(stream.fileno(), _CHUNK_BYTES)) and not self._frames.too_big:
                known = len(self._frames.frames)
                self._frames.feed(data)
                if len(self._frames.frames) > known:
                    self._heard_at = time.monotonic()
                    self._begun = self._begun or self._heard_at

    def _read_output(self, stream: IO[bytes]) -> None:
        with stream:
            while data := os.read(stream.fileno(), _CHUNK_BYTES):
                self._written += len(data)
                self._tail = (self._tail + data)[-_TAIL_BYTES:]

    def _passed_limit(self, seconds: float) -> Ended | None:
        """Return the limit that was passed, if one was."""
        if self._frames.too_big:
            return Ended.EVIDENCE_TOO_BIG
        silent = 0.0 if self._heard_at is None else time.monotonic() - self._heard_at
        if seconds > self._limits.wall_seconds or silent > self._limits.silence_seconds:
            return Ended.TIMEOUT
        if self._written > self._limits.output_bytes:
            return Ended.OUTPUT
        memory, cpu = 0, 0.0  # memory counts what processes share once for each: an upper bound
        for process in _family(self._process.pid):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                cpu += times.user + times.system
                memory += process.memory_info().rss
        self._cpu_seconds, self._peak_bytes = max(self._cpu_seconds, cpu), max(self._peak_bytes, memory)
        if memory > self._limits.memory_bytes:
            return Ended.MEMORY
        return Ended.CPU if cpu > self._limits.cpu_seconds else None


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and all that descend from it."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that descend from it, and let go of its leash."""
    family = _family(process.pid) if process.poll() is None else []
    for one in family:
        with contextlib.suppress(psutil.Error):
            one.kill()
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, 9)  # those whose parent had ended
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _without_python_settings() -> dict[str, str]:
    """Return this environment without what would change how Python runs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name == "PYTHONPATH"}

"""The warden of one job: watches what it uses, ends it, and says how it ended.

Three processes a job, each the parent of the next: the warden (outside the job's pid namespace, unseen by it), the
first process of that namespace (see `first_process`), and the student's process (see `student`). The warden alone
speaks to the grading process, over a socket, the leash, that the other two do not hold: when it is let go, the job
dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from typing import NoReturn

from autograder.inside import first_process, jail, system
from autograder.inside.first_process import FAULT, READY, STATUS
from autograder.inside.limits import Limits
from autograder.inside.parcel import read_contents
from autograder.inside.usage import Meter

# What the warden tells the grading process, by a message's first byte; READY and FAULT as well.
STDOUT, STDERR, ENDING = b"O", b"E", b"F"

TAIL_BYTES = 16384
_BUILD_SECONDS = 60.0
_WATCH_SECONDS = 0.02
_CHUNK_BYTES = 1 << 16
_MESSAGE_BYTES = 1 << 16


def guard(parcel: int, evidence: int, leash_file: int, walls: jail.Walls) -> NoReturn:
    """Run one job from beginning to end in this freshly forked process, then exit."""
    leash = socket.socket(fileno=leash_file)
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        system.die_with_parent(signal.SIGKILL)
        with open(parcel, "rb") as file:
            contents = read_contents(file)
            jail.enter_namespaces()
            report, report_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stdout, stdout_end = os.pipe()
            stderr, stderr_end = os.pipe()
            first = os.fork()
            if first == 0:
                leash.close()
                report.close()
                os.close(stdout)
                os.close(stderr)
                first_process.live(file, contents, walls, evidence, report_end, stdout_end, stderr_end)
        report_end.close()
        for end in (evidence, stdout_end, stderr_end):
            os.close(end)
        system.set_dumpable(False)
        system.drop_capabilities()
        system.no_new_privileges()
        _Watch(first, contents.limits, leash, report, stdout, stderr).run()
    except BaseException as error:
        with contextlib.suppress(OSError):  # nobody listens any more
            leash.send(FAULT + f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
    finally:
        os._exit(0)


class _Stream:
    """One of the job's output streams: what was written last, and how much in all."""

    def __init__(self, file: int) -> None:
        os.set_blocking(file, False)
        self.file = file
        self.tail = b""
        self.size = 0
        self.open = True

    def read(self) -> bool:
        """Take what is there, a piece; return whether there was any."""
        try:
            data = os.read(self.file, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self.open = bool(data)
        self.size += len(data)
        self.tail = (self.tail + data)[-TAIL_BYTES:]
        return self.open


class _Watch:
    """Sees one job to its end."""

    def __init__(
        self, first: int, limits: Limits, leash: socket.socket, report: socket.socket, stdout: int, stderr: int
    ) -> None:
        self._first = first
        self._limits = limits
        self._leash = leash
        self._report = report
        self._report.setblocking(False)
        self._streams = {stdout: _Stream(stdout), stderr: _Stream(stderr)}
        self._meter = Meter(first)
        self._ticks = 0
        self._peak_bytes = 0
        self._begun = time.monotonic()
        self._ready: float | None = None
        self._fault: str | None = None
        self._status: int | None = None
        self._killed_for: str | None = None

    def run(self) -> None:
        """Watch until the first process is gone, and all others with it; then tell how it went."""
        alive = os.pidfd_open(self._first)
        poll = select.poll()
        for file in (alive, self._leash.fileno(), self._report.fileno(), *self._streams):
            poll.register(file, select.POLLIN)
        next_look = time.monotonic() + _WATCH_SECONDS
        gone = False
        while not gone:
            wait = max(0.0, next_look - time.monotonic())
            for file, _ in poll.poll(wait * 1000 + 1):
                if file == alive:
                    gone = True
                elif file == self._leash.fileno():  # nothing is ever sent this way: it was let go
                    poll.unregister(file)
                    self._kill("told")
                elif file == self._report.fileno():
                    if not self._hear():
                        poll.unregister(file)
                elif not self._streams[file].read() and not self._streams[file].open:
                    poll.unregister(file)
            if time.monotonic() >= next_look:
                self._look()
                next_look = time.monotonic() + _WATCH_SECONDS
        _, status, used = os.wait4(self._first, 0)
        wall = time.monotonic() - (self._ready or self._begun)
        while self._hear():
            pass
        for stream in self._streams.values():
            while stream.read() and stream.size <= self._limits.output_bytes:
                pass
        self._tell(status, wall, max(self._meter.cpu_seconds, used.ru_utime + used.ru_stime))

    def _hear(self) -> bool:
        """Take one message of the first process; return False when there is none and none will come."""
        try:
            message = self._report.recv(_MESSAGE_BYTES)
        except BlockingIOError:
            return False
        kind, text = message[:1], message[1:]
        if kind == READY:
            self._ready = time.monotonic()
            self._leash.send(READY)
        elif kind == FAULT and self._ready is None:  # afterwards it is the student's doing: a starved first process
            self._fault = text.decode("utf-8", "replace")
        elif kind == STATUS:
            self._status = int(text)
        return bool(message)

    def _look(self) -> None:
        """Hold what the job uses against its limits."""
        limits = self._limits
        if self._ready is None:
            if time.monotonic() - self._begun > _BUILD_SECONDS:
                self._fault = f"the jail was not ready after {_BUILD_SECONDS:.0f} s"
                self._kill("told")
            return
        self._ticks += 1
        # The exact count costs milliseconds: early for the short jobs, then rarely, and whenever the cheap one is high.
        exact = self._ticks in (2, 8) or self._ticks % 25 == 0
        memory, exact = self._meter.read(limits.memory_bytes, exact=exact)
        while self._hear():
            pass
        if self._status is not None:  # it ended meanwhile: its processes were dying while they were counted
            return
        if exact:
            self._peak_bytes = max(self._peak_bytes, memory)
        if memory > limits.memory_bytes:
            self._kill("memory")
        elif sum(stream.size for stream in self._streams.values()) > limits.output_bytes:
            self._kill("output")
        elif self._meter.cpu_seconds > limits.cpu_seconds:
            self._kill("cpu")
        elif time.monotonic() - self._ready > limits.wall_seconds:
            self._kill("timeout")

    def _kill(self, reason: str) -> None:
        """Kill the whole job."""
        self._killed_for = self._killed_for or reason
        self._meter.kill()

    def _tell(self, first_status: int, wall_seconds: float, cpu_seconds: float) -> None:
        """Send the grading process the streams' tails and the ending."""
        if self._ready is None or self._fault is not None:
            fault = self._fault or f"the jail's first process ended early (wait status {first_status})"
            self._leash.send(FAULT + fault.encode("utf-8", "replace"))
            return
        status = self._status if self._status is not None else first_status
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        ended = self._killed_for if self._status is None else None
        if ended is None and (number == signal.SIGXCPU or (number and cpu_seconds >= self._limits.cpu_seconds)):
            ended = "cpu"
        if ended is None:
            ended = "finished" if status == 0 else "crashed"
        for kind, stream in zip((STDOUT, STDERR), self._streams.values(), strict=True):
            self._leash.send(kind + stream.tail)
        ending = {
            "ended": ended,
            "signal": number,
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "wall_seconds": wall_seconds,
            "cpu_seconds": cpu_seconds,
            "peak_bytes": self._peak_bytes,
        }
        self._leash.send(ENDING + json.dumps(ending).encode("ascii"))

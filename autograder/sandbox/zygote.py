"""The grading process's side of a zygote: start it, give it jobs, take their findings with every size capped."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from autograder.inside.parcel import pack
from autograder.sandbox import bubblewrap
from autograder.sandbox.ending import Ended, Ending, clean
from autograder.sandbox.frames import FrameReader
from autograder.sandbox.job import Job
from autograder.sandbox.kind import LIGHT, Kind
from autograder.sandbox.view import view_for

_START_SECONDS = 180.0
# Beyond a job's own limit: for building the jail, and for killing what does not want to die.
_GRACE_SECONDS = 90.0
_CHUNK_BYTES = 1 << 16
_MESSAGE_BYTES = 1 << 16
_ACCOUNTS = {
    "/etc/passwd": b"student:x:1000:1000::/job:/bin/sh\n",
    "/etc/group": b"student:x:1000:\n",
}

# bubblewrap ends when the thread that started it ends (see PR_SET_PDEATHSIG in prctl(2)). This one lives as long as the
# process does, so a zygote may be started from any thread.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


class SandboxError(RuntimeError):
    """A zygote could not be started; the message says why, for the teacher."""


class Zygote:
    """A pre-imported process inside bubblewrap that runs each job in a fork with walls of its own.

    `run` may be called from several threads at once; each call is one job. When the zygote has died, `run` returns
    an ending with `Ended.FAULT`; start a new one then.

    Parameters
    ----------
    kind : Kind
        What is imported beforehand, and what is on the disk.
    threads : int
        Threads that NumPy and TensorFlow compute with in one job.
    hidden : tuple of Path
        Directories that must not be seen, should they lie where Python is installed: the class, the results.
    """

    def __init__(self, kind: Kind = LIGHT, *, threads: int = 1, hidden: tuple[Path, ...] = ()) -> None:
        self.kind = kind
        self.jobs_done = 0
        self._threads = threads
        self._hidden = hidden
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Zygote:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether jobs can be given to it."""
        return self._control is not None and self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process and wait until everything is imported.

        Raises
        ------
        SandboxError
            If bubblewrap is missing, this machine forbids what it needs, or a module cannot be imported.
        """
        from autograder.sandbox import syscall_filter

        program = next(bubblewrap.candidates(), None)
        if program is None:
            raise SandboxError("bubblewrap is not installed")
        view = view_for(self.kind, hidden=self._hidden)
        self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.fdopen(os.memfd_create("sandbox-log"), "rb")
        with contextlib.ExitStack() as stack:
            stack.enter_context(inside)
            accounts = {place: stack.enter_context(_memory_file([text])) for place, text in _ACCOUNTS.items()}
            arguments = bubblewrap.command(
                program,
                view,
                bubblewrap.environment(self._threads),
                {place: file.fileno() for place, file in accounts.items()},
                [sys.executable, "-s", "-P", "-B", "-m", "autograder.inside.zygote", str(inside.fileno())],
            )
            self._process = _starter.submit(
                subprocess.Popen,
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log.fileno(),
                env={"PATH": "/usr/bin:/bin"},
                pass_fds=(inside.fileno(), *(file.fileno() for file in accounts.values())),
                cwd="/",
            ).result()
        with _memory_file([syscall_filter.compiled()]) as file:
            orders = {"modules": self.kind.modules, "paths": view.packages}
            with contextlib.suppress(OSError):  # it died at once: the next step finds out, and why
                socket.send_fds(self._control, [json.dumps(orders).encode()], [file.fileno()])
        self._control.settimeout(_START_SECONDS)
        try:
            answer: dict[str, Any] = json.loads(self._control.recv(_MESSAGE_BYTES) or b"{}")
        except TimeoutError:
            answer = {"error": f"it was not ready after {_START_SECONDS:.0f} s"}
        except OSError as error:
            answer = {"error": str(error)}
        self._control.settimeout(None)
        if "ready" not in answer:
            log = self.log()
            self.close()
            raise SandboxError(f"the zygote did not start: {answer.get('error', '')} {log}".strip())

    def run(self, job: Job) -> Ending:
        """Return how the job ended and what it brought back. Never raises for what the job did."""
        if not self.alive or self._control is None:
            return Ending(ended=Ended.FAULT, fault="the zygote is not running")
        with contextlib.ExitStack() as stack:
            leash, leash_inside = (
                stack.enter_context(end) for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            )
            evidence, evidence_inside = (
                stack.enter_context(os.fdopen(end, mode)) for end, mode in zip(os.pipe(), ("rb", "wb"), strict=True)
            )
            parts = pack(entry=job.entry, payload=job.payload, files=job.files, limits=job.limits)
            with _memory_file(parts) as parcel, self._lock:
                try:
                    files = [parcel.fileno(), evidence_inside.fileno(), leash_inside.fileno()]
                    socket.send_fds(self._control, [b"job"], files)
                except OSError as error:
                    return Ending(ended=Ended.FAULT, fault=f"the zygote does not listen: {error}")
            evidence_inside.close()
            leash_inside.close()
            ending = _Collector(job, leash, evidence).collect()
        self.jobs_done += 1
        return ending

    def log(self) -> str:
        """Return the last of what the zygote itself wrote to stderr, cleaned."""
        if self._log is None:
            return ""
        size = os.fstat(self._log.fileno()).st_size
        return clean(os.pread(self._log.fileno(), 4000, max(0, size - 4000))).strip()

    def close(self) -> None:
        """End the process and every job in it; nothing is left behind. May be called twice."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None


@contextlib.contextmanager
def _memory_file(pieces: Any) -> Iterator[IO[bytes]]:
    """Give a file that lies in memory alone, filled with the pieces, at its beginning."""
    with os.fdopen(os.memfd_create("job"), "wb+") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        file.seek(0)
        yield file


class _Collector:
    """Takes in what one job sends, until its warden says how it ended."""

    def __init__(self, job: Job, leash: socket.socket, evidence: IO[bytes]) -> None:
        self._job = job
        self._leash = leash
        self._evidence = evidence.fileno()
        os.set_blocking(self._evidence, False)
        self._frames = FrameReader(job.limits.evidence_bytes)
        self._told: dict[bytes, bytes] = {}

    def collect(self) -> Ending:
        poll = select.poll()
        poll.register(self._leash, select.POLLIN)
        poll.register(self._evidence, select.POLLIN)
        deadline = time.monotonic() + self._job.limits.wall_seconds + _GRACE_SECONDS
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return self._fault("the job did not end in time, and its warden did not end it")
            for file, _ in poll.poll(left * 1000):
                if file == self._evidence:
                    if not self._read_evidence():
                        poll.unregister(self._evidence)
                    if self._frames.too_big:
                        poll.unregister(self._evidence)
                        self._leash.shutdown(socket.SHUT_WR)
                elif not self._hear():
                    while self._read_evidence():
                        pass
                    return self._ending()

    def _read_evidence(self) -> bool:
        """Take one piece of evidence; return False if there is none now, or none will come."""
        try:
            data = os.read(self._evidence, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self._frames.feed(data)
        return bool(data) and not self._frames.too_big

    def _hear(self) -> bool:
        """Take one message from the warden; return False after the last."""
        try:
            message = self._leash.recv(_MESSAGE_BYTES)
        except ConnectionError:
            message = b""
        self._told[message[:1]] = message[1:]
        return message[:1] not in (b"", b"F", b"X")

    def _fault(self, text: str) -> Ending:
        return Ending(frames=tuple(self._frames.frames), ended=Ended.FAULT, fault=text)

    def _ending(self) -> Ending:
        if b"X" in self._told:
            return self._fault(clean(self._told[b"X"]))
        if b"F" not in self._told:
            return self._fault("the zygote died while the job ran")
        facts = json.loads(self._told[b"F"])
        ended = Ended(facts["ended"]) if facts["ended"] != "told" else Ended.FAULT
        if self._frames.too_big:
            ended = Ended.EVIDENCE_TOO_BIG
        elif ended is Ended.FINISHED and not self._frames.finished:
            ended = Ended.CRASHED  # it left by os._exit(0) before the routine came to its end
        return Ending(
            frames=tuple(self._frames.frames),
            ended=ended,
            signal=facts["signal"],
            exit_code=facts["exit_code"],
            detail=clean(self._told.get(b"E", b"")),
            output=clean(self._told.get(b"O", b"")),
            wall_seconds=facts["wall_seconds"],
            cpu_seconds=facts["cpu_seconds"],
            peak_bytes=facts["peak_bytes"] or None,
        )

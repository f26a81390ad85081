"""The grading process's side of a zygote: start it, give it jobs, end it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import autograder
from autograder.inside.parcel import pack
from autograder.sandbox import bubblewrap, environment, processors
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.collecting import Collector
from autograder.sandbox.ending import Ended, Ending, clean
from autograder.sandbox.job import Job
from autograder.sandbox.kind import LIGHT, Kind
from autograder.sandbox.view import COURSE, view_for

_START_SECONDS = 180.0
_MESSAGE_BYTES = 1 << 16
_ACCOUNTS = {
    "/etc/passwd": b"student:x:1000:1000::/job:/bin/sh\n",
    "/etc/group": b"student:x:1000:\n",
}
_TRIAL = Job(id="trial", entry="autograder.inside.script:run", payload=b"emit(b'ready')")

# bubblewrap ends when the thread that started it ends (see PR_SET_PDEATHSIG in prctl(2)). This one lives as long as the
# process does, so that a zygote may be started from any thread.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


def _renew_starter() -> None:
    global _starter
    _starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_starter)  # threads do not come along


class Zygote:
    """A pre-imported process inside bubblewrap that runs each job in a fork with walls of its own.

    `run` may be called from several threads at once; each call is one job. When the zygote has died, `run` returns
    an ending with `Ended.FAULT`; start a new one then. Linux only.

    Parameters
    ----------
    kind : Kind
        What is imported beforehand, and what is on the disk.
    threads : int
        Threads that NumPy and TensorFlow compute with in one job, and processors that it is held to.
    hidden : tuple of Path
        Directories that must not be seen, should they lie where Python is installed: the class, the results.

    Attributes
    ----------
    jobs_done : int
        How many jobs have ended; whoever owns the zygote renews it after some.
    bubblewrap : Path or None
        The program that it runs in.

    Examples
    --------
    >>> with Zygote(BARE) as zygote:  # doctest: +SKIP
    ...     zygote.run(Job(id="ada", entry="autograder.inside.script:run", payload=b"emit(b'hello')")).frames
    (b'hello',)
    """

    def __init__(self, kind: Kind = LIGHT, *, threads: int = 1, hidden: tuple[Path, ...] = ()) -> None:
        self.kind = kind
        self.jobs_done = 0
        self.bubblewrap: Path | None = None
        self._threads = threads
        self._hidden = hidden
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

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
        control, process = self._control, self._process
        if control is None or process is None or process.poll() is not None:
            return False
        poll = select.poll()
        try:
            poll.register(control, 0)  # hang-up is always reported
        except ValueError:  # closed by another thread
            return False
        return not poll.poll(0)

    def start(self) -> None:
        """Start the process, wait until everything is imported, and run one empty job to prove the walls.

        Raises
        ------
        SandboxError
            If bubblewrap or libseccomp is missing, this machine forbids what they need, a module cannot be imported,
            or `close` was called.
        """
        failures = []
        for program in bubblewrap.candidates():
            try:
                self._start(program)
            except SandboxError as error:
                self._end()
                failures.append(f"{program}: {error}")
            if self._closed:
                self._end()
                raise SandboxError("it was closed")
            if self.bubblewrap is not None:
                return
        raise SandboxError("; ".join(failures) or "bubblewrap was not found")

    def _start(self, program: Path) -> None:
        """Start the process in this bubblewrap."""
        from autograder.sandbox import syscall_filter

        try:
            compiled = syscall_filter.compiled()
        except (RuntimeError, OSError) as error:
            raise SandboxError(f"the filter on system calls could not be made: {error}") from error
        view = view_for(self.kind, hidden=self._hidden)
        orders = {
            "modules": self.kind.modules,
            "calls": self.kind.calls,
            "packages": view.packages,
            "shown": [place for _, place in view.shown],
        }
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(_memory_file())
            files = {place: stack.enter_context(_memory_file([text])) for place, text in _ACCOUNTS.items()}
            self._control, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.enter_context(inside)
            arguments = bubblewrap.command(
                program,
                view,
                environment.inside(COURSE, self._threads),
                {place: file.fileno() for place, file in files.items()},
                [sys.executable, "-s", "-P", "-B", "-m", "autograder.inside.zygote", str(inside.fileno())],
            )
            self._process = _starter.submit(
                subprocess.Popen,
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log.fileno(),
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(autograder.__file__).parents[1])},
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal is the grading process's to handle
                pass_fds=(inside.fileno(), *(file.fileno() for file in files.values())),
            ).result()
            inside.close()
            filter_file = stack.enter_context(_memory_file([compiled]))
            self._control.settimeout(_START_SECONDS)
            answer = self._ask(json.dumps(orders).encode(), filter_file.fileno())
            if "ready" not in answer:
                words = clean(os.pread(log.fileno(), 4000, max(0, os.fstat(log.fileno()).st_size - 4000)))
                raise SandboxError(answer.get("error") or " ".join(words.split()) or "it ended without a word")
            self._control.settimeout(None)
        trial = self.run(_TRIAL)
        if trial.ended is not Ended.FINISHED:
            raise SandboxError(trial.fault or f"an empty job ended with {trial.ended}: {trial.detail}")
        self.jobs_done = 0
        self.bubblewrap = program

    def _ask(self, orders: bytes, syscall_filter: int) -> dict[str, Any]:
        """Send what is to be imported, and return the answer; an empty one if the process died instead."""
        if self._control is None:
            return {}
        try:
            socket.send_fds(self._control, [orders], [syscall_filter])
            answer: dict[str, Any] = json.loads(self._control.recv(_MESSAGE_BYTES) or b"{}")
        except TimeoutError:
            return {"error": f"it was not ready after {_START_SECONDS:.0f} s"}
        except OSError:
            return {}
        return answer

    def run(self, job: Job) -> Ending:
        """Return how the job ended and what it brought back. Never raises for what the job did."""
        control = self._control
        if control is None:
            return Ending(ended=Ended.FAULT, fault="the zygote was not started, or is closed")
        with contextlib.ExitStack() as stack:
            leash, leash_inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.enter_context(leash)
            stack.enter_context(leash_inside)
            evidence, evidence_inside = (stack.enter_context(os.fdopen(end, "rb", 0)) for end in os.pipe())
            parts = pack(
                entry=job.entry,
                payload=job.payload,
                files=job.files,
                limits=job.limits,
                processors=stack.enter_context(processors.lease(self._threads)),
            )
            parcel = stack.enter_context(_memory_file(parts))
            with self._lock:
                try:
                    socket.send_fds(
                        control, [b"job"], [parcel.fileno(), evidence_inside.fileno(), leash_inside.fileno()]
                    )
                except OSError as error:
                    return Ending(ended=Ended.FAULT, fault=f"the zygote does not listen: {error}")
            for given_away in (parcel, evidence_inside, leash_inside):
                given_away.close()
            ending = Collector(job.limits, leash, evidence.fileno()).collect()
        self.jobs_done += 1
        return ending

    def close(self) -> None:
        """End the process and every job in it, for good. May be called twice, and from any thread."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        control, self._control = self._control, None
        process, self._process = self._process, None
        if control is not None:
            with contextlib.suppress(OSError):
                control.shutdown(socket.SHUT_RDWR)  # the zygote ends when the line does; so does a thread that waits
            control.close()
        if process is not None:
            try:
                process.wait(timeout=2)
            except subprocess.TimeoutExpired:  # still importing, or stopped
                process.kill()
                process.wait()


@contextlib.contextmanager
def _memory_file(pieces: Iterable[bytes] = ()) -> Iterator[IO[bytes]]:
    """Give a file that lies in memory alone, filled with the pieces, at its beginning."""
    with os.fdopen(os.memfd_create("sandbox"), "wb+") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        file.seek(0)
        yield file

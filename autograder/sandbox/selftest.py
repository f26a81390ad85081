"""Prove the sandbox on this machine: run what a hostile notebook would try, and see that it fails."""

from __future__ import annotations

import contextlib
import secrets
import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.sandbox import trials
from autograder.sandbox.bubblewrap import SandboxError
from autograder.sandbox.job import Job
from autograder.sandbox.kind import BARE, TENSORFLOW
from autograder.sandbox.machine import available, explain
from autograder.sandbox.trials import Trial
from autograder.sandbox.zygote import Zygote

_AT_A_TIME = 4
_BROKEN = "Do not grade strangers' notebooks on this machine; report this line, with the output of: uname -a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: whether it is right, what was seen, and the remedy if it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """All checks of one self-test."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether this machine may be trusted with strangers' code."""
        return all(check.ok for check in self.checks)

    def __str__(self) -> str:
        if self.ok:
            return f"The sandbox holds: {len(self.checks)} checks passed."
        failed = [check for check in self.checks if not check.ok]
        return " ".join(f"{check.name}: {check.detail} {check.remedy or ''}".strip() for check in failed)


def selftest(*, tensorflow: bool = False) -> SelfTest:
    """Return what was tried against the sandbox and how it held.

    Parameters
    ----------
    tensorflow : bool
        Also start the large zygote and train a small model in two forks of it, which takes some ten seconds.
    """
    problem = available()
    if problem is not None:
        return SelfTest(checks=(Check(name="sandbox", ok=False, detail=problem.what, remedy=problem.remedy),))
    checks = []
    with Zygote(BARE) as zygote:
        checks.append(Check(name="bubblewrap", ok=True, detail=f"{zygote.bubblewrap} builds namespaces of its own"))
        checks.append(_landlock())
        with _listeners() as (listening, network), _canary() as disk:
            tried = [network, disk, *trials.WALLS, *trials.LIMITS]
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                checks += pool.map(lambda trial: _try(zygote, trial), tried)
            checks.append(_nothing_arrived(listening))
    if tensorflow:
        try:
            with Zygote(TENSORFLOW) as zygote:
                checks += [_try(zygote, trials.TRAINING) for _ in range(2)]
        except SandboxError as error:
            cause = explain(str(error))
            checks.append(Check(name=trials.TRAINING.name, ok=False, detail=cause.what, remedy=cause.remedy))
    return SelfTest(checks=tuple(checks))


def _try(zygote: Zygote, trial: Trial) -> Check:
    """Run one trial and judge it."""
    job = Job(id=trial.name, entry="autograder.inside.script:run", payload=trial.source.encode(), limits=trial.limits)
    wrong = trial.held(zygote.run(job))
    if wrong is not None:
        return Check(name=trial.name, ok=False, detail=wrong, remedy=_BROKEN)
    return Check(name=trial.name, ok=True, detail=trial.proof)


def _landlock() -> Check:
    """Say which version of Landlock there is. It is the second lock on every door, so its absence is no refusal."""
    from autograder.inside import landlock

    version = landlock.abi()
    if version:
        return Check(name="Landlock", ok=True, detail=f"version {version}")
    return Check(name="Landlock", ok=True, detail="this kernel has none: the namespaces and the filter stand alone")


@contextlib.contextmanager
def _listeners() -> Iterator[tuple[list[socket.socket], Trial]]:
    """Listen where the trial will knock: on this machine's own addresses and on unix sockets."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        Path(folder).chmod(0o755)
        path = f"{folder}/socket"
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        listening = [tcp, udp]
        for address in (path, "\0" + path):
            listening.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
            listening[-1].bind(address)
            listening[-1].listen()
        Path(path).chmod(0o777)
        yield (
            listening,
            trials.of_the_network(tcp_port=tcp.getsockname()[1], udp_port=udp.getsockname()[1], socket_path=path),
        )


def _nothing_arrived(listening: list[socket.socket]) -> Check:
    """Ask the listeners whether anybody knocked."""
    knocked = []
    for listener in listening:
        listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(1)
            else:
                listener.accept()[0].close()
            knocked.append(str(listener.getsockname()))
    if knocked:
        return Check(name="nothing arrived", ok=False, detail=f"a job reached {', '.join(knocked)}", remedy=_BROKEN)
    return Check(name="nothing arrived", ok=True, detail="no listener on this machine was reached")


@contextlib.contextmanager
def _canary() -> Iterator[Trial]:
    """Lay out a file that anybody may read, and look for it, and for the project, from inside."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        canary = Path(folder, secrets.token_hex(8))
        canary.write_text("seen\n")
        project = Path(autograder.__file__).parent
        unseen = (
            canary,
            project / "judging.py",
            project / "exercises",
            project.parent / "solutions",
            Path.home() / ".ssh",
        )
        yield trials.of_the_disk(unseen=tuple(str(path) for path in unseen))

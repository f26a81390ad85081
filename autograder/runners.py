"""The zygotes of a run: one of each kind that is needed, shared by all workers, renewed when it is old or dead."""

from __future__ import annotations

import threading
from pathlib import Path

from autograder.sandbox import Ended, Ending, Job, Kind, Zygote

RENEW_AFTER = 250


class Stopped(RuntimeError):  # noqa: N818 - it is an event, not an error
    """The run was stopped; no job runs any more."""


class Zygotes:
    """Runs each job in a fork of a pre-imported process inside bubblewrap. May be used by several threads at once.

    Parameters
    ----------
    hidden : tuple of Path
        Folders that no job may see: the class, the results.
    renew_after : int
        Jobs after which a zygote is replaced.
    """

    def __init__(self, *, hidden: tuple[Path, ...] = (), renew_after: int = RENEW_AFTER) -> None:
        self._hidden, self._renew_after = hidden, renew_after
        self._lock = threading.Lock()
        self._current: dict[str, Zygote] = {}
        self._given: dict[str, int] = {}
        self._running: dict[Zygote, int] = {}
        self._closed = False

    def run(self, kind: Kind, job: Job) -> Ending:
        """Return how the job ended. After a fault, the next job of this kind gets a new zygote.

        Raises
        ------
        SandboxError
            If no zygote can be started.
        Stopped
            If `close` was called.
        """
        zygote = self._lease(kind)
        try:
            ending = zygote.run(job)
        finally:
            self._give_back(kind, zygote)
        if self._closed:
            raise Stopped("the run was stopped")
        if ending.ended is Ended.FAULT and not zygote.alive:
            self._retire(kind, zygote)
        return ending

    def close(self) -> None:
        """End all zygotes and what runs in them."""
        with self._lock:
            self._closed = True
            zygotes = {*self._current.values(), *self._running}
            self._current.clear()
        for zygote in zygotes:
            zygote.close()

    def _lease(self, kind: Kind) -> Zygote:
        with self._lock:
            if self._closed:
                raise Stopped("the run was stopped")
            zygote = self._current.get(kind.name)
            if zygote is not None and (self._given[kind.name] >= self._renew_after or not zygote.alive):
                del self._current[kind.name]
                if not self._running.get(zygote):
                    zygote.close()
                zygote = None
            if zygote is None:
                zygote = Zygote(kind, hidden=self._hidden)
                zygote.start()
                self._current[kind.name], self._given[kind.name] = zygote, 0
            self._given[kind.name] += 1
            self._running[zygote] = self._running.get(zygote, 0) + 1
            return zygote

    def _give_back(self, kind: Kind, zygote: Zygote) -> None:
        with self._lock:
            self._running[zygote] -= 1
            if self._running[zygote] == 0:
                del self._running[zygote]
                if self._current.get(kind.name) is not zygote:
                    zygote.close()

    def _retire(self, kind: Kind, zygote: Zygote) -> None:
        with self._lock:
            if self._current.get(kind.name) is zygote:
                del self._current[kind.name]
                if not self._running.get(zygote):
                    zygote.close()

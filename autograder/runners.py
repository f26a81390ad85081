"""The zygotes of a run: one of each kind that is needed, shared by all workers, renewed when it is old or dead."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from autograder.sandbox import Ended, Ending, Job, Kind, Unsandboxed, Zygote

RENEW_AFTER = 250


class Stopped(RuntimeError):  # noqa: N818 - it is an event, not an error
    """The run was stopped; no job runs any more."""


class Worker(Protocol):
    """A zygote, or what stands for one where code runs trusted."""

    @property
    def alive(self) -> bool:
        """Whether jobs can be given to it."""
        ...

    def start(self) -> None:
        """Make it ready."""
        ...

    def run(self, job: Job) -> Ending:
        """Return how the job ended."""
        ...

    def close(self) -> None:
        """End it, and what runs in it."""
        ...


class _Place:
    """Where the present zygote of one kind stands; old ones live on while jobs run in them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.worker: Worker | None = None
        self.given = 0
        self.running: dict[Worker, int] = {}


class Runners:
    """Runs jobs of any kind. May be used by several threads at once.

    Parameters
    ----------
    trusted : bool
        Whether code runs without walls.
    hidden : tuple of Path
        Folders that no job may see: the class, the results.
    renew_after : int
        Jobs after which a zygote is replaced.
    """

    def __init__(self, *, trusted: bool = False, hidden: tuple[Path, ...] = (), renew_after: int = RENEW_AFTER) -> None:
        self._make: Callable[..., Worker] = Unsandboxed if trusted else Zygote
        self._hidden, self._renew_after = hidden, renew_after
        self._places: dict[str, _Place] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def run(self, kind: Kind, job: Job) -> Ending:
        """Return how the job ended. After a fault in which the zygote died, the next job gets a new one.

        Raises
        ------
        SandboxError
            If no zygote can be started.
        Stopped
            If `close` was called.
        """
        place = self._place(kind)
        worker = self._taken(place, kind)
        try:
            ending = worker.run(job)
        finally:
            self._given_back(place, worker)
        if self._closed.is_set():
            raise Stopped("the run was stopped")
        if ending.ended is Ended.FAULT:
            self._retire(place, worker)
        return ending

    def warm(self, kinds: Iterable[Kind]) -> None:
        """Begin to start the zygotes of these kinds, and do not wait: a failure shows when a job needs one."""
        for kind in kinds:
            threading.Thread(target=self._start, args=(kind,), name=f"start-{kind.name}", daemon=True).start()

    def close(self) -> None:
        """End all zygotes and what runs in them. May be called twice."""
        with self._lock:
            self._closed.set()
            places = list(self._places.values())
        for place in places:
            # Not under the place's lock: whoever starts a zygote holds it for seconds, and looks afterwards.
            for worker in {*place.running, *([place.worker] if place.worker else [])}:
                worker.close()

    def _place(self, kind: Kind) -> _Place:
        with self._lock:
            return self._places.setdefault(kind.name, _Place())

    def _start(self, kind: Kind) -> None:
        from autograder.sandbox import SandboxError

        place = self._place(kind)
        with contextlib.suppress(SandboxError, Stopped, OSError), place.lock:
            self._ready(place, kind)

    def _taken(self, place: _Place, kind: Kind) -> Worker:
        with place.lock:
            worker = self._ready(place, kind)
            place.given += 1
            place.running[worker] = place.running.get(worker, 0) + 1
            return worker

    def _ready(self, place: _Place, kind: Kind) -> Worker:
        """Return the place's zygote, a new one if it is old or dead. The place is locked."""
        if self._closed.is_set():
            raise Stopped("the run was stopped")
        worker = place.worker
        if worker is not None and place.given < self._renew_after and worker.alive:
            return worker
        if worker is not None:
            self._removed(place, worker)
        worker = self._make(kind, hidden=self._hidden)
        worker.start()
        place.worker, place.given = worker, 0
        if self._closed.is_set():  # `close` may have looked before the new one stood here
            worker.close()
        return worker

    def _given_back(self, place: _Place, worker: Worker) -> None:
        with place.lock:
            place.running[worker] -= 1
            if place.running[worker] == 0:
                del place.running[worker]
                if place.worker is not worker:
                    worker.close()

    def _retire(self, place: _Place, worker: Worker) -> None:
        with place.lock:
            if place.worker is worker and not worker.alive:
                self._removed(place, worker)

    def _removed(self, place: _Place, worker: Worker) -> None:
        place.worker = None
        if not place.running.get(worker):
            worker.close()

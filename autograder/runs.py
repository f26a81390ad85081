"""A run over a class: several workers grade what is new or changed; what is finished is kept, whatever happens."""

from __future__ import annotations

import json
import queue
import secrets
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from autograder.course import Lesson
from autograder.fingerprints import fingerprint_of
from autograder.grading import Examined, Settings, conclude, examine
from autograder.handins import ClassFound, HandIn
from autograder.locks import only_run_on
from autograder.records import Cause, Evidence, LessonResult
from autograder.results import ResultProblem, all_results, read_result, result_path, sweep, write_result, write_whole
from autograder.runners import Stopped
from autograder.sandbox import Ending, Job, Kind, SandboxError

RUN_FILE = "run.json"
FAULTS_FILE = "faults.txt"
MAX_SEED = 1 << 31
WORKER_STACK_BYTES = 32 << 20  # Python's parser goes deep on hostile cells, and some systems give threads 512 kB


class ClosableRunner(Protocol):
    """A runner that can be told to stop."""

    def run(self, kind: Kind, job: Job) -> Ending:
        """Return how the job ended."""
        ...

    def close(self) -> None:
        """End what runs."""
        ...


class Watcher(Protocol):
    """Whoever wants to know how a run gets on."""

    def begins(self, todo: int, kept: int) -> None:
        """The run begins: so many hand-ins are to be graded, so many are graded already."""

    def starts(self, handin: HandIn) -> None:
        """A worker takes up a hand-in. Called in the worker's thread."""

    def ends(self, result: LessonResult) -> None:
        """A hand-in is graded, and its result is written."""


@dataclass(slots=True)
class Outcomes:
    """What a run came to: the results of the hand-ins it was asked for, and how many of them it had to grade."""

    results: list[LessonResult] = field(default_factory=list)
    graded: int = 0
    kept: int = 0
    faults: int = 0


class Run:
    """Grades the hand-ins of a class into an output folder.

    Use it as a context manager: it holds the folder, so that no other run writes there.

    Parameters
    ----------
    out : Path
        The output folder; it is made if needed.
    seed : int or None
        None: that of the folder's first run, or a new random one.
    sandbox : str
        What the results are stamped with.
    cell_seconds : float or None
    """

    def __init__(self, out: Path, *, seed: int | None, sandbox: str, cell_seconds: float | None = None) -> None:
        self.out = out
        self._asked_seed, self._sandbox, self._cell_seconds = seed, sandbox, cell_seconds
        self._stack = ExitStack()
        self._state: dict[str, Any] = {}

    def __enter__(self) -> Run:
        self.out.mkdir(parents=True, exist_ok=True)
        self._stack.enter_context(only_run_on(self.out))
        sweep(self.out)
        self._state = _read_state(self.out / RUN_FILE)
        stored = self._state.get("seed")
        seed = self._asked_seed if self._asked_seed is not None else stored
        if not isinstance(seed, int):
            seed = secrets.randbelow(MAX_SEED)
        self.settings = Settings(seed=seed, sandbox=self._sandbox, cell_seconds=self._cell_seconds)
        if stored != seed:
            self.remember(seed=seed)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def remember(self, **values: Any) -> None:
        """Keep facts about the run in the folder's `run.json`."""
        self._state = {"schema": 1, **self._state, **values}
        write_whole(self.out / RUN_FILE, json.dumps(self._state, indent=1, sort_keys=True) + "\n")

    def recalled(self, key: str) -> Any:
        """Return a fact that an earlier run kept, or None."""
        return self._state.get(key)

    def grade(
        self,
        found: ClassFound,
        lessons: Sequence[Lesson],
        runner: ClosableRunner,
        *,
        workers: int,
        watcher: Watcher,
        force: bool = False,
    ) -> Outcomes:
        """Grade what is new or changed, and return the results of all.

        Each result is written as soon as it is there. On any exception (an interrupt, a full disk, no sandbox) the
        workers are stopped first; what was written stays.

        Raises
        ------
        SandboxError
            If the sandbox cannot be started.
        OSError
            If a result cannot be written.
        """
        by_name = {lesson.name: lesson for lesson in lessons}
        outcomes = Outcomes()
        todo: list[tuple[HandIn, str]] = []
        for handin in found.handins:
            fingerprint = fingerprint_of(handin, by_name[handin.lesson], self.settings)
            stored = None if force else self._stored(handin, fingerprint)
            if stored is None:
                todo.append((handin, fingerprint))
            else:
                outcomes.results.append(stored)
        outcomes.kept = len(outcomes.results)
        watcher.begins(len(todo), outcomes.kept)
        workshop = _Workshop(todo, by_name, self.settings, runner, watcher)
        try:
            for examined, fingerprint, fault in workshop.examined(workers):
                result = self._concluded(examined, by_name[examined.handin.lesson], fingerprint, fault)
                write_result(self.out, result)
                outcomes.results.append(result)
                outcomes.graded += 1
                outcomes.faults += fault is not None
                watcher.ends(result)
        finally:
            runner.close()
            workshop.stop()
        outcomes.results.sort(key=lambda result: (result.student, result.lesson))
        return outcomes

    def all_results(self, outcomes: Outcomes) -> tuple[list[LessonResult], list[str]]:
        """Return all results in the folder, those of earlier runs over other hand-ins too, and what is damaged."""
        mine = {result_path(self.out, result.student, result.lesson): result for result in outcomes.results}
        return all_results(self.out, known=mine)

    def _stored(self, handin: HandIn, fingerprint: str) -> LessonResult | None:
        """Return the finished result of a hand-in that has not changed since; None where it is to be graded."""
        path = result_path(self.out, handin.student, handin.lesson)
        try:
            result = read_result(path)
        except (OSError, ResultProblem):
            return None
        failed_us = result.needs_a_person and not handin.ambiguous  # a fault of ours: try again
        same = (result.student, result.lesson, result.fingerprint) == (handin.student, handin.lesson, fingerprint)
        return result if same and not failed_us else None

    def _concluded(self, examined: Examined, lesson: Lesson, fingerprint: str, fault: str | None) -> LessonResult:
        if fault is not None:
            with (self.out / FAULTS_FILE).open("a", encoding="utf-8") as file:
                file.write(f"{examined.handin.student}, {examined.handin.lesson}\n{fault}\n")
        return replace(conclude(examined, lesson, self.settings), fingerprint=fingerprint)


class _Workshop:
    """The workers: threads that wait for the sandbox, while the main thread judges and writes."""

    def __init__(
        self,
        todo: Sequence[tuple[HandIn, str]],
        lessons: dict[str, Lesson],
        settings: Settings,
        runner: ClosableRunner,
        watcher: Watcher,
    ) -> None:
        self._todo = iter(todo)
        self._count = len(todo)
        self._lessons, self._settings, self._runner, self._watcher = lessons, settings, runner, watcher
        self._taking = threading.Lock()
        self._stopped = threading.Event()
        self._done: queue.Queue[tuple[Examined, str, str | None] | BaseException] = queue.Queue()
        self._threads: list[threading.Thread] = []
        # A few finished ones may wait to be judged; no more, or evidence would pile up in memory.
        self._waiting = threading.Semaphore(0)

    def examined(self, workers: int) -> Iterator[tuple[Examined, str, str | None]]:
        """Yield each hand-in's evidence as it comes in, its fingerprint, and the traceback of a fault of ours."""
        self._waiting.release(2 * workers)
        usual = threading.stack_size(WORKER_STACK_BYTES)
        try:
            for number in range(min(workers, self._count)):
                thread = threading.Thread(target=self._work, name=f"worker-{number + 1}", daemon=True)
                thread.start()
                self._threads.append(thread)
        finally:
            threading.stack_size(usual)
        for _ in range(self._count):
            one = self._done.get()
            if isinstance(one, BaseException):
                raise one
            self._waiting.release()
            yield one

    def stop(self) -> None:
        """Let the workers come to an end, and wait for them."""
        self._stopped.set()
        for _ in self._threads:
            self._waiting.release()
        for thread in self._threads:
            thread.join(timeout=30)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._waiting.acquire()
            with self._taking:
                handin, fingerprint = next(self._todo, (None, ""))
            if handin is None or self._stopped.is_set():
                return
            self._watcher.starts(handin)
            try:
                self._done.put(self._one(handin, fingerprint))
            except Stopped:
                return
            except SandboxError as problem:
                self._done.put(problem)
                return

    def _one(self, handin: HandIn, fingerprint: str) -> tuple[Examined, str, str | None]:
        lesson = self._lessons[handin.lesson]
        try:
            return examine(handin, lesson, self._settings, self._runner), fingerprint, None
        except (Stopped, SandboxError):
            raise
        except Exception as fault:  # the border: a fault of ours with one hand-in must not cost the others theirs
            detail = f"The grader failed with {type(fault).__name__}."
            evidence = {exercise.id: Evidence(cause=Cause.GRADER, detail=detail) for exercise in lesson.exercises}
            return Examined(handin=handin, evidence=evidence), fingerprint, traceback.format_exc()


def _read_state(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}

"""A run over a class: several workers grade what is new or changed; what is finished is kept, whatever happens."""

from __future__ import annotations

import json
import queue
import secrets
import threading
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from autograder.course import Lesson
from autograder.fingerprints import fingerprint_of
from autograder.grading import Examined, Settings, conclude, examine
from autograder.handins import ClassFound, HandIn
from autograder.integrity.digits import Digits
from autograder.integrity.traces import write_trace
from autograder.interrupts import Interrupts
from autograder.locks import only_run_on
from autograder.records import Cause, Evidence, LessonResult
from autograder.results import ResultProblem, all_results, read_result, result_path, sweep, write_result, write_whole
from autograder.runners import Stopped
from autograder.sandbox import Ending, Job, Kind, SandboxError

RUN_FILE = "run.json"
FAULTS_FILE = "faults.txt"
MAX_SEED = 1 << 31
TRIES = 2  # a hand-in on which we fail
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


@dataclass(frozen=True, slots=True)
class Task:
    """One hand-in to grade: its lesson, and the fingerprint that its result will bear."""

    handin: HandIn
    lesson: Lesson
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do, and what was done before."""

    todo: tuple[Task, ...]
    kept: tuple[LessonResult, ...]


_Done = tuple[Task, Examined, str | None]


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
    private : Digits or None
        A teacher's own digits, for a signal.
    """

    def __init__(
        self,
        out: Path,
        *,
        seed: int | None,
        sandbox: str,
        cell_seconds: float | None = None,
        private: Digits | None = None,
    ) -> None:
        self.out = out
        self._asked_seed, self._sandbox, self._cell_seconds = seed, sandbox, cell_seconds
        self._private = private
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
        self.settings = Settings(
            seed=seed, sandbox=self._sandbox, cell_seconds=self._cell_seconds, private=self._private
        )
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

    def plan(self, found: ClassFound, lessons: Sequence[Lesson], *, force: bool = False) -> Plan:
        """Return which hand-ins are to be graded, and the results of those that have not changed.

        Parameters
        ----------
        found : ClassFound
        lessons : sequence of Lesson
            The course; each hand-in's lesson is among them.
        force : bool
            Grade all of them.
        """
        by_name = {lesson.name: lesson for lesson in lessons}
        todo: list[Task] = []
        kept: list[LessonResult] = []
        for handin in found.handins:
            task = Task(handin, by_name[handin.lesson], fingerprint_of(handin, by_name[handin.lesson], self.settings))
            stored = None if force else self._stored(task)
            if stored is None:
                todo.append(task)
            else:
                kept.append(stored)
        return Plan(tuple(todo), tuple(kept))

    def grade(self, plan: Plan, runner: ClosableRunner, *, workers: int, watcher: Watcher) -> list[LessonResult]:
        """Grade what the plan says, and return the results of all its hand-ins in order.

        Each result is written as soon as it is there. On any exception (an interrupt, a full disk, no sandbox) the
        workers are stopped first; what was written stays. The runner is closed in any case.

        Raises
        ------
        SandboxError
            If the sandbox cannot be started.
        OSError
            If a result cannot be written.
        """
        results = list(plan.kept)
        watcher.begins(len(plan.todo), len(plan.kept))
        workshop = _Workshop(plan.todo, self.settings, runner, watcher)
        with Interrupts() as interrupts:
            try:
                workshop.open(workers)
                for _ in plan.todo:
                    task, examined, fault = interrupts.wait(workshop.next)
                    if fault is not None:
                        self._keep_fault(task.handin, fault)
                    result = conclude(examined, task.lesson, self.settings)
                    result = replace(result, fingerprint=task.fingerprint)
                    write_trace(self.out, result, examined.trace)  # first: who finds a result finds its trace
                    write_result(self.out, result)
                    results.append(result)
                    watcher.ends(result)
            finally:
                runner.close()
                workshop.stop()
        return sorted(results, key=lambda result: (result.student, result.lesson))

    def all_results(self, results: Sequence[LessonResult]) -> tuple[list[LessonResult], list[str]]:
        """Return all results in the folder, those of earlier runs over other hand-ins too, and what is damaged."""
        mine = {result_path(self.out, result.student, result.lesson): result for result in results}
        return all_results(self.out, known=mine)

    def _stored(self, task: Task) -> LessonResult | None:
        """Return the finished result of a hand-in that has not changed since; None where it is to be graded."""
        handin = task.handin
        try:
            result = read_result(result_path(self.out, handin.student, handin.lesson))
        except (OSError, ResultProblem):
            return None
        failed_us = result.needs_a_person and not handin.ambiguous  # a fault of ours: try again
        same = (result.student, result.lesson, result.fingerprint) == (handin.student, handin.lesson, task.fingerprint)
        return result if same and not failed_us else None

    def _keep_fault(self, handin: HandIn, fault: str) -> None:
        with (self.out / FAULTS_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{handin.student}, {handin.lesson}\n{fault}\n")


class _Workshop:
    """The workers: threads that wait for the sandbox, while the main thread judges and writes."""

    def __init__(self, todo: Sequence[Task], settings: Settings, runner: ClosableRunner, watcher: Watcher) -> None:
        self._todo = iter(todo)
        self._count = len(todo)
        self._settings, self._runner, self._watcher = settings, runner, watcher
        self._taking = threading.Lock()
        self._stopped = threading.Event()
        self._done: queue.Queue[_Done | BaseException] = queue.Queue()
        self._threads: list[threading.Thread] = []
        # A few finished ones may wait to be judged; no more, or evidence would pile up in memory.
        self._room = threading.Semaphore(0)

    def open(self, workers: int) -> None:
        """Let the workers begin."""
        self._room.release(2 * workers)
        usual = threading.stack_size(WORKER_STACK_BYTES)
        try:
            for number in range(min(workers, self._count)):
                thread = threading.Thread(target=self._work, name=f"worker-{number + 1}", daemon=True)
                thread.start()
                self._threads.append(thread)
        finally:
            threading.stack_size(usual)

    def next(self) -> _Done:
        """Return the next task with its evidence as it comes in, and the traceback of a fault of ours.

        Whatever ended a worker is raised here.
        """
        one = self._done.get()
        if isinstance(one, BaseException):
            raise one
        self._room.release()
        return one

    def stop(self) -> None:
        """Let the workers come to an end, and wait for them."""
        self._stopped.set()
        for _ in self._threads:
            self._room.release()
        for thread in self._threads:
            thread.join(timeout=30)

    def _work(self) -> None:
        while True:
            self._room.acquire()
            with self._taking:
                task = next(self._todo, None)
            if task is None or self._stopped.is_set():
                return
            self._watcher.starts(task.handin)
            try:
                self._done.put(self._one(task))
            except Stopped:
                return
            except BaseException as problem:  # no sandbox, or worse: the main thread raises it, whatever it is
                self._done.put(problem)
                return

    def _one(self, task: Task) -> _Done:
        faults = []
        for _ in range(TRIES):
            try:
                examined = examine(task.handin, task.lesson, self._settings, self._runner)
                break
            except (Stopped, SandboxError):
                raise
            except Exception as fault:  # the border: a fault of ours with one hand-in must not cost the others theirs
                faults.append(traceback.format_exc())
                detail = f"The grader failed with {type(fault).__name__}."
                evidence = {one.id: Evidence(cause=Cause.GRADER, detail=detail) for one in task.lesson.exercises}
                examined = Examined(handin=task.handin, evidence=evidence)
        return task, examined, "".join(faults) or None


def _read_state(path: Path) -> dict[str, Any]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}

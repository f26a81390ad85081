"""Run a hand-in's cells in the sandbox, as far as they go: what one cell breaks costs only what depends on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from autograder import notes
from autograder.inside.codec import encode
from autograder.inside.limits import Limits
from autograder.names import definitions_in, without_actions
from autograder.records import Cause, Evidence
from autograder.sandbox.ending import Ended, Ending
from autograder.sandbox.job import Job
from autograder.sandbox.kind import LIGHT, TENSORFLOW, Kind
from autograder.selection import MAX_ANALYSED, Selection, with_all_cells
from autograder.transcript import Transcript, read_transcript

ENTRY = "autograder.inside.notebook:run"
MAX_REPEATS = 3
PATIENCE = 3.0
SLACK_SECONDS = 5.0
_MANY_CORES = 8
_SIGPROF = 27  # how `autograder.inside.notebook` has the kernel end a cell that hears nothing else
_MIB = 1 << 20
_HEAVY = re.compile(r"\b(tensorflow|keras)\b")


class Runner(Protocol):
    """What runs a job: a sandbox, or the trusted way."""

    def run(self, kind: Kind, job: Job) -> Ending:
        """Return how the job ended, and what it told until then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long things may compute, in seconds: one cell, one answer, all cells, all answers, and the whole job.

    On a busy machine as much may take `PATIENCE` times as long.
    """

    cell: float
    probe: float
    cells: float
    probes: float
    job: float

    @property
    def silence(self) -> float:
        """How long it may take until the next thing is told: code that hears no signal ends no later than this."""
        return PATIENCE * max(self.cell, self.probe) + SLACK_SECONDS

    @classmethod
    def of(cls, kind: Kind, cell: float | None = None, probe: float = 10.0) -> Times:
        """Return the times for a kind of job; `cell` is what a teacher asks for instead of the usual."""
        cell = cell if cell is not None else 60.0 if kind is TENSORFLOW else 10.0
        cells, probes = 3 * cell, max(30.0, 1.5 * cell)
        return cls(cell=cell, probe=probe, cells=cells, probes=probes, job=cells + probes + 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What running one notebook came to: the evidence of each exercise, and what was odd."""

    evidence: Mapping[str, Evidence]
    notes: tuple[str, ...] = ()


def execute(
    selection: Selection,
    probes: Mapping[str, dict[str, Any]],
    files: Sequence[tuple[str, bytes]],
    *,
    runner: Runner,
    seed: int,
    who: str = "",
    needs_tensorflow: bool = False,
    cell_seconds: float | None = None,
) -> Execution:
    """Return what a notebook's answers come to.

    Where the run is killed, it is repeated without the cell or the answer that was running then, three times at most.
    Where an answer seems to lack one of the lesson's own cells that were skipped, all cells are run.

    Parameters
    ----------
    selection : Selection
    probes : mapping
        Exercise id → probe.
    files : sequence of (path, bytes)
        What lies beside the notebook.
    runner : Runner
    seed : int
    who : str
        Whose it is, for messages.
    needs_tensorflow : bool
        Whether the lesson does; a notebook that speaks of TensorFlow does anyway.
    cell_seconds : float or None
        The longest that one cell may take.
    """
    heavy = needs_tensorflow or any(_HEAVY.search(cell.source) for cell in selection.run)
    kind = TENSORFLOW if heavy else LIGHT
    longest = max((probe["seconds"] for probe in probes.values()), default=0.0)
    times = Times.of(kind, cell_seconds, longest)
    run = _Run(selection, probes, tuple(files), runner, seed, who, kind, times)
    execution = run.execution()
    if run.skipped_cells_could_help():
        whole = with_all_cells(selection)
        return _Run(whole, probes, tuple(files), runner, seed, who, kind, run.times).execution()
    return execution


class _Run:
    """One notebook's run and its repeats."""

    def __init__(
        self,
        selection: Selection,
        probes: Mapping[str, dict[str, Any]],
        files: tuple[tuple[str, bytes], ...],
        runner: Runner,
        seed: int,
        who: str,
        kind: Kind,
        times: Times,
    ) -> None:
        self.selection, self.probes, self.files = selection, probes, files
        self.runner, self.seed, self.who, self.kind, self.times = runner, seed, who, kind, times
        self.sources = {cell.number: cell.source for cell in selection.run}
        self.lost_cells: dict[int, Cause] = {}
        self.evidence: dict[str, Evidence] = {}
        self.notes: list[str] = []
        self.transcript = Transcript()

    def execution(self) -> Execution:
        """Run, repeat where it is killed, and say of every exercise what is known."""
        cause: Cause | None = None
        detail = ""
        spent = 0.0
        for turn in range(1 + MAX_REPEATS):
            ending = self._once()
            spent += ending.wall_seconds
            self.transcript = read_transcript(ending.frames, self.probes)
            for exercise, evidence in self.transcript.evidence.items():
                self.evidence.setdefault(exercise, evidence)
            if ending.ended is Ended.FAULT:
                cause, detail = Cause.GRADER, ending.fault or ""
                break
            complete = self.probes.keys() <= self.evidence.keys()
            if self.transcript.done and ending.ended is Ended.FINISHED and complete:
                cause = None
                break
            cause = killed_by(ending)  # where it says that it is done and has not answered, somebody else said so
            if complete or not self._can_repeat(self.transcript, cause, last=turn == MAX_REPEATS - 1):
                break
            if spent > 1.5 * PATIENCE * self.times.job:  # twice to the very limit: that is enough of one hand-in
                break
        known = {exercise: self._known(exercise, cause, detail) for exercise in self.probes}
        return Execution(evidence=known, notes=(*self.selection.notes, *self.notes, *self._told()))

    def skipped_cells_could_help(self) -> bool:
        """Whether some error might not have been raised, had the skipped cells been run too."""
        errors = [cell.error for cell in self.transcript.cells]
        for evidence in self.evidence.values():
            errors += [outcome.error for outcome in evidence.outcomes]
        return any(error is not None and self.selection.could_explain(error.type, error.message) for error in errors)

    def _once(self) -> Ending:
        cells = [{"index": number, "source": source} for number, source in self.sources.items()]
        left = {exercise: probe for exercise, probe in self.probes.items() if exercise not in self.evidence}
        payload = {
            "cells": cells,
            "probes": left,
            "cell_seconds": self.times.cell,
            "cells_seconds": self.times.cells,
            "probes_seconds": self.times.probes,
            "seed": self.seed,
        }
        limits = Limits(
            wall_seconds=PATIENCE * self.times.job,
            silence_seconds=self.times.silence,
            cpu_seconds=_MANY_CORES * self.times.job,
            memory_bytes=(2048 if self.kind is TENSORFLOW else 1024) * _MIB,
        )
        job = Job(id=self.who, entry=ENTRY, payload=encode(payload), files=self.files, limits=limits)
        ending = self.runner.run(self.kind, job)
        if ending.ended is Ended.FAULT:
            ending = self.runner.run(self.kind, job)
        return ending

    def _can_repeat(self, transcript: Transcript, cause: Cause, *, last: bool) -> bool:
        """Take out what was running; before the last run, or where nothing was, all that acts. False where it was."""
        if self._can_repeat_without(transcript, cause) and not last:
            return True
        functions: dict[int, str] = {}
        room = MAX_ANALYSED
        for cell in self.selection.run:
            room -= len(cell.source)
            if room < 0:  # it takes time where the whole class is graded, and strangers write the longest
                break
            functions[cell.number] = cell.source if cell.unchanged else without_actions(cell.source)
        if self.sources == functions:
            return False
        self.sources = functions
        self.notes.append(notes.of_last_run())
        return True

    def _can_repeat_without(self, transcript: Transcript, cause: Cause) -> bool:
        """Take out what was running when the run was killed; False where nothing was."""
        number, probe = transcript.running_cell, transcript.running_probe
        if number is not None and number in self.sources:
            definitions = definitions_in(self.sources[number]) if number not in self.lost_cells else ""
            if definitions:
                self.sources[number] = definitions
            else:
                del self.sources[number]
            self.lost_cells[number] = cause
            self.notes.append(notes.of_killed_cell(number, cause, definitions_kept=bool(definitions)))
            return True
        if probe is not None and probe not in self.evidence:
            self.evidence[probe] = Evidence(found=True, cause=cause)
            return True
        return False

    def _known(self, exercise: str, cause: Cause | None, detail: str) -> Evidence:
        """Return the evidence of one exercise; where its function is missing, why it might be."""
        evidence = self.evidence.get(exercise)
        if evidence is None:
            return Evidence(cause=cause or Cause.CRASHED, detail=detail)
        if evidence.found or evidence.cause is not None:
            return evidence
        for number in reversed(self.selection.defined_in.get(self.probes[exercise]["name"], ())):
            if number in self.lost_cells:
                return replace(evidence, cause=self.lost_cells[number], detail=f"It was cell {number}.")
            seen = self.transcript.cell(number)
            if seen is not None and seen.error is not None:
                late = seen.error.type == "TookTooLong"
                detail = f"It was cell {number}." if late else f"Cell {number}: {notes.error_text(seen.error)}."
                return replace(evidence, cause=Cause.TIMEOUT if late else Cause.ERROR, detail=detail)
            if self.transcript.cut_at is not None and number >= self.transcript.cut_at:
                return replace(evidence, cause=Cause.TIMEOUT, detail=f"Cell {number} was not reached.")
        return evidence

    def _told(self) -> list[str]:
        told = [note for cell in self.transcript.cells if cell.number in self.sources for note in notes.of_cell(cell)]
        if self.transcript.cut_at is not None:
            told.append(f"there was no time left for cell {self.transcript.cut_at} and those after it")
        for exercise, remarks in self.transcript.remarks.items():
            told += notes.of_probe(self.probes[exercise]["name"], remarks)
        return told


def killed_by(ending: Ending) -> Cause:
    """Return what ended a job that did not come to its own end."""
    if ending.ended in {Ended.TIMEOUT, Ended.CPU} or ending.signal == _SIGPROF:
        return Cause.TIMEOUT
    if ending.ended in {Ended.MEMORY, Ended.EVIDENCE_TOO_BIG}:
        return Cause.MEMORY
    return Cause.CRASHED

"""What was told from inside a sandbox while a notebook ran there: frames, read as claims and nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from autograder.inside.codec import CodecError, decode
from autograder.records import ErrorSeen, Evidence, NotPlain, evidence_from_plain
from autograder.wording import one_line

MAX_REMARKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSeen:
    """How one cell ended: well, or with an error; `noted` is what it asked for and did not get."""

    number: int
    error: ErrorSeen | None = None
    noted: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a run inside the sandbox came to, as far as it came.

    `running_cell` and `running_probe` say what was under way when the frames stop; `cut_at` is the first cell that
    there was no time for; `done` is whether the run came to its own end.
    """

    cells: tuple[CellSeen, ...] = ()
    evidence: dict[str, Evidence] = field(default_factory=dict)
    remarks: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    running_cell: int | None = None
    running_probe: str | None = None
    cut_at: int | None = None
    done: bool = False
    broken: int = 0

    def cell(self, number: int) -> CellSeen | None:
        """Return how the cell with this number ended, or None where it did not."""
        return next((cell for cell in self.cells if cell.number == number), None)


def read_transcript(frames: Iterable[bytes], asked: Iterable[str]) -> Transcript:
    """Return what the frames tell.

    The frames come from where student code runs: a frame that is not of the agreed form is counted and left out, an
    exercise that was not asked for is left out, and of two answers to one exercise the first counts.

    Parameters
    ----------
    frames : iterable of bytes
    asked : iterable of str
        The ids of the exercises that were to be probed.
    """
    wanted = frozenset(asked)
    cells: dict[int, CellSeen] = {}
    evidence: dict[str, Evidence] = {}
    remarks: dict[str, tuple[tuple[str, str], ...]] = {}
    running_cell: int | None = None
    running_probe: str | None = None
    cut_at: int | None = None
    done, broken = False, 0
    for frame in frames:
        try:
            told = decode(frame)
            event = told["event"]
            if event == "cell_started":
                running_cell = _number(told["index"])
            elif event == "cell_ended":
                seen = _cell(told)
                cells[seen.number] = seen
                running_cell = None
            elif event == "cells_cut":
                cut_at = _number(told["index"])
            elif event == "probe_started":
                running_probe = told["exercise"] if told["exercise"] in wanted else None
            elif event == "probe" and told["exercise"] in wanted:
                running_probe = None
                if told["exercise"] not in evidence:
                    evidence[told["exercise"]] = evidence_from_plain(told["evidence"])
                    remarks[told["exercise"]] = _pairs(told.get("remarks", []))
            elif event == "done":
                done = True
        except (CodecError, NotPlain, KeyError, TypeError, ValueError):
            broken += 1
    return Transcript(
        cells=tuple(cells.values()),
        evidence=evidence,
        remarks=remarks,
        running_cell=running_cell,
        running_probe=running_probe,
        cut_at=cut_at,
        done=done,
        broken=broken,
    )


def _number(value: Any) -> int:
    if type(value) is not int:
        raise NotPlain("a cell's number is not a number")
    return value


def _cell(told: dict[str, Any]) -> CellSeen:
    error = told.get("error")
    seen = None
    if error is not None:
        outcome = evidence_from_plain({"outcomes": [{"error": error}]}).outcomes[0]
        seen = outcome.error
    return CellSeen(number=_number(told["index"]), error=seen, noted=_pairs(told.get("noted", [])))


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        raise NotPlain("the remarks are not a list")
    pairs = []
    for item in value[:MAX_REMARKS]:
        kind, detail = item
        pairs.append((one_line(str(kind), 40), one_line(str(detail), 80)))
    return tuple(pairs)

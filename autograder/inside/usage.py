"""What a job uses at this moment, over all its processes: processor time, memory, how many they are.

Read from /proc, see proc(5); control groups are not to be had by an ordinary user on most machines.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """One line of /proc/PID/stat. Times in clock ticks, resident memory in bytes."""

    pid: int
    parent: int
    started: int
    own_ticks: int
    waited_ticks: int
    resident: int


class Meter:
    """Counts what the process `root` and all its descendants use; `root` itself is ours and its memory is left out."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._alive: dict[tuple[int, int], int] = {}
        self._ticks_of_the_dead = 0
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self.peak_processes = 0

    def read(self, enough_bytes: int, *, exact: bool = False) -> int:
        """Return the bytes of memory that the job's processes hold together, and bring the counts up to date.

        Resident memory counts a shared page once for each process, so it is an upper bound that costs little. Only
        where the bound is over `enough_bytes`, or `exact` is asked for, is each process's proportional share read.
        """
        family = self._family()
        alive = {(one.pid, one.started): one.own_ticks for one in family}
        self._ticks_of_the_dead += sum(ticks for key, ticks in self._alive.items() if key not in alive)
        self._alive = alive
        seen = self._ticks_of_the_dead + sum(alive.values())
        waited = sum(one.own_ticks + one.waited_ticks for one in family)
        self.cpu_seconds = max(self.cpu_seconds, max(seen, waited) / _TICKS)

        students = [one for one in family if one.pid != self._root]
        self.peak_processes = max(self.peak_processes, len(students))
        memory = sum(one.resident for one in students)
        if exact or memory > enough_bytes:
            memory = sum(_proportional(one) for one in students)
            self.peak_bytes = max(self.peak_bytes, memory)
        return memory

    def _family(self) -> list[_Process]:
        """Return `root` and its descendants. An orphan's parent is `root`, the first process of its namespace."""
        children: dict[int, list[_Process]] = {}
        family = []
        for place in Path("/proc").iterdir():
            if place.name.isdecimal() and (process := _stat(place)) is not None:
                children.setdefault(process.parent, []).append(process)
                if process.pid == self._root:
                    family.append(process)
        for process in family:  # grows while it is walked
            family.extend(children.pop(process.pid, ()))
        return family


def _stat(place: Path) -> _Process | None:
    """Return one process's counts; None if it has ended."""
    try:
        text = (place / "stat").read_bytes()
    except OSError:
        return None
    field = text[text.rindex(b")") + 2 :].split()  # field[0] is the third of proc(5): the name may hold anything
    return _Process(
        pid=int(place.name),
        parent=int(field[1]),
        own_ticks=int(field[11]) + int(field[12]),
        waited_ticks=int(field[13]) + int(field[14]),
        started=int(field[19]),
        resident=int(field[21]) * _PAGE,
    )


def _proportional(process: _Process) -> int:
    """Return the proportional share of one process's memory; all that is resident, if it hides the share."""
    try:
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return process.resident


def own_sizes() -> tuple[int, int]:
    """Return this process's address space and its writable data, both in bytes."""
    field = Path("/proc/self/statm").read_bytes().split()
    return int(field[0]) * _PAGE, int(field[5]) * _PAGE

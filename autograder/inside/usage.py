"""What a job uses at this moment, over all its processes: processor time, memory, how many they are.

Read from /proc, see proc(5); control groups are not to be had by an ordinary user on most machines.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 0.25
# What waits in a socket is the kernel's memory, and no process's: at most twice net.core.wmem_max, see socket(7). A new
# network namespace does not show it; this is the usual one.
_SOCKET_BYTES = 2 * 212_992
_AT_REST = b"TtZXx"  # stopped, traced, dead and not yet buried


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """One line of /proc/PID/stat. Times in clock ticks, resident memory in bytes."""

    pid: int
    parent: int
    state: bytes
    started: int
    own_ticks: int
    waited_ticks: int
    resident: int


class Meter:
    """Counts what the process `root` and all its descendants use; `root` itself is ours and its memory is left out."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._ticks: dict[tuple[int, int], int] = {}  # by number and start, also of those that have ended
        self.cpu_seconds = 0.0
        self._others_sockets = _sockets()

    def read(self, enough_bytes: int, *, exact: bool = False) -> tuple[int, bool]:
        """Return the bytes of memory that the job's processes hold together, and whether that is exact.

        What may wait in Unix sockets counts as memory too.

        Resident memory counts a shared page once for each process, so it is an upper bound that costs little. Only
        where the bound is over `enough_bytes`, or `exact` is asked for, is each process's proportional share read.
        """
        family = self._family()
        self._ticks.update({(one.pid, one.started): one.own_ticks for one in family})
        waited = sum(one.own_ticks + one.waited_ticks for one in family)
        self.cpu_seconds = max(self.cpu_seconds, max(sum(self._ticks.values()), waited) / _TICKS)
        students = [one for one in family if one.pid != self._root]
        in_sockets = max(_sockets() - self._others_sockets, 0) * _SOCKET_BYTES
        memory = sum(one.resident for one in students) + in_sockets
        exact = exact or memory > enough_bytes
        if exact:
            memory = sum(_proportional(one) for one in students) + in_sockets
            if memory > enough_bytes:
                memory = self._read_at_rest() + in_sockets
        return memory, exact

    def _read_at_rest(self) -> int:
        """Return the memory that the processes hold together, while none of them moves.

        They are read one after another: one that forks in between has what it shares counted twice.
        """
        end = time.monotonic() + _STOP_SECONDS
        while moving := [one for one in self._students() if one.state not in _AT_REST]:
            if time.monotonic() > end:
                break
            for one in moving:
                _signal(one, signal.SIGSTOP)
            time.sleep(_STOP_SECONDS / 100)
        stopped = self._students()
        memory = sum(_proportional(one) for one in stopped)
        for one in stopped:
            _signal(one, signal.SIGCONT)
        return memory

    def kill(self) -> None:
        """Kill `root`, at whose end the kernel kills the rest; and the rest, lest in their crowd `root` cannot end."""
        os.kill(self._root, signal.SIGKILL)
        for one in self._students():
            _signal(one, signal.SIGKILL)

    def _students(self) -> list[_Process]:
        return [one for one in self._family() if one.pid != self._root]

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


def _signal(process: _Process, number: signal.Signals) -> None:
    """Send a signal, unless the process has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def _stat(place: Path) -> _Process | None:
    """Return one process's counts; None if it has ended."""
    try:
        text = (place / "stat").read_bytes()
    except OSError:
        return None
    field = text[text.rindex(b")") + 2 :].split()  # field[0] is the third of proc(5): the name may hold anything
    return _Process(
        pid=int(place.name),
        state=field[0],
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


def _sockets() -> int:
    """Return how many Unix sockets there are in this network namespace, which is the job's; see proc(5)."""
    try:
        return Path("/proc/self/net/unix").read_bytes().count(b"\n")
    except OSError:
        return 0


def own_sizes() -> tuple[int, int]:
    """Return this process's address space and its writable data, both in bytes."""
    field = Path("/proc/self/statm").read_bytes().split()
    return int(field[0]) * _PAGE, int(field[5]) * _PAGE

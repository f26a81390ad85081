"""Whatever a job does to itself, it ends, and what it had finished before counts."""

from __future__ import annotations

import signal
import struct

import pytest

from autograder.sandbox import Ended, Limits
from autograder.sandbox.frames import MAX_FRAMES

from .conftest import Run


@pytest.mark.parametrize(
    ("source", "ended", "number", "exit_code"),
    [
        ("import os; os._exit(0)", Ended.CRASHED, None, 0),
        ("import os; os._exit(7)", Ended.CRASHED, None, 7),
        ("import sys; sys.exit(0)", Ended.CRASHED, None, 70),
        ("raise KeyboardInterrupt", Ended.CRASHED, None, 70),
        ("raise MemoryError", Ended.CRASHED, None, 70),
        ("import ctypes; ctypes.string_at(0)", Ended.CRASHED, signal.SIGSEGV, None),
        ("import os; os.abort()", Ended.CRASHED, signal.SIGABRT, None),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Ended.CRASHED, signal.SIGKILL, None),
        ("import os; os.execv('/usr/bin/env', ['env', 'true'])", Ended.CRASHED, None, 0),
        ("import os; os.closerange(0, 1000)", Ended.CRASHED, None, 70),
        ("import json, sys; sys.setrecursionlimit(10**9); json.loads('[' * 10**7)", Ended.CRASHED, None, None),
        ("import sys; sys.stdout = sys.stderr = None", Ended.FINISHED, None, 0),
        ("import sys; sys.stdout.close(); sys.stderr.close()", Ended.FINISHED, None, 0),
        ("import os; os._exit = os.write = os.getpid = None", Ended.FINISHED, None, 0),
        ("import sys; sys.modules.clear()", Ended.FINISHED, None, 0),
        (
            "import gc; [x.clear() for x in gc.get_objects() if isinstance(x, dict) and 'emit' not in x]",
            None,
            None,
            None,
        ),
    ],
)
def test_first_finding_counts(
    run: Run, source: str, ended: Ended | None, number: int | None, exit_code: int | None
) -> None:
    """Exit, crash, abort, exec, closed files, a broken interpreter: the ending is named, the first finding is there."""
    ending = run(f"emit(b'first')\n{source}", limits=Limits(wall_seconds=15))
    assert ending.frames == (b"first",)
    assert ending.ended is not Ended.FAULT
    if ended is not None:
        assert ending.ended is ended
    if number is not None or exit_code is not None:
        assert (ending.signal, ending.exit_code) == (number, exit_code)


def test_the_teacher_sees_the_traceback(run: Run) -> None:
    """What went to stderr last is there for the teacher, without what a terminal would obey."""
    ending = run(
        "import sys; print('\\033[31mred\\033[0m\\a'); sys.stdout.write('half'); raise ValueError('no \\x9b2J such')"
    )
    assert ending.output == "red\nhalf"
    assert ending.detail.endswith("ValueError: no 2J such\n")


def test_the_teacher_sees_where_it_crashed(run: Run) -> None:
    """After a segmentation fault, stderr names the line."""
    assert 'File "<script>", line 1' in run("import ctypes; ctypes.string_at(0)").detail


def test_a_forked_copy_reports_nothing(run: Run) -> None:
    """A notebook that forks goes on twice; only the first process's findings come home, each once."""
    ending = run("import os\npid = os.fork()\nemit(b'one')\nemit(b'two')\nif pid: os.waitpid(pid, 0)")
    assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"one", b"two"))


def test_an_entry_that_does_not_exist_is_our_fault(run: Run) -> None:
    """A routine that cannot be loaded is a fault of ours, not the student's crash."""
    from autograder.sandbox import BARE, Job, Zygote

    with Zygote(BARE) as zygote:
        ending = zygote.run(Job(id="x", entry="autograder.inside.nowhere:run", payload=b""))
        assert ending.ended is Ended.FAULT
        assert ending.fault == "ModuleNotFoundError: No module named 'autograder.inside.nowhere'"
        assert zygote.run(Job(id="x", entry="autograder.inside.script:run", payload=b"")).ended is Ended.FINISHED


# --- the evidence pipe: anybody in the job can write to it ---

FIND_PIPE = """
import os, stat
pipe = max(number for number in range(3, 256) if os.path.exists(f"/proc/self/fd/{number}")
           and stat.S_ISFIFO(os.fstat(number).st_mode))
emit(b"first")
"""


@pytest.mark.parametrize(
    ("forged", "ended", "frames"),
    [
        (b"\xff\xff\xff\xff", Ended.FINISHED, 1),  # the end mark: nothing after it counts
        (b"\xff\xff\xff\xfe", Ended.EVIDENCE_TOO_BIG, 1),  # four gigabytes to come
        (b"AAAA" * 100, Ended.EVIDENCE_TOO_BIG, 1),
        (struct.pack(">I", 1000) + b"x", Ended.CRASHED, 1),  # swallows what comes next, the end mark too
        (struct.pack(">I", 2) + b"ok", Ended.FINISHED, 3),  # a claim like any other
        (b"\0" * 40, Ended.FINISHED, 12),
        (b"\0\0", Ended.CRASHED, None),
    ],
)
def test_forged_lengths(run: Run, forged: bytes, ended: Ended, frames: int | None) -> None:
    """Bytes that are no frame end the evidence or are claims themselves; what came before stays as it was."""
    ending = run(f"{FIND_PIPE}\nos.write(pipe, {forged!r})\nemit(b'last')", limits=Limits(wall_seconds=15))
    assert ending.frames[0] == b"first"
    assert ending.ended is ended
    if frames is not None:
        assert len(ending.frames) == frames


def test_a_closed_pipe_is_a_crash(run: Run) -> None:
    """A job that closes the pipe can tell no more."""
    ending = run(f"{FIND_PIPE}\nos.close(pipe)\nemit(b'last')")
    assert (ending.ended, ending.frames) == (Ended.CRASHED, (b"first",))


def test_a_flood_beside_the_routine_does_not_hang(run: Run) -> None:
    """A thread that writes to the pipe without end is stopped at the cap."""
    source = f"{FIND_PIPE}\nimport threading\ndef flood():\n    while True: os.write(pipe, bytes(65536))\nflood()"
    ending = run(source, limits=Limits(wall_seconds=15, evidence_bytes=1 << 20))
    assert ending.ended is Ended.EVIDENCE_TOO_BIG
    assert ending.frames[0] == b"first"
    assert len(ending.frames) <= MAX_FRAMES


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 5_000_000])
def test_frames_arrive_whole(run: Run, size: int) -> None:
    """A frame of any size up to the cap comes home byte for byte."""
    ending = run(f"emit(bytes(i % 251 for i in range({size})))\nemit(b'end')")
    assert ending.frames == (bytes(i % 251 for i in range(size)), b"end")


def test_the_cap_is_exact(run: Run) -> None:
    """Evidence of exactly the cap, lengths included, is taken; one byte more is not."""
    limits = Limits(wall_seconds=15, evidence_bytes=1004)
    assert run("emit(bytes(1000))", limits=limits).ended is Ended.FINISHED
    ending = run("emit(bytes(1001))", limits=limits)
    assert (ending.ended, ending.frames) == (Ended.EVIDENCE_TOO_BIG, ())

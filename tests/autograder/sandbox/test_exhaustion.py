"""A job that takes too much of anything is stopped in time, and what it had finished before counts."""

from __future__ import annotations

import json
import time

import pytest

from autograder.sandbox import Ended, Limits

from .conftest import Run

MIB = 1 << 20


@pytest.mark.parametrize(
    ("source", "limits", "ended"),
    [
        ("while True: pass", Limits(wall_seconds=0.6), Ended.TIMEOUT),
        ("import time; time.sleep(1000)", Limits(wall_seconds=0.6), Ended.TIMEOUT),
        ("import threading; threading.Event().wait()", Limits(wall_seconds=0.6), Ended.TIMEOUT),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", Limits(wall_seconds=0.6), Ended.TIMEOUT),
        ("(lambda n: 9 ** n)(10 ** 9)", Limits(wall_seconds=0.6), Ended.TIMEOUT),  # one bytecode, never interrupted
        ("while True: pass", Limits(wall_seconds=20, cpu_seconds=0.6), Ended.CPU),
        ("while True: print('x' * 1000)", Limits(wall_seconds=20, output_bytes=MIB), Ended.OUTPUT),
        ("import os\nwhile True: os.write(2, b'x' * 65536)", Limits(wall_seconds=20, output_bytes=MIB), Ended.OUTPUT),
        ("while True: emit(b'x' * 1000)", Limits(wall_seconds=20, evidence_bytes=MIB), Ended.EVIDENCE_TOO_BIG),
        ("while True: emit(b'')", Limits(wall_seconds=20), Ended.EVIDENCE_TOO_BIG),
    ],
)
def test_ended_for_what_it_took(run: Run, source: str, limits: Limits, ended: Ended) -> None:
    """Endless loop, sleep, stop, output, findings: each is ended for what it took; its first finding counts."""
    begun = time.monotonic()
    ending = run(f"emit(b'first')\n{source}", limits=limits)
    assert ending.ended is ended
    assert ending.frames[0] == b"first"
    assert time.monotonic() - begun < 15


def test_silence_ends_a_job_and_findings_keep_it(run: Run) -> None:
    """A job that tells nothing for too long is ended, whatever it waits for; one that tells goes on."""
    limits = Limits(wall_seconds=30, silence_seconds=1)
    begun = time.monotonic()
    ending = run("import os, signal\nemit(b'first'); os.kill(os.getpid(), signal.SIGSTOP)", limits=limits)
    assert (ending.ended, ending.frames) == (Ended.TIMEOUT, (b"first",))
    assert time.monotonic() - begun < 15
    ending = run("import time\nfor _ in range(8): time.sleep(0.25); emit(b'here')", limits=limits)
    assert (ending.ended, len(ending.frames)) == (Ended.FINISHED, 8)


def test_deaf_to_signals(run: Run) -> None:
    """A program that ignores or blocks every signal, and catches every exception, ends at its time."""
    source = """
import signal, sys
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
emit(b"deaf")
while True:
    try:
        while True: pass
    except BaseException:
        pass
"""
    ending = run(source, limits=Limits(wall_seconds=20, cpu_seconds=0.6))
    assert (ending.ended, ending.frames) == (Ended.CPU, (b"deaf",))
    ending = run(source, limits=Limits(wall_seconds=0.6))
    assert (ending.ended, ending.frames) == (Ended.TIMEOUT, (b"deaf",))


def test_processor_time_of_all_its_processes_counts(run: Run) -> None:
    """Four processes, in sessions of their own, that nobody waits for, use up the job's one allowance."""
    source = """
import os
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        break
while True: pass
"""
    begun = time.monotonic()
    ending = run(source, limits=Limits(wall_seconds=30, cpu_seconds=1.5))
    assert ending.ended is Ended.CPU
    assert 1.4 < ending.cpu_seconds < 3.5
    assert time.monotonic() - begun < 15


def test_processor_time_of_processes_that_ended_counts(run: Run) -> None:
    """Short-lived processes that the kernel buries by itself leave their time on the bill."""
    source = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        end = time.process_time() + 0.15
        while time.process_time() < end: pass
        os._exit(0)
    time.sleep(0.15)
"""
    assert run(source, limits=Limits(wall_seconds=20, cpu_seconds=1)).ended is Ended.CPU


def test_fork_bomb(run: Run) -> None:
    """Processes beyond the limit cannot be made; the job goes on and its children end with it."""
    source = """
import os, time
made = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(1000)
        made += 1
except BlockingIOError:
    emit(str(made).encode())
"""
    ending = run(source, limits=Limits(wall_seconds=20, processes=24))
    assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"23",))


def test_fork_bomb_that_breeds(run: Run) -> None:
    """Children that have children without end are held to the limit and ended with the job."""
    ending = run(
        """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
        limits=Limits(wall_seconds=1, processes=40),
    )
    assert ending.ended in {Ended.TIMEOUT, Ended.CPU}


def test_threads_count_as_processes(run: Run) -> None:
    """A thousand threads cannot be started."""
    source = """
import threading
started = 0
try:
    for _ in range(1000):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        started += 1
except RuntimeError:
    emit(str(started).encode())
"""
    assert run(source, limits=Limits(wall_seconds=20, processes=24)).frames == (b"23",)


def test_one_huge_array_is_a_memory_error(run: Run) -> None:
    """Who asks for more than there is gets Python's own MemoryError, and the notebook can go on."""
    source = """
try:
    bytearray(300 << 20)
except MemoryError:
    emit(b"MemoryError")
"""
    ending = run(source, limits=Limits(wall_seconds=20, memory_bytes=256 * MIB))
    assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"MemoryError",))


def test_memory_of_all_its_processes_counts(run: Run) -> None:
    """Four processes that stay within the limit one by one are ended for what they hold together."""
    source = """
import os, time
emit(b"before")
for _ in range(3):
    if os.fork() == 0:
        break
block = b"x" * (100 << 20)
time.sleep(1000)
"""
    ending = run(source, limits=Limits(wall_seconds=20, memory_bytes=256 * MIB))
    assert (ending.ended, ending.frames) == (Ended.MEMORY, (b"before",))
    assert ending.peak_bytes is not None
    assert ending.peak_bytes > 200 * MIB


def test_memory_that_processes_share_counts_once(run: Run) -> None:
    """Eight children of a process with a large array, as a pool of workers has, do not count it eight times."""
    source = """
import os, time
block = b"x" * (100 << 20)
for _ in range(8):
    if os.fork() == 0:
        time.sleep(1000)
time.sleep(0.7)
emit(b"held")
"""
    ending = run(source, limits=Limits(wall_seconds=20, memory_bytes=160 * MIB))
    assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"held",))
    assert ending.peak_bytes is not None
    assert 100 * MIB < ending.peak_bytes < 160 * MIB


def test_memory_mapped_for_sharing_counts(run: Run) -> None:
    """Shared memory without a file, which the kernel's limit for data does not see, counts."""
    source = """
import mmap, time
emit(b"before")
blocks = []
for _ in range(20):
    blocks.append(mmap.mmap(-1, 50 << 20))
    for at in range(0, 50 << 20, 4096):
        blocks[-1][at] = 1
time.sleep(1000)
"""
    ending = run(source, limits=Limits(wall_seconds=20, memory_bytes=256 * MIB))
    assert (ending.ended, ending.frames) == (Ended.MEMORY, (b"before",))


def test_memory_that_hides_its_share_counts_in_full(run: Run) -> None:
    """A process that shuts its /proc counts with everything that it has resident."""
    source = """
import ctypes, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
blocks = [b"x" * (40 << 20) for _ in range(5)]
time.sleep(1000)
"""
    limits = Limits(wall_seconds=10, memory_bytes=190 * MIB)
    assert run(source, limits=limits).ended in {Ended.MEMORY, Ended.CRASHED}


def test_huge_files(run: Run) -> None:
    """A hundred gigabytes cannot be written, nor a file of that length made without writing."""
    source = """
import json, os
got = []
for place in ("/job", "/tmp", "/dev/shm"):
    try:
        os.truncate(os.open(f"{place}/long", os.O_CREAT | os.O_RDWR), 100 << 30)
        got.append("long")
    except OSError:
        os.unlink(f"{place}/long")
    try:
        os.posix_fallocate(os.open(f"{place}/kept", os.O_CREAT | os.O_RDWR), 0, 7 << 20)
        got.append("kept")
    except OSError:
        os.unlink(f"{place}/kept")
    written = 0
    try:
        for number in range(1000):
            with open(f"{place}/{number}", "wb", 0) as file:
                for _ in range(10):
                    written += file.write(bytes(1 << 20))
    except OSError:
        pass
    got.append(written >> 20)
emit(json.dumps(got).encode())
"""
    limits = Limits(wall_seconds=20, job_bytes=20 * MIB, tmp_bytes=10 * MIB, file_bytes=6 * MIB)
    ending = run(source, limits=limits)
    assert ending.ended is Ended.FINISHED, ending
    assert json.loads(ending.frames[0]) == [6, 6, 6]


def test_full_disk_does_not_lose_findings(run: Run) -> None:
    """When a job's disk is full, its findings still come home."""
    source = """
try:
    while True:
        open(f"/job/{len(__import__('os').listdir('/job'))}", "wb").write(bytes(1 << 20))
except OSError as error:
    emit(type(error).__name__.encode())
"""
    assert run(source, limits=Limits(wall_seconds=20, job_bytes=8 * MIB)).frames == (b"OSError",)


def test_a_million_files(run: Run) -> None:
    """Files and directories are counted: beyond the limit there are no more."""
    source = """
made = 0
try:
    while made < 100000:
        open(f"/tmp/{made}", "w").close()
        made += 1
except OSError:
    emit(str(made).encode())
"""
    ending = run(source, limits=Limits(wall_seconds=20, files=500))
    assert 400 < int(ending.frames[0]) < 500


def test_open_files(run: Run) -> None:
    """Open files are counted."""
    source = """
files = []
try:
    while True:
        files.append(open("/dev/null"))
except OSError:
    emit(str(len(files)).encode())
"""
    ending = run(source, limits=Limits(wall_seconds=20, open_files=64))
    assert 50 < int(ending.frames[0]) < 64


def test_children_that_stay(run: Run) -> None:
    """A daemon that a job leaves behind, twice forked and in a session of its own, ends with the job at once."""
    source = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        while True: pass
    os._exit(0)
emit(b"left")
"""
    begun = time.monotonic()
    ending = run(source)
    assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"left",))
    assert time.monotonic() - begun < 15


def test_threads_that_stay(run: Run) -> None:
    """A thread that goes on for ever does not hold up the end of the routine."""
    source = """
import threading
def loop():
    while True: pass
for _ in range(4):
    threading.Thread(target=loop).start()
emit(b"left")
"""
    assert run(source).ended is Ended.FINISHED


def test_it_cannot_starve_what_ends_it(run: Run) -> None:
    """Taking processor time or limits away from the job's first process delays nothing, and is no fault of ours."""
    source = """
import ctypes, json, os, resource
got = []
for name, call in (
    ("nice", lambda: os.setpriority(os.PRIO_PROCESS, 1, 19)),
    ("idle", lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))),
    ("processor", lambda: os.sched_setaffinity(1, os.sched_getaffinity(0))),
):
    try:
        call()
        got.append(name)
    except OSError:
        pass
emit(json.dumps(got).encode())
for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_STACK):
    try:
        resource.prlimit(1, limit, (0, 0))
    except OSError:
        pass
if os.fork() == 0:
    os.fork(); os.fork(); os.fork()
    while True: pass
for _ in range(200):
    if os.fork() == 0: os._exit(0)
while True: pass
"""
    begun = time.monotonic()
    ending = run(source, limits=Limits(wall_seconds=1, processes=100))
    assert ending.frames == (b"[]",)
    assert ending.ended in {Ended.TIMEOUT, Ended.CRASHED}
    assert time.monotonic() - begun < 15

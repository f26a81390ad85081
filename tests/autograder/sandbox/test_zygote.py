"""A zygote's life: started from any thread, used from many, dead without harm, gone without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import BARE, LIGHT, Ended, Kind, Limits, SandboxError, Zygote, bubblewrap

from .conftest import script

AT_REST = 3  # two processes of bubblewrap's, and the zygote


def family(zygote: Zygote) -> list[psutil.Process]:
    """Return every process of a zygote."""
    assert zygote._process is not None
    root = psutil.Process(zygote._process.pid)
    return [root, *root.children(recursive=True)]


def the_zygote_itself(zygote: Zygote) -> psutil.Process:
    """Return the Python process, inside bubblewrap's."""
    return next(one for one in family(zygote) if "python" in Path(one.cmdline()[0]).name)


def at_rest(zygote: Zygote) -> set[int]:
    """Return the zygote's processes when no job's are left, for which it waits a little."""
    end = time.monotonic() + 10
    while len(processes := family(zygote)) > AT_REST:
        assert time.monotonic() < end, processes
        time.sleep(0.02)
    return {one.pid for one in processes}


def wait_for_jobs(zygote: Zygote, jobs: int = 1, *, processes_each: int = 3) -> None:
    """Return when the zygote has the processes of so many jobs: a warden, a first process, the student's."""
    end = time.monotonic() + 30
    while len(family(zygote)) < AT_REST + processes_each * jobs:
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def all_gone_afterwards(zygote: Zygote) -> Iterator[None]:
    """Wait a little for every process of the zygote to be gone."""
    before = family(zygote)
    yield
    _, alive = psutil.wait_procs(before, timeout=5)
    assert alive == []


def test_started_from_a_thread_that_ends(zygote: Zygote) -> None:
    """A zygote outlives the thread that started it."""
    mine = Zygote(BARE)
    thread = threading.Thread(target=mine.start)
    thread.start()
    thread.join()
    time.sleep(0.3)
    try:
        assert mine.alive
        assert mine.run(script("emit(b'ok')")).frames == (b"ok",)
    finally:
        mine.close()


def test_many_threads_at_once(zygote: Zygote) -> None:
    """Forty jobs from eight threads each get their own answer."""
    done = zygote.jobs_done
    with ThreadPoolExecutor(8) as pool:
        endings = list(pool.map(lambda n: zygote.run(script(f"emit(b'{n}')")), range(40)))
    assert [one.frames for one in endings] == [(str(n).encode(),) for n in range(40)]
    assert zygote.jobs_done == done + 40


def test_death_is_a_fault_and_a_new_one_works() -> None:
    """When the zygote is killed, running jobs and later ones end with a fault, at once; a new zygote works."""
    with Zygote(BARE) as first, ThreadPoolExecutor(2) as pool:
        source = "import os, time; emit(b'first'); os.fork(); time.sleep(60)"
        running = [pool.submit(first.run, script(source)) for _ in range(2)]
        wait_for_jobs(first, 2, processes_each=4)
        begun = time.monotonic()
        with all_gone_afterwards(first):
            the_zygote_itself(first).kill()
        endings = [one.result() for one in running]
        assert time.monotonic() - begun < 5
        assert [(one.ended, one.frames) for one in endings] == [(Ended.FAULT, (b"first",))] * 2
        assert not first.alive
        assert first.run(script("emit(b'x')")).ended is Ended.FAULT
    with Zygote(BARE) as second:
        assert second.run(script("emit(b'ok')")).frames == (b"ok",)


def test_death_of_bubblewrap_takes_everything_along() -> None:
    """When bubblewrap itself is killed, all processes of all jobs go with it."""
    with Zygote(BARE) as zygote, ThreadPoolExecutor(1) as pool:
        running = pool.submit(zygote.run, script("import time; time.sleep(60)"))
        wait_for_jobs(zygote)
        with all_gone_afterwards(zygote):
            family(zygote)[0].kill()
        assert running.result().ended is Ended.FAULT


def test_death_of_a_warden_is_a_fault_of_one_job() -> None:
    """A killed warden takes its job along, with a fault; the other jobs and the zygote go on."""
    with Zygote(BARE) as zygote, ThreadPoolExecutor(2) as pool:
        idle = at_rest(zygote)
        running = pool.submit(zygote.run, script("import time; time.sleep(60)"))
        wait_for_jobs(zygote)
        warden = min((one for one in family(zygote) if one.pid not in idle), key=lambda one: one.create_time())
        other = pool.submit(zygote.run, script("import time; time.sleep(4); emit(b'ok')"))
        wait_for_jobs(zygote, 2)
        warden.kill()
        assert running.result().ended is Ended.FAULT
        assert other.result().frames == (b"ok",)
        assert zygote.alive
        assert at_rest(zygote) == idle


def test_close_ends_running_jobs() -> None:
    """Closing a zygote from another thread ends its jobs, with a fault; nothing is left of it. Twice is once."""
    zygote = Zygote(BARE)
    zygote.start()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(zygote.run, script("import time; time.sleep(60)"))
        wait_for_jobs(zygote)
        with all_gone_afterwards(zygote):
            zygote.close()
        assert running.result().ended is Ended.FAULT
    zygote.close()
    assert zygote.run(script("emit(b'x')")).ended is Ended.FAULT


def test_close_while_a_zygote_imports() -> None:
    """A zygote that is closed while it starts says so, and leaves nothing, whatever else could be tried."""
    zygote = Zygote(LIGHT)
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(zygote.start)
        while zygote._process is None:
            time.sleep(0.01)
        time.sleep(0.2)
        with all_gone_afterwards(zygote):
            zygote.close()
        with pytest.raises(SandboxError, match="closed"):
            starting.result()


OWNER = """
import psutil, sys, threading, time, os
from autograder.sandbox import BARE, Job, Zygote
zygote = Zygote(BARE)
zygote.start()
source = b"import os, time; os.fork() or os.setsid(); time.sleep(60)"
job = Job(id="x", entry="autograder.inside.script:run", payload=source)
threading.Thread(target=zygote.run, args=(job,), daemon=True).start()
while len(psutil.Process(zygote._process.pid).children(recursive=True)) < 6:
    time.sleep(0.05)
print(zygote._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_death_of_the_grading_process_ends_everything(number: signal.Signals) -> None:
    """Whatever kills the grading process, no process of the sandbox outlives it."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as owner:
        assert owner.stdout is not None
        root = psutil.Process(int(owner.stdout.readline()))
        processes = [root, *root.children(recursive=True)]
        assert len(processes) >= 7  # two of bubblewrap, the zygote; warden, first, student's and its child
        owner.send_signal(number)
        owner.wait(10)
    _, alive = psutil.wait_procs(processes, timeout=5)
    assert alive == []


def test_it_leaves_nothing_behind(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After start, jobs of every ending and close: no open file, no process, no temporary file more than before."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    me = psutil.Process()
    with Zygote(BARE) as mine:  # whatever is made once in a process is made now
        mine.run(script(""))
    files, children, threads = me.num_fds(), me.children(recursive=True), me.num_threads()
    with Zygote(BARE) as mine:
        idle = at_rest(mine)
        for source in ("emit(b'x')", "1/0", "import os; os._exit(1)", "while True: emit(bytes(1 << 20))"):
            mine.run(script(source))
        mine.run(script("import time; time.sleep(60)", limits=Limits(wall_seconds=0.1)))
        assert at_rest(mine) == idle
    assert me.num_fds() == files
    assert me.children(recursive=True) == children
    assert me.num_threads() == threads
    assert list(tmp_path.iterdir()) == []


def test_the_grading_process_stays_small(zygote: Zygote) -> None:
    """Forty jobs that send a megabyte each leave the grading process as it was."""
    me = psutil.Process()
    for _ in range(5):
        zygote.run(script("emit(bytes(1 << 20))"))
    before = me.memory_info().rss
    for _ in range(40):
        assert len(zygote.run(script("emit(bytes(1 << 20))")).frames) == 1
    assert me.memory_info().rss - before < 8 << 20


def test_a_module_that_cannot_be_imported() -> None:
    """A zygote whose modules are missing does not start, and says which."""
    with pytest.raises(SandboxError, match="No module named 'no_such_module'"):
        Zygote(Kind(name="broken", modules=("no_such_module",))).start()


def test_bubblewrap_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's bubblewrap is used where it works; where it does not, the one from the package is."""
    *_, packaged = bubblewrap.candidates()
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert next(bubblewrap.candidates()) == broken
    with Zygote(BARE) as zygote:
        assert zygote.bubblewrap == packaged
    monkeypatch.setattr(bubblewrap, "candidates", lambda: iter([broken]))
    with pytest.raises(SandboxError, match="No permissions to create new namespace"):
        Zygote(BARE).start()


def test_time_to_the_first_line(zygote: Zygote) -> None:
    """From the request to the routine's first line it takes well under half a second, median of nine."""
    import statistics

    seconds = []
    for _ in range(9):
        begun = time.time()
        seconds.append(float(zygote.run(script("import time; emit(repr(time.time()).encode())")).frames[0]) - begun)
    assert statistics.median(seconds) < 0.3


def test_in_a_fork_of_a_process_that_had_one(zygote: Zygote) -> None:
    """A process that was forked off a grading process can have a zygote of its own."""
    with Zygote(BARE) as mine:  # the thread that starts zygotes is there now; it does not come along
        assert mine.alive
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # from Python 3.12 on: forking beside threads, the point here
        pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException), Zygote(BARE) as own:
            os.write(writer, own.run(script("emit(b'ok')")).frames[0])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        assert answer.read() == b"ok"
    os.waitpid(pid, 0)

"""Without walls: the same calls, the same frames, the time limit still kept, on any system."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import BARE, Ended, Job, Limits, Unsandboxed

from .conftest import script

MIB = 1 << 20


@pytest.fixture(scope="module")
def runner() -> Unsandboxed:
    """A runner that every test may use."""
    return Unsandboxed(BARE)


def test_frames_files_and_output(runner: Unsandboxed) -> None:
    """Findings, files beside the notebook, output: as in the sandbox; the folder is gone afterwards."""
    source = """
import os
emit(open('a/b.txt', 'rb').read())
print('printed')
emit(os.getcwd().encode())
emit(bytes(300000))
"""
    ending = runner.run(script(source, files=(("a/b.txt", b"given"),)))
    assert ending.ended is Ended.FINISHED, ending
    assert ending.frames[0] == b"given"
    assert ending.frames[2] == bytes(300000)
    assert "printed" in ending.output
    assert not Path(os.fsdecode(ending.frames[1])).exists()


def test_files_of_the_student_shadow_nothing(runner: Unsandboxed) -> None:
    """A student's json.py is not imported in place of Python's; my_helpers.py is."""
    source = """
import os, sys, json, colorsys, my_helpers
emit(my_helpers.answer)
assert sys.path[-1] == os.getcwd()
"""
    files = (("json.py", b"1/0"), ("colorsys.py", b"1/0"), ("my_helpers.py", b"answer = b'42'"))
    ending = runner.run(script(source, files=files))
    assert (ending.frames, ending.ended) == ((b"42",), Ended.FINISHED), ending


@pytest.mark.parametrize(
    ("source", "limits", "ended"),
    [
        ("while True: pass", Limits(wall_seconds=0.5), Ended.TIMEOUT),
        ("import time; time.sleep(60)", Limits(wall_seconds=30, silence_seconds=0.5), Ended.TIMEOUT),
        ("while True: pass", Limits(wall_seconds=30, cpu_seconds=0.5), Ended.CPU),
        ("import os; os._exit(0)", Limits(wall_seconds=30), Ended.CRASHED),
        ("1 / 0", Limits(wall_seconds=30), Ended.CRASHED),
        ("while True: print('x' * 1000)", Limits(wall_seconds=30, output_bytes=MIB), Ended.OUTPUT),
        ("while True: emit(bytes(100000))", Limits(wall_seconds=30, evidence_bytes=MIB), Ended.EVIDENCE_TOO_BIG),
        ("b = b'x' * (300 << 20)\nwhile True: pass", Limits(wall_seconds=30, memory_bytes=200 * MIB), Ended.MEMORY),
    ],
)
def test_endings(runner: Unsandboxed, source: str, limits: Limits, ended: Ended) -> None:
    """Limits that can be kept from outside are; the first finding counts."""
    ending = runner.run(script(f"emit(b'first')\n{source}", limits=limits))
    assert ending.ended is ended, ending
    assert ending.frames[0] == b"first"


def test_children_go_with_it(runner: Unsandboxed) -> None:
    """A child in the same session, even one whose parent has ended, does not outlive the job."""
    source = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
emit(str(child.pid).encode())
os._exit(0) if {early} else time.sleep(60)
"""
    for early in (True, False):
        ending = runner.run(script(source.replace("{early}", str(early)), limits=Limits(wall_seconds=1)))
        end = time.monotonic() + 5
        while psutil.pid_exists(pid := int(ending.frames[0])) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_routine_that_does_not_exist_is_our_fault(runner: Unsandboxed) -> None:
    """As in the sandbox, a routine that cannot be loaded is a fault."""
    ending = runner.run(Job(id="x", entry="autograder.inside.nowhere:run", payload=b""))
    assert ending.ended is Ended.FAULT
    assert ending.fault is not None
    assert "No module named 'autograder.inside.nowhere'" in ending.fault


def test_modules_are_imported_before_the_clock_starts() -> None:
    """A kind's modules are there when the routine begins, and their import does not count as its time."""
    from autograder.sandbox import Kind

    runner = Unsandboxed(Kind(name="k", modules=("colorsys", "autograder.inside.script")))
    ending = runner.run(script("import sys; emit(str('colorsys' in sys.modules).encode())"))
    assert ending.frames == (b"True",)
    assert ending.wall_seconds < 5


def test_several_at_once_and_closing() -> None:
    """Jobs from several threads run side by side; closing ends those that run, and later ones are refused."""
    runner = Unsandboxed(BARE)
    with ThreadPoolExecutor(4) as pool:
        assert [one.frames for one in pool.map(lambda n: runner.run(script(f"emit(b'{n}')")), range(4))] == [
            (b"0",),
            (b"1",),
            (b"2",),
            (b"3",),
        ]
        running = pool.submit(runner.run, script("emit(b'x'); import time; time.sleep(60)"))
        while not runner._running:
            time.sleep(0.01)
        time.sleep(0.5)
        runner.close()
        assert running.result().ended is not Ended.FINISHED
    assert not runner.alive
    assert runner.run(script("")).ended is Ended.FAULT


def test_it_ends_with_the_grading_process(tmp_path: Path) -> None:
    """When the grading process is killed, so is the job."""
    owner = f"""
from autograder.sandbox import BARE, Job, Unsandboxed
source = b"open({str(tmp_path / "pid")!r}, 'w').write(str(__import__('os').getpid())); import time; time.sleep(60)"
Unsandboxed(BARE).run(Job(id="x", entry="autograder.inside.script:run", payload=source))
"""
    with subprocess.Popen([sys.executable, "-c", owner], env={**os.environ, "TMPDIR": str(tmp_path)}) as process:
        end = time.monotonic() + 20
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        job = psutil.Process(int((tmp_path / "pid").read_text()))
        process.kill()
    psutil.wait_procs([job], timeout=5)
    assert not job.is_running()


def test_it_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No open file, no thread, no temporary file stays."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runner, me = Unsandboxed(BARE), psutil.Process()
    runner.run(script(""))
    before = (me.num_fds(), me.num_threads(), me.children())
    for source in ("emit(b'x')", "1/0", "while True: emit(bytes(1 << 20))"):
        runner.run(script(source))
    assert (me.num_fds(), me.num_threads(), me.children()) == before
    assert list(tmp_path.iterdir()) == []

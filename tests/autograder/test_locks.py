"""One run at a time on one output folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.locks import LOCK_NAME, Locked, only_run_on

HOLD = (
    "import sys, time\nfrom pathlib import Path\nfrom autograder.locks import only_run_on\n"
    "with only_run_on(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
)


def test_second_run_says_who_is_at_work(tmp_path: Path) -> None:
    """While one process holds the folder, another is told its number; when it is killed, the folder is free."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(Locked, match=rf"Another run is at work on .* \(process {process.pid}\)"),
            only_run_on(tmp_path),
        ):
            pass
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
    with only_run_on(tmp_path):
        assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"


def test_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    """One run after another, also after an error."""
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), only_run_on(tmp_path):
            raise ZeroDivisionError


def test_lock_is_not_handed_down(tmp_path: Path) -> None:
    """A process that a run has started and that outlives it does not keep the folder."""
    program = (
        "import subprocess, sys\nfrom pathlib import Path\nfrom autograder.locks import only_run_on\n"
        "with only_run_on(Path(sys.argv[1])):\n"
        "    child = subprocess.Popen(['sleep', '30'], close_fds=True)\n    print(child.pid)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    try:
        with only_run_on(tmp_path):
            pass
    finally:
        os.kill(int(done.stdout), 9)

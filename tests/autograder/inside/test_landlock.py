"""Landlock, by itself and without any other wall, holds files, TCP and signals."""

from __future__ import annotations

import subprocess
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("Landlock is Linux's", allow_module_level=True)

from autograder.inside import landlock

ALONE = """
import os, socket, sys
from pathlib import Path
from autograder.inside import landlock, system
folder, parent = Path(sys.argv[1]), os.getppid()
(folder / "mine").mkdir(); (folder / "theirs").write_text("42"); (folder / "seen").write_text("43")
system.no_new_privileges()
print(landlock.restrict(readable=("/usr", str(folder / "seen"), "/no/such/place"), writable=(str(folder / "mine"),)))
def attempt(name, call):
    try:
        call(); print(name, "done")
    except OSError as error:
        print(name, type(error).__name__)
attempt("read", lambda: (folder / "theirs").read_text())
attempt("write", lambda: (folder / "seen").write_text("x"))
attempt("list", lambda: os.listdir(folder))
attempt("truncate", lambda: os.truncate(folder / "seen", 0))
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("signal", lambda: os.kill(parent, 0))
attempt("read shown", lambda: (folder / "seen").read_text())
attempt("write mine", lambda: (folder / "mine" / "x").write_text("x"))
attempt("run", lambda: os.posix_spawn("/usr/bin/true", ["true"], {}))
"""


@pytest.mark.skipif(landlock.abi() < 6, reason="this kernel's Landlock does not hold signals and TCP")
def test_alone(tmp_path: object) -> None:
    """What is not allowed is refused; what is allowed works."""
    done = subprocess.run([sys.executable, "-c", ALONE, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        str(landlock.abi()),
        "read PermissionError",
        "write PermissionError",
        "list PermissionError",
        "truncate PermissionError",
        "connect PermissionError",
        "signal PermissionError",
        "read shown done",
        "write mine done",
        "run done",
    ], done.stderr


def test_without_landlock_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a kernel that has none, nothing is restricted and zero comes back."""
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert landlock.restrict(readable=(), writable=()) == 0

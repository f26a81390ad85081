"""Python, memory, disk, and whether the learner may write where they work."""

from __future__ import annotations

import errno
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from digitlab.doctor.finding import Finding, ok, problem, warning

# A kernel that trains the course's largest network on all of MNIST takes 1.4 GB; JupyterLab and a browser come on top.
MEMORY_TO_TRAIN_GB = 1.5
MEMORY_AT_EASE_GB = 2.5
# Copies of the lessons, models and stored results.
DISK_NEEDED_GB = 0.2
DISK_AT_EASE_GB = 1.0


def check_python(folder: Path) -> Finding:
    """Look at the Python that runs digitlab."""
    bits = 64 if sys.maxsize > 2**32 else 32
    return judge_python(sys.version_info[:3], platform.python_implementation(), bits, sys.executable)


def judge_python(version: tuple[int, int, int], implementation: str, bits: int, executable: str) -> Finding:
    """Return whether the course runs on this Python."""
    found = f"{implementation} {'.'.join(map(str, version))}, {bits}-bit, {executable}"
    if (3, 11) <= version[:2] <= (3, 13) and implementation == "CPython" and bits == 64:
        return ok("Python", found)
    return problem(
        "Python",
        found,
        "digitlab needs 64-bit CPython 3.11, 3.12 or 3.13. Install one and set up again with it: "
        "make clean set-up PYTHON=/path/to/python3.12",
    )


def check_memory(folder: Path) -> Finding:
    """Look at the memory of this machine, or of the container that this process is in."""
    import psutil

    memory = psutil.virtual_memory()
    total, available = float(memory.total), float(memory.available)
    limit, used = _control_group("memory.max"), _control_group("memory.current")
    if limit is not None and limit < total:
        total, available = limit, min(available, limit - (used or 0.0))
    return judge_memory(total / 1e9, available / 1e9)


def judge_memory(total_gb: float, available_gb: float) -> Finding:
    """Return whether a network can be trained in this much memory."""
    found = f"{available_gb:.1f} GB free of {total_gb:.1f} GB"
    close = "Close other programs and notebooks (in JupyterLab: Kernel, Shut Down All Kernels)"
    if total_gb < MEMORY_TO_TRAIN_GB:
        return problem(
            "Memory", found, f"Training takes {MEMORY_TO_TRAIN_GB} GB. Use a machine, or a container, with more."
        )
    if available_gb < MEMORY_TO_TRAIN_GB:
        return problem("Memory", found, f"Training takes {MEMORY_TO_TRAIN_GB} GB. {close}.")
    if available_gb < MEMORY_AT_EASE_GB:
        return warning("Memory", found, f"This is enough for one notebook that trains, not for two. {close}.")
    return ok("Memory", found)


def _control_group(name: str) -> float | None:
    """Return a figure of the control group that a container sets, in bytes, or None where there is none."""
    try:
        return float((Path("/sys/fs/cgroup") / name).read_text())
    except (OSError, ValueError):
        return None


def check_disk(folder: Path) -> Finding:
    """Look at the free space where the learner's notebooks are."""
    return judge_disk(shutil.disk_usage(_nearest(folder)).free / 1e9, folder)


def judge_disk(free_gb: float, folder: Path) -> Finding:
    """Return whether the course fits on this disk."""
    free = f"{free_gb:.1f} GB" if free_gb >= 1 else f"{free_gb * 1000:.0f} MB"
    found = f"{free} free for {folder}"
    remedy = "Free some space there, or work elsewhere: digitlab lab FOLDER"
    if free_gb < DISK_NEEDED_GB:
        return problem("Disk", found, remedy)
    return warning("Disk", found, remedy) if free_gb < DISK_AT_EASE_GB else ok("Disk", found)


def check_write_access(folder: Path) -> Finding:
    """Write a file where the learner's notebooks are, or are to be, and remove it."""
    place = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"digitlab")
    except OSError as error:
        return judge_write_error(place, error)
    return ok("Write access", f"files can be written in {place}")


def judge_write_error(place: Path, error: OSError) -> Finding:
    """Return what keeps files from being written in a folder, and what helps against that."""
    remedies = {
        errno.ENOSPC: "The disk is full: free some space there",
        errno.EDQUOT: "What you may store there is used up: delete something of yours",
        errno.EROFS: "This disk can only be read: have it made writable",
    }
    remedy = remedies.get(error.errno or 0, "Give yourself the right to write there")
    return problem(
        "Write access",
        f"no file can be written in {place} ({error.strerror})",
        f"{remedy}, or work elsewhere: digitlab lab FOLDER",
    )


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there already."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())

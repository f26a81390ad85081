"""Python, memory, disk and write access."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from digitlab.doctor.finding import State
from digitlab.doctor.machine import (
    check_disk,
    check_memory,
    check_python,
    check_write_access,
    judge_disk,
    judge_memory,
    judge_python,
    judge_write_error,
)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_suitable_python(version: tuple[int, int, int]) -> None:
    """CPython 3.11 to 3.13 with 64 bits is well."""
    assert judge_python(version, "CPython", 64, "/usr/bin/python3").state is State.OK


@pytest.mark.parametrize(
    ("version", "implementation", "bits"),
    [((3, 10, 13), "CPython", 64), ((3, 14, 0), "CPython", 64), ((3, 11, 1), "PyPy", 64), ((3, 12, 1), "CPython", 32)],
)
def test_unsuitable_python(version: tuple[int, int, int], implementation: str, bits: int) -> None:
    """Any other is a problem, with what is needed."""
    finding = judge_python(version, implementation, bits, "/usr/bin/python3")
    assert finding.state is State.PROBLEM
    assert "3.11, 3.12 or 3.13" in str(finding.remedy)


@pytest.mark.parametrize(
    ("total", "available", "state"),
    [
        (16.0, 8.0, State.OK),
        (4.0, 2.0, State.WARNING),
        (4.0, 1.0, State.PROBLEM),
        (1.0, 1.0, State.PROBLEM),
    ],
)
def test_memory(total: float, available: float, state: State) -> None:
    """Too little memory to train is a problem; enough for one notebook alone is a warning."""
    finding = judge_memory(total, available)
    assert finding.state is state
    assert (finding.remedy is None) == (state is State.OK)


@pytest.mark.parametrize(("free", "state"), [(50.0, State.OK), (0.5, State.WARNING), (0.01, State.PROBLEM)])
def test_disk(free: float, state: State) -> None:
    """A disk that is nearly full is a warning, a full one a problem."""
    assert judge_disk(free, Path("mine")).state is state


def test_folder_that_cannot_be_written() -> None:
    """A folder that no file can be written in is a problem that names it, with a remedy."""
    finding = check_write_access(Path("/proc/self/fd"))
    assert finding.state is State.PROBLEM
    assert "/proc/self/fd" in finding.found
    assert "digitlab lab FOLDER" in str(finding.remedy)


@pytest.mark.parametrize(
    ("number", "helps"),
    [(errno.ENOSPC, "free some space"), (errno.EROFS, "can only be read"), (errno.EACCES, "the right to write")],
)
def test_why_nothing_can_be_written(number: int, helps: str) -> None:
    """A full disk, one that can only be read and a missing right have a remedy each."""
    finding = judge_write_error(Path("mine"), OSError(number, os.strerror(number)))
    assert helps in str(finding.remedy)
    assert os.strerror(number) in finding.found


def test_little_space_is_told_in_megabytes() -> None:
    """20 MB are not "0.0 GB"."""
    assert judge_disk(0.02, Path("mine")).found == "20 MB free for mine"


def test_this_machine(tmp_path: Path) -> None:
    """A machine that runs these tests has what the course needs, also for a folder that is not there yet."""
    folder = tmp_path / "not" / "there"
    for check in (check_python, check_memory, check_disk, check_write_access):
        assert check(folder).state is not State.PROBLEM
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []

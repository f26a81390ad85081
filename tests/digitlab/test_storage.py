"""Files that are written whole or not at all, and plain sentences where they cannot be read or written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab.storage import DataError, not_read, written_whole


def test_the_file_appears_when_it_is_whole(tmp_path):
    """While it is written the old file stands; then the new one, with ordinary permissions, and nothing beside it."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with written_whole(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert path.stat().st_mode == plain.stat().st_mode


def fail_halfway(path):
    """Begin to write a file, and fail."""
    with written_whole(path) as file:
        file.write(b"half")
        raise KeyError("mine")


def write_something(path):
    """Write a file."""
    with written_whole(path) as file:
        file.write(b"something")


def test_a_failure_leaves_the_old_file(tmp_path):
    """Where the writer fails, its own error comes through and the old file is untouched."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(KeyError, match="mine"):
        fail_halfway(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_no_such_folder(tmp_path):
    """A missing folder is named, with the remedy."""
    with pytest.raises(DataError, match=r"there is no folder .*missing\. Make it first"):
        write_something(tmp_path / "missing" / "a.bin")


def test_a_folder_in_the_way(tmp_path):
    """A folder of that name stays, and nothing is left beside it."""
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="Nothing was changed"):
        write_something(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc, where nobody may make files")
def test_a_folder_that_may_not_be_written():
    """Where a file cannot be made, the system's reason is told."""
    with pytest.raises(DataError, match=r"/proc/a\.bin could not be written"):
        write_something("/proc/a.bin")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_halfway(tmp_path):
    """When the space ends in the middle, the old file stands, nothing is left beside it, and the reason is told."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    script = f"""
import resource
from digitlab.storage import DataError, written_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with written_whole({str(path)!r}) as file:
        for _ in range(1000):
            file.write(bytes(1000))
except DataError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.startswith(f"{path} could not be written: {os.strerror(errno.EFBIG)}.")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_is_told_with_its_folder(tmp_path, monkeypatch):
    """A relative name alone does not say where it was looked for; the message does."""
    monkeypatch.chdir(tmp_path)
    message = str(not_read("digits.csv", FileNotFoundError(errno.ENOENT, "")))
    assert message.startswith("There is no file digits.csv.")
    assert str(tmp_path) in message

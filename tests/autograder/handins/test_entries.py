"""Files of folders and archives, listed and read with care."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import threading
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.handins import entries
from autograder.handins.entries import Entry, TooLarge, Unreadable, files_in, files_in_inner_zip, files_in_zip


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def _entry(name: str, data: bytes) -> Entry:
    return Entry((name,), len(data), lambda: io.BytesIO(data))


def _paths(found: list[Entry]) -> list[str]:
    return ["/".join(entry.path) for entry in found]


def test_folder_is_listed_in_order_without_litter(tmp_path: Path) -> None:
    """Files come by path; caches, checkpoints and systems' litter do not."""
    for name in ("b/x.ipynb", "a/y.txt", "a/.ipynb_checkpoints/y.ipynb", "__MACOSX/z", ".git/config", "c/._x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    found, notes = files_in(tmp_path)
    assert _paths(found) == ["a/y.txt", "b/x.ipynb"]
    assert found[0].read(100) == b"a/y.txt"
    assert notes == []


def test_output_below_the_class_is_left_out(tmp_path: Path) -> None:
    """The grader's own output is no student."""
    for name in ("ada/x", "grades/results/ada/02.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert _paths(files_in(tmp_path, without=(tmp_path / "grades",))[0]) == ["ada/x"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a link to a file nor one to a folder is followed, inside or outside; each is noted."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "answers.txt").write_text("42")
    root = tmp_path / "class"
    (root / "ada").mkdir(parents=True)
    (root / "ada" / "x").write_text("x")
    (root / "ada" / "file").symlink_to(secret / "answers.txt")
    (root / "ada" / "folder").symlink_to(secret)
    (root / "bob").symlink_to(root / "ada")
    (root / "ada" / "loop").symlink_to(root)
    found, notes = files_in(root)
    assert _paths(found) == ["ada/x"]
    assert len(notes) == 4
    assert all("symbolic link" in note for note in notes)


def test_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    """What was a file when it was listed, and is a link when it is read, is not read."""
    (tmp_path / "x").write_text("x")
    (tmp_path / "secret").write_text("42")
    found, _ = files_in(tmp_path)
    entry = next(entry for entry in found if entry.name == "x")
    (tmp_path / "x").unlink()
    (tmp_path / "x").symlink_to(tmp_path / "secret")
    with pytest.raises(Unreadable):
        entry.read(100)


def test_pipes_and_sockets_are_no_files(tmp_path: Path) -> None:
    """A named pipe is not listed; one that takes a file's place does not block."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "x").write_text("x")
    found, _ = files_in(tmp_path)
    assert _paths(found) == ["x"]
    (tmp_path / "x").unlink()
    os.mkfifo(tmp_path / "x")
    with pytest.raises(Unreadable, match="not a file any more"):
        found[0].read(10)


def test_more_than_the_limit_is_not_read(tmp_path: Path) -> None:
    """A file larger than the limit is refused by its name."""
    (tmp_path / "big").write_bytes(b"x" * 2_000_001)
    with pytest.raises(Unreadable, match="big has more than 2 MB"):
        files_in(tmp_path)[0][0].read(2_000_000)


def test_depth_is_bounded(tmp_path: Path) -> None:
    """Folders in folders in folders end somewhere."""
    deep = tmp_path
    for _ in range(40):
        deep = deep / "d"
        deep.mkdir()
        (deep / "f").write_text("x")
    assert len(files_in(tmp_path)[0]) < entries.MAX_DEPTH + 1


def test_archive_is_read_in_place(tmp_path: Path) -> None:
    """Members are listed by path and read one by one; nothing is unpacked."""
    path = _zip(tmp_path / "class.zip", {"b.txt": b"b", "a/c.txt": b"c", "__MACOSX/a/._c.txt": b"", "d/": b""})
    found, notes = files_in_zip(path)
    assert _paths(found) == ["a/c.txt", "b.txt"]
    assert [entry.read(10) for entry in found] == [b"c", b"b"]
    assert notes == []
    assert [item.name for item in tmp_path.iterdir()] == ["class.zip"]


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/passwd", "C:\\evil", "..\\evil", "\\evil"])
def test_members_that_point_outside_are_left_out(tmp_path: Path, name: str) -> None:
    """Path traversal by any spelling is left out and noted."""
    found, notes = files_in_zip(_zip(tmp_path / "class.zip", {name: b"x", "ok": b"y"}))
    assert _paths(found) == ["ok"]
    assert "points outside" in notes[0]


def test_links_in_archives_are_left_out(tmp_path: Path) -> None:
    """A member that says it is a symbolic link is left out and noted."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        link = zipfile.ZipInfo("ada/x.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found, notes = files_in_zip(tmp_path / "class.zip")
    assert found == []
    assert "symbolic link" in notes[0]


def test_bomb_is_read_to_the_limit_only(tmp_path: Path) -> None:
    """A member that would unpack to a gigabyte is refused after the limit, whatever its header says."""
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as file:
        for _ in range(300):
            file.write(b"\0" * (1 << 20))
    data = bytearray((tmp_path / "bomb.zip").read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)  # the size that the directory claims
    (tmp_path / "bomb.zip").write_bytes(data)
    (entry,) = files_in_zip(tmp_path / "bomb.zip")[0]
    with pytest.raises(Unreadable):
        entry.read(1 << 20)
    assert entry.size == 10


def test_twice_the_same_member_counts_once(tmp_path: Path) -> None:
    """Of two members of one name the first counts, and it is noted."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("x", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x", b"second")
    found, notes = files_in_zip(tmp_path / "class.zip")
    assert [entry.read(10) for entry in found] == [b"first"]
    assert "two members" in notes[0]


def test_broken_archives_are_named(tmp_path: Path) -> None:
    """No archive, half an archive, an encrypted member: each is a sentence."""
    (tmp_path / "no.zip").write_bytes(b"hello")
    with pytest.raises(Unreadable, match=r"no\.zip is not a zip archive"):
        files_in_zip(tmp_path / "no.zip")
    whole = _zip(tmp_path / "class.zip", {"x": os.urandom(5000)}).read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unreadable, match=r"half\.zip"):
        files_in_zip(tmp_path / "half.zip")
    spoilt = bytearray(whole)
    spoilt[100:200] = bytes(100)
    (tmp_path / "spoilt.zip").write_bytes(spoilt)
    with pytest.raises(Unreadable, match="cannot be unpacked"):
        files_in_zip(tmp_path / "spoilt.zip")[0][0].read(10_000)
    locked = bytearray(whole)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + place] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(Unreadable, match="password"):
        files_in_zip(tmp_path / "locked.zip")[0][0].read(10_000)


def test_directory_of_an_inner_archive_is_bounded() -> None:
    """An archive in a hand-in with a directory of many megabytes is refused before it is read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", b"")
    with pytest.raises(Unreadable, match="far more files"):
        files_in_inner_zip(_entry("many.zip", file.getvalue()))


def test_inner_archive_lies_where_it_was_found() -> None:
    """An archive that a student handed in is seen as its files, beside it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hw/x.ipynb", b"notebook")
    entry = Entry(("02", "work.zip"), 0, lambda: io.BytesIO(file.getvalue()))
    (inner,), _ = files_in_inner_zip(entry)
    assert inner.path == ("02", "hw", "x.ipynb")
    assert inner.read(100) == b"notebook"


@pytest.mark.parametrize("within", [False, True], ids=["in a folder", "in an archive"])
def test_large_inner_archive_takes_little_memory(tmp_path: Path, within: bool) -> None:
    """Of an archive of 60 MB that a student handed in, neither finding nor reading its files holds it in memory."""
    large = tmp_path / "work.zip"
    with zipfile.ZipFile(large, "w") as archive:
        archive.writestr("x.ipynb", b"notebook")
        with archive.open("model.keras", "w") as file:
            for _ in range(60):
                file.write(os.urandom(1 << 20))
    if within:
        with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(large, "work.zip")
        (entry,) = files_in_zip(tmp_path / "class.zip")[0]
    else:
        (entry,) = files_in(tmp_path)[0]
    tracemalloc.start()
    try:
        model, notebook = files_in_inner_zip(entry)[0]
        assert notebook.read(100) == b"notebook"
        assert len(model.digest(100 << 20)) == 32
        with pytest.raises(TooLarge, match=r"model\.keras has more than 1 MB"):
            model.read(1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 25e6


@pytest.mark.parametrize("within", [False, True], ids=["in a folder", "in an archive"])
def test_inner_archive_is_read_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: bool) -> None:
    """An archive beyond the limit is not opened, and it is said what to hand in instead."""
    monkeypatch.setattr(entries, "MAX_ARCHIVE_BYTES", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.ipynb", bytes(2000))
    files = {"work.zip": packed.getvalue()}
    if within:
        (entry,) = files_in_zip(_zip(tmp_path / "class.zip", files))[0]
    else:
        (tmp_path / "work.zip").write_bytes(files["work.zip"])
        (entry,) = files_in(tmp_path)[0]
    with pytest.raises(Unreadable, match=r"work\.zip is an archive of more than .* Hand in the notebook itself"):
        files_in_inner_zip(entry)


def test_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """A file's digest is the SHA-256 of all its bytes, up to the limit and no further."""
    data = os.urandom((1 << 20) + 1)
    (tmp_path / "x").write_bytes(data)
    (entry,) = files_in(tmp_path)[0]
    assert entry.digest(len(data)) == hashlib.sha256(data).digest()
    with pytest.raises(TooLarge):
        entry.digest(len(data) - 1)


def test_members_are_read_by_several_threads(tmp_path: Path) -> None:
    """One archive serves all workers."""
    members = {f"{number}": os.urandom(50_000) for number in range(40)}
    found, _ = files_in_zip(_zip(tmp_path / "class.zip", members))
    wrong: list[str] = []

    def read() -> None:
        wrong.extend(entry.name for entry in found if entry.read(60_000) != members[entry.name])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400), st.binary(max_size=30))
def test_any_bytes_are_an_archive_or_unreadable(data: bytes, at: int, patch: bytes) -> None:
    """No other exception escapes, for noise and for real archives with bytes changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/x.ipynb", b"x" * 200)
        archive.writestr("b", data)
    real = bytearray(file.getvalue())
    real[at : at + len(patch)] = patch
    for content in (data, bytes(real)):
        try:
            found, _ = files_in_inner_zip(_entry("x.zip", content))
            for entry in found:
                entry.read(1000)
        except Unreadable:
            pass

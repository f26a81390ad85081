"""The files of a folder or an archive: listed without following links, read with a cap, unpacked nowhere."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

MAX_ENTRIES = 200_000
MAX_DEPTH = 12
MAX_ARCHIVE_BYTES = 300 << 20
MAX_DIRECTORY_BYTES = 64 << 20
MAX_INNER_DIRECTORY_BYTES = 1 << 18
# Of an archive within an archive, so much is held in memory while it is read; what is larger is laid on disk.
MAX_SPOOLED_BYTES = 8 << 20
PIECE_BYTES = 1 << 20
_IGNORED = frozenset(
    {"__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini", ".DS_Store", ".git", ".svn", ".hg"}
    | {".ipynb_checkpoints", ".venv", ".idea", ".vscode", ".cache", ".jupyter", ".ipython", ".virtual_documents"}
)

# Between listing and reading, a file may become a link or a pipe; Windows would translate line ends.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(Exception):  # noqa: N818 - it is the file that is unreadable
    """A file or an archive cannot be read; the message says which, and why."""


class TooLarge(Unreadable):
    """A file is larger than what is read of it."""


Opener = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: where it lies below the root (`path`, its parts), its size in bytes, and how its bytes are had.

    The size is what the folder or the archive says of it. `opener()` opens it; use `read` or `digest`.
    """

    path: tuple[str, ...]
    size: int
    opener: Opener

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path[-1]

    def below(self, depth: int) -> Entry:
        """Return the same file seen from a folder `depth` levels further down."""
        return replace(self, path=self.path[depth:])

    def read(self, limit: int) -> bytes:
        """Return the file's bytes.

        Raises
        ------
        TooLarge
            If there are more than `limit`.
        Unreadable
            If they cannot be read.
        """
        with self.opener() as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(f"{self.name} has more than {limit / 1e6:.0f} MB")
        return data

    def digest(self, limit: int) -> bytes:
        """Return the SHA-256 of the file's bytes, which are never in memory together.

        Raises
        ------
        TooLarge, Unreadable
            As `read` does.
        """
        whole = hashlib.sha256()
        room = limit
        with self.opener() as file:
            while piece := file.read(PIECE_BYTES):
                whole.update(piece)
                room -= len(piece)
                if room < 0:
                    raise TooLarge(f"{self.name} has more than {limit / 1e6:.0f} MB")
        return whole.digest()


def files_in(folder: Path, without: Sequence[Path] = ()) -> tuple[list[Entry], list[str]]:
    """Return the files below a folder in order, and notes on what was left out.

    Symbolic links are not followed; editors' and systems' litter is left out, and so is all that is no file.
    `without` names folders to leave out.

    Raises
    ------
    Unreadable
        If the folder itself cannot be listed, or holds more files than a class hands in.
    """
    notes: list[str] = []
    entries = list(_walk(folder, {path.resolve() for path in without}, notes))
    return entries, notes


def _walk(folder: Path, without: set[Path], notes: list[str]) -> Iterator[Entry]:
    pending: list[tuple[Path, tuple[str, ...]]] = [(folder, ())]
    count = 0
    while pending:
        current, below = pending.pop()
        try:
            with os.scandir(current) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError as problem:
            if not below:
                raise Unreadable(f"{current} cannot be listed ({problem.strerror}). Check who may read it.") from None
            notes.append(f"{'/'.join(below)} cannot be listed ({problem.strerror})")
            continue
        folders = []
        for item in items:
            if ignored(item.name):
                continue
            place = (*below, item.name)
            count += 1
            if count > MAX_ENTRIES:
                raise Unreadable(f"{folder} holds more than {MAX_ENTRIES:,} files. Name the folder of one class.")
            if item.is_symlink():
                notes.append(f"{'/'.join(place)} is a symbolic link and was not followed")
            elif item.is_dir(follow_symlinks=False):
                if len(place) < MAX_DEPTH and Path(item.path) not in without:
                    folders.append((Path(item.path), place))
            elif item.is_file(follow_symlinks=False):
                yield Entry(place, item.stat(follow_symlinks=False).st_size, _file_opener(item.path))
        pending += reversed(folders)


def _file_opener(path: str) -> Opener:
    @contextlib.contextmanager
    def opened() -> Iterator[IO[bytes]]:
        try:
            descriptor = os.open(path, os.O_RDONLY | _CAREFULLY)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise Unreadable(f"{Path(path).name} is not a file any more")
                yield file
        except OSError as problem:
            raise Unreadable(f"{Path(path).name} cannot be read ({problem.strerror})") from None

    return opened


def files_in_zip(archive: Path) -> tuple[list[Entry], list[str]]:
    """Return the files in a zip archive in order, and notes on what was left out. Nothing is unpacked.

    Raises
    ------
    Unreadable
        If it is no zip archive, or not one that a course would give.
    """
    with archive.open("rb") as file:
        _check_directory(file, archive.name, MAX_DIRECTORY_BYTES)
    try:
        opened = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise Unreadable(
            f"{archive.name} is not a zip archive that can be read ({problem}). Download it again."
        ) from None
    return _members(opened, archive.name, _member_opener)


def files_in_inner_zip(entry: Entry) -> tuple[list[Entry], list[str]]:
    """Return the files in an archive that a student handed in, as if they lay where the archive lies.

    The archive is opened again for each file that is read, and closed behind it; it is never in memory as a whole.

    Raises
    ------
    Unreadable
        If it cannot be read, or is made to be no end of it.
    """

    def opener_of(_archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
        @contextlib.contextmanager
        def opened() -> Iterator[IO[bytes]]:
            with _inner_archive(entry) as archive, _member_opener(archive, member)() as file:
                yield file

        return opened

    with _inner_archive(entry) as archive:
        found, notes = _members(archive, entry.name, opener_of)
    return [replace(one, path=(*entry.path[:-1], *one.path)) for one in found], notes


@contextlib.contextmanager
def _inner_archive(entry: Entry) -> Iterator[zipfile.ZipFile]:
    """Yield an archive that was handed in: as it lies in a folder, or copied out of the archive that it lies in."""
    with contextlib.ExitStack() as open_files:
        file = open_files.enter_context(entry.opener())
        if isinstance(file, zipfile.ZipExtFile):  # to go back in it would be to unpack it from its start again
            packed, file = file, open_files.enter_context(tempfile.SpooledTemporaryFile(MAX_SPOOLED_BYTES))
            while file.tell() <= MAX_ARCHIVE_BYTES and (piece := packed.read(PIECE_BYTES)):
                file.write(piece)
        if file.seek(0, os.SEEK_END) > MAX_ARCHIVE_BYTES:
            raise Unreadable(
                f"{entry.name} is an archive of more than {MAX_ARCHIVE_BYTES / 1e6:.0f} MB and was not opened. Hand in "
                "the notebook itself, without the archive"
            )
        _check_directory(file, entry.name, MAX_INNER_DIRECTORY_BYTES)
        try:
            archive = open_files.enter_context(zipfile.ZipFile(file))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
            raise Unreadable(f"{entry.name} is not a zip archive that can be read ({problem})") from None
        yield archive


def _members(
    archive: zipfile.ZipFile, name: str, opener_of: Callable[[zipfile.ZipFile, zipfile.ZipInfo], Opener]
) -> tuple[list[Entry], list[str]]:
    entries: dict[tuple[str, ...], Entry] = {}
    notes: list[str] = []
    for member in archive.infolist():
        if member.is_dir():
            continue
        parts = tuple(part for part in member.filename.replace("\\", "/").split("/") if part not in ("", "."))
        if not parts or any(ignored(part) for part in parts if part != ".."):
            continue
        if ".." in parts or ":" in parts[0] or member.filename.startswith(("/", "\\")):
            notes.append(f"a member of {name} points outside of the archive; it was left out")
        elif stat.S_ISLNK(member.external_attr >> 16):
            notes.append(f"a member of {name} is a symbolic link; it was left out")
        elif parts in entries:
            notes.append(f"{name} has two members named {'/'.join(parts)}; the first one counts")
        elif len(parts) <= MAX_DEPTH:
            entries[parts] = Entry(parts, member.file_size, opener_of(archive, member))
        if len(entries) > MAX_ENTRIES:
            raise Unreadable(f"{name} holds more than {MAX_ENTRIES:,} files")
    return [entries[parts] for parts in sorted(entries)], notes


def _member_opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
    @contextlib.contextmanager
    def opened() -> Iterator[IO[bytes]]:
        try:
            with archive.open(member) as file:
                yield file
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            ValueError,
        ) as problem:
            reason = "it has a password" if "password" in str(problem) else type(problem).__name__
            raise Unreadable(f"{member.filename.rsplit('/', 1)[-1]} cannot be unpacked ({reason})") from None

    return opened


def _check_directory(file: IO[bytes], name: str, limit: int) -> None:
    """Look at the size of an archive's directory before Python makes an object of each of its entries."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))  # the end record and the longest comment
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Unreadable(f"{name} is not a zip archive, or it was cut off. Download it again.")
    (directory,) = struct.unpack("<I", tail[at + 12 : at + 16])
    file.seek(0)
    if directory > limit and (directory != 0xFFFFFFFF or limit < MAX_DIRECTORY_BYTES):  # all ones: see the zip64 record
        raise Unreadable(f"{name} holds far more files than a hand-in")


def ignored(name: str) -> bool:
    """Whether a file or folder is litter of an editor or a system, and no part of a hand-in."""
    return name in _IGNORED or name.startswith("._")

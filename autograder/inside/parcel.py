"""What one job is made of, as bytes: the one format that crosses into the sandbox.

A parcel is eight bytes that say how long the header is, the header (JSON, made by us), the payload, and the
contents of the files one after another.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from autograder.inside.limits import Limits

_LENGTH = struct.Struct(">Q")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a parcel's header says. Offsets and sizes are in bytes from the parcel's start; no processors means all."""

    entry: str
    limits: Limits
    processors: tuple[int, ...]
    payload: tuple[int, int]
    files: tuple[tuple[str, int, int], ...]


def pack(
    *,
    entry: str,
    payload: bytes,
    files: tuple[tuple[str, bytes], ...],
    limits: Limits,
    processors: tuple[int, ...] = (),
) -> Iterator[bytes]:
    """Yield the parcel piece by piece, so that no second copy of a large file is made."""
    header = json.dumps(
        {
            "entry": entry,
            "payload": len(payload),
            "files": [(path, len(content)) for path, content in files],
            "limits": asdict(limits),
            "processors": processors,
        }
    ).encode("ascii")
    yield _LENGTH.pack(len(header))
    yield header
    yield payload
    for _, content in files:
        yield content


def read_contents(parcel: BinaryIO) -> Contents:
    """Return what the parcel in the open file `parcel` holds."""
    (length,) = _LENGTH.unpack(read_exactly(parcel, 0, _LENGTH.size))
    header = json.loads(read_exactly(parcel, _LENGTH.size, length))
    offset = _LENGTH.size + length
    payload = (offset, int(header["payload"]))
    offset += payload[1]
    files = []
    for path, size in header["files"]:
        files.append((str(path), offset, int(size)))
        offset += int(size)
    return Contents(
        entry=str(header["entry"]),
        limits=Limits(**header["limits"]),
        processors=tuple(header["processors"]),
        payload=payload,
        files=tuple(files),
    )


def read_exactly(parcel: BinaryIO, offset: int, size: int) -> bytes:
    """Return `size` bytes of the open file `parcel`; ValueError if it ends before."""
    data = b"".join(_pieces(parcel, offset, size))
    if len(data) != size:
        raise ValueError(f"the parcel ends after {len(data)} of {size} bytes at {offset}")
    return data


def lay_files(parcel: BinaryIO, contents: Contents, directory: Path) -> None:
    """Write the parcel's files below `directory`, which is empty and ours alone.

    Raises
    ------
    OSError
        If they do not fit, or one stands where another needs a directory.
    """
    for path, offset, size in contents.files:
        target = directory.joinpath(*path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for piece in _pieces(parcel, offset, size):
                file.write(piece)


def _pieces(parcel: BinaryIO, offset: int, size: int) -> Iterator[bytes]:
    """Yield `size` bytes from `offset` on, a megabyte at a time."""
    parcel.seek(offset)
    while size > 0 and (piece := parcel.read(min(_CHUNK, size))):
        yield piece
        size -= len(piece)

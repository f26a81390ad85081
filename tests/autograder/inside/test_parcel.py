"""What goes into a parcel comes out of it, and the files land where they belong."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.inside.limits import Limits
from autograder.inside.parcel import lay_files, pack, read_contents, read_exactly

ENTRY = "autograder.inside.script:run"
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)


@given(payload=st.binary(max_size=2000), contents=st.lists(st.tuples(NAMES, st.binary(max_size=2000)), max_size=5))
def test_there_and_back(payload: bytes, contents: list[tuple[str, bytes]]) -> None:
    """Entry, limits, processors, payload and files come back as they were."""
    limits = Limits(wall_seconds=1.5, processes=7)
    files = tuple(contents)
    parcel = io.BytesIO(b"".join(pack(entry=ENTRY, payload=payload, files=files, limits=limits, processors=(0, 3))))
    found = read_contents(parcel)
    assert (found.entry, found.limits, found.processors) == (ENTRY, limits, (0, 3))
    assert read_exactly(parcel, *found.payload) == payload
    assert tuple((path, read_exactly(parcel, offset, size)) for path, offset, size in found.files) == files


def test_files_are_laid_in_folders(tmp_path: Path) -> None:
    """Files of more than a megabyte, in folders in folders, are written byte for byte."""
    large = bytes(range(256)) * 10_000
    files = (("a/b/large.bin", large), ("a/x.py", b"x = 1"), ("empty", b""))
    parcel = io.BytesIO(b"".join(pack(entry=ENTRY, payload=b"", files=files, limits=Limits())))
    lay_files(parcel, read_contents(parcel), tmp_path)
    assert {
        str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    } == dict(files)


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    """A second file of the same path is an error, not a loss."""
    parcel = io.BytesIO(b"".join(pack(entry=ENTRY, payload=b"", files=(("a", b"1"), ("a", b"2")), limits=Limits())))
    with pytest.raises(FileExistsError):
        lay_files(parcel, read_contents(parcel), tmp_path)
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_cut_parcel_is_an_error() -> None:
    """A parcel that ends too early does not pass for a whole one."""
    whole = b"".join(pack(entry=ENTRY, payload=b"12345", files=(), limits=Limits()))
    parcel = io.BytesIO(whole[:-1])
    with pytest.raises(ValueError, match="ends after 4 of 5 bytes"):
        read_exactly(parcel, *read_contents(parcel).payload)

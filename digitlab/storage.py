"""Files of the learner's: read with a plain sentence where that fails, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

# A path, as text or as a Path.
PathLike = str | os.PathLike[str]


class DataError(ValueError):
    """A file is missing, cannot be read or written, or does not hold what was expected. The message says what to do."""


def not_read(path: PathLike, error: OSError) -> DataError:
    """Return the sentence for a file that could not be opened or read."""
    if isinstance(error, FileNotFoundError):
        folder = Path(path).resolve().parent
        return DataError(
            f"There is no file {path}. The folder {folder} was looked into; check the name, or the folder."
        )
    if isinstance(error, IsADirectoryError):
        return DataError(f"{path} is a folder, and a file was expected. Name a file in it.")
    return DataError(f"{path} could not be read: {error.strerror or error}. Check its permissions and the disk.")


@contextmanager
def written_whole(path: PathLike) -> Iterator[IO[Any]]:
    """Give a binary file that is renamed to `path` when the block has ended well.

    It is written beside its place. Where the block fails, what stood at `path` before stands there still.

    Raises
    ------
    DataError
        If the file cannot be written (no such folder, not allowed, the disk is full).
    """
    place = Path(path)
    beside = place.with_name(f".{place.name[:60]}.{os.getpid()}.unfinished")
    try:
        try:
            with beside.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        if not place.parent.is_dir():
            raise DataError(f"{place} cannot be written: there is no folder {place.parent}. Make it first.") from error
        raise DataError(
            f"{place} could not be written: {error.strerror or error}. Nothing was changed there."
        ) from error

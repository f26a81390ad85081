"""A table of whole numbers in a CSV file, read fast; what is wrong in it is named by line and column."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from digitlab.storage import DataError, PathLike, not_read

_LINES_AT_ONCE = 4096
# Longer than any line of numbers can be; what is longer is no such file, and is not read as a whole.
_LONGEST_LINE = 100_000
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name in the header, the largest number that may stand in it, and where that is in words."""

    name: str
    largest: int
    where: str = ""


def read_table(path: PathLike, columns_of: Callable[[list[str]], Sequence[Column]]) -> NDArray[np.integer[Any]]:
    """Return the lines below the header as one array of whole numbers.

    UTF-8 with or without a byte order mark, any kind of line ends, quotes and blanks around numbers, and empty lines at
    the end are fine.

    Parameters
    ----------
    path : str or Path
    columns_of : callable
        Gets the names in the header; returns what each column holds, or raises the error that `wrong_line` makes.

    Returns
    -------
    ndarray of int16 or int64, shape (n, columns)
        n is at least 1; each number is from 0 to its column's largest.

    Raises
    ------
    DataError
        If the file is missing, or is anything else. Lines are counted from 1, as editors do.
    """
    try:
        with _opened(path) as file:
            columns = columns_of(_header(path, file))
            return _numbers(path, file, columns)
    except OSError as error:
        raise not_read(path, error) from error


def wrong_line(path: PathLike, line: int, what: str) -> DataError:
    """Return the error for a line of a file."""
    return DataError(f"{path}, line {line}: {what}.")


def quoted(text: str) -> str:
    """Return what was found, in quotes and not endless, with nothing in it that a terminal would obey."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _opened(path: PathLike) -> IO[str]:
    """Open a text file, or raise DataError where its first bytes show that it is none."""
    with Path(path).open("rb") as file:
        start = file.read(4)
    if not start:
        raise DataError(f"{path} is empty. Download it, or write it, again.")
    if start[:2] == b"\x1f\x8b" or start == b"PK\x03\x04":
        raise DataError(f"{path} is compressed, not CSV. Unpack it, and read the .csv file that was in it.")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start:
        raise DataError(f"{path} is not in UTF-8 (it looks like UTF-16, or like no text). Save it as “CSV UTF-8”.")
    return Path(path).open(encoding="utf-8-sig", errors="replace")


def _header(path: PathLike, file: IO[str]) -> list[str]:
    """Return the names of the columns in the first line."""
    line = file.readline(_LONGEST_LINE)
    names = [_bare(name) for name in line.split(",")]
    if names == [""]:
        raise wrong_line(path, 1, "it is empty, expected the header: the names of the columns")
    if len(names) == 1 and re.search(r"[;\t]", line.strip()):
        raise wrong_line(path, 1, "semicolons or tabs separate the columns, expected commas. Save it as CSV again")
    if all(_WHOLE_NUMBER.fullmatch(name) for name in names):
        raise wrong_line(
            path, 1, "it holds numbers, expected the header: the names of the columns. Write it above them"
        )
    return names


def _numbers(path: PathLike, file: IO[str], columns: Sequence[Column]) -> NDArray[np.integer[Any]]:
    """Return all further lines as one array."""
    largest = np.array([column.largest for column in columns])
    if largest.max() <= np.iinfo(np.int16).max:  # a quarter of the memory
        largest = largest.astype(np.int16)
    lines = _lines(path, file)
    blocks: list[NDArray[np.integer[Any]]] = []
    first = 2
    while block := list(islice(lines, _LINES_AT_ONCE)):
        numbers = _fast(block, largest)
        if numbers is None:
            numbers = np.array(_slow(path, first, block, columns), dtype=largest.dtype)
        blocks.append(numbers)
        first += len(block)
    if not blocks:
        raise DataError(f"{path} has a header and nothing below it, expected one line for each image.")
    return np.concatenate(blocks)


def _lines(path: PathLike, file: IO[str]) -> Iterator[str]:
    """Yield the lines after the header; empty ones may stand at the end alone."""
    empty: int | None = None
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), ""), start=2):
        if not line.strip():
            empty = empty or number
            continue
        if empty is not None:
            raise wrong_line(path, empty, "it is empty, and more lines follow, expected numbers. Delete the empty line")
        yield line


def _fast(lines: list[str], largest: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]] | None:
    """Return the lines as numbers, or None where anything about them is unusual."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            numbers = np.loadtxt(lines, dtype=largest.dtype, delimiter=",", comments=None, ndmin=2)
    except (ValueError, DeprecationWarning):
        return None
    fits = numbers.shape == (len(lines), len(largest)) and numbers.min() >= 0 and bool((numbers <= largest).all())
    return numbers if fits else None


def _slow(path: PathLike, first: int, lines: list[str], columns: Sequence[Column]) -> list[list[int]]:
    """Return the lines as numbers, or raise DataError at the first value that is none; `first` is their line number."""
    return [_slow_line(path, number, line, columns) for number, line in enumerate(lines, start=first)]


def _slow_line(path: PathLike, number: int, line: str, columns: Sequence[Column]) -> list[int]:
    texts = [_bare(text) for text in line.split(",")]
    if len(texts) != len(columns):
        more = "at least " if len(line) >= _LONGEST_LINE else ""
        expected = f"{len(columns)}, as the header has columns"
        raise wrong_line(path, number, f"it has {more}{len(texts)} values, expected {expected}")
    for text, column in zip(texts, columns, strict=True):
        # Nothing that may stand here has more than 20 characters; int() need not look at longer ones.
        if not _WHOLE_NUMBER.fullmatch(text) or len(text) > 20 or not 0 <= int(text) <= column.largest:
            found = quoted(text) if text else "nothing"
            raise wrong_line(
                path,
                number,
                f"column {column.name!r}{column.where}: found {found}, "
                f"expected a whole number from 0 to {column.largest}",
            )
    return [int(text) for text in texts]


def _bare(text: str) -> str:
    """Return a value without white space and quotes around it."""
    return text.strip().strip('"').strip()

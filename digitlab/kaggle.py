"""Digits as Kaggle has them: CSV with a column `label` and 784 columns of pixels, and the submission file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.csv_table import Column, quoted, read_table, wrong_line
from digitlab.storage import PathLike, written_whole

SIDE = 28
PIXELS = SIDE * SIDE
PIXEL_NAMES = tuple(f"pixel{i}" for i in range(PIXELS))
# The headers that are in use: Kaggle's digit recognizer, Fashion-MNIST, and "MNIST in CSV".
_PIXEL_HEADERS = (
    PIXEL_NAMES,
    tuple(f"pixel{i}" for i in range(1, PIXELS + 1)),
    tuple(f"{row}x{column}" for row in range(1, SIDE + 1) for column in range(1, SIDE + 1)),
)
SUBMISSION_HEADER = "ImageId,Label"
# More images than any test set has; it only keeps an id within what a 64-bit number holds.
_MOST_IMAGES = 10**9


def read_kaggle_csv(path: PathLike) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Return the images in a CSV file in Kaggle's form, and their labels where it has a column of labels.

    The first line is the header: `label` (or no such column), then `pixel0` to `pixel783`; also `pixel1` to `pixel784`
    and `1x1` to `28x28`. Each further line is one image, row after row. UTF-8 with or without a byte order mark, any
    kind of line ends, quotes around numbers, and empty lines at the end are fine.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        From 0 to 255; n is at least 1.
    labels : ndarray of int64, shape (n,), or None
        From 0 to 9. None where the file has no column `label`, like Kaggle's test.csv.

    Raises
    ------
    DataError
        If the file is missing, or is anything else. The message names the line, counted from 1 as editors do, and the
        pixel, and says what stands there and what was expected.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "train.csv"
    >>> write_kaggle_csv(path, np.full((2, 28, 28), 255, np.uint8), [7, 3])
    >>> images, labels = read_kaggle_csv(path)
    >>> images.shape, labels.tolist()
    ((2, 28, 28), [7, 3])
    """
    table = read_table(path, lambda names: _pixel_columns(path, names))
    pixels = table[:, -PIXELS:].astype(np.uint8)
    labels = table[:, 0].astype(np.int64) if table.shape[1] > PIXELS else None
    return pixels.reshape(-1, SIDE, SIDE), labels


def write_kaggle_csv(path: PathLike, images: NDArray[np.uint8], labels: ArrayLike | None = None) -> None:
    """Write images, and their labels if given, as a CSV file in Kaggle's form.

    Parameters
    ----------
    path : str or Path
        A file that is there already is replaced when the new one is complete.
    images : ndarray of uint8, shape (n, 28, 28)
        At least one.
    labels : array_like of int, shape (n,), or None
        From 0 to 9. None writes no column `label`.

    Raises
    ------
    ValueError
        If images or labels are not of this form.
    DataError
        If the file cannot be written.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE) or len(images) == 0:
        raise ValueError(
            f"write_kaggle_csv needs uint8 images of shape (n, 28, 28), at least one, got {images.dtype} of shape "
            f"{images.shape}. Images scaled to [0, 1]: np.round(images * 255).astype(np.uint8)."
        )
    words = [str(value) for value in range(256)]
    rows = (",".join(map(words.__getitem__, image.tobytes())) for image in images)
    if labels is None:
        _write_lines(path, ",".join(PIXEL_NAMES), rows)
        return
    digits = _digits("write_kaggle_csv", labels)
    if len(digits) != len(images):
        raise ValueError(
            f"write_kaggle_csv needs one label for each image, got {len(images)} and {len(digits)} labels."
        )
    labelled = (f"{digit},{row}" for digit, row in zip(digits, rows, strict=True))
    _write_lines(path, ",".join(("label", *PIXEL_NAMES)), labelled)


def read_submission(path: PathLike) -> NDArray[np.int64]:
    """Return the digits in a submission file, in the order of their images.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    DataError
        If the file is missing, or is not `ImageId,Label` with the ids 1, 2, 3 and so on. The message names the line.
    """
    table = read_table(path, lambda names: _submission_columns(path, names)).astype(np.int64)
    misplaced = np.flatnonzero(table[:, 0] != np.arange(1, len(table) + 1))
    if len(misplaced):
        first = int(misplaced[0])
        what = f"the ImageId is {table[first, 0]}, expected {first + 1}: the ids count from 1, in order"
        raise wrong_line(path, first + 2, what)
    return table[:, 1]


def write_submission(path: PathLike, predictions: ArrayLike) -> None:
    """Write predicted digits as the submission file that Kaggle takes: `ImageId,Label`, ids from 1.

    Parameters
    ----------
    path : str or Path
        A file that is there already is replaced when the new one is complete.
    predictions : array_like of int, shape (n,)
        One digit for each test image, in the order of the images; at least one.

    Raises
    ------
    ValueError
        If the predictions are anything else, such as rows of probabilities.
    DataError
        If the file cannot be written.
    """
    digits = _digits("write_submission", predictions)
    _write_lines(path, SUBMISSION_HEADER, (f"{number},{digit}" for number, digit in enumerate(digits, start=1)))


def _pixel_columns(path: PathLike, names: list[str]) -> list[Column]:
    """Return the columns of a file of images, or raise DataError where the header is not one of Kaggle's."""
    lower = [name.lower() for name in names]
    labelled = lower[0] == "label"
    if "label" in lower[1:]:
        place = lower.index("label", 1) + 1
        raise wrong_line(path, 1, f"column {place} is 'label', expected it once, as the first column")
    found = tuple(lower[labelled:])
    if found not in _PIXEL_HEADERS:
        raise wrong_line(path, 1, _what_is_wrong(names, found))
    columns = [Column(name="label", largest=9)] if labelled else []
    for i, name in enumerate(names[labelled:]):
        row, column = divmod(i, SIDE)
        columns.append(Column(name=name, largest=255, where=f" (row {row}, column {column} of the image)"))
    return columns


def _what_is_wrong(names: list[str], found: tuple[str, ...]) -> str:
    """Return in words where a header leaves the one that it is most like."""
    nearest = max(_PIXEL_HEADERS, key=lambda header: _shared_start(found, header))
    before = len(names) - len(found)
    for i, (name, expected) in enumerate(zip(found, nearest, strict=False), start=before):
        if name != expected:
            either = "'label' or " if i == 0 else ""
            return f"column {i + 1} of the header is {quoted(names[i])}, expected {either}'{expected}'"
    return f"the header names {len(found)} pixels, expected {PIXELS}: '{nearest[0]}' to '{nearest[-1]}'"


def _shared_start(some: tuple[str, ...], others: tuple[str, ...]) -> int:
    """Return how many names the two have in common before they part."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _submission_columns(path: PathLike, names: list[str]) -> list[Column]:
    """Return the columns of a submission, or raise DataError where the header is another."""
    if ",".join(names).lower() != SUBMISSION_HEADER.lower():
        raise wrong_line(path, 1, f"the header is {quoted(','.join(names))}, expected {SUBMISSION_HEADER!r}")
    return [Column(name="ImageId", largest=_MOST_IMAGES), Column(name="Label", largest=9)]


def _digits(function: str, labels: ArrayLike) -> list[int]:
    """Return labels as plain numbers, or raise ValueError unless they are digits in one row."""
    array = np.asarray(labels)
    if array.ndim != 1 or array.dtype.kind not in "ui" or array.size == 0:
        raise ValueError(
            f"{function} needs whole numbers in one row, at least one, got {array.dtype} of shape {array.shape}. "
            "From rows of probabilities: labels_from_probabilities(probabilities)."
        )
    outside = np.flatnonzero((array < 0) | (array > 9))
    if len(outside):
        raise ValueError(f"{function} takes the digits 0 to 9, got {array[outside[0]]} at place {outside[0]}.")
    digits: list[int] = array.tolist()
    return digits


def _write_lines(path: PathLike, header: str, lines: Iterable[str]) -> None:
    with written_whole(path) as file:
        file.write(f"{header}\n".encode())
        for line in lines:
            file.write(f"{line}\n".encode())

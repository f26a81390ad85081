"""The digits that a learner drew: one image a file, its label in the name, such as `7_03.png`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.images import SUFFIXES, image_paths, load_image
from digitlab.storage import DataError, PathLike, written_whole

FOLDER = "my_digits"
_NAME = re.compile(r"([0-9])_([0-9]{1,9})", re.ASCII)


def save_digit(drawing: NDArray[Any], label: int, folder: PathLike = FOLDER) -> Path:
    """Write a drawing as the next file of its digit, and return its path: `my_digits/7_03.png` is the third 7.

    Parameters
    ----------
    drawing : ndarray of uint8, shape (height, width)
    label : int
        The digit that it is, from 0 to 9.
    folder : str or Path
        It is made where it is missing.

    Raises
    ------
    ValueError
        If the label is no digit, or the drawing no grey image of uint8.
    DataError
        If the file cannot be written.
    """
    from PIL import Image

    grey = np.asarray(drawing)
    if label not in range(10):
        raise ValueError(f"A label is a digit from 0 to 9, got {label!r}.")
    if grey.ndim != 2 or grey.dtype != np.uint8:
        raise ValueError(f"save_digit needs a grey image of uint8, got shape {grey.shape} of {grey.dtype}.")
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        taken = [
            int(name[2]) for file in place.iterdir() if (name := _NAME.fullmatch(file.stem)) and name[1] == str(label)
        ]
    except OSError as error:
        raise DataError(f"{place} cannot be a folder of digits: {error.strerror or error}.") from error
    path = place / f"{label}_{max(taken, default=0) + 1:02}.png"
    with written_whole(path) as file:
        Image.fromarray(grey).save(file, format="PNG")
    return path


def own_digits(folder: PathLike = FOLDER) -> tuple[list[NDArray[np.uint8]], NDArray[np.int64]]:
    """Return the images in a folder whose names begin with their label, and the labels. No folder, no images.

    Parameters
    ----------
    folder : str or Path
        Images named like `7_03.png` or `7_03.jpg`. Others are left out, and named in a printed line.

    Returns
    -------
    images : list of ndarray of uint8, shape (height, width) each
    labels : ndarray of int, shape (n,)

    Raises
    ------
    DataError
        If one of them cannot be read, or the folder is none.
    """
    place = Path(folder)
    if not place.exists() or (place.is_dir() and not _holds_images(place)):
        return [], np.zeros(0, np.int64)
    named = [(path, _NAME.fullmatch(path.stem)) for path in image_paths(place)]
    others = [path.name for path, name in named if name is None]
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        print(f"Left out, for their names do not begin with a label as in 7_03.png: {', '.join(others[:3])}{more}")
    kept = [(path, int(name[1])) for path, name in named if name is not None]
    return [load_image(path) for path, _ in kept], np.array([label for _, label in kept], dtype=np.int64)


def _holds_images(folder: Path) -> bool:
    return any(path.suffix.lower() in SUFFIXES and path.name[0] != "." for path in folder.iterdir())

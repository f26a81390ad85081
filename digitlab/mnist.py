"""The MNIST digits, which travel in the package."""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitlab.storage import DataError

FILE = Path(__file__).parent / "data" / "mnist.npz"
SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
_REMEDY = "Install digitlab again (in a clone of its repository: git checkout digitlab/data/mnist.npz)."


class MNIST(NamedTuple):
    """70,000 images of handwritten digits with their labels.

    By Yann LeCun, Corinna Cortes and Christopher J. C. Burges, from "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86 (1998). Licence CC BY-SA 3.0.

    Attributes
    ----------
    x_train : ndarray of uint8, shape (60000, 28, 28)
        Pixels from 0 (background) to 255 (ink).
    y_train : ndarray of uint8, shape (60000,)
        Digits from 0 to 9.
    x_test : ndarray of uint8, shape (10000, 28, 28)
    y_test : ndarray of uint8, shape (10000,)
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def __repr__(self) -> str:
        return f"MNIST({', '.join(f'{name}: {array.shape}' for name, array in self._asdict().items())}, uint8)"


@functools.cache
def load_mnist() -> MNIST:
    """Return the MNIST digits: four read-only arrays, the same ones each time.

    The first call in a process reads the file and compares its SHA-256 with the published one; later calls are free.
    To change an image, copy it first: ``x_train[0].copy()``.

    Returns
    -------
    MNIST
        Unpacks as ``x_train, y_train, x_test, y_test``.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, or is not the published one.

    Examples
    --------
    >>> load_mnist()
    MNIST(x_train: (60000, 28, 28), y_train: (60000,), x_test: (10000, 28, 28), y_test: (10000,), uint8)
    """
    return read_mnist(FILE)


def load_test_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the test images and their labels alone, without room for the training set, which is six times as large.

    Returns
    -------
    x_test : ndarray of uint8, shape (10000, 28, 28)
    y_test : ndarray of uint8, shape (10000,)

    Raises
    ------
    DataError
        As `load_mnist` does.
    """
    x_test, y_test = _arrays(FILE, "x_test", "y_test")
    return x_test, y_test


def read_mnist(path: Path) -> MNIST:
    """Return the digits in the file `path`, which must hold exactly the published bytes.

    Raises
    ------
    DataError
        If the file is missing, cannot be read, or has another SHA-256 than the published one.
    """
    return MNIST(*_arrays(path, *MNIST._fields))


def _arrays(path: Path, *names: str) -> list[NDArray[np.uint8]]:
    """Return some arrays of the file, whose checksum is compared first."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"The MNIST data are not where they should be ({path}). {_REMEDY}") from error
    except OSError as error:
        raise DataError(f"The MNIST data ({path}) could not be read: {error.strerror or error}. {_REMEDY}") from error
    # 12 ms on an ordinary machine, a tenth of what unpacking takes: cheaper than remembering that it was done.
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise DataError(
            f"The MNIST data ({path}, {len(content):,} bytes) are not the published ones: the checksum differs, so the "
            f"file is broken or was changed. {_REMEDY}"
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [_array(archive, name) for name in names]


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    """Return one array of the archive, read-only for good: its memory is a bytes object."""
    content = archive.read(f"{name}.npy")
    header = io.BytesIO(content)
    np.lib.format.read_magic(header)
    shape, _fortran_order, dtype = np.lib.format.read_array_header_1_0(header)
    return np.frombuffer(content, dtype=dtype, offset=header.tell()).reshape(shape)

"""The whole of MNIST, as it was published."""

from __future__ import annotations

import doctest
import hashlib
import re
import struct
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest

import digitlab
from digitlab import load_mnist, mnist
from digitlab.mnist import FILE, SHA256, load_test_digits, read_mnist
from digitlab.storage import DataError

ORIGINALS = {  # MD5 of the four IDX files that the authors published
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(mnist).failed == 0


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_arrays_are_the_original_files(name):
    """With the IDX header in front, each array is the published file byte for byte."""
    array = getattr(load_mnist(), name)
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)  # 8: unsigned bytes
    assert hashlib.md5(header + array.tobytes()).hexdigest() == ORIGINALS[name]


def test_it_unpacks_into_four_arrays():
    """Shapes and dtypes are as the docstring says, in the order in which everybody unpacks them."""
    x_train, y_train, x_test, y_test = load_mnist()
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    assert {array.dtype for array in load_mnist()} == {np.dtype(np.uint8)}


def test_nobody_can_change_the_shared_arrays():
    """The arrays are the same ones on each call, and cannot be written to, not even after setflags."""
    data = load_mnist()
    assert load_mnist() is data
    for array in data:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


def test_the_test_digits_alone_take_no_room_for_the_training_set():
    """They are those of `load_mnist`, at less than the room that the 60,000 training images would take."""
    tracemalloc.start()
    try:
        images, labels = load_test_digits()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(images, load_mnist().x_test)
    np.testing.assert_array_equal(labels, load_mnist().y_test)
    assert peak < load_mnist().x_train.nbytes


def test_it_is_loaded_in_well_under_a_second():
    """A fresh process has the digits in less than a second of work, NumPy's import included, without TensorFlow."""
    # Processor time: what else the machine does meanwhile is no matter of ours.
    script = (
        "import time; start = time.process_time(); import digitlab, sys; digitlab.load_mnist(); "
        "print(time.process_time() - start, 'tensorflow' in sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(3)
    ]
    assert min(float(run.stdout.split()[0]) for run in runs) < 1.0
    assert {run.stdout.split()[1] for run in runs} == {"False"}


def test_a_missing_file(tmp_path):
    """The error says where the file should be and what to do."""
    with pytest.raises(DataError, match=r"gone\.npz.*Install digitlab again"):
        read_mnist(tmp_path / "gone.npz")
    with pytest.raises(DataError, match="could not be read"):
        read_mnist(tmp_path)


def test_a_broken_or_changed_file(tmp_path):
    """A cut file, one changed byte, an empty file and a well-formed archive of other digits are all refused."""
    content = FILE.read_bytes()
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    other = tmp_path / "other.npz"
    np.savez(other, **{name: np.zeros(3, dtype=np.uint8) for name in ORIGINALS})
    for broken in (content[:-1000], bytes(changed), b"", other.read_bytes()):
        path = tmp_path / "mnist.npz"
        path.write_bytes(broken)
        with pytest.raises(DataError, match=rf"{len(broken):,} bytes.*checksum differs.*Install digitlab again"):
            read_mnist(path)


def test_a_failed_load_is_tried_again(tmp_path, monkeypatch):
    """An error is not kept: once the file is there, the same process loads it."""
    load_mnist.cache_clear()
    monkeypatch.setattr(mnist, "FILE", tmp_path / "mnist.npz")
    with pytest.raises(DataError):
        load_mnist()
    (tmp_path / "mnist.npz").write_bytes(FILE.read_bytes())
    assert load_mnist().x_test.shape == (10000, 28, 28)


def test_nothing_in_the_file_is_pickled():
    """The archive holds four plain arrays and nothing else."""
    with zipfile.ZipFile(FILE) as archive:
        assert archive.namelist() == [f"{name}.npy" for name in ORIGINALS]
        for name in archive.namelist():
            assert b"'descr': '|u1'" in archive.open(name).read(128)


def test_the_licence_travels_with_the_data():
    """The note beside the data names the authors, the licence, and the checksums that hold."""
    note = (FILE.parent / "LICENSE-MNIST.md").read_text(encoding="utf-8")
    for needed in (
        "Yann LeCun, Corinna Cortes and Christopher J. C. Burges",
        "CC BY-SA 3.0",
        SHA256,
        *ORIGINALS.values(),
    ):
        assert needed in note
    assert re.search("Attribution-ShareAlike 3.0", note)


def test_names_are_found_and_unknown_ones_are_named():
    """digitlab gives load_mnist when it is first used, and says what it has where a name is wrong."""
    assert "load_mnist" in dir(digitlab)
    with pytest.raises(AttributeError, match="load_mnist"):
        digitlab.load_mnits  # noqa: B018

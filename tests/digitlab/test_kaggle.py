"""Kaggle's CSV form and submission files, read and written."""

from __future__ import annotations

import codecs
import csv
import doctest
import gzip
import time
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitlab import kaggle, load_mnist
from digitlab.kaggle import (
    PIXEL_NAMES,
    read_kaggle_csv,
    read_submission,
    write_kaggle_csv,
    write_submission,
)
from digitlab.storage import DataError

HEADER = ",".join(("label", *PIXEL_NAMES))
ZEROS = ",".join(["0"] * 784)


@pytest.fixture
def digits():
    """Five real images and their labels."""
    data = load_mnist()
    return data.x_train[:5], data.y_train[:5]


def written(tmp_path, content):
    """Return a file with this content, text as UTF-8."""
    path = tmp_path / "digits.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def row_with(place, value, label="5"):
    """Return a line of zeros with `value` as pixel number `place`."""
    pixels = ["0"] * 784
    pixels[place] = value
    return ",".join([label, *pixels])


def refused(path, *said):
    """Assert that the file is refused with one sentence that begins with its name and holds all of `said`."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError) as caught:
            read_kaggle_csv(path)
    message = str(caught.value)
    assert message.startswith(str(path)) or "There is no file" in message
    assert "\n" not in message
    for words in said:
        assert words in message
    return message


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(kaggle).failed == 0


# --- what is read -----------------------------------------------------------------------------------------------------


def test_written_images_come_back(tmp_path, digits):
    """Pixels and labels are the same after writing and reading, with and without labels."""
    x, y = digits
    write_kaggle_csv(tmp_path / "train.csv", x, y)
    images, labels = read_kaggle_csv(tmp_path / "train.csv")
    np.testing.assert_array_equal(images, x)
    np.testing.assert_array_equal(labels, y)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    assert images.flags.c_contiguous
    assert images.flags.writeable
    write_kaggle_csv(tmp_path / "test.csv", x)
    images, labels = read_kaggle_csv(str(tmp_path / "test.csv"))
    np.testing.assert_array_equal(images, x)
    assert labels is None


def test_the_file_is_kaggles(tmp_path, digits):
    """Python's own CSV reader finds Kaggle's header and the pixels row after row."""
    x, y = digits
    write_kaggle_csv(tmp_path / "train.csv", x[:, ::-1], y.tolist())  # a view, to see that memory order plays no part
    with (tmp_path / "train.csv").open(newline="") as file:
        header, *rows = list(csv.reader(file))
    assert header == ["label", *(f"pixel{i}" for i in range(784))]
    assert [[int(value) for value in row] for row in rows] == [
        [int(label), *image[::-1].ravel().tolist()] for image, label in zip(x, y, strict=True)
    ]


@pytest.mark.parametrize(
    "names",
    [
        PIXEL_NAMES,
        [f"pixel{i}" for i in range(1, 785)],
        [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
        [f"Pixel{i}" for i in range(784)],
        [f'"pixel{i}"' for i in range(784)],
    ],
)
def test_the_headers_that_are_in_use(tmp_path, names):
    """Kaggle's, Fashion-MNIST's and MNIST-in-CSV's names, in any case and quoted."""
    path = written(tmp_path, f"label,{','.join(names)}\n{row_with(29, '7')}\n")
    images, labels = read_kaggle_csv(path)
    assert (images[0, 1, 1], images.sum(), labels.tolist()) == (7, 7, [5])


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n\r\n  \r\n"])
def test_marks_and_line_ends(tmp_path, mark, end, last):
    """Byte order marks, any line ends, none at the end, and empty lines at the end change nothing."""
    lines = [HEADER, row_with(0, "255"), row_with(783, "9")]
    images, labels = read_kaggle_csv(written(tmp_path, mark + end.join(line.encode() for line in lines) + last))
    assert images.reshape(2, -1).argmax(axis=1).tolist() == [0, 783]
    assert labels.tolist() == [5, 5]


def test_quotes_and_blanks_around_numbers(tmp_path):
    """Numbers in quotes or after blanks are numbers."""
    quoted = ",".join(f'"{value}"' for value in row_with(3, "77").split(","))
    images, labels = read_kaggle_csv(written(tmp_path, f"{HEADER}\n{quoted}\n{row_with(3, ' 78 ')}\n"))
    assert images[:, 0, 3].tolist() == [77, 78]
    assert labels.tolist() == [5, 5]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.booleans())
def test_any_images_come_back(tmp_path, count, seed, labelled):
    """Whatever the pixels, reading undoes writing."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    y = rng.integers(0, 10, count) if labelled else None
    write_kaggle_csv(tmp_path / "any.csv", x, y)
    images, labels = read_kaggle_csv(tmp_path / "any.csv")
    np.testing.assert_array_equal(images, x)
    assert (labels is None) if y is None else (labels == y).all()


@pytest.mark.slow
def test_sixty_thousand_rows_take_seconds(tmp_path):
    """The whole training set is written and read, right to the last pixel, in a few seconds of work each."""
    data = load_mnist()
    start = time.process_time()
    write_kaggle_csv(tmp_path / "train.csv", data.x_train, data.y_train)
    between = time.process_time()
    images, labels = read_kaggle_csv(tmp_path / "train.csv")
    end = time.process_time()
    np.testing.assert_array_equal(images, data.x_train)
    np.testing.assert_array_equal(labels, data.y_train)
    assert between - start < 15
    assert end - between < 8


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0, 1, 4095, 4096, 5000])
@pytest.mark.parametrize(
    ("value", "found"), [("256", "'256'"), ("-1", "'-1'"), ("cat", "'cat'"), ("", "nothing"), ("12.0", "'12.0'")]
)
def test_a_pixel_that_is_none(tmp_path, before, value, found):
    """The line (as an editor counts), the column's name, its place in the image, what was found, what was expected."""
    lines = [HEADER, *[f"1,{ZEROS}"] * before, row_with(31, value), row_with(2, "no")]
    refused(
        written(tmp_path, "\n".join(lines)),
        f", line {before + 2}: column 'pixel31' (row 1, column 3 of the image): found {found}",
        "expected a whole number from 0 to 255",
    )


@pytest.mark.parametrize(
    "value", ["nan", "1e2", "0x1f", "1_0", "٣", "#", "1;2", "9" * 5000, "1\x00", "70000", "\x1b[31m"]
)
def test_odd_values(tmp_path, value):
    """What only looks like a number is no pixel; the message stays short and cannot drive a terminal."""
    message = refused(written(tmp_path, f"{HEADER}\n{row_with(783, value)}\n"), "line 2: column 'pixel783'", "found")
    assert len(message) < 300 + len(str(tmp_path))
    assert message.isprintable()


@pytest.mark.parametrize("label", ["10", "-1", "seven", "", "3.0"])
def test_a_label_that_is_no_digit(tmp_path, label):
    """Labels are digits; the message names the column label and no place in an image."""
    message = refused(written(tmp_path, f"{HEADER}\n1,{ZEROS}\n{label},{ZEROS}"), "line 3: column 'label': found")
    assert "from 0 to 9" in message
    assert "of the image" not in message


@pytest.mark.parametrize(
    ("line", "count"), [(ZEROS, 784), (f"1,{ZEROS},0", 786), (f"1,{ZEROS},", 786), ("7", 1), (f"1,{ZEROS}" * 3, 2353)]
)
def test_a_ragged_line(tmp_path, line, count):
    """Too few or too many values on a line are counted."""
    refused(written(tmp_path, f"{HEADER}\n1,{ZEROS}\n{line}\n"), f"line 3: it has {count} values, expected 785")


def test_a_line_without_end(tmp_path):
    """A line of megabytes is refused without being read as a whole."""
    refused(written(tmp_path, f"{HEADER}\n{'0,' * 3_000_000}\n"), "line 2: it has at least", "expected 785")


def test_an_empty_line_between_images(tmp_path):
    """An empty line is named, unless nothing follows it."""
    refused(written(tmp_path, f"{HEADER}\n1,{ZEROS}\n\n\n1,{ZEROS}\n"), "line 3: it is empty", "Delete")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "line 1: it is empty"),
        (f"1,{ZEROS}", "line 1: it holds numbers, expected the header"),
        (HEADER.replace(",", ";"), "semicolons or tabs separate the columns, expected commas"),
        (HEADER.replace(",", "\t"), "semicolons or tabs"),
        (HEADER.replace("pixel7,", "pixle7,"), "column 9 of the header is 'pixle7', expected 'pixel7'"),
        (HEADER.replace("pixel7,", ""), "column 9 of the header is 'pixel8', expected 'pixel7'"),
        (HEADER.replace(",pixel783", ""), "the header names 783 pixels, expected 784: 'pixel0' to 'pixel783'"),
        (f"{HEADER},pixel784", "the header names 785 pixels"),
        (f"{','.join(PIXEL_NAMES)},label", "column 785 is 'label', expected it once, as the first column"),
        (f"label,{HEADER}", "column 2 is 'label'"),
        (f"id,{HEADER[6:]}", "column 1 of the header is 'id', expected 'label' or 'pixel0'"),
        ("<!DOCTYPE html>", "column 1 of the header is '<!DOCTYPE html>', expected 'label' or 'pixel0'"),
        ("label", "the header names 0 pixels"),
    ],
)
def test_a_wrong_header(tmp_path, header, said):
    """The first column that is not Kaggle's is named, or how many are missing."""
    refused(written(tmp_path, f"{header}\n1,{ZEROS}\n"), said)


def test_a_header_alone(tmp_path):
    """No images are not an answer."""
    for end in ("", "\n", "\n\n"):
        refused(written(tmp_path, HEADER + end), "a header and nothing below it")


def test_files_that_are_no_csv(tmp_path):
    """Empty, compressed, UTF-16 and binary files are named for what they are, with the way out."""
    text = f"{HEADER}\n1,{ZEROS}\n"
    refused(written(tmp_path, ""), "is empty")
    refused(written(tmp_path, gzip.compress(text.encode())), "compressed", "Unpack")
    with zipfile.ZipFile(tmp_path / "digits.csv", "w") as archive:
        archive.writestr("train.csv", text)
    refused(tmp_path / "digits.csv", "compressed", "Unpack")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        refused(written(tmp_path, text.encode(encoding)), "UTF-16", "CSV UTF-8")
    refused(written(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(100)), "line 1: column 1 of the header")
    refused(written(tmp_path, HEADER.encode() + b"\n\xff\xfe,1"), "line 2: it has 2 values")


def test_files_that_are_not_there(tmp_path):
    """A missing file and a folder are told apart."""
    refused(tmp_path / "gone.csv", "There is no file", str(tmp_path))
    refused(tmp_path, "is a folder")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, 6000))
def test_broken_bytes_never_escape(tmp_path, junk, place):
    """Whatever bytes stand in a file, there are images or one DataError, and never another error or a warning."""
    good = f"{HEADER}\n1,{ZEROS}\n2,{ZEROS}\n".encode()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        message = ""
        try:
            images, labels = read_kaggle_csv(written(tmp_path, good[:place] + junk + good[place:]))
        except DataError as error:
            message = str(error)
        assert message.isprintable()
        assert message or len(images) == len(labels)


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (np.zeros((2, 28, 28)), None, "got float64"),
        (np.zeros((2, 784), dtype=np.uint8), None, r"\(2, 784\)"),
        (np.zeros((0, 28, 28), dtype=np.uint8), None, "at least one"),
        (np.zeros((2, 28, 28), dtype=np.uint8), [1], "got 2 and 1 labels"),
        (np.zeros((2, 28, 28), dtype=np.uint8), [1, 10], "got 10 at place 1"),
        (np.zeros((2, 28, 28), dtype=np.uint8), np.eye(2), "labels_from_probabilities"),
    ],
)
def test_images_that_cannot_be_written(tmp_path, images, labels, said):
    """Wrong images or labels are refused before a file is made."""
    with pytest.raises(ValueError, match=said):
        write_kaggle_csv(tmp_path / "train.csv", images, labels)
    assert list(tmp_path.iterdir()) == []


def test_a_submission_is_what_kaggle_takes(tmp_path):
    """The header, ids from 1, one digit each; and it can be read again."""
    path = tmp_path / "submission.csv"
    write_submission(path, np.array([2, 0, 9], dtype=np.uint8))
    assert path.read_bytes() == b"ImageId,Label\n1,2\n2,0\n3,9\n"
    assert read_submission(path).tolist() == [2, 0, 9]
    assert read_submission(path).dtype == np.int64
    write_submission(path, [4])
    assert path.read_bytes() == b"ImageId,Label\n1,4\n"


@pytest.mark.parametrize("predictions", [np.zeros((3, 10)), [0.5], [], [3, 11], [-1], 5])
def test_predictions_that_are_no_digits(tmp_path, predictions):
    """Probabilities, fractions, nothing at all and numbers that are no digits are refused; an old file stays."""
    path = tmp_path / "submission.csv"
    path.write_text("mine")
    with pytest.raises(ValueError, match="write_submission"):
        write_submission(path, predictions)
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Id,Label\n1,2\n", "line 1: the header is 'Id,Label', expected 'ImageId,Label'"),
        ("ImageId,Label\n0,2\n", "line 2: the ImageId is 0, expected 1"),
        ("ImageId,Label\n1,2\n3,2\n", "line 3: the ImageId is 3, expected 2"),
        ("ImageId,Label\n1,2\n2,10\n", "line 3: column 'Label': found '10', expected a whole number from 0 to 9"),
        ("ImageId,Label\n1,2,3\n", "line 2: it has 3 values, expected 2"),
        ("ImageId,Label\n99999999999999999999,1\n", "line 2: column 'ImageId'"),
        ("ImageId,Label\n", "nothing below it"),
    ],
)
def test_a_submission_that_kaggle_would_refuse(tmp_path, content, said):
    """The line at fault is named."""
    with pytest.raises(DataError) as caught:
        read_submission(written(tmp_path, content))
    assert said in str(caught.value)

"""Digits of one's own in files: saved under the next free name, read with the labels in their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digitlab.digit_files import own_digits, save_digit
from digitlab.storage import DataError

DRAWINGS = np.random.default_rng(3).integers(0, 256, (4, 12, 9), np.uint8)


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    """Drawings come back pixel for pixel with their labels, each digit counted by itself."""
    folder = tmp_path / "mine"
    names = [save_digit(one, label, folder).name for one, label in zip(DRAWINGS, (7, 7, 0, 7), strict=True)]
    assert names == ["7_01.png", "7_02.png", "0_01.png", "7_03.png"]
    images, labels = own_digits(folder)
    assert labels.tolist() == [0, 7, 7, 7]
    for image, place in zip(images, (2, 0, 1, 3), strict=True):
        np.testing.assert_array_equal(image, DRAWINGS[place])


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """After a file in the middle was deleted, the next name is one that was never there."""
    for one in DRAWINGS[:3]:
        save_digit(one, 4, tmp_path)
    (tmp_path / "4_02.png").unlink()
    assert save_digit(DRAWINGS[3], 4, tmp_path).name == "4_04.png"


def test_no_folder_and_no_images_are_no_digits(tmp_path: Path) -> None:
    """Where nothing was drawn yet, nothing comes back, and nothing is raised."""
    for folder in (tmp_path / "none", tmp_path):
        images, labels = own_digits(folder)
        assert (images, labels.shape) == ([], (0,))


def test_other_names_are_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file whose name has no label is left out by name; notes and hidden files are not spoken of."""
    path = save_digit(DRAWINGS[0], 2, tmp_path)
    path.with_name("holiday.png").write_bytes(path.read_bytes())
    path.with_name("12_1.png").write_bytes(path.read_bytes())
    (tmp_path / "notes.txt").write_text("mine")
    _, labels = own_digits(tmp_path)
    assert labels.tolist() == [2]
    said = capsys.readouterr().out
    assert "12_1.png" in said
    assert "holiday.png" in said
    assert "notes" not in said


def test_what_cannot_be_saved_is_told(tmp_path: Path) -> None:
    """No digit, no grey image, and a file in the folder's place are one sentence each."""
    with pytest.raises(ValueError, match="digit from 0 to 9, got 12"):
        save_digit(DRAWINGS[0], 12, tmp_path)
    with pytest.raises(ValueError, match=r"grey image of uint8, got shape \(12, 9\) of float64"):
        save_digit(DRAWINGS[0] / 255, 1, tmp_path)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match="cannot be a folder of digits"):
        save_digit(DRAWINGS[0], 1, tmp_path / "taken")


def test_a_broken_image_is_named(tmp_path: Path) -> None:
    """A file that is no image is told by its name."""
    (tmp_path / "3_01.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"3_01\.png"):
        own_digits(tmp_path)

"""What a terminal is shown."""

from __future__ import annotations

import doctest
import os

import pytest

from digitlab import terminal
from digitlab.terminal import foreign_noise_left_out


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(terminal).failed == 0


def test_noise_past_python_is_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    """What is written to standard error past Python inside the block is gone; before and after it is shown."""
    os.write(2, b"before ")
    with foreign_noise_left_out():
        os.write(2, b"noise")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_error_inside_the_block_is_told_after_it(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception comes through, and standard error is back by then."""
    with pytest.raises(ValueError, match="told"), foreign_noise_left_out():
        raise ValueError("told")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"

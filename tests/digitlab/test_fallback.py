"""A demonstration goes on with the learner's function where it is written, and with digitlab's where it is not."""

from __future__ import annotations

import doctest

import pytest

from digitlab import fallback
from digitlab.fallback import yours


def unwritten(x: int, by: int = 2) -> int:
    """Wait to be written."""
    raise NotImplementedError


def product(x: int, by: int = 2) -> int:
    """Return the product."""
    return x * by


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(fallback).failed == 0


def test_what_is_written_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    """A written function is called with its arguments, and nothing is said."""
    assert yours(product, unwritten)(3, by=5) == 15
    assert capsys.readouterr().out == ""


def test_what_is_not_written_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """digitlab's function stands in for every call, and one line says so, once."""
    either = yours(unwritten, product)
    assert (either(3), either(3, by=5)) == (6, 15)
    assert capsys.readouterr().out == "unwritten() is not written yet: this uses digitlab's.\n"
    assert (either.__name__, either.__doc__) == ("unwritten", "Wait to be written.")


def test_errors_of_ones_own_come_through() -> None:
    """A mistake in a written function is shown as it is, and not covered up."""

    def broken(x: int) -> int:
        return x // 0

    with pytest.raises(ZeroDivisionError):
        yours(broken, product)(3)

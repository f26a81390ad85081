"""What the teacher reads of a job's output is plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.ending import clean


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\n\ttext\n", "plain\n\ttext\n"),
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07x\x1b]8;;http://evil\x1b\\link", "xlink"),
        (b"\x1b[2J\x1b[H\x1bcgone", "gone"),
        ("\x9b31mC1\u202e\u2066right to left".encode(), "31mC1right to left"),
        (b"\xff\xfe\x80", "\ufffd\ufffd\ufffd"),
        ("Zo\u00eb \u2713 \U0001f600".encode(), "Zo\u00eb \u2713 \U0001f600"),
        (b"progress 1\rprogress 2\r\n", "progress 1progress 2\n"),
    ],
)
def test_cleaned(data: bytes, text: str) -> None:
    """Colours, titles, links, cursor moves, direction marks and bytes that are no text are gone; letters stay."""
    assert clean(data) == text


@given(st.binary(max_size=500))
def test_nothing_that_a_terminal_obeys(data: bytes) -> None:
    """Whatever the bytes, what remains can be printed and written as UTF-8."""
    text = clean(data)
    assert all(character in "\n\t" or character.isprintable() for character in text)
    text.encode("utf-8")

"""Text from strangers, made fit to be shown."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from autograder.wording import listed, one_line


@given(st.text(st.characters(), max_size=100), st.integers(1, 60))
def test_one_line_can_be_printed_anywhere(text: str, limit: int) -> None:
    """The result is one line of bounded length, encodes, and holds no control or direction character."""
    line = one_line(text, limit)
    line.encode()
    assert len(line) <= limit
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in line)
    assert line == " ".join(line.split())


def test_one_line_leaves_plain_text_alone() -> None:
    """Names in any script stay as they are."""
    assert one_line("Zoë Ångström 李雷 محمد") == "Zoë Ångström 李雷 محمد"


def test_one_line_shows_where_something_was() -> None:
    """Escape sequences and direction marks leave a visible trace."""
    assert one_line("a\x1b]0;title\x07b\u202egnp") == "a�]0;title�b�gnp"


def test_listed_cuts_long_lists() -> None:
    """Five items stand in full, six do not."""
    assert listed(list("abcde")) == "a, b, c, d and e"
    assert listed(list("abcdef")) == "a, b, c, d and 2 more"
    assert listed([]) == ""

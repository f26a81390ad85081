"""Text from strangers, made fit to be shown: one line, no control characters, not endless."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` as one line of at most `limit` characters that can be printed anywhere.

    Control characters, escape sequences' first bytes, marks that turn the direction of writing, and lone surrogates
    become a visible `�`; runs of white space become one blank.

    >>> one_line("a\\x1b[31m red\\n  line")
    'a�[31m red line'
    """
    shown = "".join(_shown(character) for character in text[: 4 * limit])
    words = " ".join(shown.split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def printable(text: str, limit: int = 200) -> str:
    """Return `text` as `one_line` does, with its blanks as they stand: for code and arrays, whose columns line up.

    >>> printable("a\\x1b  b")
    'a�  b'
    """
    shown = "".join(_shown(character) for character in text[:limit])
    return shown if len(text) <= limit else shown[: limit - 1] + "…"


def printable_lines(text: str, limit: int = 4000) -> str:
    """Return `text` as `printable` does, with its line breaks kept.

    >>> printable_lines("a\\x9b31m\\n  b")
    'a�31m\\n  b'
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "\n".join(printable(line, limit) for line in cut.split("\n"))


def without_addresses(text: str) -> str:
    """Return `text` without places in memory, which are others each time.

    >>> without_addresses("<generator object f at 0x7f3bd0c1e340> 0xff")
    '<generator object f at 0x…> 0xff'
    """
    return _ADDRESS.sub("0x…", text)


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    # Cc: control; Cf: format, among them the direction marks; Cs: lone surrogates; Co, Cn: nothing a font can show.
    return "�" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} else character


def listed(items: list[str], limit: int = 4) -> str:
    """Return items as a list in a sentence.

    >>> listed(["2"]), listed(["2", "3", "5"]), listed(list("abcdefg"))
    ('2', '2, 3 and 5', 'a, b, c, d and 3 more')
    """
    if len(items) > limit + 1:
        return f"{', '.join(items[:limit])} and {len(items) - limit} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"

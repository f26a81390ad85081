"""What a check shows: the card in a notebook, and the same in plain text for a terminal.

The card says everything in words and with a symbol; colour only repeats it. It takes the text colour and background
of whatever shows it (JupyterLab, classic, VS Code, Colab; light or dark). Every text in it may come from a student's
code: all of it is escaped.
"""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass

from autograder.records import Status, Verdict
from autograder.wording import one_line

WIDTH = 88
LONGEST_TEXT = 1200
LONGEST_EXAMPLE_LINE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a status is shown: a symbol, its words, and a colour of the Okabe-Ito palette (fit for colour-blind eyes)."""

    symbol: str
    words: str
    colour: str


LOOKS: dict[Status, Look] = {
    Status.PASSED: Look(symbol="✔", words="Passed", colour="#009E73"),
    Status.PARTIAL: Look(symbol="◐", words="Partly right", colour="#E69F00"),
    Status.FAILED: Look(symbol="✘", words="Not right yet", colour="#D55E00"),
    Status.NOT_ATTEMPTED: Look(symbol="○", words="Not attempted yet", colour="#888888"),
    Status.NOT_JUDGED: Look(symbol="?", words="Could not be judged", colour="#56B4E9"),
}

_BOX = (
    "max-width:46em;box-sizing:border-box;margin:4px 0;padding:8px 14px 10px;border:1px solid rgba(127,127,127,0.45);"
    "border-left:6px solid {colour};border-radius:4px;line-height:1.5;text-align:left;white-space:normal;"
    "overflow-wrap:anywhere;color:inherit;background:transparent"
)
_HEAD = "display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline"
_LINE = "margin:6px 0 0"
# Each site has its own idea of how `code` and `pre` look; these say it once for all.
_CODE = (
    "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:0.92em;"
    "color:inherit;background:rgba(127,127,127,0.16);border:0;border-radius:3px"
)
_INLINE = f"{_CODE};padding:0 3px;white-space:pre-wrap"
_BLOCK = (
    f"{_CODE};display:block;margin:8px 0 0;padding:6px 10px;white-space:pre-wrap;word-break:normal;"
    "overflow-wrap:anywhere"
)


def points_text(points: float, max_points: float) -> str:
    """Return the points in words.

    >>> points_text(1.5, 2.0), points_text(1.0, 1.0)
    ('1.5 of 2 points', '1 of 1 point')
    """
    return f"{points:g} of {max_points:g} point{'' if max_points == 1 else 's'}"


def card_html(verdict: Verdict, title: str, footer: str | None = None, mark: str = "") -> str:
    """Return the card of a verdict as one HTML element.

    Parameters
    ----------
    verdict : Verdict
    title : str
        The exercise's title.
    footer : str or None
        One more line, in small type: how to get a hint where there are no buttons.
    mark : str
        An HTML attribute for the element, as it stands.
    """
    look = LOOKS[verdict.status]
    points = points_text(verdict.points, verdict.max_points)
    label = _escaped(f"Check of {verdict.exercise}: {look.words}, {points}")
    symbol = f'<span aria-hidden="true">{look.symbol}</span>'
    more = f" {mark}" if mark else ""
    parts = [
        f'<div role="status" aria-label="{label}"{more} style="{_BOX.format(colour=look.colour)}">',
        f'<div style="{_HEAD}">',
        f'<strong style="font-size:1.08em">{symbol} {look.words}</strong><span>{_escaped(one_line(title))}</span>',
        f'<span style="margin-left:auto;white-space:nowrap">{points}</span></div>',
    ]
    if verdict.message:
        parts.append(f'<div style="{_LINE}">{prose_html(verdict.message)}</div>')
    if verdict.example:
        parts.append(
            f'<pre aria-label="Example" style="{_BLOCK}">{_escaped(chr(10).join(_lines(verdict.example)))}</pre>'
        )
    if verdict.next_step:
        parts.append(f'<div style="{_LINE}"><strong>Next:</strong> {prose_html(verdict.next_step)}</div>')
    if footer:
        parts.append(f'<div style="{_LINE};font-size:0.9em;opacity:0.85">{prose_html(footer)}</div>')
    return "".join([*parts, "</div>"])


def card_text(verdict: Verdict, title: str, footer: str | None = None) -> str:
    """Return the same as `card_html` in plain text, without a trailing newline."""
    look = LOOKS[verdict.status]
    head = f"{look.symbol} {look.words}: {one_line(title)} ({points_text(verdict.points, verdict.max_points)})"
    parts = [head]
    if verdict.message:
        parts.append(wrapped(verdict.message, "  "))
    if verdict.example:
        parts += ["  " + line for line in _lines(verdict.example)]
    if verdict.next_step:
        parts.append(wrapped(f"Next: {verdict.next_step}", "  "))
    if footer:
        parts.append(wrapped(footer, "  "))
    return "\n".join(parts)


def note_html(heading: str, text: str, code: str | None = None) -> str:
    """Return a hint or a solution as one HTML element: a heading, prose, and code as it stands."""
    parts = [f'<div style="{_BOX.format(colour="#56B4E9")}"><strong>{_escaped(heading)}</strong>']
    if text:
        parts.append(f'<div style="{_LINE}">{prose_html(text)}</div>')
    if code:
        parts.append(f'<pre style="{_BLOCK}">{html.escape(code)}</pre>')
    return "".join([*parts, "</div>"])


def prose_html(text: str) -> str:
    """Return a sentence as HTML: escaped, with what stands between backticks as code.

    >>> prose_html("a < b")
    'a &lt; b'
    """
    escaped = _escaped(one_line(text, LONGEST_TEXT))
    return re.sub(r"`([^`]+)`", lambda match: f'<code style="{_INLINE}">{match[1]}</code>', escaped)


def wrapped(text: str, indent: str = "") -> str:
    """Return a sentence in lines of a terminal's width; code between backticks stays on one line.

    >>> print(wrapped("word " * 16 + "and `a = b + c`"))
    word word word word word word word word word word word word word word word word and
    `a = b + c`
    """
    whole = re.sub(r"`[^`]+`", lambda match: match[0].replace(" ", "\0"), one_line(text, LONGEST_TEXT))
    lines = textwrap.fill(
        whole, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
    return lines.replace("\0", " ")


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _lines(example: str) -> list[str]:
    return [one_line(line, LONGEST_EXAMPLE_LINE) for line in example.splitlines()[:20]]

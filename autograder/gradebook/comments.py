"""A verdict as a comment in nbgrader: Markdown that says what the student's page says, and can do nothing else."""

from __future__ import annotations

import re

from autograder.records import Verdict
from autograder.wording import one_line, printable

LONGEST_TEXT = 1200
LONGEST_LINE = 500
MOST_LINES = 40
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def comment_text(verdict: Verdict) -> str:
    """Return message, example and next step as Markdown.

    nbgrader's feedback shows comments as Markdown with raw HTML in it, and a message can hold a student's own words
    (the text of an exception, say): outside of code, what would begin a tag or a link is escaped.

    >>> from autograder.records import Status
    >>> print(comment_text(Verdict(exercise="l02_split", status=Status.FAILED, points=0, max_points=2,
    ...     message="It raised <b>.", next_step="Does `a < b`?")))
    It raised \\<b>.
    <BLANKLINE>
    Next: Does `a < b`?
    """
    parts = [_prose(verdict.message)]
    if verdict.example:
        parts.append(
            "\n".join(f"    {printable(line.expandtabs(4), LONGEST_LINE)}" for line in _lines(verdict.example))
        )
    if verdict.next_step:
        parts.append(f"Next: {_prose(verdict.next_step)}")
    return "\n\n".join(part for part in parts if part.strip())


def _lines(example: str) -> list[str]:
    return [printable(line.expandtabs(4), LONGEST_LINE) for line in example.splitlines()[:MOST_LINES]]


def _prose(text: str) -> str:
    text = one_line(text, LONGEST_TEXT)
    shown, end = [], 0
    for match in _CODE.finditer(text):
        shown += [_escaped(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*shown, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"[\\`<]", r"\\\g<0>", text).replace("](", "]\\(")

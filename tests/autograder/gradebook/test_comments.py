"""`autograder.gradebook.comments`: a verdict as Markdown that can do nothing but be read."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import markdown2html

from autograder.gradebook.comments import comment_text
from autograder.records import Status, Verdict


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and where a link leads."""
        self.found.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def _verdict(message: str, example: str | None = None, next_step: str | None = None) -> Verdict:
    return Verdict(
        exercise="l02_split",
        status=Status.FAILED,
        points=0,
        max_points=2,
        message=message,
        example=example,
        next_step=next_step,
    )


def _shown(verdict: Verdict) -> str:
    """Return a comment as nbgrader's feedback shows it."""
    return str(markdown2html(comment_text(verdict)))


def test_code_is_code_and_examples_keep_their_columns() -> None:
    """Backticks and arrays come out as a reader expects."""
    html = _shown(_verdict("You use `a < b`.", "[[1,  2],\n [3, 4]]", "Is `x` < 3?"))
    assert "<code>a &lt; b</code>" in html
    assert "<pre><code>[[1,  2],\n [3, 4]]</code></pre>" in html
    assert "<p>Next: Is <code>x</code> &lt; 3?</p>" in html


HOSTILE = [
    "ValueError: <script>alert(1)</script>",
    "\\<script>alert(1)</script>",
    "\\\\<img src=x onerror=alert(1)>",
    "`` <script>alert(1)</script> `",
    "`a` `<b>` ` <script>",
    "[press](javascript:alert(1)) ![x](y)",
    "<javascript:alert(1)>",
    "a\n\n<div>\n\n",
    "```\n<script>\n```",
    "&lt;script&gt;",
    "<!-- x --> <?php ?> <![CDATA[",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_students_words_stay_words(text: str) -> None:
    """nbgrader shows comments with raw HTML in them: nothing that a student's exception says becomes an element."""
    parsed = _Elements(_shown(_verdict(text, text, text)))
    assert parsed.found <= {"p", "code", "pre"}
    assert parsed.links == []


@settings(max_examples=300)
@given(st.text(st.sampled_from("`<>\\[]()!&*_ab/:\n #-=\"'~|$")), st.text(st.sampled_from("`<>\\ab \n")))
def test_no_text_becomes_an_element_of_its_own(message: str, example: str) -> None:
    """Whatever punctuation a text is made of, it gives no element but emphasis, lists and headings: nothing active."""
    parsed = _Elements(_shown(_verdict(f"It raised {message}", f"x{example}", f"Next {message}")))
    harmless = {"p", "code", "pre", "em", "strong", "del", "br", "span"}
    assert parsed.found <= harmless
    assert parsed.links == []


def test_a_lone_surrogate_can_be_stored(tmp_path: object, result: Callable[..., object]) -> None:
    """Any database can hold the text: no surrogate, no NUL."""
    text = comment_text(_verdict("\ud800\x00", "a\x00\ud800b"))
    text.encode("utf-8")
    assert "\x00" not in text

"""The card tells all in words, in any theme, and nothing in it can be more than text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from autograder.feedback.card import LOOKS, WIDTH, card_html, card_text, note_html, points_text, prose_html, wrapped
from autograder.records import Status, Verdict

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>` `<b>` & \x1b[31m\u202e\ud800\0"


def verdict(status: Status = Status.FAILED, text: str = "so", points: float = 0.0) -> Verdict:
    """Return a verdict whose every text is `text`."""
    return Verdict(
        exercise="l02_x", status=status, points=points, max_points=2.0, message=text, next_step=text, example=text
    )


class Reader(HTMLParser):
    """Collects the tags, attributes and text of a piece of HTML, and checks that every tag is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that opens."""
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        """Check that the tag that closes was the last to open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_told_in_words_and_by_a_symbol(status: Status) -> None:
    """Who sees no colour, and who hears the page, learns the same; each status has its own words and symbol."""
    card = Reader(card_html(verdict(status), "Scale pixels"))
    look = LOOKS[status]
    for word in (look.symbol, look.words, "Scale pixels", "0 of 2 points"):
        assert word in card.text
        assert word in card_text(verdict(status), "Scale pixels")
    attributes = dict(card.attributes[:2])
    assert attributes["role"] == "status"
    assert attributes["aria-label"] == f"Check of l02_x: {look.words}, 0 of 2 points"


def test_statuses_differ_in_all_three() -> None:
    """No two statuses share a symbol, words or a colour."""
    for each in ("symbol", "words", "colour"):
        assert len({getattr(look, each) for look in LOOKS.values()}) == len(Status)


def test_a_students_text_is_nothing_but_text() -> None:
    """Tags, quotes, control characters, direction marks and lone surrogates make neither a tag nor an attribute."""
    clean = Reader(card_html(verdict(), "t", "f"))
    for source in (card_html(verdict(text=HOSTILE), HOSTILE, HOSTILE), note_html(HOSTILE, HOSTILE, HOSTILE)):
        card = Reader(source)
        assert set(card.tags) <= {*clean.tags, "code"}
        assert {name for name, _ in card.attributes} <= {"role", "aria-label", "aria-hidden", "style"}
        assert "<script>" in card.text
    shown = card_html(verdict(text=HOSTILE), HOSTILE) + card_text(verdict(text=HOSTILE), HOSTILE)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\ud800]", shown)
    shown.encode()


def test_the_theme_decides_on_text_and_ground() -> None:
    """No colour of text or ground is fixed, so that light and dark themes stay readable."""
    card = card_html(verdict(text="`code`"), "t", "f")
    assert set(re.findall(r"(?<![-\w])color:([^;\"]+)", card)) == {"inherit"}
    assert set(re.findall(r"background:([^;\"]+)", card)) == {"transparent", "rgba(127,127,127,0.16)"}


def test_code_between_backticks_is_set_as_code() -> None:
    """Backticks become code, also where the code holds what HTML uses itself."""
    assert re.sub(r' style="[^"]*"', "", prose_html("use `a < b` now")) == "use <code>a &lt; b</code> now"
    assert prose_html("one ` alone") == "one ` alone"


def test_parts_that_are_missing_are_left_out() -> None:
    """A verdict without example, next step and footer shows none."""
    bare = Verdict(exercise="l02_x", status=Status.PASSED, points=2.0, max_points=2.0, message="Right.")
    card = Reader(card_html(bare, "Scale pixels"))
    assert "pre" not in card.tags
    assert "Next" not in card.text
    assert card_text(bare, "Scale pixels") == "✔ Passed: Scale pixels (2 of 2 points)\n  Right."


def test_the_text_card_keeps_to_its_width() -> None:
    """Long sentences are wrapped and indented; the example keeps its lines."""
    long = replace(verdict(text="word " * 100), example="f(1)\nreturned 2\nexpected 3")
    text = card_text(long, "t", "footer " * 30)
    assert all(len(line) <= WIDTH for line in text.splitlines())
    assert "\n  f(1)\n  returned 2\n  expected 3\n" in text


def test_endless_texts_are_cut() -> None:
    """Whatever a student raises or returns, the card stays a card."""
    endless = verdict(text="x" * 100_000 + "\n" * 1000)
    assert len(card_html(endless, "t")) < 20_000
    assert len(card_text(endless, "t")) < 10_000


def test_code_is_not_broken_over_lines() -> None:
    """Code that is to be copied from a terminal stays on one line."""
    text = wrapped("word " * 16 + 'and `check("l02_scale_pixels", scale_pixels).hint()`')
    assert '`check("l02_scale_pixels", scale_pixels).hint()`' in text.splitlines()


@pytest.mark.parametrize(
    ("points", "most", "words"),
    [
        (2.0, 2.0, "2 of 2 points"),
        (0.0, 1.0, "0 of 1 point"),
        (0.67, 2.0, "0.67 of 2 points"),
        (1.5, 10, "1.5 of 10 points"),
    ],
)
def test_points_are_written_as_one_says_them(points: float, most: float, words: str) -> None:
    """No needless zeros, and one point is a point."""
    assert points_text(points, most) == words

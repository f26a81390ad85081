"""`autograder.reports.pages`: the pages are whole, closed to scripts, and the same for the same results."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.records import LessonResult, Status, Verdict
from autograder.reports.class_view import class_view
from autograder.reports.pages import class_page, example_lines, prose, student_page
from autograder.reports.run_facts import RunFacts, facts_of_run
from autograder.reports.student_view import student_view
from autograder.reports.tally import students_of

VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></pre></p><iframe>",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31mred\x1b[0m\nand a second line",
    "\u202egnp.exe\u2066",
    "javascript:alert(1)",
    "]]><!-- -->",
    "`<b>code</b>`",
    "\ud800 lone",
)
FACTS = facts_of_run(datetime(2025, 3, 14, 9, 30, tzinfo=UTC), ["notes.txt: <b>what</b> is it?"])


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, balanced or not, headings, links, text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold a closing tag against the element that is open."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        """Note text that is shown."""
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        """Return the attributes of all elements of these kinds."""
        return (attributes for tag, attributes in self.elements if tag in tags)


@pytest.fixture(scope="module")
def pages(the_class: Sequence[LessonResult]) -> list[str]:
    """The class page and every student's."""
    students = [student_page(student_view(name, results)) for name, results in students_of(the_class)]
    return [class_page(class_view(the_class), FACTS), *students]


def test_pages_are_well_formed(pages: list[str]) -> None:
    """Every element is closed where it should be, ids are unique, and headings skip no level."""
    for html in pages:
        page = Page(html)
        assert page.open == []
        ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
        assert [one for one, count in ids.items() if count > 1] == []
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_nothing_is_loaded_from_anywhere(pages: list[str]) -> None:
    """No address of another machine, no file besides the page; what may run is named by its SHA-256."""
    for html in pages:
        page = Page(html)
        assert not list(page.all("link", "img", "iframe", "object", "embed", "audio", "video", "source", "base"))
        assert not re.search(r"https?:|@import|url\(|src=", html)
        policy = next(one["content"] or "" for one in page.all("meta") if "http-equiv" in one)
        assert policy.startswith("default-src 'none'")
        scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
        assert re.findall(r"'sha256-([^']+)'", policy) == digests


def test_students_pages_run_no_script_and_lead_nowhere(pages: list[str]) -> None:
    """A student's page can be sent to the student: it has no script and no link to anybody else's."""
    for html in pages[1:]:
        page = Page(html)
        assert not list(page.all("script"))
        assert all((link["href"] or "").startswith("#") for link in page.all("a"))


def test_every_link_leads_somewhere(pages: list[str], the_class: Sequence[LessonResult]) -> None:
    """Links within a page have their target; links to students' pages are those that are written."""
    hrefs = {row.student.href for row in class_view(the_class).rows}
    for html in pages:
        page = Page(html)
        ids = {attributes.get("id") for _, attributes in page.elements}
        for link in page.all("a"):
            href = link["href"] or ""
            assert href in hrefs | {"grades.csv"} or href.removeprefix("#") in ids, href


def test_everything_is_told_in_words(pages: list[str], the_class: Sequence[LessonResult]) -> None:
    """Symbols and bars are hidden from readers aloud: the same stands beside them in words."""
    told = " ".join(Page(pages[0]).text)
    counts = Counter(verdict.status for result in the_class for verdict in result.verdicts)
    for words in ("passed", "partly right", "not right yet", "not attempted yet", "could not be judged"):
        assert words in told
    assert counts[Status.NOT_JUDGED]
    for attributes in Page(pages[0]).all("span"):
        if (attributes.get("class") or "").startswith("bar"):
            assert attributes.get("aria-hidden") == "true"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_strangers_is_only_text(text: str, the_class: Sequence[LessonResult]) -> None:
    """Whatever stands in names, messages, examples, notes and lessons adds no element and no attribute to a page."""
    before = [result for result in the_class if result.student in ("bela", "chen")]
    after = [
        replace(
            result,
            student=f"{result.student}{text}",
            notes=tuple(f"{text} {note}" for note in result.notes),
            verdicts=tuple(
                replace(
                    verdict,
                    message=f"{text} {verdict.message}",
                    example=verdict.example and f"{text}\n{verdict.example}",
                    next_step=verdict.next_step and f"{text} {verdict.next_step}",
                    mistake=verdict.mistake and f"{text}",
                )
                for verdict in result.verdicts
            ),
        )
        for result in before
    ]
    html = class_page(class_view(after), RunFacts(when=text, versions=((text, text),), unplaced=(text,)))
    htmls = [html, *(student_page(student_view(name, results)) for name, results in students_of(after))]
    for shown in htmls:
        page = Page(shown)
        assert page.open == []
        shown.encode("utf-8")
        assert {tag for tag, _ in page.elements} <= {
            *("html", "head", "meta", "title", "style", "body", "a", "div", "p", "h1", "h2", "h3", "h4", "nav", "main"),
            *("section", "ul", "ol", "li", "span", "strong", "bdi", "table", "caption", "thead", "tbody", "tr", "th"),
            *("td", "i", "b", "details", "summary", "article", "code", "pre", "footer", "dl", "dt", "dd", "script"),
            *("header", "em"),
        }
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
        assert sum(tag == "script" for tag, _ in page.elements) == (1 if shown is html else 0)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown)


def test_the_same_results_give_the_same_bytes(pages: list[str], the_class: Sequence[LessonResult]) -> None:
    """Neither the order of the results nor the time of day matters; only the facts passed in are told."""
    shuffled = list(reversed(the_class))
    again = [class_page(class_view(shuffled), FACTS)]
    again += [student_page(student_view(name, results)) for name, results in students_of(shuffled)]
    assert again == pages
    slower = [replace(result, seconds=result.seconds + 5) for result in the_class]
    assert class_page(class_view(slower), FACTS) == pages[0]


def test_trusted_results_are_stamped(the_class: Sequence[LessonResult]) -> None:
    """What ran without a sandbox says so on both pages, in capitals; what ran in one does not."""
    trusted = [replace(result, sandbox="none") for result in the_class]
    name, results = students_of(trusted)[3]
    assert "NO SANDBOX" in class_page(class_view(trusted))
    assert "NO SANDBOX" in student_page(student_view(name, results))
    assert "NO SANDBOX" not in class_page(class_view(the_class))
    one = [trusted[0], *the_class[1:]]
    assert "1 hand-in was graded with" in " ".join("".join(Page(class_page(class_view(one))).text).split())


def test_what_needs_a_person_comes_first(pages: list[str]) -> None:
    """Before any table: what was not judged, what could not be read, what found no place."""
    html = pages[0]
    order = [html.index(f'id="{section}"') for section in ("person", "again", "students", "exercises", "notes")]
    assert order == sorted(order)
    person = html[order[0] : order[1]]
    assert "The sandbox did not start a second time." in person
    assert "not valid JSON" in person
    assert "&lt;b&gt;what&lt;/b&gt;" in person


def test_a_class_without_a_worry_says_so(the_class: Sequence[LessonResult]) -> None:
    """Nothing to do is told, not left out."""
    fine = [result for result in the_class if result.student == "ada"]
    assert "Every hand-in could be read" in class_page(class_view(fine))


def test_the_gates_interval_stands_on_the_page(the_class: Sequence[LessonResult]) -> None:
    """The model's accuracy comes with its 95 % interval."""
    results = [result for result in the_class if result.student == "ada"]
    assert "95 % interval 98.19 % to 98.67 %" in student_page(student_view("ada", results))


def test_a_page_of_an_unknown_exercise(the_class: Sequence[LessonResult]) -> None:
    """A result of an exercise that is not in the course any more is reported under its id."""
    verdict = Verdict(exercise="l77_gone", status=Status.FAILED, points=0, max_points=1, message="No.", mistake="odd")
    result = replace(the_class[0], lesson="77_gone_by", verdicts=(verdict,))
    assert "l77_gone" in student_page(student_view("ada", [result]))
    assert "77 Gone by" in class_page(class_view([result]))


@settings(max_examples=200)
@given(st.text(st.characters(codec=None)))
def test_prose_holds_no_element_but_code(text: str) -> None:
    """Any text at all becomes text and `code` elements, and can be written as UTF-8."""
    html = str(prose(text))
    assert {tag for tag, _ in Page(html).elements} <= {"code"}
    html.encode("utf-8")
    assert "\n" not in html


def test_examples_keep_their_columns_and_have_an_end() -> None:
    """Arrays line up; a thousand lines, or one endless line, are cut where nobody reads on."""
    assert example_lines("a\n[[1,  2],\n\t[3, 4]]") == ["a", "[[1,  2],", "    [3, 4]]"]
    assert len(example_lines("x\n" * 1000)) == 41
    assert len(example_lines("x" * 10_000)[0]) == 600

"""The whole book: built by its command, every link followed, each page looked at in a real browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from autograder import course
from book.execution import ROOT
from book.links import check_links
from digitlab.terms import all_terms
from tools.browser import browser_page, chromium_path

PHONE, DESKTOP = (390, 844), (1280, 900)
LESSONS = course.lessons()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the finished pages; outputs that `make book` has kept are taken where they are still right."""
    out = tmp_path_factory.mktemp("book")
    built = subprocess.run(
        [sys.executable, "-m", "book", "--out", str(out)], cwd=ROOT, capture_output=True, text=True, timeout=1500
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert " 0 problems" in built.stdout
    return out / "html"


def test_each_lesson_has_its_pages(html: Path) -> None:
    """Each lesson has a page and is listed on the first; where it asks for code, its solutions have a page too."""
    index = (html / "index.html").read_text(encoding="utf-8")
    for lesson in LESSONS:
        assert f'href="lessons/{lesson.name}.html"' in index
        assert lesson.title in (html / "lessons" / f"{lesson.name}.html").read_text(encoding="utf-8")
        if any(exercise.file is None for exercise in lesson.exercises):
            assert "Passed" in (html / "solutions" / f"{lesson.name}.html").read_text(encoding="utf-8")


def test_the_glossary_leads_to_the_lessons(html: Path) -> None:
    """Each term has its entry, and each lesson that says one in bold is linked."""
    page = (html / "glossary.html").read_text(encoding="utf-8")
    for term in all_terms():
        assert f"<strong>{escape(term.term, quote=False)}</strong>" in page
    taught = {number for term in all_terms() for number in term.lessons}
    for lesson in LESSONS:
        assert lesson.number not in taught or f'href="lessons/{lesson.name}.html"' in page


def test_a_lesson_can_be_downloaded_as_released(html: Path) -> None:
    """What a lesson's page offers is the released notebook, byte for byte."""
    for lesson in LESSONS:
        (offered,) = (html / "_downloads").glob(f"*/{lesson.name}.ipynb")
        assert offered.read_bytes() == lesson.notebook.read_bytes()


def test_every_link_leads_somewhere(html: Path) -> None:
    """Links and anchors inside the book are right, every picture has a text, and nothing is fetched from elsewhere."""
    checked = check_links(html)
    assert checked.problems == ()
    assert checked.links > 20 * len(LESSONS)


@pytest.fixture(scope="module", params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A browser of that width."""
    if chromium_path() is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with browser_page(*request.param) as opened:
        yield opened


@pytest.mark.browser
def test_pages_in_a_browser(html: Path, page: Any) -> None:
    """No page scrolls sideways, every picture is drawn, no script fails, and no address outside is asked."""
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    for path in sorted(html.rglob("*.html")):
        page.goto(path.as_uri())
        page.wait_for_function("[...document.images].every(image => image.complete)")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, path.name
        assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).length") == 0, path.name
    assert failed == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.browser
def test_a_reader_goes_from_exercise_to_solution_and_back(html: Path, page: Any) -> None:
    """The way to a solution ends at that very solution, and the way back at the exercise."""
    lesson = next(lesson for lesson in LESSONS if lesson.exercises)
    exercise = lesson.exercises[0]
    page.goto((html / "lessons" / f"{lesson.name}.html").as_uri())
    page.locator("a:has-text('A solution')").first.click()
    page.wait_for_url(f"**/solutions/{lesson.name}.html#*")
    assert page.locator(f"section:has(h2:has-text('{exercise.title}'))").last.is_visible()
    page.locator("a:has-text('Back to the exercise')").first.click()
    page.wait_for_url(f"**/lessons/{lesson.name}.html#*")


@pytest.mark.browser
def test_search_works_without_a_server(html: Path, page: Any) -> None:
    """Opened as a file, the book finds a word and leads to its page."""
    page.goto(f"{(html / 'search.html').as_uri()}?q=softmax")
    page.wait_for_selector("ul.search a", timeout=20_000)
    assert page.locator("ul.search a").count() >= 1

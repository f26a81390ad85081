"""The reports in a real browser: what a teacher and a student see, on a desk and on a phone, by day and by night."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from autograder.records import LessonResult
from autograder.reports import facts_of_run, write_all

pytestmark = pytest.mark.browser

WIDTHS = {"desk": 1280, "phone": 390, "small phone": 320}
# The least contrast of text that WCAG 2.2 asks for (success criterion 1.4.3); large text may have 3.
LEAST_CONTRAST = 4.5
CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const rgb = colour => {
    context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
    return Array.from(context.getImageData(0, 0, 1, 1).data);
  };
  const light = colour => {
    const [r, g, b] = rgb(colour).map(v => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (rgb(colour)[3] === 255) return colour;
    }
    return 'white';
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = Array.from(element.childNodes).some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('.unseen, .skip, script') || !element.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        try:
            started = playwright.chromium.launch(executable_path=path, args=options)
        except Error as problem:
            pytest.skip(f"no browser here: {problem.message.splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, the_class: Sequence[LessonResult]) -> Path:
    """The reports of the example class."""
    folder = tmp_path_factory.mktemp("grades")
    when = datetime(2025, 3, 14, 9, 30, tzinfo=UTC)
    write_all(the_class, folder, facts_of_run(when, ["notes.ipynb: no lesson is known"]))
    return folder


def _opened(context: BrowserContext, path: Path) -> tuple[Page, list[str]]:
    """Open a page; the list fills with what it complains of, and with every address that it asks for besides itself."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url == path.as_uri() else complaints.append(asked.url))
    page.goto(path.as_uri())
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("file", ["index.html", "reports/bela.html", "reports/ines.html"])
def test_pages_fit_can_be_read_and_ask_for_nothing(
    browser: Browser, out: Path, file: str, width: int, scheme: str
) -> None:
    """No scrolling sideways, no text too faint to read, no complaint, no request: at any width, light or dark."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page, complaints = _opened(context, out / file)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    faintest, text = page.evaluate(CONTRASTS)[0]
    assert faintest >= LEAST_CONTRAST, text
    assert complaints == []
    context.close()


def test_the_table_can_be_sorted(browser: Browser, out: Path, the_class: Sequence[LessonResult]) -> None:
    """A click on a column sorts by it, another one the other way round; readers aloud are told."""
    context = browser.new_context()
    page, complaints = _opened(context, out / "index.html")
    totals = page.locator("td.total")

    def shown() -> list[float]:
        return [float(text) for text in totals.all_inner_texts()]

    page.get_by_role("button", name="Total").click()
    assert shown() == sorted(shown(), reverse=True)
    assert page.locator("th[aria-sort='descending']").inner_text().startswith("Total")
    page.get_by_role("button", name="Total").press("Enter")
    assert shown() == sorted(shown())
    page.get_by_role("button", name="Student").click()
    assert page.locator("tbody th").first.inner_text() != page.locator("tbody th").last.inner_text()
    assert "Sorted by Student" in page.locator(".sorted-by").inner_text()
    assert len(shown()) == len({result.student for result in the_class})
    assert complaints == []
    context.close()


def test_without_scripts_all_is_there(browser: Browser, out: Path) -> None:
    """Sorting is a convenience: the page without it has every row, and no button that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page, _ = _opened(context, out / "index.html")
    assert page.locator("tbody tr").count() == 30
    assert page.get_by_role("button").count() == 0
    context.close()


def test_links_lead_to_the_student_and_to_the_exercise(browser: Browser, out: Path) -> None:
    """From a name to that student's page; from a frequent mistake to its exercise."""
    context = browser.new_context()
    page, _ = _opened(context, out / "index.html")
    page.locator("#again a").first.click()
    exercise = page.url.partition("#")[2]
    assert page.locator(f"#{exercise}").is_visible()
    page.get_by_role("row").get_by_role("link", name="bela").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Report for bela"
    context.close()


def test_a_name_that_is_markup_is_shown_as_it_is(browser: Browser, out: Path) -> None:
    """The student <b>bob</b> has a row and a page."""
    context = browser.new_context()
    page, complaints = _opened(context, out / "index.html")
    page.get_by_role("row").get_by_role("link", name="<b>bob</b>").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Report for <b>bob</b>"
    assert [one for one in complaints if not one.startswith("file:")] == []
    context.close()


def test_a_report_can_be_printed(browser: Browser, out: Path) -> None:
    """A student's report comes out as a PDF of a few pages."""
    context = browser.new_context()
    page, _ = _opened(context, out / "reports" / "bela.html")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 1 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type/Page/") <= 6
    context.close()

"""Lessons in a real JupyterLab, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.course import lessons_folder
from tools.browser import Lab, browser_page, chromium_path, jupyterlab, open_notebook, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the lessons."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    shutil.copytree(lessons_folder(), folder)
    with jupyterlab(folder) as running:
        yield running


def output_of(page: Any, source: str) -> Any:
    """The output area of the first cell whose source has this text."""
    return page.locator(f".jp-CodeCell:has-text('{source}') .jp-Cell-outputArea").first


def events(lab: Lab) -> list[dict[str, Any]]:
    """What the learner's journal holds."""
    path = lab.folder / ".digitlab" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_lesson_01(lab: Lab) -> None:
    """Runs from top to bottom; its browser of digits, its predictions and its hints answer to a learner."""
    with browser_page() as page:
        open_notebook(page, lab, "01_look_first.ipynb")
        run_all(page)
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        page.wait_for_timeout(1000)

        browser = output_of(page, "digitlab.digit_browser(x_train, y_train)")
        assert "Image 0, label 5" in browser.inner_text()
        browser.locator("button:has-text('Next')").click()
        page.wait_for_function("e => e.innerText.includes('Image 1, label 0')", arg=browser.element_handle())
        assert browser.locator("select").count() == 0  # JupyterLab would take its keys
        seven = browser.locator("button[title='The digit 7']")
        browser.locator("button[title='All digits']").focus()
        for _ in range(8):
            page.keyboard.press("Tab")
        assert seven.evaluate("button => button === document.activeElement")
        page.keyboard.press("Space")
        page.wait_for_function("e => e.innerText.includes('label 7')", arg=browser.element_handle())
        assert "images of the digit 7" in browser.inner_text()
        first = re.search(r"Image \d+", browser.inner_text())
        assert first is not None
        browser.locator(".noUi-handle").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "([e, first]) => !e.innerText.includes(first + ',')", arg=[browser.element_handle(), first[0]]
        )

        question = output_of(page, "How evenly are the ten digits spread")
        question.locator("input[type=radio]").nth(1).check()
        page.wait_for_timeout(500)
        assert any(event["event"] == "prediction" for event in events(lab))

        card = output_of(page, 'check("l01_describe", describe)')
        assert "Not attempted" in card.inner_text() or "no answer here yet" in card.inner_text()
        card.locator("button:has-text('Hint 1')").click()
        page.wait_for_function("e => e.innerText.includes('attribute of an array')", arg=card.element_handle())
        assert any(event["event"] == "hint" and event["exercise"] == "l01_describe" for event in events(lab))


def test_lesson_02_follows_a_pixel_by_the_keyboard(lab: Lab) -> None:
    """The pixel follower moves with the arrow keys, and says row and column."""
    with browser_page() as page:
        open_notebook(page, lab, "02_pixels_to_tensors.ipynb")
        run_all(page)
        follower = output_of(page, "digitlab.pixel_follower(x_train[0])")
        assert "350 = 12 × 28 + 14" in follower.inner_text()
        follower.locator(".widget-slider [role=slider], .noUi-handle").first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("e => e.innerText.includes('351 = 12 × 28 + 15')", arg=follower.element_handle())


def test_lesson_03_shows_how_a_score_comes_about(lab: Lab) -> None:
    """The score viewer changes digit and image by the keyboard, and goes to the answers that are wrong."""
    with browser_page() as page:
        open_notebook(page, lab, "03_linear_baseline.ipynb")
        run_all(page)
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        viewer = output_of(page, "digitlab.score_viewer(W, b")
        viewer.scroll_into_view_if_needed()
        assert "Image 0, label 7. The largest score has 7." in viewer.inner_text()
        viewer.locator("input[type=number]").focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_function("e => e.innerText.includes('the score of 8 is')", arg=viewer.element_handle())
        viewer.locator(".noUi-handle").focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("e => e.innerText.includes('Image 1, label 2')", arg=viewer.element_handle())
        viewer.locator("button:has-text('Next wrong answer')").focus()
        page.keyboard.press("Space")
        page.wait_for_function("e => !e.innerText.includes('Image 1,')", arg=viewer.element_handle())
        said = re.search(r"label (\d)\. The largest score has (\d)\.", viewer.inner_text())
        assert said is not None
        assert said[1] != said[2]

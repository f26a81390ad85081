"""Lesson 11 in a real JupyterLab, in a real browser: sliders that distort a digit, by mouse and keyboard."""

from __future__ import annotations

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

LESSON = "11_robustness.ipynb"
SAYS = "([element, text]) => element.innerText.includes(text)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on lesson 11 alone: it needs no other file."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    folder.mkdir()
    shutil.copy(lessons_folder() / LESSON, folder)
    with jupyterlab(folder) as running:
        yield running


def wait_for(page: Any, area: Any, text: str) -> None:
    """Wait until the area shows the text."""
    page.wait_for_function(SAYS, arg=[area.element_handle(), text])


def test_a_learner_distorts_a_digit(lab: Lab) -> None:
    """Released, the lesson runs from top to bottom; the sliders answer to the arrow keys, the button to Enter."""
    with browser_page() as page:
        open_notebook(page, lab, LESSON)
        run_all(page)
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        page.wait_for_timeout(1000)
        cell = page.locator(".jp-CodeCell:has-text('digitlab.distortion_sliders(model')").first
        area = cell.locator(".jp-Cell-outputArea").first
        wait_for(page, area, "The model says 7: ✔ right.")
        rotation = area.locator(".noUi-handle").nth(1)
        rotation.focus()
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        wait_for(page, area, "turned by 30°")
        area.locator(".noUi-handle").nth(4).focus()
        page.keyboard.press("ArrowRight")
        wait_for(page, area, "turned by 30°, noise of 0.05")
        area.locator("input[type=number]").first.fill("21")
        page.keyboard.press("Enter")
        wait_for(page, area, "label 6")
        area.locator("button:has-text('As it was')").focus()
        page.keyboard.press("Enter")
        wait_for(page, area, "The model says 6: ✔ right.")
        card = page.locator(".jp-CodeCell:has-text('digitlab.model_card(')").first
        assert "Nobody has written this yet" in card.inner_text()
        area.screenshot(path=str(lab.folder / "sliders.png"))

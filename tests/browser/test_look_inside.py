"""Lesson 10 in a real JupyterLab, in a real browser: its viewer of feature maps, and the errors to label oneself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

import digitlab
from autograder.course import lessons_folder
from tools.browser import Lab, browser_page, chromium_path, jupyterlab, open_notebook, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium"),
]

LESSON = "10_look_inside.ipynb"
SAYS = "([element, text]) => element.innerText.includes(text)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on lesson 10, beside a scan of a digit of the learner's own: a dark 7 on white paper."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    folder.mkdir()
    shutil.copy(lessons_folder() / LESSON, folder)
    seven = Image.fromarray(255 - digitlab.load_mnist().x_test[0])
    seven.resize((280, 280), Image.Resampling.BICUBIC).save(folder / "my_digit.png")
    with jupyterlab(folder) as running:
        yield running


def output_of(page: Any, source: str) -> Any:
    """The output area of the first cell whose source has this text."""
    return page.locator(f".jp-CodeCell:has-text('{source}') .jp-Cell-outputArea").first


def wait_for(page: Any, area: Any, text: str) -> None:
    """Wait until the area shows the text."""
    page.wait_for_function(SAYS, arg=[area.element_handle(), text])


def answers(lab: Lab) -> list[str]:
    """What the learner's journal holds of the errors that were labelled."""
    path = lab.folder / ".digitlab" / "journal.jsonl"
    events = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [event["answer"] for event in events if event["event"] == "relabelled"]


def test_a_learner_looks_inside(lab: Lab) -> None:
    """Released, the lesson runs from top to bottom; viewer and relabelling answer to mouse and keyboard."""
    with browser_page() as page:
        open_notebook(page, lab, LESSON)
        run_all(page)
        assert page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        page.wait_for_timeout(1000)

        viewer = output_of(page, "digitlab.feature_viewer(model, x_new, y_test, own)")
        assert "Your image: the model says 7" in viewer.inner_text()
        assert "The 8 maps of conv_1" in viewer.inner_text()
        viewer.locator("button:has-text('test digit')").click()
        wait_for(page, viewer, "Test digit 0, label 7")
        viewer.locator("button:has-text('conv_2 (Conv2D)')").click()
        wait_for(page, viewer, "The 16 maps of conv_2")
        which, chosen = viewer.locator(".noUi-handle").nth(0), viewer.locator(".noUi-handle").nth(1)
        chosen.focus()
        page.keyboard.press("ArrowRight")
        wait_for(page, viewer, "Map 1: 10 × 10 numbers")
        assert viewer.locator("table").count() == 9
        which.focus()
        page.keyboard.press("ArrowRight")
        wait_for(page, viewer, "Test digit 1, label 2")

        relabel = output_of(page, "thirty = digitlab.relabelling(")
        assert "Image 1 of 30" in relabel.inner_text()
        relabel.locator("input[type=radio]").nth(4).check()
        wait_for(page, relabel, "Noted: 4. 1 of 30 labelled.")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        wait_for(page, relabel, "Noted: 5. 1 of 30 labelled.")
        relabel.locator("button:has-text('Next')").focus()
        page.keyboard.press("Enter")
        wait_for(page, relabel, "Image 2 of 30")
        assert relabel.locator("input[type=radio]:checked").count() == 0
        relabel.locator("input[type=text]").click()
        page.keyboard.type("?\n")
        wait_for(page, relabel, "Image 3 of 30")
        page.keyboard.type("8\n")
        wait_for(page, relabel, "Image 4 of 30")
        wait_for(page, relabel, "3 of 30 labelled.")
        assert answers(lab) == ["4", "5", "cannot tell", "8"]

        cell = page.locator(".jp-CodeCell:has-text('thirty.summary()')").first
        cell.locator(".jp-Editor, .jp-InputArea-editor").first.click()
        page.keyboard.press("Shift+Enter")
        wait_for(page, cell, "3 of 30 images labelled")
        assert "1 × with nobody: you could not tell" in cell.inner_text()

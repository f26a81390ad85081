"""Lesson 08 in a real JupyterLab: it runs from top to bottom, and the dropout masks answer to mouse and keyboard."""

from __future__ import annotations

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

LESSON = "08_dropout_and_augmentation.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the lesson."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    folder.mkdir()
    shutil.copy(lessons_folder() / LESSON, folder)
    with jupyterlab(folder) as running:
        yield running


def wait_for(page: Any, widget: Any, text: str) -> None:
    """Wait until the widget says this."""
    page.wait_for_function("([element, text]) => element.innerText.includes(text)", arg=[widget.element_handle(), text])


def kept(widget: Any) -> int:
    """Return how many numbers the widget says are kept."""
    found = re.search(r"(\d+) of 676 numbers are kept", widget.inner_text())
    assert found is not None, widget.inner_text()
    return int(found.group(1))


def press_until(page: Any, element: Any, times: int = 20) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(times):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{times} times Tab did not reach the element")


def test_masks_by_mouse_and_by_keyboard(lab: Lab) -> None:
    """The lesson runs without a red line; a new mask, another rate and the switch to use each show at once."""
    with browser_page() as page:
        open_notebook(page, lab, LESSON)
        run_all(page)
        for kind in ("stderr", "error"):
            red = page.locator(f".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.{kind}']")
            assert red.count() == 0, red.first.inner_text()
        masks = page.locator(".jp-CodeCell:has-text('digitlab.dropout_masks(') .jp-Cell-outputArea").first
        masks.scroll_into_view_if_needed()
        wait_for(page, masks, "Mask 1, rate 0.50")
        assert masks.locator("img[alt^='Mask of map']").count() == 4
        first = masks.locator("img[alt^='Mask of map 0']").get_attribute("src")

        again = masks.locator("button:has-text('New mask')")
        again.click()
        wait_for(page, masks, "over the 2 masks so far")
        assert masks.locator("img[alt^='Mask of map 0']").get_attribute("src") != first

        before = kept(masks)
        slider = masks.locator(".noUi-handle, [role=slider]").first
        slider.focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        wait_for(page, masks, "rate 0.70")
        assert kept(masks) < before

        press_until(page, again)
        page.keyboard.press("Space")
        wait_for(page, masks, "Mask 3, rate 0.70")
        in_use = masks.locator("button:has-text('in use')")
        press_until(page, in_use)
        page.keyboard.press("Space")
        wait_for(page, masks, "In use all 676 numbers are kept")
        assert again.is_disabled()
        masks.locator("button:has-text('training')").click()
        wait_for(page, masks, "Mask 3, rate 0.70")

        for width in (1280, 700):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(500)
            name, button = (masks.get_by_text(text, exact=True).bounding_box() for text in ("The model is", "training"))
            assert button["y"] <= name["y"] + name["height"] / 2 <= button["y"] + button["height"], "not in one line"
            edge = masks.evaluate("area => area.getBoundingClientRect().right")
            for told in (masks.locator("[role=status]"), masks.get_by_text("Divide what is kept by 1 - rate")):
                box = told.bounding_box()
                assert box["x"] + box["width"] <= edge, "cut off at the right"

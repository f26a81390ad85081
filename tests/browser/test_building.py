"""Lessons 06 and 09 in a real JupyterLab: a network is built layer by layer, and a confusion matrix is looked into."""

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


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the two lessons."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    folder.mkdir()
    for name in ("06_build_the_cnn.ipynb", "09_evaluate.ipynb"):
        shutil.copy(lessons_folder() / name, folder)
    with jupyterlab(folder) as running:
        yield running


def widget_of(page: Any, source: str) -> Any:
    """The output area of the cell with this code, scrolled to."""
    widget = page.locator(f".jp-CodeCell:has-text('{source}') .jp-Cell-outputArea").first
    widget.scroll_into_view_if_needed()
    return widget


def wait_for(page: Any, widget: Any, text: str) -> None:
    """Wait until the widget says this."""
    page.wait_for_function("([element, text]) => element.innerText.includes(text)", arg=[widget.element_handle(), text])


def press_until(page: Any, key: str, element: Any, times: int = 40) -> None:
    """Press a key until the element has the focus."""
    for _ in range(times):
        if element.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{times} times {key} did not reach the element")


def nothing_is_red(page: Any) -> bool:
    """Whether no cell wrote to standard error or raised."""
    stderr = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count()
    return stderr + page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']").count() == 0


def test_a_network_is_built(lab: Lab) -> None:
    """Layer, type and setting come from the keyboard, verdict and Keras code follow; what cannot be is told."""
    with browser_page() as page:
        open_notebook(page, lab, "06_build_the_cnn.ipynb")
        run_all(page)
        assert nothing_is_red(page)
        builder = widget_of(page, "digitlab.layer_builder()")
        wait_for(page, builder, "Keras builds this, but it does not name digits yet.")
        wait_for(page, builder, "an answer for every place")

        adds = builder.locator("button:has-text('Add below')")
        adds.nth(0).focus()
        press_until(page, "Tab", adds.nth(1))
        page.keyboard.press("Space")
        next_type = builder.locator("button[title='Next type for layer 3']")
        next_type.wait_for()
        press_until(page, "Tab", next_type)
        page.keyboard.press("Space")
        wait_for(page, builder, "layers.Flatten()")
        assert "an answer for every place" not in builder.inner_text()
        assert "It does not end in a softmax" in builder.inner_text()

        filters = builder.locator("input[type=number]:visible").nth(3)
        filters.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        wait_for(page, builder, "layers.Conv2D(7, 3)")
        wait_for(page, builder, "(26, 26, 7)")

        builder.locator("button:has-text('Start again')").click()
        wait_for(page, builder, "becomes (13, 13, 10)")
        kinds = builder.locator("select:has(option:text-is('flatten'))")
        kinds.nth(1).select_option("flatten")
        kinds.nth(2).select_option("conv")
        wait_for(page, builder, "✗ Keras cannot build this.")
        assert "it must come before flatten" in builder.inner_text()
        kinds.nth(2).select_option("dense")
        wait_for(page, builder, "becomes (10,)")
        builder.locator("button:has-text('Start again')").click()
        wait_for(page, builder, "becomes (13, 13, 10)")


def test_cells_of_the_confusion_matrix_open(lab: Lab) -> None:
    """A click on a cell, the fields by the keyboard and the button each show that cell's digits."""
    with browser_page() as page:
        open_notebook(page, lab, "09_evaluate.ipynb")
        run_all(page)
        assert nothing_is_red(page)
        browser = widget_of(page, "digitlab.confusion_browser(")
        wait_for(page, browser, ", called ")
        cells = browser.locator("button[title^='Is a']")
        assert cells.count() == 100
        assert cells.first.get_attribute("tabindex") == "-1"

        cells.nth(11).click()
        wait_for(page, browser, "Is a 1, and called so:")
        assert browser.locator("img[alt*='is a 1, and called so']").count() == 24
        assert "100% sure" in browser.inner_text()

        first, second = browser.locator("input[type=number]").nth(0), browser.locator("input[type=number]").nth(1)
        first.focus()
        page.keyboard.press("ArrowUp")
        press_until(page, "Tab", second)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
        wait_for(page, browser, "Is a 2, called 3:")

        press_until(page, "Tab", browser.locator("button:has-text('Next confusion')"))
        page.keyboard.press("Space")
        page.wait_for_function(
            "element => !element.innerText.includes('Is a 2, called 3:')", arg=browser.element_handle()
        )
        shown = browser.locator("img").count()
        count = int(browser.locator("[role=status]").inner_text().split(":")[1].split()[0])
        assert shown == min(count, 24) > 0

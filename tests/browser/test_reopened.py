"""A notebook that is opened again when its kernel has gone still shows what it showed."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.notebooks import read_notebook
from tools.browser import Lab, browser_page, chromium_path, jupyterlab, open_notebook, run_all, sessions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium"),
]

CELLS = (
    "import digitlab\nfrom autograder import check\nimages, labels, _, _ = digitlab.load_mnist()",
    'digitlab.predict("l01_balance", "How evenly?", ["evenly", "not evenly"])',
    "digitlab.digit_browser(images, labels)",
    "def describe(images, labels):\n    return {}",
    'check("l01_describe", describe)',
)
CHANGED = "e => e.innerText.includes('Image 1, label 0')"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as a learner starts it, on a folder with one notebook of ours."""
    folder = tmp_path_factory.mktemp("reopened") / "lessons"
    folder.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = new_notebook(cells=list(map(new_code_cell, CELLS)), metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "mine.ipynb")
    with jupyterlab(folder, as_learners_do=True) as running:
        yield running


def cells_of(page: Any) -> list[Any]:
    """The notebook's code cells, in order."""
    return list(page.locator(".jp-CodeCell").all())


def shut_down_all_kernels(lab: Lab) -> None:
    """End every kernel of this JupyterLab, as closing the computer would."""
    running = sessions(lab)
    assert running
    for session in running:
        address = f"{lab.address}/api/sessions/{session['id']}?token={lab.token}"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=60).close()


def saved(path: Path) -> dict[str, Any]:
    """Return what a notebook holds of its widgets."""
    return dict(json.loads(path.read_text(encoding="utf-8"))["metadata"].get("widgets", {}))


def test_widgets_cards_and_predictions_are_still_there(lab: Lab) -> None:
    """Saved, its kernel ended, opened anew: each widget stands as it was left, and no error stands in its place."""
    path = lab.folder / "mine.ipynb"
    with browser_page() as page:
        open_notebook(page, lab, path.name)
        run_all(page, seconds=90)
        digits = cells_of(page)[2]
        digits.locator("button:has-text('Next')").click()
        page.wait_for_function(CHANGED, arg=digits.element_handle())
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2000)
    assert saved(path), "no state of a widget was saved"
    assert len(read_notebook(path.read_bytes()).cells) == len(CELLS)
    shut_down_all_kernels(lab)
    with browser_page() as page:
        open_notebook(page, lab, path.name)
        page.wait_for_timeout(3000)
        _, question, digits, _, card = cells_of(page)
        assert "Error displaying widget" not in page.locator(".jp-Notebook").inner_text()
        assert "Loading widget" not in page.locator(".jp-Notebook").inner_text()
        assert "Image 1, label 0" in digits.inner_text()
        assert digits.locator("img").count() >= 1
        assert question.locator("input[type=radio]").count() == 2
        assert "Not right yet" in card.inner_text()

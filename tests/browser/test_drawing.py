"""The drawing canvas of lesson 12 in a real JupyterLab, drawn on with a real mouse (test_keyboard.py has the keys)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tools.browser import Lab, browser_page, chromium_path, jupyterlab, open_notebook, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium"),
]

CELLS = ("import digitlab\n\nmodel = digitlab.small_model()", "digitlab.drawing_canvas(model)")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a notebook with the canvas, and the model that ships with the course."""
    folder = tmp_path_factory.mktemp("lab") / "drawing"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, folder / "drawing.ipynb")
    with jupyterlab(folder) as running:
        yield running


@pytest.fixture
def board(lab: Lab) -> Iterator[Any]:
    """The canvas and all around it, on a page of its own; no error may reach the browser's console."""
    problems: list[str] = []
    with browser_page(height=1100) as page:
        page.on("pageerror", lambda error: problems.append(str(error)))
        open_notebook(page, lab, "drawing.ipynb")
        run_all(page)
        found = page.locator(".jp-CodeCell:has-text('drawing_canvas') .jp-Cell-outputArea").first
        found.locator("canvas").wait_for()
        says(found, "I say 7")
        yield found
    assert problems == []


def says(board: Any, words: str) -> None:
    """Wait until the board says so."""
    board.page.wait_for_function("([e, words]) => e.innerText.includes(words)", arg=[board.element_handle(), words])


def drag(board: Any, *points: tuple[float, float]) -> None:
    """Draw a line with the mouse, through points in parts of the canvas, at the pace of a hand."""
    page, box = board.page, board.locator("canvas").first.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=12)
    page.mouse.up()


def inked(board: Any) -> int:
    """Return how many pixels of the canvas are dark, as the browser shows it once no stroke is on its way any more."""
    script = """canvas => { const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i + 3] > 0 && d[i] < 128; return n; }"""
    canvas, seen = board.locator("canvas").first, [-1, -2, -3]
    while len(set(seen[-3:])) > 1:  # the kernel draws what the mouse did, and may be behind it
        seen.append(int(canvas.evaluate(script)))
        board.page.wait_for_timeout(400)
    return seen[-1]


def test_a_digit_drawn_with_the_mouse_is_read_and_saved(board: Any, lab: Lab) -> None:
    """A stroke changes the verdict, a second one changes it again, undo and clear take them back, saving keeps one."""
    drag(board, (0.5, 0.15), (0.5, 0.85))
    says(board, "I say 1")
    one = inked(board)
    drag(board, (0.28, 0.18), (0.28, 0.5), (0.72, 0.5))
    says(board, "I say 4")
    assert inked(board) > one > 0
    board.locator("button:has-text('Undo')").click()
    says(board, "I say 1")
    board.locator("input[type=number]").fill("1")
    board.locator("button:has-text('Save this digit')").click()
    says(board, "Digits of your own: 1.")
    assert [path.name for path in Path(lab.folder / "my_digits").iterdir()] == ["1_01.png"]
    board.locator("button:has-text('Clear')").click()
    says(board, "Nothing is drawn yet.")
    assert inked(board) == 0


def test_a_page_that_is_loaded_again_shows_the_drawing(board: Any, lab: Lab) -> None:
    """While the kernel lives, the canvas comes back with what was drawn, and can be drawn on."""
    page = board.page
    drag(board, (0.5, 0.15), (0.5, 0.85))
    says(board, "I say 1")
    before = inked(board)
    page.click("li.lm-MenuBar-item:has-text('File')")
    page.click("li.lm-Menu-item:has-text('Save Notebook') >> nth=0")
    page.wait_for_timeout(2000)
    open_notebook(page, lab, "drawing.ipynb")
    again = page.locator(".jp-CodeCell:has-text('drawing_canvas') .jp-Cell-outputArea").first
    again.locator("canvas").wait_for(timeout=20_000)
    says(again, "I say 1")
    assert inked(again) == before
    drag(again, (0.28, 0.18), (0.28, 0.5), (0.72, 0.5))
    says(again, "I say 4")

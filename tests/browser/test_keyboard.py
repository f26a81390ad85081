"""Every widget in a real JupyterLab by the keyboard alone: no mouse, and no focus but by the Tab key.

In command mode JupyterLab takes many keys for commands of its own, the arrow keys among them, so that a control that
works in a web page may be dead in a notebook. Here one page of one JupyterLab holds all the widgets.
"""

from __future__ import annotations

import re
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

SET_UP = """import digitlab, numpy as np
x_train, y_train, x_test, y_test = digitlab.load_mnist()
x, y = digitlab.scale_pixels(x_test[:1000])[..., None], y_test[:1000]
model = digitlab.small_model()
sure = digitlab.predict_probabilities(model, x)
said = sure.argmax(axis=1)
few = np.arange(5)"""
CELLS = (
    SET_UP,
    "digitlab.digit_browser(x_train, y_train)",
    "digitlab.pixel_follower(x_train[0])",
    "digitlab.score_viewer(np.zeros((784, 10)), np.zeros(10), x_test[:9], y_test[:9])",
    "digitlab.kernel_stepper(x_test[0])",
    "digitlab.shape_flow()",
    "digitlab.layer_builder()",
    "digitlab.dropout_masks(np.abs(x[0, :26, :26]), rate=0.5)",
    "digitlab.confusion_browser(x, y, said, sure)",
    "digitlab.feature_viewer(model, x, y, x[0])",
    "digitlab.relabelling(x[few], y[few], said[few], few)",
    "digitlab.distortion_sliders(model, x, y)",
    "digitlab.drawing_canvas(model)",
    'digitlab.predict("keys", "How evenly?", ["evenly", "not evenly"])',
)
ACTIVE = "() => [...document.querySelectorAll('.jp-Cell')].findIndex(c => c.classList.contains('jp-mod-active'))"
# Which key leads from where the focus is to where letters are commands: not in a field, not outside the notebook.
WAY_TO_COMMANDS = """() => {
    const at = document.activeElement, notebook = document.querySelector('.jp-Notebook');
    const keeps = 'canvas, [contenteditable=true], input[type=number], input[type=text]';
    if (notebook.contains(at)) return at.matches(keeps) ? 'Tab' : '';
    const before = notebook.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING;
    return before && at !== document.body ? 'Tab' : 'Shift+Tab';
}"""
# And which one to a control: the focus goes through the page in its order.
WAY_TO = """element => {
    const at = document.activeElement;
    if (at === element) return '';
    return at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING ? 'Tab' : 'Shift+Tab';
}"""
SAYS = "([element, text]) => element.innerText.includes(text)"
VALUE = "([element, text]) => String(element.value) === text"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a notebook with all the widgets."""
    folder = tmp_path_factory.mktemp("lab") / "keys"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, folder / "keys.ipynb")
    with jupyterlab(folder) as running:
        yield running


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Any]:
    """The notebook after all its cells have run; the mouse has done its last."""
    with browser_page() as opened:
        opened.set_default_timeout(20_000)
        open_notebook(opened, lab, "keys.ipynb")
        run_all(opened, seconds=120)
        opened.locator(".jp-Cell-outputArea canvas").first.wait_for()
        opened.locator("button:has-text('Next confusion')").wait_for()
        yield opened


class Keys:
    """A keyboard in front of one widget."""

    def __init__(self, page: Any, name: str) -> None:
        self.page = page
        self.place = next(place for place, source in enumerate(CELLS) if name in source)
        self.area = page.locator(".jp-Cell").nth(self.place).locator(".jp-Cell-outputArea").first
        self._tab(WAY_TO_COMMANDS)
        for _ in range(len(CELLS)):
            at = page.evaluate(ACTIVE)
            if at != self.place:  # j and k go from cell to cell
                page.keyboard.press("j" if at < self.place else "k")
        assert page.evaluate(ACTIVE) == self.place, "the keyboard did not come to the cell"

    def _tab(self, way: str, to: Any = None, times: int = 70) -> None:
        for _ in range(times):
            key = self.page.evaluate(way, to)
            if not key:
                return
            on_canvas = self.page.evaluate("() => document.activeElement.tagName === 'CANVAS'")
            self.page.keyboard.press(key)
            if on_canvas:  # it is Python that moves the focus on from there
                self.page.wait_for_function("() => document.activeElement.tagName !== 'CANVAS'")
        raise AssertionError(f"{times} times the Tab key did not lead there")

    def tab_to(self, selector: str, nth: int = 0) -> Any:
        """Press the Tab key, or Shift and Tab, until that control of the widget has the focus."""
        wanted = self.area.locator(selector).nth(nth)
        wanted.wait_for()
        self._tab(WAY_TO, wanted.element_handle())
        return wanted

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def says(self, *texts: str) -> str:
        """Wait until the widget says these texts; return all that it says. The notebook is still as it was."""
        for text in texts:
            self.page.wait_for_function(SAYS, arg=[self.area.element_handle(), text])
        assert self.page.evaluate(ACTIVE) == self.place, "JupyterLab went to another cell"
        assert self.page.locator(".jp-Cell").count() == len(CELLS), "JupyterLab changed the notebook"
        return str(self.area.inner_text())


def test_digit_browser(page: Any) -> None:
    """A digit is chosen by its button, an image by the slider and by the buttons."""
    keys = Keys(page, "digit_browser")
    keys.tab_to("button[title='The digit 7']")
    keys.press("Space")
    said = keys.says("images of the digit 7")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowRight")
    page.wait_for_function("([e, old]) => e.innerText !== old", arg=[keys.area.element_handle(), said])
    moved = keys.says("label 7")
    keys.tab_to("button:has-text('Next')")
    keys.press("Enter")
    page.wait_for_function("([e, old]) => e.innerText !== old", arg=[keys.area.element_handle(), moved])
    keys.says("label 7")


def test_pixel_follower(page: Any) -> None:
    """The slider goes pixel by pixel, the fields by row and column."""
    keys = Keys(page, "pixel_follower")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowRight")
    keys.says("351 = 12 × 28 + 15")
    keys.tab_to("input[type=number]")
    keys.press("ArrowUp")
    keys.says("379 = 13 × 28 + 15")


def test_score_viewer(page: Any) -> None:
    """The slider changes the image, the field the digit, the button goes to an error."""
    keys = Keys(page, "score_viewer")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowRight", "ArrowRight")
    keys.says("Image 2, label 1")
    keys.tab_to("input[type=number]")
    keys.press("ArrowDown")
    keys.says("the score of 6 is")
    keys.tab_to("button:has-text('Next wrong answer')")
    keys.press("Space")
    keys.says("Image 4, label 4")


def test_kernel_stepper(page: Any) -> None:
    """Sliders and buttons move the window, and each weight can be counted up and typed."""
    keys = Keys(page, "kernel_stepper")
    keys.says("at row 13, column 13")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowLeft")
    keys.tab_to(".noUi-handle", nth=1)
    keys.press("ArrowRight")
    keys.says("at row 12, column 14")
    keys.tab_to("button:has-text('One step on')")
    keys.press("Space")
    keys.says("at row 12, column 15")
    keys.tab_to("input[type=number]")
    keys.press("Control+a", "7", "Tab", "ArrowUp")
    weights = keys.area.locator("table:has(caption:text-is('weights')) tr").first
    weights.get_by_text("7").wait_for()
    weights.get_by_text("0").wait_for()
    assert weights.locator("td").all_inner_texts() == ["7", "0", "-1"]


@pytest.mark.parametrize("name", ["shape_flow", "layer_builder"])
def test_stacks_of_layers(page: Any, name: str) -> None:
    """Layers are added, given another type, set and removed; the diagram follows."""
    keys = Keys(page, name)
    keys.tab_to("button[title='Remove layer 1']")
    rows = keys.area.locator("button:text-is('Remove'):visible").count()
    keys.tab_to("button[title='Add a layer below layer 1']")
    keys.press("Space")
    keys.area.locator(f"button[title='Remove layer {rows + 1}']").wait_for()
    keys.tab_to("button[title='Next type for layer 2']")
    keys.press("Enter")
    keys.says("it must come before flatten" if rows == 6 else "flatten")
    keys.tab_to("button[title='Remove layer 2']")
    keys.press("Space")
    keys.area.locator(f"button[title='Remove layer {rows + 1}']").wait_for(state="detached")
    keys.tab_to("input[type=number]:visible")
    keys.press("ArrowUp")
    keys.says("(29, 28, 1)")
    keys.tab_to("button:has-text('Start again')")
    keys.press("Space")
    keys.says("(28, 28, 1)")


def test_dropout_masks(page: Any) -> None:
    """Rate, new mask, the two ways of running and the scaling are all within reach."""
    keys = Keys(page, "dropout_masks")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowRight")
    keys.says("Mask 1, rate 0.55")
    keys.tab_to("button:has-text('New mask')")
    keys.press("Enter")
    keys.says("Mask 2, rate 0.55")
    keys.tab_to("input[type=checkbox]")
    keys.press("Space")
    keys.says("is not divided by 1 - rate")
    keys.tab_to("button:has-text('in use')")
    keys.press("Space")
    keys.says("In use all 676 numbers are kept")
    keys.tab_to("button:has-text('training')")
    keys.press("Space")
    keys.says("Mask 2, rate 0.55")


def test_confusion_browser(page: Any) -> None:
    """Two fields reach each cell, the button the most frequent errors."""
    keys = Keys(page, "confusion_browser")
    keys.tab_to("input[type=number]")
    keys.press("Control+a", "4")
    keys.tab_to("input[type=number]", nth=1)
    keys.press("Control+a", "5", "Enter", "ArrowDown")
    keys.says("Is a 4, and called so")
    keys.tab_to("button:has-text('Next confusion')")
    keys.press("Space")
    page.wait_for_function("e => !e.innerText.includes('and called so:')", arg=keys.area.element_handle())
    assert re.search(r"Is a \d, called \d: ", keys.says("called"))


def test_feature_viewer(page: Any) -> None:
    """Image, layer and map change: by buttons for what was a list, by arrow keys on the sliders."""
    keys = Keys(page, "feature_viewer")
    keys.says("Your image: the model says 7", "The 8 maps of conv_1")
    assert keys.area.locator("select").count() == 0  # JupyterLab would take its keys
    keys.tab_to("button:has-text('test digit')")
    keys.press("Space")
    keys.says("Test digit 0, label 7")
    keys.tab_to(".noUi-handle")
    keys.press("ArrowRight")
    keys.says("Test digit 1, label 2")
    keys.tab_to("button:has-text('conv_2')")
    keys.press("Enter")
    keys.says("The 16 maps of conv_2")
    keys.tab_to(".noUi-handle", nth=1)
    keys.press("ArrowRight")
    keys.says("Map 1: 10 × 10 numbers")
    keys.tab_to("button:has-text('pool_1')")
    keys.press("Space")
    keys.says("MaxPooling2D has no kernels")


def test_relabelling(page: Any) -> None:
    """A digit is typed, or chosen with the space bar; buttons go on and back."""
    keys = Keys(page, "relabelling")
    keys.tab_to("input[type=radio]", nth=3)
    keys.press("Space")
    keys.says("Noted: 3. 1 of 5 labelled.")
    keys.tab_to("input[type=text]")
    keys.press("7", "Enter")
    keys.says("Image 2 of 5", "Noted: 7. 1 of 5 labelled.")
    keys.tab_to("button:has-text('Next')")
    keys.press("Space")
    keys.says("Image 3 of 5")
    keys.tab_to("button:has-text('Previous')")
    keys.press("Enter")
    keys.says("Image 2 of 5")


def test_distortion_sliders(page: Any) -> None:
    """The digit is counted on, each slider moves, and the button takes all of it back."""
    keys = Keys(page, "distortion_sliders")
    keys.tab_to("input[type=number]")
    keys.press("ArrowUp", "ArrowUp")
    keys.says("label 1")
    for nth in range(5):
        keys.tab_to(".noUi-handle", nth=nth)
        keys.press("ArrowRight")
    keys.says("strokes 0.25 px thicker, turned by 5°, 1 px to the right, 1 px down, noise of 0.05")
    keys.tab_to("button:has-text('As it was')")
    keys.press("Space")
    keys.says("as it is")


def test_drawing_canvas(page: Any) -> None:
    """Prepared drawings, width, threshold and pen; a digit drawn on the canvas by its own keys, and saved."""
    keys = Keys(page, "drawing_canvas")
    assert keys.area.locator("select").count() == 0  # JupyterLab would take its keys
    keys.tab_to("button:text-is('2')")
    keys.press("Space")
    keys.says("I say 2")
    keys.tab_to(".noUi-handle", nth=1)
    keys.press("End")
    keys.says("I do not know.", "the threshold is 100.0 %")
    keys.press(*["ArrowLeft"] * 20)
    keys.says("I say 2")
    keys.tab_to("canvas")
    keys.press("Space", *["ArrowDown"] * 8)
    keys.says("I say 1")
    keys.press("Space")
    keys.tab_to("button:text-is('Clear')")
    keys.press("Enter")
    keys.says("Nothing is drawn yet.")
    keys.tab_to("button:has-text('Pen down')")
    keys.press("Space")
    keys.tab_to("button:text-is('Down')")
    keys.press(*["Enter"] * 8)
    keys.says("I say 1")
    field = keys.tab_to("input[type=number]")
    keys.press("ArrowUp")
    page.wait_for_function(VALUE, arg=[field.element_handle(), "1"])
    keys.tab_to("button:has-text('Save this digit')")
    keys.press("Space")
    keys.says("1_01.png. Digits of your own: 1.")


def test_a_prediction_is_made(page: Any) -> None:
    """The Tab key goes from answer to answer, the space bar notes one."""
    keys = Keys(page, 'predict("keys"')
    keys.tab_to("input[type=radio]", nth=1)
    keys.press("Space")
    keys.says("not evenly")
    assert keys.area.locator("input[type=radio]").nth(1).is_checked()


def test_the_notebook_is_saved_from_the_canvas(page: Any, lab: Lab) -> None:
    """With the focus on the sheet Ctrl+S saves the notebook, pressed as a hand does: first Ctrl, a moment later S."""
    path = Path(lab.folder / "keys.ipynb")
    keys = Keys(page, "drawing_canvas")
    keys.tab_to("canvas")
    before = path.stat().st_mtime_ns
    page.keyboard.down("Control")
    page.wait_for_function("() => document.activeElement.tagName !== 'CANVAS'")
    page.keyboard.press("s")
    page.keyboard.up("Control")
    for _ in range(50):
        if path.stat().st_mtime_ns != before:
            break
        page.wait_for_timeout(100)
    assert path.stat().st_mtime_ns != before
    assert "once more" not in keys.area.inner_text()
    keys.tab_to("canvas")
    keys.press("Control+s")  # both at once, quicker than any hand
    keys.says("The sheet caught that key. Press Ctrl+S once more.")

"""Training in a real JupyterLab, in a real browser: the Stop button while `fit` runs, and the stored result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tools.browser import ALL_HAVE_RUN, Lab, browser_page, chromium_path, jupyterlab, open_notebook

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium here: apt-get install chromium"),
]

CELLS = (
    """import digitlab
data = digitlab.load_mnist()
x, y = digitlab.scale_pixels(data.x_train[:5000])[..., None], data.y_train[:5000]
some = {"validation": (x[4000:], y[4000:]), "verbose": 0}""",
    """long = digitlab.train(digitlab.build_linear(), x[:4000], y[:4000], **some, epochs=5000, live=True)
print("stopped:", long.stopped, "epochs:", len(long.loss), "validated:", len(long.val_loss))""",
    """model = digitlab.compile_model(digitlab.build_linear())
told = model.fit(x, y, epochs=5000, verbose=0, callbacks=[digitlab.live_curves()]).history
print("fit ended after", len(told["loss"]))""",
    """first = digitlab.train(digitlab.build_cnn(), x[:4000], y[:4000], **some, epochs=1)""",
    """again = digitlab.train(digitlab.build_cnn(), x[:4000], y[:4000], **some, epochs=1)
print("the same history:", first == again)""",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a notebook that trains."""
    folder: Path = tmp_path_factory.mktemp("lab") / "lessons"
    folder.mkdir()
    kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS], metadata={"kernelspec": kernelspec}
    )
    nbformat.write(notebook, folder / "training.ipynb")
    with jupyterlab(folder) as running:
        yield running


def start_all(page: Any) -> None:
    """Press "Run All Cells" until the first cell has begun: too early a press is lost."""
    for _ in range(10):
        page.click("li.lm-MenuBar-item:has-text('Run')")
        page.click("li.lm-Menu-item:has-text('Run All Cells')")
        page.wait_for_timeout(1500)
        if page.locator(".jp-CodeCell .jp-InputPrompt").first.inner_text().strip() != "[ ]:":
            return
    raise AssertionError("the cells do not run")


def wait_until(page: Any, output: Any, text: str) -> None:
    """Wait until an output has this text."""
    page.wait_for_function("([e, text]) => e.innerText.includes(text)", arg=[output.element_handle(), text])


def test_training_is_stopped_while_it_runs_and_answered_from_the_store(lab: Lab) -> None:
    """Stop by click and by keyboard ends `train` and `fit` early, the cells after it run; then a result is stored."""
    with browser_page() as page:
        page.set_default_timeout(180_000)
        open_notebook(page, lab, "training.ipynb")
        start_all(page)
        outputs = page.locator(".jp-CodeCell .jp-Cell-outputArea")

        stop = outputs.nth(1).locator("button:has-text('Stop')")
        stop.wait_for()
        wait_until(page, outputs.nth(1), "Training. Stop ends it early")
        grown = "e => /after [1-9]\\d* of 5000 epochs/.test(e.querySelector('img')?.alt)"  # each drawing is a new img
        page.wait_for_function(grown, arg=outputs.nth(1).element_handle())
        stop.click()
        wait_until(page, outputs.nth(1), "stopped: True")
        said = outputs.nth(1).inner_text()
        epochs = int(said.split("epochs: ")[1].split()[0])
        assert 0 < epochs < 5000
        assert f"Stopped early, in epoch {epochs} of 5000." in said
        assert f"validated: {epochs}" in said
        assert outputs.nth(1).locator("button:has-text('Stop')").is_disabled()

        stop = outputs.nth(2).locator("button:has-text('Stop')")
        stop.wait_for()
        page.wait_for_function(grown, arg=outputs.nth(2).element_handle())
        for _ in range(60):  # by the keyboard alone, from where the click on the first one left the focus
            if stop.evaluate("button => button === document.activeElement"):
                break
            page.keyboard.press("Tab")
        assert stop.evaluate("button => button === document.activeElement")
        page.keyboard.press("Space")
        wait_until(page, outputs.nth(2), "fit ended after")
        assert int(outputs.nth(2).inner_text().split("fit ended after ")[1].split()[0]) < 5000

        page.wait_for_function(ALL_HAVE_RUN, timeout=180_000)
        answer = outputs.nth(4).inner_text()
        assert "Answered from the stored result of the same training" in answer
        assert "anew=True" in answer
        assert "the same history: True" in answer
        errors = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']")
        assert errors.count() == 0
    kept = list((lab.folder / ".digitlab" / "training").iterdir())
    assert [file.suffix for file in kept] == [".npz"]

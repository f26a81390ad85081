"""The drawing canvas, driven by what a browser would send: mouse, touch, keys, buttons; and the sheet by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest
from ipycanvas import Canvas
from PIL import Image

import digitlab
from digitlab.handwriting import to_mnist
from digitlab.pen import PREPARED, SHEET
from digitlab.widgets.drawing_canvas import BLANK, STEP, Sheet, drawing_canvas
from digitlab.widgets.drawing_page import drawing_page
from digitlab.widgets.interactive import Interactive


class Upright:
    """A model small enough to work out by hand: surely a 1 where the ink is narrow, else perhaps a 0."""

    def predict(self, x: Any, **_: Any) -> Any:
        """Return a row of ten probabilities for each image."""
        assert x.shape[1:] == (28, 28, 1)
        rows = np.full((len(x), 10), 0.02)
        narrow = (x[..., 0] > 0.5).any(axis=1).sum(axis=1) < 6
        rows[narrow, 1], rows[narrow, 0] = 0.9, 0.0
        rows[~narrow, 0], rows[~narrow, 1] = 0.6, 0.24
        return rows


def parts(shown: Interactive, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    return inside(shown.widget)


def button(shown: Interactive, name: str) -> Any:
    """Return the button of that name."""
    return next(one for one in parts(shown, ipywidgets.Button) if one.description == name)


def send(shown: Interactive, event: str, **content: Any) -> None:
    """Do as the browser does when something happens on the canvas."""
    (canvas,) = parts(shown, Canvas)
    canvas._handle_frontend_event(canvas, {"event": event, **content}, [])


def stroke(shown: Interactive, *points: tuple[float, float]) -> None:
    """Draw with the mouse."""
    send(shown, "mouse_down", x=points[0][0], y=points[0][1])
    for x, y in points[1:]:
        send(shown, "mouse_move", x=x, y=y)
    send(shown, "mouse_up", x=points[-1][0], y=points[-1][1])


def verdict(shown: Interactive) -> str:
    """Return what the page says."""
    found = re.search(r'role="status"[^>]*><b>(.*?)</b>', parts(shown, ipywidgets.HTML)[-1].value)
    assert found is not None
    return found[1]


@pytest.fixture
def shown(tmp_path: Path) -> Interactive:
    """A canvas on an empty sheet, which saves into a folder of its own."""
    return drawing_canvas(Upright(), folder=tmp_path / "mine", start=BLANK)


def note(shown: Interactive) -> str:
    """Return what was said of saving."""
    return str(parts(shown, ipywidgets.HTML)[0].value)


# --- by mouse and by touch -------------------------------------------------------------------------------------------


def test_a_stroke_of_the_mouse_changes_the_verdict(shown: Interactive) -> None:
    """An empty sheet has no verdict; a line down is a 1; a line across beside it makes it something else."""
    assert verdict(shown) == "Nothing is drawn yet."
    stroke(shown, (140, 40), (140, 120), (140, 240))
    assert verdict(shown) == "I say 1, with 90.0 %."
    stroke(shown, (40, 140), (240, 140))
    assert verdict(shown).startswith("I do not know. My best guess would be 0, with 60.0 %; the threshold is 80.0 %")


def test_a_mouse_that_is_not_pressed_draws_nothing(shown: Interactive) -> None:
    """Moving over the canvas leaves it empty; a line ends where the mouse leaves."""
    send(shown, "mouse_move", x=100, y=100)
    assert verdict(shown) == "Nothing is drawn yet."
    send(shown, "mouse_down", x=140, y=20)
    send(shown, "mouse_move", x=140, y=200)
    send(shown, "mouse_out", x=140, y=281)
    before = verdict(shown)
    send(shown, "mouse_move", x=20, y=20)
    assert verdict(shown) == before == "I say 1, with 90.0 %."


def test_a_finger_draws_as_the_mouse_does(shown: Interactive) -> None:
    """The first touch draws, and lifting it ends the stroke."""
    send(shown, "touch_start", touches=[{"x": 140, "y": 30}])
    send(shown, "touch_move", touches=[{"x": 140, "y": 230}])
    send(shown, "touch_end", touches=[])
    assert verdict(shown) == "I say 1, with 90.0 %."


def test_undo_and_clear(shown: Interactive) -> None:
    """Undo takes back one stroke after another, clear takes all; on an empty sheet neither does harm."""
    stroke(shown, (140, 40), (140, 240))
    stroke(shown, (40, 140), (240, 140))
    button(shown, "Undo").click()
    assert verdict(shown) == "I say 1, with 90.0 %."
    button(shown, "Clear").click()
    assert verdict(shown) == "Nothing is drawn yet."
    button(shown, "Undo").click()
    button(shown, "Clear").click()
    assert verdict(shown) == "Nothing is drawn yet."


# --- by keyboard -----------------------------------------------------------------------------------------------------


def test_the_buttons_draw(shown: Interactive) -> None:
    """With the pen down, the buttons move it and leave a line; with the pen up they leave none."""
    button(shown, "Down").click()
    assert verdict(shown) == "Nothing is drawn yet."
    (pen,) = parts(shown, ipywidgets.ToggleButton)
    pen.value = True
    for _ in range(8):
        button(shown, "Down").click()
    assert verdict(shown) == "I say 1, with 90.0 %."
    pen.value = False
    for _ in range(4):
        button(shown, "Right").click()
    assert verdict(shown) == "I say 1, with 90.0 %."
    pen.value = True
    for _ in range(6):
        button(shown, "Left").click()
    assert verdict(shown).startswith("I do not know.")
    button(shown, "Undo").click()
    assert not pen.value
    assert verdict(shown) == "I say 1, with 90.0 %."


def test_keys_on_the_canvas_draw(shown: Interactive) -> None:
    """The space bar puts the pen down and lifts it, arrow keys move it; other keys do nothing."""
    for key in (" ", *["ArrowDown"] * 8, "q", " ", "ArrowRight"):
        send(shown, "key_down", key=key, shift_key=False, ctrl_key=False, meta_key=False)
    assert verdict(shown) == "I say 1, with 90.0 %."
    assert not parts(shown, ipywidgets.ToggleButton)[0].value


def test_commands_of_jupyterlab_are_no_keys_of_the_canvas(shown: Interactive) -> None:
    """Ctrl alone is silent; Ctrl with a letter that came too soon is asked for again; neither draws anything."""
    before = verdict(shown)
    send(shown, "key_down", key="Control", shift_key=False, ctrl_key=True, meta_key=False)
    assert note(shown) == ""
    send(shown, "key_down", key="s", shift_key=False, ctrl_key=True, meta_key=False)
    assert "Press Ctrl+S once more." in note(shown)
    send(shown, "key_down", key="ArrowDown", shift_key=False, ctrl_key=False, meta_key=True)
    assert "Press ⌘+ARROWDOWN once more." in note(shown)
    assert verdict(shown) == before


def test_prepared_drawings_can_be_chosen(shown: Interactive) -> None:
    """Each prepared drawing lies on the sheet when it is chosen, and goes when an empty sheet is."""
    choice = parts(shown, ipywidgets.ToggleButtons)[0]
    for name in PREPARED:
        choice.value = name
        assert (verdict(shown) == "I say 1, with 90.0 %.") == (name == "1"), name
    choice.value = BLANK
    assert verdict(shown) == "Nothing is drawn yet."


def test_drawing_takes_a_new_sheet_from_under_a_prepared_drawing(shown: Interactive) -> None:
    """A stroke on a prepared drawing begins a drawing of one's own; the choice says so, and does not wipe it."""
    choice = parts(shown, ipywidgets.ToggleButtons)[0]
    choice.value = "8"
    stroke(shown, (140, 40), (140, 240))
    assert verdict(shown) == "I say 1, with 90.0 %."
    assert choice.value == BLANK


# --- settings, saving ------------------------------------------------------------------------------------------------


def test_the_threshold_decides_between_an_answer_and_none(shown: Interactive) -> None:
    """The same drawing gets an answer or none, as the threshold is set."""
    stroke(shown, (140, 40), (140, 240))
    threshold = parts(shown, ipywidgets.FloatSlider)[0]
    threshold.value = 0.95
    assert verdict(shown).startswith("I do not know. My best guess would be 1")
    threshold.value = 0.85
    assert verdict(shown) == "I say 1, with 90.0 %."


def test_the_width_of_the_pen_changes_the_drawing(shown: Interactive) -> None:
    """A pen so wide that the line is no longer narrow changes the verdict."""
    stroke(shown, (140, 100), (140, 180))
    assert verdict(shown) == "I say 1, with 90.0 %."
    parts(shown, ipywidgets.IntSlider)[0].value = 40
    assert verdict(shown).startswith("I do not know.")


def test_a_digit_is_saved_as_it_was_drawn(shown: Interactive, tmp_path: Path) -> None:
    """The file has the label in its name and the drawing in it; the page says how many there are."""
    stroke(shown, (140, 40), (140, 240))
    parts(shown, ipywidgets.BoundedIntText)[0].value = 1
    for count in (1, 2):
        button(shown, "Save this digit").click()
        assert f"1_0{count}.png. Digits of your own: {count}." in note(shown)
    saved = np.asarray(Image.open(tmp_path / "mine" / "1_01.png"))
    assert saved.shape == (SHEET, SHEET)
    assert (saved[60:220, 135:145] == 0).all()
    assert (saved[:, :100] == 255).all()


def test_nothing_and_prepared_drawings_are_not_saved(shown: Interactive, tmp_path: Path) -> None:
    """An empty sheet and a prepared drawing are no digits of one's own."""
    button(shown, "Save this digit").click()
    assert "nothing to save yet" in note(shown)
    parts(shown, ipywidgets.ToggleButtons)[0].value = "3"
    button(shown, "Save this digit").click()
    assert "a prepared drawing, not one of yours" in note(shown)
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the page says so."""
    (tmp_path / "mine").write_text("a file")
    shown = drawing_canvas(Upright(), folder=tmp_path / "mine", start=BLANK)
    stroke(shown, (140, 40), (140, 240))
    button(shown, "Save this digit").click()
    assert "cannot be a folder of digits" in note(shown)


# --- the page --------------------------------------------------------------------------------------------------------


def test_each_stage_is_shown_in_words_too() -> None:
    """Every picture has an alternative text with its name and size; the ten probabilities stand in a table."""
    page, said = drawing_page(digitlab.draw(digitlab.prepared_strokes("1")), Upright(), to_mnist, 0.8)
    alts = re.findall(r'alt="([^"]+)"', page)
    assert [alt.split(",")[0] for alt in alts] == [
        "drawn", "bright ink", "cropped", "fitted", "centred", "what the model sees",
    ]  # fmt: skip
    assert len(re.findall(r'<th scope="row"', page)) == 10
    assert "<b>90.0 % ←</b>" in page
    assert said == "I say 1, with 90.0 %."


def test_preprocessing_of_ones_own_is_used_and_its_errors_are_told() -> None:
    """The model sees what the learner's function gives; what it raises, or another size, is said on the page."""
    drawing = digitlab.draw(digitlab.prepared_strokes("1"))

    def full(_: Any) -> Any:
        return np.ones((28, 28))

    def broken(_: Any) -> Any:
        raise KeyError("<rows>")

    assert drawing_page(drawing, Upright(), full, 0.5)[1] == "I say 0, with 60.0 %."
    page, said = drawing_page(drawing, Upright(), broken, 0.5)
    assert said == "broken(drawing) did not give an image of 28 × 28: KeyError: '<rows>'"
    assert "&lt;rows&gt;" in page
    assert "did not give an image" in drawing_page(drawing, Upright(), lambda _: np.ones((20, 20)), 0.5)[1]


def test_a_sheet_keeps_the_pen_on_it() -> None:
    """The pen moved step by step stops at the border; points from outside are brought in."""
    sheet = Sheet()
    sheet.begin(-50, SHEET + 80)
    assert sheet.place == (0, SHEET)
    for _ in range(40):
        sheet.go_on(sheet.place[0] + STEP, sheet.place[1])
    assert sheet.place == (SHEET, SHEET)


def test_what_is_not_prepared_is_told() -> None:
    """A start that there is not is one sentence with what there is."""
    with pytest.raises(ValueError, match="no prepared drawing 'seven'"):
        drawing_canvas(Upright(), start="seven")


def test_something_stands_for_the_widget(shown: Interactive) -> None:
    """A web page gets the pictures, a terminal one sentence, a live notebook the widget: all in one bundle."""
    shown = drawing_canvas(Upright(), start="1")
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/plain"] == repr(shown)
    assert "a prepared drawing of 1. The model's verdict: I say 1, with 90.0 %." in repr(shown)
    assert bundle["text/html"] == shown.static_html == parts(shown, ipywidgets.HTML)[-1].value

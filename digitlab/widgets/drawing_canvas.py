"""A sheet to draw a digit on, with what the model makes of it; by mouse, by touch, or by keyboard."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.digit_files import FOLDER, own_digits, save_digit
from digitlab.handwriting import to_mnist
from digitlab.palette import VERMILLION
from digitlab.pen import PEN, PREPARED, SHEET, Point, Stroke, draw, prepared_strokes
from digitlab.storage import DataError, PathLike
from digitlab.widgets.choice import choice_buttons
from digitlab.widgets.drawing_page import Preprocess, drawing_page
from digitlab.widgets.interactive import Interactive

STEP = SHEET / 20
# While a line is being drawn the page follows, but takes at most this share of the time: the pen must not lag.
SHARE_OF_TIME = 0.2
THRESHOLD = 0.8
BLANK = "an empty sheet"
_HALF_COMMANDS = ("Control", "Meta", "Shift", "Alt", "AltGraph")
_KEYS = {"ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}


class Sheet:
    """The strokes on a sheet and the pen above it; no widget.

    Attributes
    ----------
    strokes : list of lists of (x, y)
        In pixels from the top left corner.
    width : float
        Of the pen, in pixels.
    place : tuple of float
        Where the pen is that is moved step by step.
    is_down : bool
        Whether the pen is on the paper.
    is_prepared : bool
        Whether what is on the sheet is a prepared drawing, and not the learner's.
    """

    def __init__(self) -> None:
        self.strokes: list[Stroke] = []
        self.width = PEN
        self.place: Point = (SHEET / 2, SHEET / 4)
        self.is_down = False
        self.is_prepared = False

    @property
    def drawing(self) -> NDArray[np.uint8] | None:
        """The sheet as an image, or None where nothing is on it."""
        return draw(self.strokes, SHEET, self.width) if self.strokes else None

    def begin(self, x: float, y: float) -> None:
        """Put the pen down: a new stroke begins, on a new sheet where there was a prepared drawing."""
        if self.is_prepared:
            self.clear()
        self.is_down = True
        self.place = _on_the_sheet(x, y)
        self.strokes.append([self.place])

    def go_on(self, x: float, y: float) -> None:
        """Move the pen; where it is down, the stroke goes on."""
        self.place = _on_the_sheet(x, y)
        if self.is_down:
            self.strokes[-1].append(self.place)

    def end(self) -> None:
        """Lift the pen."""
        self.is_down = False

    def undo(self) -> None:
        """Take the last stroke away."""
        self.end()
        if self.strokes:
            self.strokes.pop()

    def clear(self) -> None:
        """Take an empty sheet."""
        self.end()
        self.strokes = []
        self.is_prepared = False

    def take(self, name: str) -> None:
        """Take a sheet with a prepared drawing, or an empty one."""
        self.clear()
        if name != BLANK:
            self.strokes = prepared_strokes(name, SHEET)
            self.is_prepared = True


def _on_the_sheet(x: float, y: float) -> Point:
    return min(max(float(x), 0.0), float(SHEET)), min(max(float(y), 0.0), float(SHEET))


def drawing_canvas(
    model: Any, preprocess: Preprocess = to_mnist, folder: PathLike = FOLDER, start: str = "7"
) -> Interactive:
    """Return a sheet to draw on: each step from the drawing to the model in pictures, and the verdict at once.

    Draw with the mouse or a finger. By keyboard: choose a prepared drawing, or put the pen down and move it with the
    buttons. A drawing of one's own can be saved, with its label in the file's name.

    Parameters
    ----------
    model : keras.Model
        Takes (N, 28, 28, 1), gives (N, 10) probabilities.
    preprocess : callable
        From a drawing, uint8 of shape (280, 280) with dark ink, to (28, 28, 1); digitlab's `to_mnist` or one's own.
    folder : str or Path
        Where digits are saved.
    start : str
        The prepared drawing that lies there at first, such as "7"; "an empty sheet" is one, too.

    Raises
    ------
    ValueError
        If there is no such prepared drawing.
    """
    if start != BLANK:
        prepared_strokes(start)  # tells what there is, where `start` is none of it
    return _Board(model, preprocess, folder, start).shown


class _Board:
    """The widgets around a sheet, and what each of them does to it."""

    def __init__(self, model: Any, preprocess: Preprocess, folder: PathLike, start: str) -> None:
        import ipywidgets as widgets
        from ipycanvas import Canvas

        self.model, self.preprocess, self.folder = model, preprocess, folder
        self.sheet = Sheet()
        self.sheet.take(start)
        self.by_buttons = False
        self.next_page = 0.0
        wide = widgets.Layout(width="302px")
        told = {"description_width": "110px"}
        self.canvas = Canvas(width=SHEET, height=SHEET)
        self.canvas.layout = widgets.Layout(width=f"{SHEET + 2}px", height=f"{SHEET + 2}px", border="1px solid #595959")
        self.elsewhere = Canvas(width=1, height=1)  # see _paint_anew; it is never shown
        # No tooltip: the canvas of ipycanvas 0.14 is not drawn at all where it has one.
        self.choice = choice_buttons("Prepared drawing", [BLANK, *PREPARED], value=start)
        self.width = widgets.IntSlider(round(PEN), 2, 40, description="Width of the pen", layout=wide, style=told)
        self.threshold = widgets.FloatSlider(
            THRESHOLD, min=0, max=1, step=0.01, description="Threshold", layout=wide, style=told
        )
        self.pen = widgets.ToggleButton(description="Pen down", layout=widgets.Layout(width="98px"))
        self.label = widgets.BoundedIntText(0, 0, 9, description="It is a", layout=wide, style=told)
        self.view, self.note = widgets.HTML(layout=widgets.Layout(flex="1 1 330px", min_width="0")), widgets.HTML()
        self.undo = self._button("Undo", lambda: self._do(self.sheet.undo))
        self.clear = self._button("Clear", lambda: self._do(self.sheet.clear))
        moves = [self._button(key.removeprefix("Arrow"), partial(self._step, by)) for key, by in _KEYS.items()]
        save = self._button("Save this digit", self._save)
        save.layout.width = "200px"
        title = widgets.Label("By keyboard: put the pen down, then move it.")
        left = widgets.VBox(
            [
                widgets.Label("Draw a digit here, with the mouse or a finger:"),
                self.canvas,
                widgets.HBox([self.undo, self.clear]),
                widgets.Label("Or take a prepared drawing:"),
                self.choice,
                self.width,
                self.threshold,
                title,
                widgets.HBox([self.pen, *moves[:2]]),
                widgets.HBox(moves[2:]),
                self.label,
                save,
                self.note,
            ],
            layout=widgets.Layout(width="320px", max_width="100%"),
        )
        self._listen()
        verdict = self._refresh()
        box = widgets.HBox([left, self.view], layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))
        lying = "an empty sheet" if start == BLANK else f"a prepared drawing of {start}"
        self.shown = Interactive(box, self.view.value, f"Drawing canvas with {lying}. The model's verdict: {verdict}")

    def _button(self, name: str, action: Callable[[], None]) -> Any:
        import ipywidgets as widgets

        button = widgets.Button(description=name, layout=widgets.Layout(width="98px"))
        button.on_click(lambda _: action())
        return button

    def _listen(self) -> None:
        canvas = self.canvas
        canvas.on_mouse_down(self._begin)
        canvas.on_mouse_move(self._go_on)
        canvas.on_mouse_up(lambda *_: self._end())
        canvas.on_mouse_out(lambda *_: self._end())
        canvas.on_touch_start(lambda touches: self._begin(*touches[0]) if touches else None)
        canvas.on_touch_move(lambda touches: self._go_on(*touches[0]) if touches else None)
        canvas.on_touch_end(lambda _: self._end())
        canvas.on_touch_cancel(lambda _: self._end())
        canvas.on_key_down(self._key)
        canvas.on_client_ready(self._paint_anew)
        self.choice.observe(lambda change: self._choose(change["new"]), "value")
        self.width.observe(lambda change: self._do(lambda: setattr(self.sheet, "width", change["new"])), "value")
        self.threshold.observe(lambda _: self._refresh(), "value")
        self.pen.observe(lambda change: self._put_down(change["new"]), "value")

    # --- by mouse and by touch ---

    def _begin(self, x: float, y: float) -> None:
        self.by_buttons = False
        self.pen.value = False
        self.sheet.begin(x, y)
        self._paint()

    def _go_on(self, x: float, y: float) -> None:
        if not self.sheet.is_down or self.by_buttons:
            return
        before = self.sheet.place
        self.sheet.go_on(x, y)
        self.canvas.stroke_line(*before, *self.sheet.place)
        if time.monotonic() >= self.next_page:
            self._refresh()

    def _end(self) -> None:
        if self.sheet.is_down and not self.by_buttons:
            self._do(self.sheet.end)

    # --- by keyboard ---

    def _put_down(self, down: bool) -> None:
        if not down:
            if self.by_buttons and self.sheet.is_down:
                self._do(self.sheet.end)
            return
        self.by_buttons = True
        self._do(lambda: self.sheet.begin(*self.sheet.place))

    def _step(self, by: tuple[int, int]) -> None:
        self.by_buttons = True
        x, y = self.sheet.place
        self._do(lambda: self.sheet.go_on(x + STEP * by[0], y + STEP * by[1]))

    def _choose(self, name: str) -> None:
        if name != BLANK or self.sheet.is_prepared:  # else the choice only follows what was drawn
            self.by_buttons = False
            self._do(lambda: self.sheet.take(name))

    def _key(self, key: str, shift: bool, control: bool = False, meta: bool = False) -> None:
        """Answer to keys on the canvas. It keeps every key from the browser, so some are handed on from here.

        The Tab key moves the focus on. Ctrl or ⌘ is half of a command to JupyterLab, such as Ctrl+S: the canvas gives
        the focus away before the other half comes. Where that was too quick, the note asks to press it again.
        """
        if control or meta:
            self.canvas.blur()
            if key not in _HALF_COMMANDS:
                self._say(f"The sheet caught that key. Press {'Ctrl' if control else '⌘'}+{key.upper()} once more.")
        elif key == "Tab":
            (self.canvas.blur if shift else self.undo.focus)()
        elif key in _KEYS:
            self._step(_KEYS[key])
        elif key == " ":
            self.pen.value = not self.pen.value

    # --- what all of them end in ---

    def _do(self, action: Callable[[], None]) -> None:
        """Change the sheet, and show it as it is now."""
        action()
        if not self.sheet.is_down and self.pen.value:
            self.pen.value = False
        if not self.sheet.is_prepared:
            self.choice.value = BLANK  # the choice says what lies there
        self._paint()
        self._refresh()

    def _paint(self) -> None:
        from ipycanvas import hold_canvas

        canvas, width = self.canvas, self.sheet.width
        with hold_canvas():
            canvas.fill_style = "white"
            canvas.fill_rect(0, 0, SHEET, SHEET)
            canvas.stroke_style = canvas.fill_style = "black"
            canvas.line_width, canvas.line_cap, canvas.line_join = width, "round", "round"
            for stroke in self.sheet.strokes:
                canvas.fill_circle(*stroke[0], width / 2)
                if len(stroke) > 1:
                    canvas.stroke_lines(np.array(stroke))
            if self.by_buttons:
                canvas.stroke_style, canvas.line_width = VERMILLION, 3
                canvas.stroke_circle(*self.sheet.place, 6)
                canvas.stroke_style, canvas.line_width = "black", width

    def _paint_anew(self) -> None:
        """Paint on a page that was opened or loaded again while the kernel lived.

        ipycanvas tells a page which canvas is meant only when it is another one than before, and this page was not told
        yet: a command to another canvas in between makes it tell.
        """
        self.elsewhere.clear()
        self._paint()

    def _refresh(self) -> str:
        began = time.monotonic()
        self.view.value, verdict = drawing_page(
            self.sheet.drawing, self.model, self.preprocess, float(self.threshold.value)
        )
        ended = time.monotonic()
        self.next_page = ended + (ended - began) / SHARE_OF_TIME
        return verdict

    def _save(self) -> None:
        drawing = self.sheet.drawing
        if drawing is None:
            said = "There is nothing to save yet. Draw a digit first."
        elif self.sheet.is_prepared:
            said = "This is a prepared drawing, not one of yours. Clear the sheet and draw a digit."
        else:
            try:
                path = save_digit(drawing, int(self.label.value), self.folder)
                said = f"Saved as {path}. Digits of your own: {len(own_digits(self.folder)[1])}."
            except DataError as error:
                said = str(error)
        self._say(said)

    def _say(self, text: str) -> None:
        self.note.value = f'<div role="status" style="width:300px;line-height:1.3">{html.escape(text)}</div>'

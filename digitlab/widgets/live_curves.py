"""Curves that grow while a model trains, and a Stop button that ends the training early.

While a cell runs, a kernel's main thread reads no messages, so a button would be heard only afterwards. Two ways are
open all the same. A kernel with subshells (ipykernel 7, JEP 91) hears a button in a thread of its own, where the front
end sends it there (JupyterLab 4.4, Notebook 7.4). And an interrupt (the ■ of the toolbar) reaches every kernel: the
first one here means "stop after this batch", a second one is an interrupt as ever. Either way the training ends as
after its last epoch: validation is measured and the history is whole.
"""

from __future__ import annotations

import html
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from digitlab.history import History
from digitlab.keras_import import import_keras
from digitlab.screen import somebody_is_there
from digitlab.widgets.curve_drawing import Course, in_words, picture_of
from digitlab.widgets.interactive import Interactive

# Between two drawings: quick for the eye, and nothing beside the training.
SECONDS_BETWEEN = 0.2


class StillCurves:
    """Curves as a picture alone, for pages, graders and terminals."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def _repr_html_(self) -> str:
        return picture_of(self.course)

    def __repr__(self) -> str:
        return in_words(self.course)


def show_curves(history: History) -> None:
    """Show the curves of a training that is over, where there is a notebook to show them in."""
    _display(StillCurves(Course.of(history)))


def live_curves() -> Any:
    """Return a Keras callback that draws loss and accuracy while `fit` runs, with a Stop button.

    Give it to `model.fit(…, callbacks=[live_curves()])`; `digitlab.train(…, live=True)` does so itself. Without a
    live notebook the curves are shown once, when training is over, and in a plain Python process not at all.

    Returns
    -------
    keras.callbacks.Callback
        Afterwards its `stopped` says whether somebody ended the training before its last epoch was over.
    """
    Callback: Any = import_keras().callbacks.Callback

    class LiveCurves(Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.stopped = False
            self.course = Course(epochs=1)
            self.wish = threading.Event()
            self.panel: _Panel | None = None
            self.handler: Callable[[], None] = lambda: None
            self.epoch = 0

        def on_train_begin(self, logs: Any = None) -> None:
            self.stopped, self.epoch = False, 0
            self.course = Course(epochs=self.params.get("epochs") or 1)
            self.wish = threading.Event()
            if somebody_is_there():
                self.panel = _Panel(self.course, self.wish)
                self.handler = _interrupt_means_stop(self.wish, self.model)

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch
            self.course.running_loss.append([])
            self.course.running_accuracy.append([])

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            steps = self.params.get("steps")
            # Several steps in one execution may seem to lead beyond the epoch's end.
            place = self.epoch + (min((batch + 1) / steps, 1.0) if steps else 1.0)
            self._note(logs, self.course.running_loss[-1], self.course.running_accuracy[-1], place)
            over = bool(steps) and batch + 1 >= steps and self.epoch + 1 >= self.course.epochs
            if self.wish.is_set() and not over:
                self.stopped = self.model.stop_training = True
            if self.panel:
                self.panel.show_now_and_then()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            logs = logs or {}
            accuracy = _accuracy_in(logs)
            for name, values in (
                ("loss", self.course.loss),
                ("val_loss", self.course.val_loss),
                (accuracy, self.course.accuracy),
                (f"val_{accuracy}", self.course.val_accuracy),
            ):
                if name in logs:
                    values.append(float(logs[name]))
            if self.panel:
                self.panel.show_now_and_then()

        def on_train_end(self, logs: Any = None) -> None:
            self.handler()
            self.course.over = True
            if self.panel:
                self.panel.end(self.stopped)
            else:
                _display(StillCurves(self.course))

        @staticmethod
        def _note(logs: Any, losses: list[Any], accuracies: list[Any], place: float) -> None:
            accuracy = _accuracy_in(logs or {})
            for name, values in (("loss", losses), (accuracy, accuracies)):
                if logs and name in logs:
                    values.append((place, float(logs[name])))

    return LiveCurves()


class _Panel:
    """The widget of one training: the curves, a button, and a line that says how far it is."""

    def __init__(self, course: Course, wish: threading.Event) -> None:
        import ipywidgets as widgets

        self.course, self.wish, self.shown = course, wish, 0.0
        self.view = widgets.HTML(picture_of(course))
        self.button = widgets.Button(
            description="Stop", icon="stop", tooltip="End the training after the batch that is running"
        )
        self.said = widgets.HTML()
        self.button.on_click(self._pressed)
        _hear_it_meanwhile(self.button)
        self._say(
            "Training. Stop ends it early, and so does interrupting the kernel: ■ in the toolbar, or the I key twice."
        )
        box = widgets.VBox([self.view, widgets.HBox([self.button, self.said])])
        self.handle = _display(self._interactive(box))
        self.box = box

    def show(self) -> None:
        """Draw the curves anew."""
        self.view.value = picture_of(self.course)
        self.shown = time.monotonic()

    def show_now_and_then(self) -> None:
        """Draw the curves anew, if that is some time ago."""
        if time.monotonic() - self.shown >= SECONDS_BETWEEN:
            self.show()

    def end(self, stopped: bool) -> None:
        """Say how the training ended, and leave its picture where widgets do not run."""
        self.show()
        self.button.disabled = True
        epochs = f"{len(self.course.loss)} of {self.course.epochs} epochs"
        self._say(f"Stopped early, in epoch {epochs.replace(' epochs', '')}." if stopped else f"Done: {epochs}.")
        if self.handle is not None:
            self.handle.update(self._interactive(self.box))

    def _pressed(self, _button: Any) -> None:
        self.wish.set()
        self._say("Stopping after this batch …")

    def _say(self, text: str) -> None:
        self.said.value = f'<div role="status">{html.escape(text)}</div>'

    def _interactive(self, box: Any) -> Interactive:
        return Interactive(box, picture_of(self.course), in_words(self.course))


def _hear_it_meanwhile(button: Any) -> None:
    """Let a button be heard in the subshell to which the front end sends it.

    Since 7.4 ipykernel passes what comes for a widget on to the shell that made it: here the main one, which is busy.
    Other versions have nothing to change.
    """
    comm = getattr(button, "comm", None)
    if comm is not None and hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, sent_to: sent_to


def _interrupt_means_stop(wish: threading.Event, model: Any) -> Callable[[], None]:
    """Let the first interrupt set the wish while `model.fit` runs; return what puts the former handler back."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    former = signal.getsignal(signal.SIGINT)

    def restore() -> None:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, former)

    def interrupted(number: int, frame: FrameType | None) -> None:
        # A `fit` that ended with an exception never said so: then this handler is a leftover.
        training = any(each.f_code.co_name == "fit" and each.f_locals.get("self") is model for each in _callers(frame))
        if training and not wish.is_set():
            wish.set()
            return
        restore()
        if callable(former):
            former(number, frame)
        elif former == signal.SIG_DFL:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    return restore


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _accuracy_in(logs: Any) -> str:
    """Return under which of Keras' names the accuracy stands."""
    return next((name for name in logs if "acc" in name and not name.startswith("val_")), "accuracy")


def _display(shown: Any) -> Any:
    """Show something below the running cell, if a notebook's kernel runs here; return the handle to change it."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import display

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    return display(shown, display_id=True)

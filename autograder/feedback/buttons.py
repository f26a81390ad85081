"""The buttons under a card: Hint 1, 2, 3, and the solution once they were seen."""

from __future__ import annotations

from typing import Any

from autograder.feedback.hints import Hints, Note


def hint_buttons(hints: Hints) -> Any:
    """Return the row of buttons with the place below it where hints appear, or None where widgets cannot be had."""
    try:
        import ipywidgets
    except ImportError:
        return None
    return _Row(ipywidgets, hints).box


class _Row:
    """Real buttons: the Tab key reaches them, Enter and Space press them, a screen reader reads their words."""

    def __init__(self, ipywidgets: Any, hints: Hints) -> None:
        self.hints = hints
        self.shown = ipywidgets.HTML()
        numbers = () if hints.passed else range(1, hints.count + 1)
        self.buttons = [self._button(ipywidgets, n) for n in numbers]
        self.solution = ipywidgets.Button(layout=ipywidgets.Layout(width="auto"))
        self.solution.on_click(lambda _: self._show(self.hints.solution()))
        self._refresh()
        row = ipywidgets.HBox([*self.buttons, self.solution], layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.box = ipywidgets.VBox([row, self.shown])

    def _button(self, ipywidgets: Any, n: int) -> Any:
        button = ipywidgets.Button(description=f"Hint {n}", layout=ipywidgets.Layout(width="auto"))
        button.tooltip = f"Show hint {n} of {self.hints.count}"
        button.on_click(lambda _: self._show(self.hints.hint(n)))
        return button

    def _show(self, note: Note) -> None:
        # role=alert: a screen reader reads what appears here, wherever the focus is.
        self.shown.value = f'<div role="alert">{note._repr_html_()}</div>'
        self._refresh()

    def _refresh(self) -> None:
        left = self.hints.left
        self.solution.disabled = left > 0
        self.solution.description = "Show solution" if not left else f"Solution (after {left} more)"
        self.solution.tooltip = "Show one right answer" if not left else "The solution can be shown after the hints"

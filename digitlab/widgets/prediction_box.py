"""A question with radio buttons or a field to type into: real form controls, for keyboards and screen readers."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from digitlab.predictions import prose_html

if TYPE_CHECKING:
    from digitlab.predictions import Question

# Options no longer than this stand side by side.
_SHORT = 6


def prediction_box(question: Question) -> Any:
    """Return the question as a widget that notes each answer at once, or None where ipywidgets cannot be had."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    asked = widgets.HTML(f"<strong>Predict:</strong> {prose_html(question.question)}")
    wide = widgets.Layout(width="auto")
    if question.options is None:
        field = widgets.Text(
            value=question.answer or "",
            placeholder="Type what you expect, then press Enter",
            continuous_update=False,
            layout=widgets.Layout(width="30em", max_width="100%"),
        )
    else:
        short = max(map(len, question.options), default=0) <= _SHORT
        field = widgets.RadioButtons(
            options=question.options,
            value=question.answer,
            orientation="horizontal" if short else "vertical",
            layout=wide,
        )
    field.tooltip = "Your prediction: the Tab key moves, the space bar chooses"
    status = widgets.HTML(_status(question))

    def chosen(change: dict[str, Any]) -> None:
        if change["new"]:
            question.note(change["new"])
            status.value = _status(question)

    field.observe(chosen, "value")
    return widgets.VBox([asked, field, status])


def _status(question: Question) -> str:
    # role=status: a screen reader reads out what appears here.
    return f'<div role="status">{html.escape(question.said or "Not graded; it only helps you to notice.")}</div>'

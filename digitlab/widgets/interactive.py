"""What a cell shows when it ends in something to play with: the widget, or a static picture where there is none."""

from __future__ import annotations

from typing import Any


class Interactive:
    """A widget together with what stands for it where widgets do not run (a web page, a grader, a terminal).

    Parameters
    ----------
    widget : ipywidgets.Widget
        What the learner plays with.
    static_html : str
        A picture of its first state, with its own alt text.
    alt : str
        One sentence for a screen reader and for a terminal.
    """

    def __init__(self, widget: Any, static_html: str, alt: str) -> None:
        self.widget = widget
        self.static_html = static_html
        self.alt = alt

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_() or {}
        if isinstance(bundle, tuple):
            bundle = bundle[0]
        return {**bundle, "text/html": self.static_html, "text/plain": self.alt}

    def __repr__(self) -> str:
        return self.alt

"""A finished figure: shown in a notebook as an image with alternative text, elsewhere as that text."""

from __future__ import annotations

import base64
import html
import io
import sys
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 110


class Picture:
    """A Matplotlib figure together with what a screen reader says of it.

    A notebook shows the last value of a cell, or what is given to `display`, as HTML: an `<img>` with this alternative
    text. It stays in the saved notebook and in pages made of it. A terminal prints the text itself.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Those of this package are made without pyplot, so that no window opens and nothing is kept. One that was made
        with pyplot is taken out of its list, so that it is shown once.
    alt : str
        One or two sentences: what the figure shows.

    Raises
    ------
    ValueError
        If there is no alternative text, or no figure.

    Examples
    --------
    >>> figure, axis = new_figure(4, 3)
    >>> lines = axis.plot([1, 2, 3], [0.5, 0.2, 0.1])
    >>> Picture(figure, "The loss falls from 0.5 to 0.1 in three epochs.")
    The loss falls from 0.5 to 0.1 in three epochs.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        if not isinstance(figure, Figure):
            raise ValueError(f"Picture needs a Matplotlib figure, got {type(figure).__name__}. Give it axes.figure.")
        if not alt.strip():
            raise ValueError("Picture needs an alternative text. Say in a sentence what the figure shows.")
        self.figure = figure
        self.alt = alt
        self._png: bytes | None = None
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)

    @property
    def png(self) -> bytes:
        """The figure as a PNG file."""
        if self._png is None:
            buffer = io.BytesIO()
            self.figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, bbox_inches="tight", facecolor="white")
            self._png = buffer.getvalue()
        return self._png

    def save(self, path: str | Path) -> None:
        """Write the figure as a PNG file."""
        Path(path).write_bytes(self.png)

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt, quote=True)}" style="max-width:100%">'
        )

    def __repr__(self) -> str:
        return self.alt


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:
    """Return a figure of that many inches, and its axes: one, or an array of them."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, **options)


def close_together(figure: Figure) -> None:
    """Leave only a little room between the images of a grid."""
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)

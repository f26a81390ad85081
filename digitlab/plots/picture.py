"""A finished figure: shown in a notebook as an image with alternative text, elsewhere as that text."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by colour-blind readers (Okabe and Ito, Color Universal Design, 2008).
BLUE, ORANGE, GREEN, VERMILLION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#666666"
SEQUENTIAL = "cividis"
DOTS_PER_INCH = 110


class Picture:
    """A Matplotlib figure together with what a screen reader says of it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made without pyplot, so that no window opens and nothing is kept.
    alt : str
        One or two sentences: what the figure shows.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = alt
        self._png: bytes | None = None

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

"""Small grey images as HTML: pictures whose pixels can be seen, and tables of their numbers."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.palette import BLUE, VERMILLION

MARK = VERMILLION
SECOND_MARK = BLUE


def as_bytes(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an image as uint8: integers as they are, floats in [0, 1] times 255."""
    if image.dtype.kind == "f":
        return np.asarray(np.clip(np.round(image * 255), 0, 255), dtype=np.uint8)
    return np.asarray(image, dtype=np.uint8)


def picture(image: NDArray[Any], alt: str, side: int = 168, mark: bool = False) -> str:
    """Return an `<img>` of one grey image, shape (height, width), `side` CSS pixels wide, its pixels as squares."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(as_bytes(image)).save(buffer, format="PNG")
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    border = f"3px solid {MARK}" if mark else "1px solid #888"
    return (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt, quote=True)}" width="{side}" '
        f'style="image-rendering:pixelated;border:{border};margin:2px">'
    )


def number_table(image: NDArray[Any], marked: tuple[int, int] | None = None, cell: int = 20) -> str:
    """Return an HTML table of the pixels' numbers, each on its own grey; `marked` is the (row, column) to frame."""
    rows = []
    for r, row in enumerate(as_bytes(image)):
        cells = []
        for c, value in enumerate(row):
            ink = "#000" if value > 128 else "#fff"
            frame = f"outline:3px solid {MARK};outline-offset:-2px;" if marked == (r, c) else ""
            cells.append(f'<td style="background:rgb({value},{value},{value});color:{ink};{frame}">{value}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    style = (
        f"<style>.digitlab-numbers td{{width:{cell}px;height:{cell}px;min-width:{cell}px;padding:0;text-align:center;"
        "font:9px/1 monospace;border:0}.digitlab-numbers{border-collapse:collapse;margin:2px}</style>"
    )
    label = f"The {image.shape[0]} rows of {image.shape[1]} numbers that the image is made of."
    return f'{style}<table class="digitlab-numbers" aria-label="{label}">{"".join(rows)}</table>'

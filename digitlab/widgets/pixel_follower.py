"""Follow one pixel from the flat list of 784 to its row and column, and on to the tensor that Keras takes."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import MARK, as_bytes, number_table

START = 350
AROUND = 7


def place_of_pixel(number: int, width: int = 28) -> tuple[int, int]:
    """Return the row and column of pixel `number` in an image that is listed row by row.

    Examples
    --------
    >>> place_of_pixel(59)
    (2, 3)
    """
    return divmod(number, width)


def pixel_follower(image: NDArray[Any]) -> Interactive:
    """Return a widget that follows one pixel of `image` from the flat list to the grid and the tensor.

    Parameters
    ----------
    image : ndarray, shape (28, 28)
        uint8, or float in [0, 1].

    Raises
    ------
    ValueError
        If `image` is not one image of shape (28, 28).
    """
    import ipywidgets as widgets

    if image.shape != (28, 28):
        raise ValueError(
            f"pixel_follower needs one image of shape (28, 28), got shape {image.shape}. "
            "Pick one from a batch with images[i]."
        )
    flat = as_bytes(image).reshape(-1)

    def page(number: int) -> str:
        row, column = place_of_pixel(number)
        near = range(max(0, number - AROUND), min(784, number + AROUND + 1))
        strip = "".join(
            f'<td style="padding:2px 6px;font:12px monospace;border:1px solid #888;'
            f'{f"outline:3px solid {MARK};font-weight:bold" if n == number else ""}">'
            f"<small>{n}</small><br>{flat[n]}</td>"
            for n in near
        )
        return (
            f"<p><b>1. The flat list.</b> Place {number} of 784 holds {flat[number]}.</p>"
            f'<div style="overflow-x:auto"><table style="border-collapse:collapse"><tr>{strip}</tr></table></div>'
            f"<p><b>2. The grid.</b> {number} = {row} × 28 + {column}: row {row}, column {column}.</p>"
            f'<div style="overflow-x:auto">{number_table(image, (row, column), 17)}</div>'
            f"<p><b>3. The tensor.</b> In a batch of shape (N, 28, 28, 1) it is "
            f"<code>x[n, {row}, {column}, 0]</code>: the image, the row, the column, the one grey channel. "
            f"Scaled, {flat[number]} becomes {flat[number]} / 255 = {flat[number] / 255:.3f}.</p>"
        )

    number = widgets.IntSlider(
        START, 0, 783, description="Pixel", continuous_update=True, layout=widgets.Layout(width="480px")
    )
    row = widgets.BoundedIntText(START // 28, 0, 27, description="Row")
    column = widgets.BoundedIntText(START % 28, 0, 27, description="Column")
    view = widgets.HTML(page(START))

    def from_number(*_: Any) -> None:
        wanted = place_of_pixel(number.value)
        row.unobserve(from_grid, "value")
        column.unobserve(from_grid, "value")
        row.value, column.value = wanted
        row.observe(from_grid, "value")
        column.observe(from_grid, "value")
        view.value = page(number.value)

    def from_grid(*_: Any) -> None:
        number.value = row.value * 28 + column.value

    number.observe(from_number, "value")
    row.observe(from_grid, "value")
    column.observe(from_grid, "value")
    box = widgets.VBox([widgets.HBox([number, row, column]), view])
    r, c = place_of_pixel(START)
    alt = f"Pixel follower: pixel {START} of the flat list stands in row {r}, column {c} of the image."
    return Interactive(box, page(START), alt)

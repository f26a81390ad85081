"""Step a kernel of 3 × 3 weights over an image, with the arithmetic of each place and the responses so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.convolution import conv2d_valid
from digitlab.palette import GREY
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import MARK, as_bytes, picture

# Each pixel is drawn as a square of so many, so that a frame can lie around the window.
ZOOM = 8
LARGEST_WEIGHT = 99.0
HORIZONTAL_EDGE = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])


def next_place(row: int, col: int, step: int, shape: tuple[int, int]) -> tuple[int, int]:
    """Return the place that lies `step` places on in reading order, stopping at the first and the last.

    Examples
    --------
    >>> next_place(0, 25, 1, (26, 26))
    (1, 0)
    >>> next_place(25, 25, 1, (26, 26))
    (25, 25)
    """
    rows, columns = shape
    number = min(max(row * columns + col + step, 0), rows * columns - 1)
    return divmod(number, columns)


def kernel_stepper(image: NDArray[Any], kernel: NDArray[Any] | None = None) -> Interactive:
    """Return a widget that steps a kernel over `image`: nine pixels times nine weights, their sum, the map so far.

    Parameters
    ----------
    image : ndarray, shape (H, W), at least 3 × 3
        uint8, or float in [0, 1]. The arithmetic is shown with the image's own numbers.
    kernel : ndarray, shape (3, 3), or None
        The weights to begin with, from -99 to 99; None takes a kernel for horizontal edges. The reader can change them.

    Raises
    ------
    ValueError
        If `image` is not one such image, or `kernel` not 3 × 3 such weights.
    """
    import ipywidgets as widgets

    image, start = np.asarray(image), np.asarray(HORIZONTAL_EDGE if kernel is None else kernel)
    _refuse_unfit(image, start)
    rows, columns = image.shape[0] - 2, image.shape[1] - 2
    weights = [
        widgets.BoundedFloatText(
            float(weight),
            min=-LARGEST_WEIGHT,
            max=LARGEST_WEIGHT,
            step=1,
            description=f"({i // 3}, {i % 3})",
            layout=widgets.Layout(width="118px"),
            style={"description_width": "40px"},
        )
        for i, weight in enumerate(start.reshape(-1))
    ]
    row = widgets.IntSlider(rows // 2, 0, rows - 1, description="Row")
    col = widgets.IntSlider(columns // 2, 0, columns - 1, description="Column")
    back = widgets.Button(description="One step back")
    forth = widgets.Button(description="One step on")

    def page() -> str:
        current = np.array([weight.value for weight in weights]).reshape(3, 3)
        return _page(image, current, row.value, col.value)

    view = widgets.HTML(page())

    def show(*_: Any) -> None:
        view.value = page()

    def step(by: int) -> None:
        wanted = next_place(row.value, col.value, by, (rows, columns))
        col.unobserve(show, "value")  # both move at once: one new picture, not two
        col.value = wanted[1]
        col.observe(show, "value")
        row.value = wanted[0]
        show()

    back.on_click(lambda _: step(-1))
    forth.on_click(lambda _: step(1))
    for control in (row, col, *weights):
        control.observe(show, "value")

    lines = [widgets.HBox(weights[i : i + 3]) for i in (0, 3, 6)]
    steps = widgets.VBox([row, col, widgets.HBox([back, forth])])
    title = widgets.Label("The nine weights (row, column):")
    box = widgets.VBox([widgets.HBox([steps, widgets.VBox([title, *lines])]), view])
    alt = (
        f"Kernel stepper: the window at row {row.value}, column {col.value} of the image, its nine pixels times nine "
        "weights, and the responses so far."
    )
    return Interactive(box, view.value, alt)


def _refuse_unfit(image: NDArray[Any], kernel: NDArray[Any]) -> None:
    """Raise what tells the reader which image or kernel is needed."""
    if image.ndim != 2 or min(image.shape) < 3 or image.dtype.kind not in "uif":
        raise ValueError(
            "kernel_stepper needs one image of numbers, shape (height, width), at least 3 × 3, got shape "
            f"{image.shape} of {image.dtype}. Pick one from a batch with images[i]."
        )
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError("kernel_stepper got pixels that are NaN or infinite. np.isfinite(image) shows where.")
    if kernel.shape != (3, 3) or kernel.dtype.kind not in "buif":
        raise ValueError(
            f"kernel_stepper needs a kernel of 3 × 3 numbers, got shape {kernel.shape} of {kernel.dtype}. "
            "np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]) is one."
        )
    if not (np.abs(kernel.astype(np.float64)) <= LARGEST_WEIGHT).all():  # NaN is refused too
        raise ValueError(
            f"kernel_stepper needs weights from -{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}, got {kernel.tolist()}. "
            "Divide the kernel by its largest weight."
        )


def _page(image: NDArray[Any], kernel: NDArray[np.float64], row: int, col: int) -> str:
    """Return the picture, the arithmetic and the map so far for the window whose top-left corner is (row, col)."""
    responses = conv2d_valid(image, kernel)
    window = image[row : row + 3, col : col + 3].astype(np.float64)
    total = responses[row, col]
    seen = row * responses.shape[1] + col + 1
    first = picture(_with_frame(as_bytes(image), row, col, 3), f"The image; a frame marks the window at {row}, {col}")
    second = picture(
        _responses_so_far(responses, seen, row, col),
        f"The {seen} responses so far of {responses.size}; the one at {row}, {col} is {_told(total)}",
    )
    sign = '<b style="font-size:20px;padding:0 6px">{{}}</b>'
    return (
        '<div style="display:flex;flex-wrap:wrap;align-items:center;gap:12px">'
        f"<figure style='margin:0'><figcaption>The image and the window at row {row}, column {col}</figcaption>{first}"
        "</figure><figure style='margin:0'>"
        f"<figcaption>Responses so far: {seen} of {responses.size}</figcaption>{second}</figure></div>"
        '<div style="display:flex;flex-wrap:wrap;align-items:center">'
        f"{_numbers('pixels', window)}{sign.format('×')}{_numbers('weights', kernel)}{sign.format('=')}"
        f"{_numbers('products', window * kernel)}</div>"
        f"<p>The sum of the nine products is the response at row {row}, column {col}: <b>{_told(total)}</b>. "
        "In the map of responses grey is 0, brighter is more, darker is less; hatched places are still to come.</p>"
    )


def _told(number: float) -> str:
    """Return a number in at most four digits, without a minus before zero."""
    return f"{round(float(number), 6) + 0:.4g}" if abs(number) < 1000 else f"{number:.0f}"


def _numbers(name: str, values: NDArray[Any]) -> str:
    """Return a 3 × 3 table under its name."""
    style = "border:1px solid #888;padding:3px 8px;text-align:right;font:13px monospace;min-width:44px"
    cell = f'<td style="{style}">'
    rows = "".join(f"<tr>{''.join(f'{cell}{_told(value)}</td>' for value in line)}</tr>" for line in values)
    return f'<table style="border-collapse:collapse;margin:4px"><caption>{name}</caption>{rows}</table>'


def _with_frame(grey: NDArray[np.uint8], row: int, col: int, side: int) -> NDArray[np.uint8]:
    """Return the image enlarged and in colour, with a frame around the square of `side` pixels at (row, col)."""
    large = np.repeat(np.repeat(grey, ZOOM, axis=0), ZOOM, axis=1)
    framed = np.stack([large] * 3, axis=-1)
    top, left, end = row * ZOOM, col * ZOOM, side * ZOOM
    square = framed[top : top + end, left : left + end]
    inner = square[2:-2, 2:-2].copy()
    square[:] = _rgb(MARK)
    square[2:-2, 2:-2] = inner
    return np.asarray(framed, dtype=np.uint8)


def _responses_so_far(responses: NDArray[np.float64], seen: int, row: int, col: int) -> NDArray[np.uint8]:
    """Return the map enlarged: grey is 0, the places that are still to come are hatched, the last one is framed."""
    most = float(np.abs(responses).max()) or 1.0
    grey = np.asarray(np.round(128 + 127 * responses / most), dtype=np.uint8)
    drawn = _with_frame(grey, row, col, 1)
    to_come = np.arange(responses.size).reshape(responses.shape) >= seen
    large = np.repeat(np.repeat(to_come, ZOOM, axis=0), ZOOM, axis=1)
    down, right = np.indices(large.shape)
    drawn[large] = 255
    drawn[large & ((down + right) % ZOOM == 0)] = _rgb(GREY)
    return drawn


def _rgb(colour: str) -> tuple[int, int, int]:
    """Return '#D55E00' as three numbers."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue

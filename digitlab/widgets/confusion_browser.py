"""A confusion matrix whose cells open: choose one, and see the digits that it counts."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.palette import SEQUENTIAL
from digitlab.scores import confusion
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import MARK, picture

DIGITS = range(10)
MOST_SHOWN = 24
SHADES = 6
Cell = tuple[int, int]


def confusion_browser(
    images: NDArray[Any], labels: ArrayLike, predicted: ArrayLike, probabilities: NDArray[Any] | None = None
) -> Interactive:
    """Return a confusion matrix to look into: a cell that is chosen shows the digits that it counts.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
        uint8, or float in [0, 1].
    labels : array of int, shape (N,)
        The true digits, 0 to 9.
    predicted : array of int, shape (N,)
        The digits that a model says.
    probabilities : ndarray of float, shape (N, 10), or None
        With these a cell shows the surest answers first, and how sure each is; else images stand in their order.

    Raises
    ------
    ValueError
        If there is no image, or images, labels and predictions are not equally many, or not digits.
    """
    import ipywidgets as widgets

    labels, predicted = np.asarray(labels), np.asarray(predicted)
    images = images[..., 0] if images.ndim == 4 else images
    _require_answers(images, labels, predicted, probabilities)
    cm = confusion(labels, predicted)
    ranked = largest_confusions(cm)
    sure = np.zeros(len(labels)) if probabilities is None else probabilities[np.arange(len(labels)), predicted]

    def page(cell: Cell) -> str:
        places = np.flatnonzero((labels == cell[0]) & (predicted == cell[1]))
        places = places[np.argsort(-sure[places], kind="stable")]
        told = [f"{sure[place]:.0%} sure" for place in places] if probabilities is not None else [""] * len(places)
        return _digits_of(cell, places, told, images)

    start = ranked[0] if ranked else (int(labels[0]), int(labels[0]))
    plain, chosen = _cell_layout(False), _cell_layout(True)
    levels, colours = _shades(cm)
    cells = {(t, p): _button((t, p), int(cm[t, p]), int(levels[t, p]), colours, plain) for t in DIGITS for p in DIGITS}
    view = widgets.HTML(page(start))
    is_a, called = (
        widgets.BoundedIntText(digit, 0, 9, description=name, layout=widgets.Layout(width="150px"))
        for digit, name in zip(start, ("Is a", "called"), strict=True)
    )
    onward = widgets.Button(description="Next confusion", tooltip="The next largest confusion", disabled=not ranked)
    shown = [start]

    def show(cell: Cell) -> None:
        cells[shown[0]].layout = plain
        cells[cell].layout = chosen
        shown[0] = cell
        view.value = page(cell)

    def choose(cell: Cell) -> None:
        if cell == shown[0]:
            return
        with is_a.hold_trait_notifications(), called.hold_trait_notifications():
            is_a.value, called.value = cell

    def step(*_: Any) -> None:
        place = ranked.index(shown[0]) + 1 if shown[0] in ranked else 0
        choose(ranked[place % len(ranked)])

    for cell, button in cells.items():
        button.on_click(lambda _, cell=cell: choose(cell))
    for one in (is_a, called):
        one.observe(lambda _: show((is_a.value, called.value)), "value")
    onward.on_click(step)
    cells[start].layout = chosen
    controls = widgets.HBox([is_a, called, onward], layout=widgets.Layout(flex_flow="row wrap"))
    box = widgets.VBox([_grid(cells), controls, view])
    alt = f"Confusion matrix of {len(labels):,} images, to look into. {_name(start).capitalize()}: {cm[start]:,}."
    return Interactive(box, _table(cm) + page(start), alt)


def largest_confusions(cm: NDArray[Any]) -> list[Cell]:
    """Return (true, predicted) of each kind of error that occurs, the most frequent first.

    Examples
    --------
    >>> cm = np.zeros((10, 10), dtype=int)
    >>> cm[3, 3], cm[4, 9], cm[2, 7] = 90, 5, 8
    >>> largest_confusions(cm)
    [(2, 7), (4, 9)]
    """
    errors = np.where(np.eye(len(cm), dtype=bool), 0, cm)
    places = np.argsort(-errors, axis=None, kind="stable")[: np.count_nonzero(errors)]
    return [(int(place) // len(cm), int(place) % len(cm)) for place in places]


def _require_answers(
    images: NDArray[Any], labels: NDArray[Any], predicted: NDArray[Any], probabilities: NDArray[Any] | None
) -> None:
    """Raise a ValueError for answers that do not belong to these images."""
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"confusion_browser needs images of shape (N, 28, 28), got shape {images.shape}.")
    count = len(images)
    if labels.shape != (count,) or predicted.shape != (count,):
        raise ValueError(
            f"confusion_browser needs for {count} images as many labels and predicted digits, got shapes "
            f"{labels.shape} and {predicted.shape}. predict_labels(model, x) gives one digit for each image."
        )
    if probabilities is not None and probabilities.shape != (count, len(DIGITS)):
        raise ValueError(
            f"confusion_browser needs a row of ten probabilities for each of {count} images, got shape "
            f"{probabilities.shape}. predict_probabilities(model, x) gives them."
        )
    for name, digits in (("labels", labels), ("predicted", predicted)):
        if digits.dtype.kind not in "iu" or not np.isin(digits, DIGITS).all():
            raise ValueError(f"confusion_browser needs {name} that are digits from 0 to 9, got {digits.dtype}.")


# --- what is shown ---------------------------------------------------------------------------------------------------


def _name(cell: Cell) -> str:
    true, called = cell
    return f"is a {true}, called {called}" if true != called else f"is a {true}, and called so"


def _digits_of(cell: Cell, places: NDArray[Any], told: list[str], images: NDArray[Any]) -> str:
    count = len(places)
    head = f"<b>{_name(cell).capitalize()}</b>: {count:,} image{'' if count == 1 else 's'}"
    if count > MOST_SHOWN:
        head += f", of which {MOST_SHOWN} are shown"
    figures = "".join(
        f'<figure style="margin:3px;text-align:center;line-height:1.25;font-size:12px">'
        f"{picture(images[place], f'image {place}, {_name(cell)}', 72)}"
        f"<figcaption>{place}{f'<br>{sure}' if sure else ''}</figcaption></figure>"
        for place, sure in zip(places[:MOST_SHOWN], told, strict=False)
    )
    return (
        f'<div role="status" style="margin:6px 0">{head}.</div>'
        f'<div style="display:flex;flex-wrap:wrap;max-width:720px">{figures}</div>'
    )


def _shades(cm: NDArray[Any]) -> tuple[NDArray[np.intp], list[str]]:
    """Return the shade of each cell, from 0 (no error) to SHADES - 1, and the shades' colours; hits have shade 0."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    errors = np.where(np.eye(len(cm), dtype=bool), 0, cm)
    levels = np.ceil(errors / max(1, errors.max()) * (SHADES - 1)).astype(np.intp)
    colours = ["#ffffff", *(to_hex(colormaps[SEQUENTIAL](0.1 + 0.75 * n / (SHADES - 1))) for n in range(1, SHADES))]
    return levels, colours


def _ink(level: int) -> str:
    return "#ffffff" if level >= SHADES - 2 else "#000000"


def _cell_layout(chosen: bool) -> Any:
    import ipywidgets as widgets

    border = f"3px solid {MARK}" if chosen else "1px solid #d9d9d9"
    return widgets.Layout(width="48px", height="30px", margin="0", padding="0", border=border)


def _button(cell: Cell, count: int, level: int, colours: list[str], layout: Any) -> Any:
    import ipywidgets as widgets

    hit = cell[0] == cell[1]
    style = {
        "button_color": colours[level],
        "text_color": _ink(level),
        "font_weight": "bold" if hit else "normal",
        "text_decoration": "underline" if hit else "none",
    }
    name = f"{_name(cell)}: {count:,}".capitalize()
    # Out of the tab order: from the keyboard a cell is chosen in the two fields, not after a hundred stops.
    return widgets.Button(description=f"{count:,}", tooltip=name, layout=layout, style=style, tabbable=False)


def _grid(cells: dict[Cell, Any]) -> Any:
    import ipywidgets as widgets

    def head(text: str) -> Any:
        return widgets.HTML(f'<div style="text-align:center;font-weight:bold">{html.escape(text)}</div>')

    children = [head("is ↓ called →"), *(head(str(d)) for d in DIGITS)]
    for true in DIGITS:
        children += [head(str(true)), *(cells[true, called] for called in DIGITS)]
    layout = widgets.Layout(grid_template_columns="110px repeat(10, 48px)", grid_gap="0", overflow="auto")
    return widgets.GridBox(children, layout=layout)


def _table(cm: NDArray[Any]) -> str:
    """Return the matrix as a table of a page: what stands for the buttons where there are none."""
    levels, colours = _shades(cm)
    edge = "border:1px solid #d9d9d9;padding:3px 8px;text-align:right"
    head = "".join(f'<th scope="col" style="{edge}">{digit}</th>' for digit in DIGITS)
    rows = ""
    for true in DIGITS:
        entries = "".join(
            f'<td style="{edge};background:{colours[levels[true, called]]};color:{_ink(levels[true, called])}'
            f'{";font-weight:bold;text-decoration:underline" if true == called else ""}">{cm[true, called]:,}</td>'
            for called in DIGITS
        )
        rows += f'<tr><th scope="row" style="{edge}">{true}</th>{entries}</tr>'
    return (
        '<table style="border-collapse:collapse"><caption>Confusion matrix: a row for each true digit, a column for '
        f'what it is called</caption><tr><th style="{edge}">is ↓ called →</th>{head}</tr>{rows}</table>'
    )

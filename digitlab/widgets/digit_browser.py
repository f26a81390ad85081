"""Walk through the data: an image, its numbers, and the images most like it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.widgets.choice import choice_buttons, named_row, row
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import number_table, picture

NEIGHBOURS = 6
ALL = "all"  # and not None, which leaves all buttons unpressed


def nearest_images(images: NDArray[Any], index: int, count: int = NEIGHBOURS) -> NDArray[np.intp]:
    """Return the places of the `count` images nearest to image `index` by Euclidean distance, itself left out.

    Parameters
    ----------
    images : ndarray, shape (n, height, width)
        uint8 or float.
    index : int
        From 0 to n - 1.

    Examples
    --------
    >>> images = np.array([[[0.0]], [[9.0]], [[1.0]]])
    >>> nearest_images(images, 0, 1).tolist()
    [2]
    """
    gaps = images.reshape(len(images), -1).astype(np.float32) - images[index].reshape(-1).astype(np.float32)
    distances = np.einsum("ij,ij->i", gaps, gaps)
    distances[index] = np.inf
    return np.argsort(distances, kind="stable")[: min(count, len(images) - 1)]


def digit_browser(images: NDArray[Any], labels: NDArray[Any], among: int = 3000) -> Interactive:
    """Return a browser of digit images: choose a digit and an image, see its numbers and its nearest neighbours.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of int, shape (n,)
    among : int
        Only the first `among` images are browsed, so that neighbours are found at once.

    Raises
    ------
    ValueError
        If there is no image, or images and labels are not equally many.
    """
    import ipywidgets as widgets

    if images.ndim != 3 or len(images) == 0 or len(images) != len(labels):
        raise ValueError(
            f"digit_browser needs images of shape (n, 28, 28) and n labels, got images {images.shape} "
            f"and {len(labels)} labels."
        )
    images, labels = images[:among], labels[:among]
    digits = [int(digit) for digit in np.unique(labels)]
    places = {digit: np.flatnonzero(labels == digit) for digit in digits}
    everything = np.arange(len(labels))

    def page(index: int, which: str) -> str:
        near = nearest_images(images, index)
        neighbours = "".join(
            f'<figure style="display:inline-block;margin:2px;text-align:center">'
            f"{picture(images[n], f'image {n}, labelled {labels[n]}', 64, mark=bool(labels[n] != labels[index]))}"
            f"<figcaption>{labels[n]}{' (another digit)' if labels[n] != labels[index] else ''}</figcaption></figure>"
            for n in near
        )
        return (
            f"<p><b>Image {index}</b>, label <b>{labels[index]}</b>, {images.shape[1]} × {images.shape[2]} pixels from "
            f"{images[index].min()} to {images[index].max()}: {which}</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start">'
            f"<div>{picture(images[index], f'image {index}, labelled {labels[index]}')}"
            f'<p style="max-width:300px">The images most like it:</p>'
            f'<div style="max-width:320px">{neighbours}</div></div>'
            f'<div style="overflow-x:auto">{number_table(images[index])}</div></div>'
        )

    digit = choice_buttons(
        "Digit",
        [(ALL, ALL), *((str(d), d) for d in digits)],
        tooltips=["All digits", *(f"The digit {d}" for d in digits)],
        style={"button_width": "44px"},
    )
    place = widgets.IntSlider(
        0, 0, len(everything) - 1, description="Which", continuous_update=False, layout=widgets.Layout(width="360px")
    )
    back = widgets.Button(description="Previous", icon="arrow-left", tooltip="The image before")
    forth = widgets.Button(description="Next", icon="arrow-right", tooltip="The image after")

    def chosen() -> NDArray[np.intp]:
        return everything if digit.value == ALL else places[digit.value]

    def shown() -> str:
        of = "images" if digit.value == ALL else f"images of the digit {digit.value}"
        return page(int(chosen()[place.value]), f"one of {len(chosen()):,} {of}")

    view = widgets.HTML(shown())

    def refresh(*_: Any) -> None:
        view.value = shown()

    def other_digit(*_: Any) -> None:
        place.value = 0
        place.max = len(chosen()) - 1
        refresh()

    def step(by: int) -> None:
        place.value = min(max(place.value + by, 0), place.max)

    digit.observe(other_digit, "value")
    place.observe(refresh, "value")
    back.on_click(lambda _: step(-1))
    forth.on_click(lambda _: step(1))
    box = widgets.VBox([named_row("Digit", digit), row(place, back, forth), view])
    alt = f"Digit browser over {len(images)} images: image 0, labelled {labels[0]}, its numbers, its neighbours."
    return Interactive(box, view.value, alt)

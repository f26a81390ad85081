"""See how a linear model comes to a score: the pixels, one digit's weights, their products, and all ten scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.linear import softmax
from digitlab.palette import BLUE, DIVERGING, GREY
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import as_bytes, picture

DIGITS = 10


def score_viewer(
    W: NDArray[Any], b: NDArray[Any], images: NDArray[Any], labels: ArrayLike, among: int = 1000
) -> Interactive:
    """Return a widget that shows how a linear model scores a digit: image × weights = products, and their sum.

    Parameters
    ----------
    W : ndarray of float, shape (784, 10)
        The weights, for pixels in [0, 1].
    b : ndarray of float, shape (10,)
        The biases.
    images : ndarray, shape (N, 28, 28)
        uint8, or float in [0, 1].
    labels : array of int, shape (N,)
    among : int
        Only the first `among` images can be chosen.

    Raises
    ------
    ValueError
        If weights, biases, images and labels do not fit together.
    """
    import ipywidgets as widgets

    W, b, labels = np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64), np.asarray(labels)
    if W.shape != (28 * 28, DIGITS) or b.shape != (DIGITS,):
        raise ValueError(
            f"score_viewer needs weights of shape (784, 10) and biases of shape (10,), got {W.shape} and {b.shape}."
        )
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        raise ValueError("score_viewer got weights that are NaN or infinite. Learn with a smaller learning rate.")
    if images.ndim != 3 or images.shape[1:] != (28, 28) or len(images) == 0 or labels.shape != (len(images),):
        raise ValueError(
            f"score_viewer needs images of shape (N, 28, 28) and N labels, got images {images.shape} and labels "
            f"{labels.shape}. Take images and labels with the same index."
        )
    images, labels = images[:among], labels[:among]
    ink = as_bytes(images).reshape(len(images), -1) / 255
    scores = ink @ W + b
    wrong = np.flatnonzero(scores.argmax(axis=1) != labels)

    place = widgets.IntSlider(0, 0, len(images) - 1, description="Image", layout=widgets.Layout(width="360px"))
    digit = widgets.BoundedIntText(
        int(labels[0]), 0, DIGITS - 1, description="Score of", layout=widgets.Layout(width="150px")
    )
    onward = widgets.Button(
        description="Next wrong answer", tooltip="The next image that is named wrongly", disabled=not len(wrong)
    )

    def page() -> str:
        n, d = place.value, digit.value
        told = f"<p><b>Image {n}</b>, label <b>{labels[n]}</b>. The largest score has <b>{scores[n].argmax()}</b>.</p>"
        sums = _sum_in_pictures(images[n], ink[n], W[:, d], float(np.abs(W).max()) or 1.0, d)
        total = (
            f"<p>The products add up to {ink[n] @ W[:, d]:.2f}. With the bias {b[d]:.2f} the score of {d} is "
            f"<b>{scores[n, d]:.2f}</b>.</p>"
        )
        return told + sums + total + _table(scores[n], d, int(labels[n]))

    view = widgets.HTML(page())

    def refresh(*_: Any) -> None:
        view.value = page()

    def next_wrong(*_: Any) -> None:
        later = wrong[wrong > place.value]
        place.value = int(later[0] if len(later) else wrong[0])

    place.observe(refresh, "value")
    digit.observe(refresh, "value")
    onward.on_click(next_wrong)
    controls = widgets.HBox([place, digit, onward], layout=widgets.Layout(flex_flow="row wrap"))
    alt = (
        f"Score viewer: image 0, label {labels[0]}, times that digit's weights, and all ten scores. "
        f"The largest score has {scores[0].argmax()}."
    )
    return Interactive(widgets.VBox([controls, view]), view.value, alt)


def _coloured(values: NDArray[np.float64], top: float) -> NDArray[np.uint8]:
    """Return 784 numbers from -top to top as a colour image, shape (28, 28, 3)."""
    from matplotlib import colormaps

    shares = 0.5 + 0.5 * values.reshape(28, 28) / top
    return np.asarray(colormaps[DIVERGING](shares)[..., :3] * 255, dtype=np.uint8)


def _sum_in_pictures(
    image: NDArray[Any], ink: NDArray[np.float64], weights: NDArray[np.float64], top: float, digit: int
) -> str:
    parts = (
        ("the pixels", picture(image, "The image"), "×"),
        (
            f"the weights of {digit}",
            picture(_coloured(weights, top), f"The weights of {digit}: orange for it, purple against it"),
            "=",
        ),
        (
            "the products",
            picture(_coloured(ink * weights, top), "The products: orange raises the score, purple lowers it"),
            "",
        ),
    )
    figures = "".join(
        f'<figure style="margin:0;text-align:center"><figcaption>{name}</figcaption>{shown}</figure>'
        f'<b style="font-size:20px">{sign}</b>'
        for name, shown, sign in parts
    )
    return f'<div style="display:flex;flex-wrap:wrap;align-items:center;gap:10px">{figures}</div>'


def _table(scores: NDArray[np.float64], chosen: int, label: int) -> str:
    """Return a table of the ten scores and probabilities; the digit that is looked at has a mark."""
    probabilities = softmax(scores[np.newaxis])[0]
    edge = "padding:1px 8px;text-align:right"
    rows = ""
    for digit, (score, probability) in enumerate(zip(scores, probabilities, strict=True)):
        bar = (
            f'<span style="display:inline-block;height:10px;width:{round(160 * probability)}px;'
            f'background:{BLUE if digit == label else GREY}"></span>'
        )
        name = f"{'▸ ' if digit == chosen else ''}{digit}{' (label)' if digit == label else ''}"
        rows += (
            f'<tr><th scope="row" style="{edge}">{name}</th><td style="{edge}">{score:.2f}</td>'
            f'<td style="{edge}">{probability:.1%}</td><td style="text-align:left">{bar}</td></tr>'
        )
    return (
        f'<table style="border-collapse:collapse"><tr><th scope="col" style="{edge}">digit</th>'
        f'<th scope="col" style="{edge}">score</th><th scope="col" style="{edge}">probability</th><td></td></tr>'
        f"{rows}</table>"
    )

"""What a drawing comes to, as HTML: each step on the way to the model, its ten probabilities, and the verdict."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.evaluation import predict_probabilities
from digitlab.handwriting import REJECTED, SIDE, reject, stages
from digitlab.palette import BLUE, GREY
from digitlab.widgets.pictures import picture

HEIGHT = 108
BAR = 160
Preprocess = Callable[[NDArray[Any]], NDArray[Any]]


def drawing_page(
    drawing: NDArray[np.uint8] | None, model: Any, preprocess: Preprocess, threshold: float
) -> tuple[str, str]:
    """Return the page of a drawing, and its verdict as one sentence.

    Parameters
    ----------
    drawing : ndarray of uint8, shape (height, width), or None
        None where nothing is drawn.
    model : keras.Model
    preprocess : callable
        From a drawing to (28, 28, 1), perhaps a learner's own: whatever it raises is told on the page.
    threshold : float
        Below it the verdict is "I do not know".
    """
    if drawing is None:
        verdict = "Nothing is drawn yet."
        return _status(verdict), verdict
    steps = stages(drawing)
    try:
        seen = np.asarray(preprocess(drawing), dtype=np.float32).reshape(SIDE, SIDE, 1)
    except Exception as error:  # the border to a learner's code, in a callback whose traceback nobody would see
        name = getattr(preprocess, "__name__", "the preprocessing")
        verdict = f"{name}(drawing) did not give an image of 28 × 28: {type(error).__name__}: {error}"
        return _pictures(steps) + _status(verdict), verdict
    row = predict_probabilities(model, seen[np.newaxis])[0]
    verdict = _verdict(row, threshold)
    return _pictures(steps | {"what the model sees": seen[..., 0]}) + _status(verdict) + _bars(row), verdict


def _verdict(row: NDArray[np.floating[Any]], threshold: float) -> str:
    best = int(row.argmax())
    if reject(row, threshold) == REJECTED:
        guess = f"My best guess would be {best}, with {_per_cent(row[best])}"
        return f"I do not know. {guess}; the threshold is {_per_cent(threshold)}."
    return f"I say {best}, with {_per_cent(row[best])}."


def _per_cent(probability: float) -> str:
    """Return per cent, rounded down: only certainty is 100 %."""
    return f"{math.floor(1000 * float(probability)) / 10:.1f} %"


def _status(verdict: str) -> str:
    # role=status: a screen reader reads out what appears here.
    return f'<div role="status" style="font-size:18px;margin:6px 2px"><b>{html.escape(verdict)}</b></div>'


def _pictures(steps: dict[str, NDArray[Any]]) -> str:
    figures = []
    for name, image in steps.items():
        size = f"{image.shape[0]} × {image.shape[1]}"
        wide = max(8, round(HEIGHT * image.shape[1] / image.shape[0]))
        shown = picture(image, f"{name}, {size}", min(wide, 2 * HEIGHT))
        told = f"<figcaption style='line-height:1.2'>{name}<br>{size}</figcaption>"
        figures.append(f"<figure style='margin:0'>{told}{shown}</figure>")
    return f'<div style="display:flex;flex-wrap:wrap;gap:10px;align-items:flex-end">{"".join(figures)}</div>'


def _bars(row: NDArray[np.floating[Any]]) -> str:
    """Return the ten probabilities as a table with bars; the largest in bold, with an arrow."""
    lines = []
    for digit, probability in enumerate(row):
        best = digit == int(row.argmax())
        bar = (
            f'<div style="background:{BLUE if best else GREY};height:11px;'
            f'width:{max(1, round(BAR * float(probability)))}px"></div>'
        )
        number = f"<b>{_per_cent(probability)} ←</b>" if best else _per_cent(probability)
        lines.append(
            f'<tr><th scope="row" style="padding:0 8px">{digit}</th><td style="width:{BAR}px">{bar}</td>'
            f'<td style="padding:0 8px;text-align:left">{number}</td></tr>'
        )
    caption = "<caption style='text-align:left'>The probability of each digit</caption>"
    return f'<table style="border-collapse:collapse;font-size:13px;line-height:15px">{caption}{"".join(lines)}</table>'

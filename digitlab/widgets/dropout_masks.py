"""Dropout at work on feature maps or on a row of activations: the mask, what it leaves, and the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.palette import GREY, VERMILLION
from digitlab.regularisation import dropout
from digitlab.widgets.choice import choice_buttons, named_row, row
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import picture

# Each number of a map is drawn as a square of so many pixels, so that a silenced one can be crossed out.
ZOOM = 8
MOST_MAPS = 8
MOST_ACTIVATIONS = 32
HIGHEST_RATE = 0.8
TRAINING, IN_USE = "training", "in use"


def dropout_masks(x: ArrayLike, rate: float = 0.5, seed: int = 0) -> Interactive:
    """Return a widget that draws dropout masks over `x`: how many numbers are kept, and the mean before and after.

    Parameters
    ----------
    x : array of float, shape (height, width, maps) or (activations,)
        At most 8 maps or 32 activations, none below 0: what a ReLU gives.
    rate : float
        The rate to begin with, from 0 to 0.8. The reader can change it.
    seed : int
        Of the first mask; each new mask takes the next one. So the same presses show the same masks.

    Raises
    ------
    ValueError
        If `x` or the rate is not so.
    """
    import ipywidgets as widgets

    x = np.asarray(x)
    _refuse_unfit(x, rate)
    x = x.astype(np.float64)
    number = 1  # of the mask that is shown
    slider = widgets.FloatSlider(rate, min=0.0, max=HIGHEST_RATE, step=0.05, readout_format=".2f", description="Rate")
    mode = choice_buttons("The model is", [TRAINING, IN_USE], style={"button_width": "100px"})
    again = widgets.Button(description="New mask")
    rescale = widgets.Checkbox(True, description="Divide what is kept by 1 - rate", indent=False)

    def page() -> str:
        return _page(x, slider.value, mode.value == TRAINING, rescale.value, seed, number)

    view = widgets.HTML(page())

    def show(*_: Any) -> None:
        again.disabled = rescale.disabled = mode.value == IN_USE
        view.value = page()

    def new_mask(*_: Any) -> None:
        nonlocal number
        number += 1
        show()

    again.on_click(new_mask)
    for control in (slider, mode, rescale):
        control.observe(show, "value")
    box = widgets.VBox([row(slider, again), named_row("The model is", mode, rescale), view])
    what = f"{x.shape[2]} maps" if x.ndim == 3 else f"{x.size} activations"
    told = _told(x, slider.value, training=True, rescaled=True, seed=seed, number=1)
    return Interactive(box, view.value, f"Dropout masks over {what}. {told}")


def _refuse_unfit(x: NDArray[Any], rate: float) -> None:
    """Raise what tells the reader which numbers or rate are needed."""
    fits = (x.ndim == 3 and x.shape[2] <= MOST_MAPS) or (x.ndim == 1 and x.size <= MOST_ACTIVATIONS)
    if not fits or x.size == 0 or x.dtype.kind not in "uif":
        raise ValueError(
            f"dropout_masks needs at most {MOST_MAPS} maps, shape (height, width, maps), or at most {MOST_ACTIVATIONS} "
            f"activations, got shape {x.shape} of {x.dtype}. maps[..., :{MOST_MAPS}] takes the first maps."
        )
    if not np.isfinite(x).all() or x.min() < 0:
        raise ValueError(
            f"dropout_masks needs numbers from 0 up, as a ReLU gives them, got some from {x.min():.3g} to "
            f"{x.max():.3g}. digitlab.relu(x) makes them."
        )
    if not 0 <= rate <= HIGHEST_RATE:
        raise ValueError(f"dropout_masks needs a rate from 0 to {HIGHEST_RATE:g}, got {rate}.")


def _dropped(
    x: NDArray[np.float64], rate: float, training: bool, rescaled: bool, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what is left of x, and the mask. A higher rate silences more with the same seed, and none less."""
    out, mask = dropout(x, rate, training, np.random.default_rng(seed))
    return (out if rescaled or not training else x * mask), mask


def _told(x: NDArray[np.float64], rate: float, *, training: bool, rescaled: bool, seed: int, number: int) -> str:
    """Return in words how many numbers are kept, and the means."""
    out, mask = _dropped(x, rate, training, rescaled, seed + number - 1)
    if not training:
        return f"In use all {mask.size} numbers are kept. Mean before {x.mean():.3f}, after {out.mean():.3f}."
    means = [_dropped(x, rate, True, rescaled, seed + i)[0].mean() for i in range(number)]
    several = "" if number == 1 else f" Mean after, over the {number} masks so far: {np.mean(means):.3f}."
    return (
        f"Mask {number}, rate {rate:.2f}: {mask.sum()} of {mask.size} numbers are kept ({mask.mean():.0%}). "
        f"Mean before {x.mean():.3f}, after {out.mean():.3f}.{several}"
    )


def _page(x: NDArray[np.float64], rate: float, training: bool, rescaled: bool, seed: int, number: int) -> str:
    """Return the sentence, and a row each for before, mask and after."""
    out, mask = _dropped(x, rate, training, rescaled, seed + number - 1)
    told = _told(x, rate, training=training, rescaled=rescaled, seed=seed, number=number)
    rows = _map_rows(x, mask, out) if x.ndim == 3 else _activation_rows(x, mask, out)
    body = "".join(
        f'<tr><th scope="row" style="text-align:right;padding-right:8px;font-weight:normal">{name}</th>{cells}</tr>'
        for name, cells in rows.items()
    )
    top = float(max(x.max(), out.max()))
    scale = f"Brightness: black is 0, white is {top:.2f}, before and after alike. " if x.ndim == 3 else ""
    warning = "" if rescaled or not training else " What is kept is not divided by 1 - rate, as Keras would do."
    return (
        f'<p role="status"><b>{told}</b>{warning}</p>'
        # Without a width of its own the wide table scrolls here, and does not make the sentences as wide as it is.
        '<div style="overflow-x:auto;width:0;min-width:100%">'
        f'<table style="border-collapse:collapse">{body}</table></div>'
        f"<p><small>{scale}Numbers that are silenced are crossed out in the mask.</small></p>"
    )


def _map_rows(x: NDArray[np.float64], mask: NDArray[np.bool_], out: NDArray[np.float64]) -> dict[str, str]:
    top = max(x.max(), out.max()) or 1.0
    rows: dict[str, str] = {"before": "", "mask": "", "after": ""}
    for place in range(x.shape[2]):
        kept, one = mask[..., place], x[..., place]
        drawn = {
            "before": (one / top, f"Map {place} before dropout, mean {one.mean():.3f}"),
            "mask": (_crossed(kept), f"Mask of map {place}: {kept.sum()} of {kept.size} numbers are kept"),
            "after": (out[..., place] / top, f"Map {place} after dropout, mean {out[..., place].mean():.3f}"),
        }
        for name, (image, alt) in drawn.items():
            rows[name] += f"<td>{picture(image, alt, 104)}</td>"
    return rows


def _crossed(kept: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a mask enlarged: kept is white, silenced grey with a cross."""
    down, right = np.indices((ZOOM, ZOOM))
    cross = (down == right) | (down + right == ZOOM - 1)
    square = np.full((ZOOM, ZOOM, 3), _rgb(GREY), dtype=np.uint8)
    square[cross] = _rgb(VERMILLION)
    silenced = np.tile(square, (*kept.shape, 1))
    large = np.repeat(np.repeat(kept, ZOOM, axis=0), ZOOM, axis=1)
    silenced[large] = 255
    return silenced


def _activation_rows(x: NDArray[np.float64], mask: NDArray[np.bool_], out: NDArray[np.float64]) -> dict[str, str]:
    style = "border:1px solid #888;padding:3px 6px;text-align:right;font:13px monospace;min-width:36px"
    cells = {
        "before": [f"{value:.2f}" for value in x],
        "mask": ["kept" if kept else f'<span style="color:{VERMILLION}">✕</span>' for kept in mask],
        "after": [f"{value:.2f}" if kept else "0" for value, kept in zip(out, mask, strict=True)],
    }
    return {name: "".join(f'<td style="{style}">{cell}</td>' for cell in row) for name, row in cells.items()}


def _rgb(colour: str) -> tuple[int, int, int]:
    """Return '#D55E00' as three numbers."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue

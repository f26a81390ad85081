"""Distort a digit with sliders, and read what the model says of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.distortions import add_noise, rotate, shift_all, thicken
from digitlab.inspection import one_image
from digitlab.palette import BLUE
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import picture

NOISE_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Distortion:
    """How far a digit is distorted: first its strokes, then its angle, then its place, at last noise on top.

    `thickness` in pixels on each side of a stroke, `degrees` against the clock, `right` and `down` in pixels, `sigma`
    the standard deviation of the noise.
    """

    thickness: float = 0.0
    degrees: float = 0.0
    right: int = 0
    down: int = 0
    sigma: float = 0.0

    def of(self, image: NDArray[Any]) -> NDArray[Any]:
        """Return a distorted copy of one image, shape (28, 28, 1), floats in [0, 1]."""
        batch = rotate(thicken(image[np.newaxis], self.thickness), self.degrees)
        return np.asarray(add_noise(shift_all(batch, self.right, self.down), self.sigma, NOISE_SEED)[0])

    def __str__(self) -> str:
        told = [
            f"strokes {abs(self.thickness):g} px {'thicker' if self.thickness > 0 else 'thinner'}"
            if self.thickness
            else "",
            f"turned by {self.degrees:g}°" if self.degrees else "",
            f"{abs(self.right)} px to the {'right' if self.right > 0 else 'left'}" if self.right else "",
            f"{abs(self.down)} px {'down' if self.down > 0 else 'up'}" if self.down else "",
            f"noise of {self.sigma:g}" if self.sigma else "",
        ]
        return ", ".join(part for part in told if part) or "as it is"


def distortion_sliders(model: Any, images: NDArray[Any], labels: ArrayLike, among: int = 1000) -> Interactive:
    """Return sliders for thickness, rotation, shift and noise, with the model's ten probabilities for what they make.

    Parameters
    ----------
    model : keras.Model
        Takes (N, 28, 28, 1), gives (N, 10) probabilities.
    images : ndarray of float, shape (N, 28, 28, 1)
        In [0, 1].
    labels : array of int, shape (N,)
    among : int
        Only the first `among` images can be chosen.

    Raises
    ------
    ValueError
        If there is no image, or not a label for each.
    """
    import ipywidgets as widgets

    labels = np.asarray(labels)
    if len(images) == 0 or labels.shape != (len(images),):
        raise ValueError(
            f"distortion_sliders needs at least one image and a label for each, got {len(images)} images and labels of "
            f"shape {labels.shape}. Take images and labels with the same index."
        )
    images, labels = images[:among], labels[:among]
    one_image(images[0], "distortion_sliders")
    wide = widgets.Layout(width="360px", max_width="100%")
    narrow = {"description_width": "90px"}
    named = {"style": narrow, "layout": wide}
    which = widgets.BoundedIntText(
        0, min=0, max=len(images) - 1, description="Digit no.", style=narrow, layout=widgets.Layout(width="180px")
    )
    thickness = widgets.FloatSlider(0, min=-1.5, max=2, step=0.25, description="Thickness", **named)
    degrees = widgets.IntSlider(0, -180, 180, step=5, description="Rotation", **named)
    right = widgets.IntSlider(0, -10, 10, description="To the right", **named)
    down = widgets.IntSlider(0, -10, 10, description="Down", **named)
    sigma = widgets.FloatSlider(0, min=0, max=1, step=0.05, description="Noise", **named)
    sliders = (thickness, degrees, right, down, sigma)
    back = widgets.Button(description="As it was", tooltip="All sliders back to the middle")

    def page() -> str:
        asked = Distortion(
            thickness=thickness.value, degrees=degrees.value, right=right.value, down=down.value, sigma=sigma.value
        )
        image, label = images[which.value], int(labels[which.value])
        distorted = asked.of(image)
        before, after = np.asarray(model(np.stack([image, distorted]).astype(np.float32), training=False))
        return _page(image, distorted, label, str(asked), before, after)

    view = widgets.HTML(page())

    def show(*_: Any) -> None:
        view.value = page()

    def reset(*_: Any) -> None:
        for slider in sliders:
            slider.unobserve(show, "value")
            slider.value = 0
            slider.observe(show, "value")
        show()

    for control in (which, *sliders):
        control.observe(show, "value")
    back.on_click(reset)
    box = widgets.HBox(
        [widgets.VBox([which, *sliders, back], layout=widgets.Layout(max_width="100%")), view],
        layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"),
    )
    alt = f"Sliders that distort a digit, at first test digit 0, label {labels[0]}, and what the model says of it."
    return Interactive(box, view.value, alt)


def _page(
    image: NDArray[Any], distorted: NDArray[Any], label: int, how: str, before: NDArray[Any], after: NDArray[Any]
) -> str:
    """Return both images, the verdict in words, and the ten probabilities as bars with numbers."""
    was, says = int(before.argmax()), int(after.argmax())
    verdict = "✔ right" if says == label else "✘ wrong"
    bars = "".join(
        f'<tr><th scope="row" style="text-align:right;padding:0 6px">{"▸ " if digit == says else ""}{digit}</th>'
        f'<td style="width:130px"><div style="height:10px;width:{float(share):.1%};background:{BLUE}"></div></td>'
        f'<td style="text-align:right;font-variant-numeric:tabular-nums">{float(share):.3f}</td></tr>'
        for digit, share in enumerate(after)
    )
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start">'
        f'<figure style="margin:0">{picture(image[..., 0], f"the digit as it was, label {label}", 120)}'
        f"<figcaption>as it was: label {label}, the model says {was}</figcaption></figure>"
        f'<figure style="margin:0">{picture(distorted[..., 0], f"the digit, {how}", 168)}'
        f"<figcaption>{how}</figcaption></figure>"
        f'<div role="status"><p style="margin:0 0 4px">The model says <b>{says}</b>: {verdict}.</p>'
        f'<table aria-label="Probability of each digit">{bars}</table></div></div>'
    )

"""Look into one's own model: choose a layer and a digit, see each map, the kernels that made it, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.inspection import map_layers, one_image
from digitlab.widgets.choice import choice_buttons, named_row
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import picture

# The kernels of so many channels are written out; more would not fit the page.
MOST_CHANNELS = 32
STYLE = (
    "<style>.digitlab-values td{width:29px;min-width:29px;height:20px;padding:0;text-align:center;"
    "font:10px/1 monospace;border:0}.digitlab-values{border-collapse:collapse;margin:2px}</style>"
)
OWN = "own image"
TEST = "test digit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer that gives maps: its name, what it is, how many maps, how much it learns, and its kernels.

    `kernels` has the shape (height, width, channels in, filters); None where the layer has none of this form.
    """

    name: str
    kind: str
    maps: int
    parameters: int
    kernels: NDArray[np.float32] | None


def layers_of(model: Any) -> list[Layer]:
    """Return the layers of a model that give maps, in its order.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built.
    """
    found = []
    for name in map_layers(model):
        layer = model.get_layer(name)
        arrays = [np.asarray(array) for array in layer.get_weights()]
        kernels = next((array for array in arrays if array.ndim == 4), None)
        maps = int(layer.output.shape[-1])
        if kernels is not None and kernels.shape[-1] != maps:
            kernels = None  # a depthwise or transposed convolution keeps its weights in another order
        parameters = sum(array.size for array in arrays)
        found.append(Layer(name=name, kind=type(layer).__name__, maps=maps, parameters=parameters, kernels=kernels))
    return found


def feature_viewer(
    model: Any, images: NDArray[Any], labels: ArrayLike, own: NDArray[Any] | None = None, among: int = 1000
) -> Interactive:
    """Return a widget that shows the kernels of a layer, and the maps that it makes of a digit, with their numbers.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, and built, with at least one layer that gives maps.
    images : ndarray of float, shape (N, 28, 28, 1)
        In [0, 1].
    labels : array of int, shape (N,)
    own : ndarray of float, shape (28, 28, 1), or None
        An image of the learner's own; with it the viewer begins.
    among : int
        Only the first `among` images can be chosen.

    Raises
    ------
    ValueError
        If no layer gives maps, or images and labels do not fit.
    """
    import ipywidgets as widgets

    from digitlab.keras_import import import_keras

    labels = np.asarray(labels)
    if len(images) == 0 or labels.shape != (len(images),):
        raise ValueError(
            f"feature_viewer needs at least one image and a label for each, got {len(images)} images and labels of "
            f"shape {labels.shape}. Take images and labels with the same index."
        )
    images, labels = images[:among], labels[:among]
    one_image(images[0], "feature_viewer")
    own = None if own is None else one_image(own, "feature_viewer")
    layers = layers_of(model)
    if not layers:
        raise ValueError(
            "feature_viewer needs a model with a layer that gives maps, such as Conv2D; this one has only "
            f"{', '.join(layer.name for layer in model.layers)}."
        )
    outputs = [model.get_layer(layer.name).output for layer in layers]
    all_maps = import_keras().Model(model.inputs[0], [*outputs, model.outputs[0]])
    seen: dict[int, list[NDArray[np.float32]]] = {}

    def answers(place: int) -> list[NDArray[np.float32]]:
        """Return all maps and the probabilities for a test image, or for one's own (-1); the latest are kept."""
        if place not in seen:
            image = own if place < 0 and own is not None else images[place]
            seen.clear()
            seen[place] = [np.asarray(output)[0] for output in all_maps(image[np.newaxis], training=False)]
        return seen[place]

    sources = ([OWN] if own is not None else []) + [TEST]
    source = choice_buttons("Image", sources)
    digit = widgets.IntSlider(0, 0, len(images) - 1, description="Number", continuous_update=False)
    layer = choice_buttons("Layer", [(f"{one.name} ({one.kind})", place) for place, one in enumerate(layers)])
    channel = widgets.IntSlider(0, 0, layers[0].maps - 1, description="Map")
    for control in (digit, channel):
        control.layout = widgets.Layout(width="340px", max_width="100%")

    def page() -> str:
        place = -1 if source.value == OWN else digit.value
        *maps, probabilities = answers(place)
        image, label = (own, None) if place < 0 else (images[place], int(labels[place]))
        name = "your image" if label is None else f"test digit {place}, label {label}"
        return _page(image, name, layers[layer.value], maps[layer.value], channel.value, probabilities)

    view = widgets.HTML(page())

    def show(*_: Any) -> None:
        digit.disabled = source.value == OWN
        view.value = page()

    def another_layer(*_: Any) -> None:
        channel.unobserve(show, "value")  # both change at once: one new page, not two
        channel.value = 0
        channel.max = layers[layer.value].maps - 1
        channel.observe(show, "value")
        show()

    digit.disabled = source.value == OWN
    layer.observe(another_layer, "value")
    for control in (source, digit, channel):
        control.observe(show, "value")
    box = widgets.VBox([named_row("Image", source, digit), named_row("Layer", layer, channel), view])
    alt = (
        f"Feature viewer: {layers[0].maps} maps that the layer {layers[0].name} makes of "
        f"{'your image' if own is not None else f'test digit 0, label {labels[0]}'}, with kernels and numbers."
    )
    return Interactive(box, view.value, alt)


def _page(
    image: Any, name: str, layer: Layer, maps: NDArray[np.float32], chosen: int, probabilities: NDArray[np.float32]
) -> str:
    """Return the image, all maps small, and the chosen map with its kernel and its numbers."""
    low, high = min(0.0, float(maps.min())), float(maps.max())
    small = "".join(
        f'<figure style="margin:2px;text-align:center">'
        f"{picture(_grey(maps[..., place], low, high), _told(layer, place, maps), 72, mark=place == chosen)}"
        f"<figcaption><small>{'<b>▸ ' if place == chosen else ''}map {place}{'</b>' if place == chosen else ''}</small>"
        "</figcaption></figure>"
        for place in range(layer.maps)
    )
    best = int(probabilities.argmax())
    said = f"the model says {best}, with probability {probabilities[best]:.3f}"
    one = maps[..., chosen]
    row, column = np.unravel_index(one.argmax(), one.shape)
    return (
        f"{STYLE}<p><b>{name[:1].upper()}{name[1:]}</b>: {said}.</p>"
        '<div style="display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start">'
        f"<div>{picture(image[..., 0], name)}</div>"
        f'<div style="flex:1;min-width:260px"><div>The {layer.maps} maps of <b>{layer.name}</b>, all on one scale from '
        f"{low:.2f} (black) to {high:.2f} (white):</div>"
        f'<div style="display:flex;flex-wrap:wrap">{small}</div></div></div>'
        f"{_kernel_part(layer, chosen)}"
        f"<p><b>Map {chosen}</b>: {one.shape[0]} × {one.shape[1]} numbers from {one.min():.2f} to {one.max():.2f}; the "
        f"largest stands in row {row}, column {column}.</p>"
        '<div style="overflow-x:auto;width:0;min-width:100%">'
        f"{_numbers(one, f'Numbers of map {chosen}', low, high)}</div>"
    )


def _kernel_part(layer: Layer, chosen: int) -> str:
    if layer.kernels is None and layer.parameters == 0:
        return f"<p>{layer.kind} has no kernels: there is nothing in it to learn.</p>"
    if layer.kernels is None:
        return f"<p>{layer.kind} has {layer.parameters:,} parameters, and no kernel for each map.</p>"
    kernel = layer.kernels[..., chosen]
    channels = kernel.shape[2]
    top = float(np.abs(kernel).max()) or 1.0
    tables = "".join(
        f'<figure style="margin:2px;text-align:center">'
        f"{_numbers(kernel[..., place], f'Kernel of filter {chosen} for channel {place}', -top, top)}"
        f"{f'<figcaption><small>for channel {place}</small></figcaption>' if channels > 1 else ''}</figure>"
        for place in range(min(channels, MOST_CHANNELS))
    )
    what = "its kernel."
    if channels > 1:
        what = f"a kernel for each of the {channels} channels that come in; what they give is added up."
    if channels > MOST_CHANNELS:
        what += f" The first {MOST_CHANNELS}:"
    return f'<p><b>Filter {chosen}</b>: {what}</p><div style="display:flex;flex-wrap:wrap;gap:6px">{tables}</div>'


def _told(layer: Layer, place: int, maps: NDArray[np.float32]) -> str:
    return f"Map {place} of {layer.name}, up to {maps[..., place].max():.2f}"


def _grey(values: NDArray[Any], low: float, high: float) -> NDArray[np.float64]:
    """Return numbers from `low` to `high` as brightness in [0, 1]."""
    return np.asarray((values - low) / ((high - low) or 1.0), dtype=np.float64)


def _numbers(values: NDArray[Any], label: str, low: float, high: float) -> str:
    """Return a table of numbers with one decimal, each on its own grey."""
    rows = []
    for line in np.asarray(values, dtype=np.float64):
        cells = []
        for value in line:
            level = round(255 * float(np.clip(_grey(np.array(value), low, high), 0, 1)))
            ink = "#000" if level > 128 else "#fff"
            cells.append(
                f'<td style="background:rgb({level},{level},{level});color:{ink}">{round(value, 1) + 0:.1f}</td>'
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class="digitlab-values" aria-label="{label}">{"".join(rows)}</table>'

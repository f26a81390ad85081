"""What each layer of a stack gives, and a diagram of it in HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from digitlab.linear import dense_params
from digitlab.palette import BLUE, GREY, VERMILLION
from digitlab.stacks import Layer, Shape, conv_params, receptive_field, trace_shapes

# Layers that change numbers, and neither how many there are nor where they stand; they learn nothing.
KEEP_THE_SHAPE = frozenset(("dropout", "activation"))

SMALL_CNN: tuple[Layer, ...] = (
    {"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "conv", "filters": 16, "kernel_size": 3, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "flatten"},
    {"type": "dense", "units": 10},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One layer of a stack and what comes out of it.

    `shape` and `params` are None where the layer does not fit (then `why` says why) or is never reached.
    `field` is the receptive field along one side, in input pixels; None where a number sees the whole input.
    """

    layer: Layer
    shape: Shape | None = None
    params: int | None = None
    field: int | None = None
    why: str = ""


def flow(layers: Sequence[Layer], input_shape: Shape) -> list[Stage]:
    """Return what each layer gives, up to the first that does not fit; those after it are not reached.

    Parameters
    ----------
    layers : sequence of dict
        As `digitlab.trace_shapes` takes them; also ``{"type": "dropout", "rate": 0.2}`` and
        ``{"type": "activation", "function": "relu"}``, which leave the shape as it is.
    input_shape : tuple of int
        (height, width, channels).

    Examples
    --------
    >>> [stage.shape for stage in flow(SMALL_CNN, (28, 28, 1))][-2:]
    [(400,), (10,)]
    >>> flow([{"type": "flatten"}, {"type": "pool", "size": 2, "stride": 2}], (28, 28, 1))[1].why
    'pool needs (height, width, channels), got (784,); it must come before flatten'
    """
    stages: list[Stage] = []
    before, sees_all = tuple(input_shape), False
    for place, layer in enumerate(layers):
        try:
            (shape,) = [before] if layer["type"] in KEEP_THE_SHAPE else trace_shapes([layer], before)
        except ValueError as problem:
            stages.append(Stage(layer=layer, why=str(problem)))
            return stages + [Stage(layer=later) for later in layers[place + 1 :]]
        sees_all = sees_all or (layer["type"] == "dense" and len(before) == 1)
        windows = [one for one in layers[: place + 1] if one["type"] in ("conv", "pool")]
        field = None if sees_all else receptive_field(windows)
        stages.append(Stage(layer=layer, shape=shape, params=_params(layer, before), field=field))
        before = shape
    return stages


def _params(layer: Layer, before: Shape) -> int:
    """Return what a layer learns, given the shape that goes into it."""
    if layer["type"] == "conv":
        return conv_params(layer["kernel_size"], before[-1], layer["filters"])
    return dense_params(before[-1], layer["units"]) if layer["type"] == "dense" else 0


def summary(stages: Sequence[Stage], input_shape: Shape, plain: bool = False) -> str:
    """Return in a sentence what becomes of the input, or which layer does not fit and why."""
    for number, stage in enumerate(stages, 1):
        if stage.why:
            said = f"Layer {number} ({name_of(stage.layer)}) is not possible: {stage.why}."
            return said if plain else html.escape(said, quote=False)
    last = stages[-1].shape if stages else input_shape
    total = sum(stage.params or 0 for stage in stages)
    return f"Layers: {len(stages)}. {tuple(input_shape)} becomes {last}. Parameters in all: {total:,}."


def name_of(layer: Layer) -> str:
    """Return a layer in a few words."""
    kind = layer["type"]
    if kind == "conv":
        k, stride = layer["kernel_size"], layer["stride"]
        return f"conv {layer['filters']} × {k}×{k}, stride {stride}, {layer['padding']}"
    if kind == "pool":
        return f"pool {layer['size']}×{layer['size']}, stride {layer['stride']}"
    if kind == "dropout":
        return f"dropout, rate {layer['rate']:g}"
    if kind == "activation":
        return f"{layer['function']} activation"
    return f"dense {layer['units']}" if kind == "dense" else "flatten"


def page(stages: Sequence[Stage], input_shape: Shape) -> str:
    """Return the diagram: a list of boxes from the input to the last layer."""
    boxes = [_box("input", tuple(input_shape), "", ["sees itself: 1 × 1"])]
    for number, stage in enumerate(stages, 1):
        boxes.append(_box(f"{number}. {name_of(stage.layer)}", stage.shape, stage.why, _facts(stage, input_shape)))
    return (
        '<ol aria-label="The stack, from the input to the last layer" style="list-style:none;margin:0;padding:4px;'
        f'display:flex;flex-wrap:wrap;gap:8px;align-items:stretch">{"".join(boxes)}</ol>'
    )


def _facts(stage: Stage, input_shape: Shape) -> list[str]:
    if stage.shape is None:
        return []
    if stage.field is None:
        sees = "sees the whole input"
    else:
        beyond = " (more than the input has)" if stage.field > min(input_shape[:2]) else ""
        sees = f"sees {stage.field} × {stage.field}{beyond}"
    return [f"parameters: {stage.params:,}", sees]


def _box(name: str, shape: Shape | None, why: str, facts: list[str]) -> str:
    colour, line = (VERMILLION, "dashed") if why else (BLUE, "solid") if shape else (GREY, "dotted")
    if shape is not None:
        body = f"{_drawing(shape)}<div><b>{shape}</b></div>" + "".join(f"<div>{fact}</div>" for fact in facts)
    else:
        body = f"<div><b>✗ Not possible:</b> {html.escape(why, quote=False)}</div>" if why else "<div>not reached</div>"
    return (
        f'<li style="border:2px {line} {colour};border-radius:6px;padding:6px 10px;width:150px;line-height:1.4;'
        f'overflow-wrap:anywhere"><div>{name}</div>{body}</li>'
    )


def _drawing(shape: Shape) -> str:
    """Return a small drawing of the shape: maps as squares one behind the other, a row of numbers as a bar."""
    if len(shape) == 1:
        height = min(64.0, 6 + shape[0] ** 0.5 * 2)
        drawn = f'<rect x="2" y="{66 - height:.0f}" width="8" height="{height:.0f}"/>'
    else:
        scale = min(1.4, 48 / max(shape[:2]))
        h, w = (max(3.0, side * scale) for side in shape[:2])
        behind = range(min(shape[2], 6) - 1, -1, -1)
        drawn = "".join(
            f'<rect x="{2 + 6 * n}" y="{66 - h - 3 * n:.0f}" width="{w:.0f}" height="{h:.0f}"/>' for n in behind
        )
    return (
        '<svg aria-hidden="true" width="110" height="68" viewBox="0 0 110 68" style="display:block;margin:4px 0" '
        f'fill="#cfe3f3" stroke="{BLUE}">{drawn}</svg>'
    )

"""Edit a stack of layers and watch what it does to shapes, parameters and receptive field."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from digitlab.linear import dense_params
from digitlab.palette import BLUE, GREY, VERMILLION
from digitlab.stacks import Layer, Shape, conv_params, receptive_field, trace_shapes
from digitlab.widgets.interactive import Interactive

SMALL_CNN: tuple[Layer, ...] = (
    {"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "conv", "filters": 16, "kernel_size": 3, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "flatten"},
    {"type": "dense", "units": 10},
)

# What can be set in each type of layer, with what a fresh field holds.
SETTINGS: dict[str, dict[str, int | str]] = {
    "conv": {"filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"},
    "pool": {"size": 2, "stride": 2},
    "flatten": {},
    "dense": {"units": 10},
}
FIELDS = ("filters", "kernel_size", "size", "stride", "padding", "units")
LARGEST = 1024
MOST_LAYERS = 12


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
        As `digitlab.trace_shapes` takes them.
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
            (shape,) = trace_shapes([layer], before)
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


def shape_flow(layers: Sequence[Layer] = SMALL_CNN, input_shape: Shape = (28, 28, 1)) -> Interactive:
    """Return a diagram of a stack of layers that can be edited: shapes, parameters, receptive field, or why not.

    Parameters
    ----------
    layers : sequence of dict
        What it begins with, at most 12 layers; whole numbers from 1 to 1024.
    input_shape : tuple of int
        (height, width, channels).

    Raises
    ------
    ValueError
        If a layer has another type or other entries, a number lies outside, or the input has not three axes.
        A stack whose layers do not fit together is no error here: the diagram says why they do not.
    """
    import ipywidgets as widgets

    _require_editable(layers, input_shape)
    first = [dict(layer) for layer in layers]
    view, summary = widgets.HTML(), widgets.HTML()
    rows: list[_Row] = []
    sides = [_number(name, value) for name, value in zip(("height", "width", "channels"), input_shape, strict=True)]
    add_first = widgets.Button(description="Add first", tooltip="Add a layer at the beginning of the stack")
    again = widgets.Button(description="Start again", tooltip="Go back to the stack that stood here at first")
    table = widgets.VBox()

    def refresh(*_: Any) -> None:
        stages = flow([row.layer for row in rows], _shape(sides))
        view.value = _page(stages, _shape(sides))
        summary.value = f'<div role="status">{_summary(stages, _shape(sides))}</div>'

    def arrange() -> None:
        for number, row in enumerate(rows, 1):
            row.renumber(number)
        for button in (add_first, *(row.add for row in rows)):
            button.disabled = len(rows) >= MOST_LAYERS
        table.children = [row.box for row in rows]
        refresh()

    def insert(place: int, layer: Layer) -> None:
        row = _Row(layer, refresh)
        row.add.on_click(lambda _: insert(rows.index(row) + 1, {"type": "pool", **SETTINGS["pool"]}))
        row.remove.on_click(lambda _: remove(row))
        rows.insert(place, row)
        arrange()

    def remove(row: _Row) -> None:
        place = rows.index(row)
        rows.remove(row)
        arrange()
        # The button that was pressed is gone; the keyboard goes on at the next one.
        (rows[min(place, len(rows) - 1)].remove if rows else add_first).focus()

    def start(*_: Any) -> None:
        rows.clear()
        for side, value in zip(sides, input_shape, strict=True):
            side.value = value
        for layer in first:
            insert(len(rows), layer)
        arrange()

    for side in sides:
        side.observe(refresh, "value")
    add_first.on_click(lambda _: insert(0, {"type": "conv", **SETTINGS["conv"]}))
    again.on_click(start)
    start()
    wrap = widgets.Layout(flex_flow="row wrap")
    controls = widgets.HBox([widgets.Label("Input"), *sides, add_first, again], layout=wrap)
    box = widgets.VBox([view, summary, controls, table])
    stages = flow(first, input_shape)
    return Interactive(box, view.value, f"Shape flow of a stack of layers. {_summary(stages, input_shape, plain=True)}")


class _Row:
    """The controls of one layer: its type, the settings of that type, and two buttons."""

    def __init__(self, layer: Layer, changed: Callable[..., None]) -> None:
        import ipywidgets as widgets

        self.kind = widgets.Dropdown(
            options=list(SETTINGS), value=layer["type"], layout=_width(150), style={"description_width": "56px"}
        )
        self.fields: dict[str, Any] = {}
        for name in FIELDS:
            fresh = next(settings[name] for settings in SETTINGS.values() if name in settings)
            value = layer.get(name, fresh)
            if name == "padding":
                self.fields[name] = widgets.Dropdown(
                    options=["valid", "same"], value=value, description=name, layout=_width(124), style=_SNUG
                )
            else:
                self.fields[name] = _number(name.replace("_", " "), value)
        self.add = widgets.Button(description="Add below", layout=_width(90))
        self.remove = widgets.Button(description="Remove", layout=_width(80))
        self.box = widgets.HBox(
            [self.kind, *self.fields.values(), self.add, self.remove], layout=widgets.Layout(flex_flow="row wrap")
        )
        self._show_settings()
        self._changed = changed
        self.kind.observe(self._other_kind, "value")
        for field in self.fields.values():
            field.observe(changed, "value")

    @property
    def layer(self) -> dict[str, Any]:
        """The layer as a dictionary, as `digitlab.trace_shapes` takes it."""
        kind = self.kind.value
        return {"type": kind, **{name: self.fields[name].value for name in SETTINGS[kind]}}

    def renumber(self, number: int) -> None:
        """Name the row by its place in the stack, so that a screen reader tells the rows apart."""
        self.kind.description = f"Layer {number}"
        self.add.tooltip = f"Add a layer below layer {number}"
        self.remove.tooltip = f"Remove layer {number}"

    def _other_kind(self, *_: Any) -> None:
        if "stride" in SETTINGS[self.kind.value]:
            self.fields["stride"].value = SETTINGS[self.kind.value]["stride"]
        self._show_settings()
        self._changed()

    def _show_settings(self) -> None:
        for name, field in self.fields.items():
            field.layout.display = None if name in SETTINGS[self.kind.value] else "none"


_SNUG = {"description_width": "initial"}


def _width(pixels: int) -> Any:
    import ipywidgets as widgets

    return widgets.Layout(width=f"{pixels}px")


def _number(name: str, value: Any) -> Any:
    import ipywidgets as widgets

    return widgets.BoundedIntText(
        value, 1, LARGEST, description=name, layout=_width(62 + 7 * len(name)), style=dict(_SNUG)
    )


def _shape(sides: list[Any]) -> Shape:
    return tuple(int(side.value) for side in sides)


def _require_editable(layers: Sequence[Layer], input_shape: Shape) -> None:
    """Raise a ValueError for what the controls cannot hold."""
    if len(input_shape) != 3 or not all(_fits(side) for side in input_shape):
        raise ValueError(
            f"shape_flow needs an input_shape of (height, width, channels), each a whole number from 1 to {LARGEST}, "
            f"got {tuple(input_shape)}. A grey digit is (28, 28, 1)."
        )
    if len(layers) > MOST_LAYERS:
        raise ValueError(f"shape_flow shows at most {MOST_LAYERS} layers, got {len(layers)}. Leave some out.")
    for place, layer in enumerate(layers, 1):
        kind = layer.get("type")
        if kind not in SETTINGS or set(layer) != {"type", *SETTINGS[kind]}:
            allowed = "; ".join(f"{name}: {', '.join(entries) or 'nothing'}" for name, entries in SETTINGS.items())
            raise ValueError(f"layer {place} is {dict(layer)}. Beside its type a layer holds: {allowed}.")
        for name in SETTINGS[kind]:
            if not (layer[name] in ("valid", "same") if name == "padding" else _fits(layer[name])):
                raise ValueError(
                    f"layer {place} has {name} {layer[name]!r}. Padding is 'valid' or 'same', every other setting a "
                    f"whole number from 1 to {LARGEST}."
                )


def _fits(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST


# --- what is shown ---------------------------------------------------------------------------------------------------


def _summary(stages: Sequence[Stage], input_shape: Shape, plain: bool = False) -> str:
    """Return in a sentence what becomes of the input, or which layer does not fit and why."""
    for number, stage in enumerate(stages, 1):
        if stage.why:
            said = f"Layer {number} ({_name(stage.layer)}) is not possible: {stage.why}."
            return said if plain else html.escape(said, quote=False)
    last = stages[-1].shape if stages else input_shape
    total = sum(stage.params or 0 for stage in stages)
    return f"Layers: {len(stages)}. {tuple(input_shape)} becomes {last}. Parameters in all: {total:,}."


def _name(layer: Layer) -> str:
    kind = layer["type"]
    if kind == "conv":
        k, stride = layer["kernel_size"], layer["stride"]
        return f"conv {layer['filters']} × {k}×{k}, stride {stride}, {layer['padding']}"
    if kind == "pool":
        return f"pool {layer['size']}×{layer['size']}, stride {layer['stride']}"
    return f"dense {layer['units']}" if kind == "dense" else "flatten"


def _page(stages: Sequence[Stage], input_shape: Shape) -> str:
    """Return the diagram: a list of boxes from the input to the last layer."""
    boxes = [_box("input", tuple(input_shape), "", ["sees itself: 1 × 1"])]
    for number, stage in enumerate(stages, 1):
        boxes.append(_box(f"{number}. {_name(stage.layer)}", stage.shape, stage.why, _facts(stage, input_shape)))
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

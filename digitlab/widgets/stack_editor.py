"""The controls by which a stack of layers is edited: a row for each layer, and the sides of the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from digitlab.stacks import Layer, Shape

Settings = Mapping[str, Mapping[str, int | float | str]]

# What can be set in each type of layer, with what a fresh field holds.
SHAPE_SETTINGS: Settings = {
    "conv": {"filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"},
    "pool": {"size": 2, "stride": 2},
    "flatten": {},
    "dense": {"units": 10},
}
ALL_SETTINGS: Settings = {**SHAPE_SETTINGS, "dropout": {"rate": 0.2}, "activation": {"function": "relu"}}
# The settings that are one of a few words.
CHOICES: dict[str, tuple[str, ...]] = {
    "padding": ("valid", "same"),
    "function": ("relu", "tanh", "sigmoid", "softmax"),
}
LARGEST = 1024
LARGEST_RATE = 0.95
MOST_LAYERS = 12


class StackEditor:
    """The controls of a stack; `changed` is called with them at the start and after each change.

    Attributes
    ----------
    sides : ipywidgets.Box
        The input's shape, a button for a first layer, and one that starts again.
    table : ipywidgets.VBox
        A row for each layer.
    """

    def __init__(
        self, layers: Sequence[Layer], input_shape: Shape, settings: Settings, changed: Callable[[StackEditor], None]
    ) -> None:
        import ipywidgets as widgets

        self._settings, self._changed = settings, changed
        self._first, self._first_shape = [dict(layer) for layer in layers], tuple(input_shape)
        self._rows: list[_Row] = []
        names = ("height", "width", "channels")
        self._sides = [_number(name, value) for name, value in zip(names, input_shape, strict=True)]
        self._add_first = widgets.Button(description="Add first", tooltip="Add a layer at the beginning of the stack")
        again = widgets.Button(description="Start again", tooltip="Go back to the stack that stood here at first")
        self.table = widgets.VBox()
        wrap = widgets.Layout(flex_flow="row wrap")
        self.sides = widgets.HBox([widgets.Label("Input"), *self._sides, self._add_first, again], layout=wrap)
        self._quiet = False
        for side in self._sides:
            side.observe(self._tell, "value")
        self._add_first.on_click(lambda _: self._insert(0, {"type": "conv", **settings["conv"]}))
        again.on_click(self._start)
        self._start()

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The stack as it stands."""
        return [row.layer for row in self._rows]

    @property
    def input_shape(self) -> Shape:
        """(height, width, channels) as they stand."""
        return tuple(int(side.value) for side in self._sides)

    def _tell(self, *_: Any) -> None:
        if not self._quiet:
            self._changed(self)

    def _start(self, *_: Any) -> None:
        self._quiet = True
        self._rows.clear()
        for side, value in zip(self._sides, self._first_shape, strict=True):
            side.value = value
        for layer in self._first:
            self._insert(len(self._rows), layer)
        self._quiet = False
        self._arrange()

    def _arrange(self) -> None:
        for number, row in enumerate(self._rows, 1):
            row.renumber(number)
        for button in (self._add_first, *(row.add for row in self._rows)):
            button.disabled = len(self._rows) >= MOST_LAYERS
        self.table.children = [row.box for row in self._rows]
        self._tell()

    def _insert(self, place: int, layer: Layer) -> None:
        row = _Row(layer, self._settings, self._tell)
        fresh = {"type": "pool", **self._settings["pool"]}
        row.add.on_click(lambda _: self._insert(self._rows.index(row) + 1, fresh))
        row.remove.on_click(lambda _: self._remove(row))
        self._rows.insert(place, row)
        self._arrange()

    def _remove(self, row: _Row) -> None:
        place = self._rows.index(row)
        self._rows.remove(row)
        self._arrange()
        # The button that was pressed is gone; the keyboard goes on at the next one.
        next_button = self._rows[min(place, len(self._rows) - 1)].remove if self._rows else self._add_first
        next_button.focus()


class _Row:
    """The controls of one layer: its type, the settings of that type, and two buttons."""

    def __init__(self, layer: Layer, settings: Settings, changed: Callable[..., None]) -> None:
        import ipywidgets as widgets

        self._settings, self._changed = settings, changed
        self.kind = widgets.Dropdown(
            options=list(settings), value=layer["type"], layout=_width(160), style={"description_width": "62px"}
        )
        fresh = {name: value for entries in reversed(list(settings.values())) for name, value in entries.items()}
        self.fields = {name: _field(name, layer.get(name, value)) for name, value in sorted(fresh.items(), key=_place)}
        # JupyterLab takes the arrow keys and letters that are pressed in a list for commands of its own ("a" adds a
        # cell), so that from the keyboard a choice is made by a button beside the list.
        self.next_kind = _next_button(self.kind)
        self.nexts = {name: _next_button(field, name) for name, field in self.fields.items() if name in CHOICES}
        settings_shown = [one for name, field in self.fields.items() for one in (field, self.nexts.get(name)) if one]
        self.add = widgets.Button(description="Add below", layout=_width(90))
        self.remove = widgets.Button(description="Remove", layout=_width(80))
        self.box = widgets.HBox(
            [self.kind, self.next_kind, *settings_shown, self.add, self.remove],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        self._show_settings()
        self.kind.observe(self._other_kind, "value")
        for field in self.fields.values():
            field.observe(changed, "value")

    @property
    def layer(self) -> dict[str, Any]:
        """The layer as a dictionary, as `digitlab.trace_shapes` takes it."""
        kind = self.kind.value
        return {"type": kind, **{name: self.fields[name].value for name in self._settings[kind]}}

    def renumber(self, number: int) -> None:
        """Name the row by its place in the stack, so that a screen reader tells the rows apart."""
        self.kind.description = f"Layer {number}"
        self.next_kind.tooltip = f"Next type for layer {number}"
        self.add.tooltip = f"Add a layer below layer {number}"
        self.remove.tooltip = f"Remove layer {number}"

    def _other_kind(self, *_: Any) -> None:
        if "stride" in self._settings[self.kind.value]:
            self.fields["stride"].value = self._settings[self.kind.value]["stride"]
        self._show_settings()
        self._changed()

    def _show_settings(self) -> None:
        for name, field in self.fields.items():
            display = None if name in self._settings[self.kind.value] else "none"
            for one in (field, *([self.nexts[name]] if name in self.nexts else [])):
                one.layout.display = display


_ORDER = ("filters", "kernel_size", "size", "stride", "padding", "units", "rate", "function")
_SNUG = {"description_width": "initial"}


def _place(setting: tuple[str, Any]) -> int:
    return _ORDER.index(setting[0])


def _width(pixels: int) -> Any:
    import ipywidgets as widgets

    return widgets.Layout(width=f"{pixels}px")


def _field(name: str, value: Any) -> Any:
    import ipywidgets as widgets

    if name in CHOICES:
        width = _width(74 + 7 * len(name))
        return widgets.Dropdown(options=CHOICES[name], value=value, description=name, layout=width, style=dict(_SNUG))
    if name == "rate":
        return widgets.BoundedFloatText(
            value, min=0, max=LARGEST_RATE, step=0.05, description=name, layout=_width(100), style=dict(_SNUG)
        )
    return _number(name.replace("_", " "), value)


def _next_button(choice: Any, name: str = "") -> Any:
    """Return a button that goes on to a list's next entry, and from the last to the first."""
    import ipywidgets as widgets

    button = widgets.Button(description="▸", tooltip=f"Next {name}", layout=_width(26))

    def go_on(_: Any) -> None:
        choice.index = (choice.index + 1) % len(choice.options)

    button.on_click(go_on)
    return button


def _number(name: str, value: Any) -> Any:
    import ipywidgets as widgets

    return widgets.BoundedIntText(
        value, 1, LARGEST, description=name, layout=_width(62 + 7 * len(name)), style=dict(_SNUG)
    )


def require_editable(owner: str, layers: Sequence[Layer], input_shape: Shape, settings: Settings) -> None:
    """Raise a ValueError, in the name of the function `owner`, for what the controls cannot hold."""
    if len(input_shape) != 3 or not all(_fits("side", side) for side in input_shape):
        raise ValueError(
            f"{owner} needs an input_shape of (height, width, channels), each a whole number from 1 to {LARGEST}, "
            f"got {tuple(input_shape)}. A grey digit is (28, 28, 1)."
        )
    if len(layers) > MOST_LAYERS:
        raise ValueError(f"{owner} shows at most {MOST_LAYERS} layers, got {len(layers)}. Leave some out.")
    for place, layer in enumerate(layers, 1):
        kind = layer.get("type", "")
        if kind not in settings or set(layer) != {"type", *settings[kind]}:
            allowed = "; ".join(f"{name}: {', '.join(entries) or 'nothing'}" for name, entries in settings.items())
            raise ValueError(f"layer {place} is {dict(layer)}. Beside its type a layer holds: {allowed}.")
        for name in settings[kind]:
            if not _fits(name, layer[name]):
                raise ValueError(f"layer {place} has {name} {layer[name]!r}. {_rule(name)}")


def _fits(name: str, value: object) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    if isinstance(value, bool):
        return False
    if name == "rate":
        return isinstance(value, (int, float)) and 0 <= value <= LARGEST_RATE
    return isinstance(value, int) and 1 <= value <= LARGEST


def _rule(name: str) -> str:
    if name in CHOICES:
        *others, last = (f"'{choice}'" for choice in CHOICES[name])
        return f"{name.capitalize()} is {', '.join(others)} or {last}."
    if name == "rate":
        return f"A rate is a number from 0 to {LARGEST_RATE}."
    return f"It is a whole number from 1 to {LARGEST}."

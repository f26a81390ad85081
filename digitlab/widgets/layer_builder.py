"""Build a network layer by layer: its shapes, its Keras code, why it cannot be built or does not name digits yet."""

from __future__ import annotations

import html
from collections.abc import Sequence

from digitlab.keras_code import keras_code, lacks
from digitlab.palette import BLUE, GREEN, VERMILLION
from digitlab.stacks import Layer, Shape
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.stack_diagram import Stage, flow, page, summary
from digitlab.widgets.stack_editor import ALL_SETTINGS, StackEditor, require_editable

# It can be built, and lacks three things: a learner finds them out.
UNFINISHED: tuple[Layer, ...] = (
    {"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"},
    {"type": "pool", "size": 2, "stride": 2},
    {"type": "dense", "units": 10},
)


def layer_builder(layers: Sequence[Layer] = UNFINISHED, input_shape: Shape = (28, 28, 1)) -> Interactive:
    """Return a stack of layers to edit, with a diagram of its shapes, its Keras code, and what is wrong with it.

    Parameters
    ----------
    layers : sequence of dict
        What it begins with, at most 12 layers: as `digitlab.trace_shapes` takes them, and also
        ``{"type": "dropout", "rate": 0.2}`` and ``{"type": "activation", "function": "relu"}``.
    input_shape : tuple of int
        (height, width, channels).

    Raises
    ------
    ValueError
        If a layer has another type or other entries, a number lies outside, or the input has not three axes.
        A stack whose layers do not fit together is no error here: the diagram says why they do not.
    """
    import ipywidgets as widgets

    require_editable("layer_builder", layers, input_shape, ALL_SETTINGS)
    view, said, code = widgets.HTML(), widgets.HTML(), widgets.HTML()

    def show(editor: StackEditor) -> None:
        stages = flow(editor.layers, editor.input_shape)
        view.value = page(stages, editor.input_shape)
        said.value = _verdict(stages, editor.input_shape)
        code.value = _listing(keras_code(editor.layers, editor.input_shape))

    editor = StackEditor(layers, input_shape, ALL_SETTINGS, show)
    box = widgets.VBox([view, said, editor.sides, editor.table, code])
    told = summary(flow(layers, input_shape), input_shape, plain=True)
    return Interactive(box, view.value + said.value + code.value, f"Layer builder. {told}")


def _verdict(stages: Sequence[Stage], input_shape: Shape) -> str:
    """Return as HTML whether Keras builds the stack, and what it still lacks."""
    told = summary(stages, input_shape)
    layers = [stage.layer for stage in stages]
    last = stages[-1].shape if stages else tuple(input_shape)
    if last is None:
        colour, head, rest = VERMILLION, "✗ Keras cannot build this.", [told]
    else:
        missing = [html.escape(sentence, quote=False) for sentence in lacks(layers, last)]
        head = "… Keras builds this, but it does not name digits yet." if missing else "✓ This names digits."
        colour, rest = (BLUE if missing else GREEN), [told, *missing]
    items = "".join(f"<li>{sentence}</li>" for sentence in rest)
    return (
        f'<div role="status" style="border-left:6px solid {colour};padding:2px 12px;margin:6px 0;line-height:1.5">'
        f'<b>{head}</b><ul style="margin:2px 0;padding-left:1.4em">{items}</ul></div>'
    )


def _listing(code: str) -> str:
    return (
        '<div style="line-height:1.4">The same in Keras:<pre aria-label="Keras code of the stack" tabindex="0" '
        'style="margin:2px 0;padding:8px 12px;border:1px solid #888;border-radius:4px;overflow-x:auto;'
        f'line-height:1.4">{html.escape(code, quote=False)}</pre></div>'
    )

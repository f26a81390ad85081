"""Edit a stack of layers and watch what it does to shapes, parameters and receptive field."""

from __future__ import annotations

from collections.abc import Sequence

from digitlab.stacks import Layer, Shape
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.stack_diagram import SMALL_CNN, flow, page, summary
from digitlab.widgets.stack_editor import SHAPE_SETTINGS, StackEditor, require_editable


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

    require_editable("shape_flow", layers, input_shape, SHAPE_SETTINGS)
    view, said = widgets.HTML(), widgets.HTML()

    def show(editor: StackEditor) -> None:
        stages = flow(editor.layers, editor.input_shape)
        view.value = page(stages, editor.input_shape)
        said.value = f'<div role="status">{summary(stages, editor.input_shape)}</div>'

    editor = StackEditor(layers, input_shape, SHAPE_SETTINGS, show)
    box = widgets.VBox([view, said, editor.sides, editor.table])
    told = summary(flow(layers, input_shape), input_shape, plain=True)
    return Interactive(box, view.value, f"Shape flow of a stack of layers. {told}")

"""l05_trace_shapes: what a stack does to the shape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.stacks import trace_shapes

Layer = dict[str, Any]
Shape = tuple[int, ...]


def conv(filters: int, kernel_size: int, stride: int = 1, padding: str = "valid") -> Layer:
    """Return a convolution layer as the lesson writes it."""
    return {"type": "conv", "filters": filters, "kernel_size": kernel_size, "stride": stride, "padding": padding}


def pool(size: int = 2, stride: int = 2) -> Layer:
    """Return a pooling layer as the lesson writes it."""
    return {"type": "pool", "size": size, "stride": stride}


def dense(units: int) -> Layer:
    """Return a dense layer as the lesson writes it."""
    return {"type": "dense", "units": units}


FLATTEN: Layer = {"type": "flatten"}


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return the stack of a small CNN, both paddings with strides, pooling of odd sides, and an input not square."""
    filters = [int(n) for n in rng.integers(3, 20, 2)]
    return [
        Case(([conv(8, 3)], (28, 28, 1))),
        Case(([conv(8, 5), pool(), conv(16, 3), pool(), FLATTEN, dense(10)], (28, 28, 1)), "a small CNN"),
        Case(([conv(filters[0], 3, 2, "same"), conv(filters[1], 4, 3, "valid")], (27, 30, 3)), "strides, not square"),
        Case(([pool(2, 2), pool(3, 1)], (13, 11, 2)), "odd sides"),
        Case(([FLATTEN, dense(32), dense(10)], (4, 5, 3))),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_ifs(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    shapes: list[Shape] = []
    shape = tuple(input_shape)
    for layer in layers:
        if layer["type"] == "conv":
            k, s = layer["kernel_size"], layer["stride"]
            if layer["padding"] == "same":
                shape = (-(-shape[0] // s), -(-shape[1] // s), layer["filters"])
            else:
                shape = ((shape[0] - k) // s + 1, (shape[1] - k) // s + 1, layer["filters"])
        elif layer["type"] == "pool":
            k, s = layer["size"], layer["stride"]
            shape = ((shape[0] - k) // s + 1, (shape[1] - k) // s + 1, shape[2])
        elif layer["type"] == "flatten":
            shape = (prod(shape),)
        else:
            shape = (layer["units"],)
        shapes.append(shape)
    return shapes


def with_tuple_of_lists(layers: list[Layer], input_shape: Shape) -> tuple[list[int], ...]:
    return tuple(list(shape) for shape in with_ifs(layers, input_shape))


def with_recursion(layers: list[Layer], input_shape: Shape) -> tuple[Shape, ...]:
    if not layers:
        return ()
    first = with_ifs(layers[:1], input_shape)[0]
    return (first, *with_recursion(layers[1:], first))


# --- mistakes ------------------------------------------------------------------------------------------------------


def _changed(layers: list[Layer], input_shape: Shape, change: Any) -> list[Shape]:
    shapes: list[Shape] = []
    shape = tuple(input_shape)
    for layer in layers:
        shape = change(layer, shape, with_ifs([layer], shape)[0])
        shapes.append(shape)
    return shapes


def paddings_swapped(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    other = {"same": "valid", "valid": "same"}
    return with_ifs(
        [{**layer, "padding": other[layer["padding"]]} if layer["type"] == "conv" else layer for layer in layers],
        input_shape,
    )


def always_valid(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    return with_ifs(
        [{**layer, "padding": "valid"} if layer["type"] == "conv" else layer for layer in layers], input_shape
    )


def channels_kept(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    return _changed(layers, input_shape, lambda layer, old, new: (*new[:2], old[2]) if layer["type"] == "conv" else new)


def flatten_without_channels(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    return _changed(
        layers, input_shape, lambda layer, old, new: (old[0] * old[1],) if layer["type"] == "flatten" else new
    )


def input_listed(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    return [tuple(input_shape), *with_ifs(layers, input_shape)]


def last_only(layers: list[Layer], input_shape: Shape) -> Shape:
    return with_ifs(layers, input_shape)[-1]


def strides_ignored(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    return with_ifs([{**layer, "stride": 1} if layer["type"] == "conv" else layer for layer in layers], input_shape)


def pool_rounds_up(layers: list[Layer], input_shape: Shape) -> list[Shape]:
    def change(layer: Layer, old: Shape, new: Shape) -> Shape:
        if layer["type"] != "pool":
            return new
        return (-(-old[0] // layer["stride"]), -(-old[1] // layer["stride"]), old[2])

    return _changed(layers, input_shape, change)


def with_batch_axis(layers: list[Layer], input_shape: Shape) -> list[tuple[Any, ...]]:
    return [(None, *shape) for shape in with_ifs(layers, input_shape)]


def dense_as_a_number(layers: list[Layer], input_shape: Shape) -> list[Any]:
    return [shape if len(shape) > 1 else shape[0] for shape in with_ifs(layers, input_shape)]


EXERCISE = Exercise(
    id="l05_trace_shapes",
    title="Trace the shapes through a stack",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=trace_shapes,
    right_answers=(with_ifs, with_tuple_of_lists, with_recursion),
    mistakes=(
        Mistake(
            "paddings-mixed-up",
            paddings_swapped,
            "'valid' and 'same' are mixed up.",
            "Which padding keeps 28 pixels at 28 when the stride is 1?",
            also=(always_valid,),
        ),
        Mistake(
            "channels-not-updated",
            channels_kept,
            "After a convolution the number of channels stays what it was; it should be the number of filters.",
            "How many maps do 8 filters give?",
        ),
        Mistake(
            "flatten-without-channels",
            flatten_without_channels,
            "Flatten gives height × width; the channels are laid in the row too.",
            "How many numbers are there in (5, 5, 16)?",
        ),
        Mistake(
            "input-listed",
            input_listed,
            "The input's shape is listed too; the exercise asks for the shape after each layer.",
            "How many shapes should one layer give?",
            credit=0.5,
        ),
        Mistake(
            "last-shape-only",
            last_only,
            "Only the last shape comes back; the exercise asks for one after each layer.",
            "How many shapes should six layers give?",
        ),
        Mistake(
            "strides-ignored",
            strides_ignored,
            "The strides of the convolutions are ignored.",
            "How many places does a kernel visit in 28 pixels when it steps by 2?",
        ),
        Mistake(
            "pooling-rounds-up",
            pool_rounds_up,
            "Pooling rounds up; windows that stick out are dropped.",
            "In how many places does a window of 2 with stride 2 fit into 13 pixels?",
        ),
        Mistake(
            "batch-axis-listed",
            with_batch_axis,
            "The shapes begin with a batch axis; the exercise asks for shapes without it.",
            "How long is the shape of one image?",
            credit=0.5,
        ),
        Mistake(
            "numbers-for-shapes",
            dense_as_a_number,
            "After flatten and dense the shape is a plain number; a shape is a tuple: (10,).",
            "How do you write a tuple of one number?",
            credit=0.5,
        ),
    ),
    hints=(
        "What happens to height, width and channels in a convolution, and what in a pooling layer?",
        "Keep the current shape in a variable; an if for each type; `output_size` of lesson 04 gives the sides.",
        "conv: (output_size(H, …), output_size(W, …), filters); pool: sides as valid, channels stay; flatten: (H·W·C,); dense: (units,).",
    ),
)

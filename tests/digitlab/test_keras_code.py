"""The code of a stack builds, with real Keras, the network that the stack describes; what it lacks is told."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from digitlab import keras_code as module
from digitlab.keras_code import keras_code, lacks
from digitlab.widgets.stack_diagram import flow

Layer = dict[str, Any]
INPUT = (28, 28, 1)


def conv(filters: int = 8, kernel_size: int = 3, stride: int = 1, padding: str = "valid") -> Layer:
    """Return a convolution."""
    return {"type": "conv", "filters": filters, "kernel_size": kernel_size, "stride": stride, "padding": padding}


def pool(size: int = 2, stride: int = 2) -> Layer:
    """Return a max pooling."""
    return {"type": "pool", "size": size, "stride": stride}


def dense(units: int = 10) -> Layer:
    """Return a dense layer."""
    return {"type": "dense", "units": units}


def act(function: str = "relu") -> Layer:
    """Return an activation."""
    return {"type": "activation", "function": function}


def drop(rate: float = 0.2) -> Layer:
    """Return a dropout."""
    return {"type": "dropout", "rate": rate}


FLAT: Layer = {"type": "flatten"}
WHOLE = [conv(), act(), pool(), conv(16), act(), pool(), FLAT, drop(), dense(), act("softmax")]
STACKS = [
    WHOLE,
    [conv(3, 5, 2, "same"), pool(3, 2), act("tanh"), conv(4, 2), act(), FLAT, dense(7), act("sigmoid"), dense()],
    [act(), dense(5), drop(0.5), pool(5, 1), FLAT],
]
ILLEGAL = [[conv(8, 29)], [pool(), pool(), pool(), pool(), pool()], [FLAT, conv()], [FLAT, dense(), pool()]]


def built(layers: list[Layer]) -> Any:
    """Run the code, and return the model that it makes."""
    import keras

    names: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    exec(keras_code(layers, INPUT), names)
    return names["model"]


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(module).failed == 0


def test_an_activation_is_written_as_its_layers_own() -> None:
    """Behind a convolution or a dense layer it is their argument, elsewhere a layer; defaults are not written."""
    assert keras_code([conv(8, 5), act(), pool(), act(), conv(4, 3, 2, "same"), pool(3, 1), drop(0.25)]) == (
        "model = keras.Sequential([\n"
        "    keras.Input((28, 28, 1)),\n"
        '    layers.Conv2D(8, 5, activation="relu"),\n'
        "    layers.MaxPooling2D(2),\n"
        '    layers.Activation("relu"),\n'
        '    layers.Conv2D(4, 3, strides=2, padding="same"),\n'
        "    layers.MaxPooling2D(3, strides=1),\n"
        "    layers.Dropout(0.25),\n"
        "])"
    )


@pytest.mark.slow
@pytest.mark.parametrize("layers", STACKS, ids=lambda stack: f"{len(stack)} layers")
def test_keras_builds_what_the_stack_says(layers: list[Layer]) -> None:
    """Shapes, parameters, rates and activations of the model that the code builds are those of the stack."""
    model, stages = built(layers), flow(layers, INPUT)
    assert model.output_shape[1:] == stages[-1].shape
    assert model.count_params() == sum(stage.params or 0 for stage in stages)
    rates = [layer.rate for layer in model.layers if "dropout" in layer.name]
    assert rates == [layer["rate"] for layer in layers if layer["type"] == "dropout"]
    functions = [getattr(layer, "activation", None) for layer in model.layers]
    named = [function.__name__ for function in functions if function is not None and function.__name__ != "linear"]
    assert named == [layer["function"] for layer in layers if layer["type"] == "activation"]


@pytest.mark.slow
@pytest.mark.parametrize("layers", ILLEGAL, ids=lambda stack: f"{stack[-1]['type']} last of {len(stack)}")
def test_keras_refuses_what_the_stack_refuses(layers: list[Layer]) -> None:
    """Where the diagram says that a layer does not fit, Keras raises."""
    assert flow(layers, INPUT)[-1].shape is None
    with pytest.raises(ValueError):
        built(layers)


def told(layers: list[Layer]) -> list[str]:
    """Return what the stack lacks."""
    last = flow(layers, INPUT)[-1].shape
    assert last is not None
    return lacks(layers, last)


def test_a_whole_network_lacks_nothing() -> None:
    """Two convolutions, poolings, flatten, dropout, a softmax of ten: nothing is missing. Nor in the linear one."""
    assert told(WHOLE) == []
    assert told([FLAT, dense(), act("softmax")]) == []


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([conv(), act(), dense(), act("softmax")], "It gives (26, 26, 10) for an image, an answer for every place"),
        ([FLAT, dense(9), act("softmax")], "It gives 9 numbers for an image; there are 10 digits."),
        ([FLAT, dense()], "does not end in a softmax"),
        ([FLAT, dense(), act("sigmoid")], "does not end in a softmax"),
        ([FLAT, dense(), act("softmax"), act()], "does not end in a softmax"),
        ([FLAT, dense(), act("softmax"), drop()], "A dropout stands behind the softmax"),
        ([conv(), pool(), conv(), act(), FLAT, dense(), act("softmax")], "layers 1 and 3: pooling alone bends little."),
        ([conv(), FLAT, drop(), dense(), act("softmax")], "layers 1 and 4: two weighted sums in a row are only one."),
    ],
)
def test_what_is_missing_is_told(layers: list[Layer], said: str) -> None:
    """One sentence says what keeps the stack from naming digits."""
    (sentence,) = told(layers)
    assert said in sentence


def test_several_things_may_be_missing() -> None:
    """Each is told, in the order in which a learner mends them."""
    assert len(told([conv(), pool(), dense(9)])) == 3

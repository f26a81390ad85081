"""A stack of layers as Keras code, and what it still lacks to name digits."""

from __future__ import annotations

from collections.abc import Sequence

from digitlab.models import N_CLASSES
from digitlab.stacks import Layer, Shape

TAKE_AN_ACTIVATION = ("conv", "dense")


def keras_code(layers: Sequence[Layer], input_shape: Shape = (28, 28, 1)) -> str:
    """Return the lines of Python that build a stack with Keras.

    Parameters
    ----------
    layers : sequence of dict
        As `digitlab.trace_shapes` takes them; also ``{"type": "dropout", "rate": 0.2}`` and
        ``{"type": "activation", "function": "relu"}``. An activation right behind a convolution or a dense layer is
        written as that layer's own.
    input_shape : tuple of int
        (height, width, channels).

    Examples
    --------
    >>> print(keras_code([{"type": "flatten"}, {"type": "dense", "units": 10}]))
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(10),
    ])
    """
    lines = [f"keras.Input({tuple(input_shape)})"]
    before = None
    for layer in layers:
        if layer["type"] == "activation" and before in TAKE_AN_ACTIVATION:
            lines[-1] = f'{lines[-1][:-1]}, activation="{layer["function"]}")'
        else:
            lines.append(f"layers.{_call(layer)}")
        before = layer["type"]
    return "model = keras.Sequential([\n" + "".join(f"    {line},\n" for line in lines) + "])"


def _call(layer: Layer) -> str:
    kind = layer["type"]
    if kind == "conv":
        stride = f", strides={layer['stride']}" if layer["stride"] != 1 else ""
        padding = f', padding="{layer["padding"]}"' if layer["padding"] != "valid" else ""
        return f"Conv2D({layer['filters']}, {layer['kernel_size']}{stride}{padding})"
    if kind == "pool":
        stride = f", strides={layer['stride']}" if layer["stride"] != layer["size"] else ""
        return f"MaxPooling2D({layer['size']}{stride})"
    if kind == "dense":
        return f"Dense({layer['units']})"
    if kind == "dropout":
        return f"Dropout({layer['rate']:g})"
    return f'Activation("{layer["function"]}")' if kind == "activation" else "Flatten()"


def lacks(layers: Sequence[Layer], last: Shape) -> list[str]:
    """Return, a sentence each, why a stack that Keras builds does not name digits yet; empty where it does.

    Parameters
    ----------
    layers : sequence of dict
        As in `keras_code`.
    last : tuple of int
        The shape that comes out for one image.

    Examples
    --------
    >>> lacks([{"type": "flatten"}, {"type": "dense", "units": 9}, {"type": "activation", "function": "softmax"}], (9,))
    ['It gives 9 numbers for an image; there are 10 digits.']
    """
    found = []
    if len(last) != 1:
        found.append(f"It gives {last} for an image, an answer for every place: a flatten is missing before the dense.")
    elif last != (N_CLASSES,):
        found.append(f"It gives {last[0]} numbers for an image; there are {N_CLASSES} digits.")
    kinds = [layer["type"] for layer in layers]
    softmax = [i for i, layer in enumerate(layers) if layer.get("function") == "softmax"]
    if any(kind == "dropout" for kind in kinds[max(softmax, default=len(kinds)) :]):
        found.append("A dropout stands behind the softmax: it would silence answers, not features.")
    elif not softmax or softmax[-1] != len(layers) - 1:
        found.append("It does not end in a softmax, so what it gives are not probabilities.")
    return found + _unbent(layers)


def _unbent(layers: Sequence[Layer]) -> list[str]:
    """Return a sentence for the first two layers of weights that have no activation between them."""
    weighs: int | None = None
    for place, layer in enumerate(layers, 1):
        if layer["type"] == "activation":
            weighs = None
        elif layer["type"] in TAKE_AN_ACTIVATION:
            if weighs is not None:
                pooled = any(layer["type"] == "pool" for layer in layers[weighs : place - 1])
                why = "pooling alone bends little" if pooled else "two weighted sums in a row are only one"
                return [f"No activation stands between the weights of layers {weighs} and {place}: {why}."]
            weighs = place
    return []

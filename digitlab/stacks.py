"""Layers by hand: ReLU, max pooling, and what a stack of layers does to shapes, parameters and receptive field.

A layer is a small dictionary: ``{"type": "conv", "filters": 8, "kernel_size": 3, "stride": 1, "padding": "valid"}``,
``{"type": "pool", "size": 2, "stride": 2}``, ``{"type": "flatten"}``, ``{"type": "dense", "units": 10}``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from digitlab.convolution import output_size

Layer = Mapping[str, Any]
Shape = tuple[int, ...]


def relu(x: NDArray[Any]) -> NDArray[Any]:
    """Return x where it is positive, else 0 (Nair and Hinton, 2010).

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.5])).tolist()
    [0.0, 0.0, 3.5]
    """
    return np.asarray(np.maximum(x, 0))


def max_pool(x: NDArray[Any], size: int, stride: int) -> NDArray[Any]:
    """Return the largest value of each window, channel by channel.

    Parameters
    ----------
    x : ndarray, shape (H, W, C)
    size, stride : int
        At least 1; windows lie wholly inside, as in Keras' padding 'valid'.

    Returns
    -------
    ndarray, shape ((H - size) // stride + 1, (W - size) // stride + 1, C)

    Raises
    ------
    ValueError
        If the window is larger than the maps, a number is below 1, or the maps have not three axes.

    Examples
    --------
    >>> max_pool(np.array([[[1], [5]], [[3], [2]]]), 2, 2).tolist()
    [[[5]]]
    """
    if x.ndim != 3:
        raise ValueError(
            f"max_pool needs maps of (height, width, channels), got shape {x.shape}; "
            "x[..., np.newaxis] adds a channel axis"
        )
    if min(size, stride) < 1:
        raise ValueError(f"size and stride are at least 1, got {size} and {stride}")
    if size > x.shape[0] or size > x.shape[1]:
        raise ValueError(f"a window of {size} does not fit into maps of {x.shape[0]} × {x.shape[1]}; pool less often")
    windows = sliding_window_view(x, (size, size), axis=(0, 1))[::stride, ::stride]
    return np.asarray(windows.max(axis=(-2, -1)))


def conv_params(kernel_size: int | Sequence[int], in_channels: int, filters: int) -> int:
    """Return how many numbers a convolution layer learns: a kernel for each channel and filter, a bias a filter.

    Examples
    --------
    >>> conv_params(3, 1, 8), conv_params((5, 3), 2, 4)
    (80, 124)
    """
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, (int, np.integer)) else kernel_size
    return int(kh * kw * in_channels * filters + filters)


def trace_shapes(layers: Sequence[Layer], input_shape: Shape) -> list[Shape]:
    """Return the shape after each layer, without the batch axis.

    Parameters
    ----------
    layers : sequence of dict
        See the module's first lines.
    input_shape : tuple of int
        (height, width, channels).

    Raises
    ------
    ValueError
        If a layer does not fit what comes before it, lacks an entry, or is of an unknown type.

    Examples
    --------
    >>> trace_shapes([{"type": "pool", "size": 2, "stride": 2}, {"type": "flatten"}], (28, 28, 3))
    [(14, 14, 3), (588,)]
    """
    shapes: list[Shape] = []
    shape = tuple(input_shape)
    for layer in layers:
        shape = _after(layer, shape)
        shapes.append(shape)
    return shapes


# What the dictionary of each type of layer holds, beside its type.
_ENTRIES: dict[str, tuple[str, ...]] = {
    "conv": ("filters", "kernel_size", "stride", "padding"),
    "pool": ("size", "stride"),
    "flatten": (),
    "dense": ("units",),
}


def _after(layer: Layer, shape: Shape) -> Shape:
    if "type" not in layer:
        raise ValueError(
            f"a layer needs 'type' (conv, pool, flatten or dense), got only {', '.join(layer) or 'nothing'}"
        )
    kind = layer["type"]
    if kind not in _ENTRIES:
        raise ValueError(f"a layer is conv, pool, flatten or dense, got {kind!r}")
    for entry in _ENTRIES[kind]:
        if entry not in layer:
            raise ValueError(f"a {kind!r} layer needs {entry!r}, got only {', '.join(layer)}")
    if kind == "flatten":
        return (math.prod(shape),)
    if kind == "dense":
        return (*shape[:-1], layer["units"])
    if len(shape) != 3:
        raise ValueError(f"{kind} needs (height, width, channels), got {shape}; it must come before flatten")
    if kind == "pool" and layer["size"] > min(shape[:2]):
        raise ValueError(
            f"a window of {layer['size']} does not fit into maps of {shape[0]} × {shape[1]}; pool less often"
        )
    window, padding = (layer["kernel_size"], layer["padding"]) if kind == "conv" else (layer["size"], "valid")
    height, width = (output_size(side, window, layer["stride"], padding) for side in shape[:2])
    return height, width, layer["filters"] if kind == "conv" else shape[2]


def receptive_field(layers: Sequence[Layer]) -> int:
    """Return how many input pixels along one side a single number after the last layer looks at.

    Each layer of window k adds (k - 1) times the product of the strides before it (Araujo, Norris and Sim,
    "Computing receptive fields of convolutional neural networks", Distill, 2019).

    Parameters
    ----------
    layers : sequence of dict
        Of type conv and pool.

    Raises
    ------
    ValueError
        For a layer of another type.

    Examples
    --------
    >>> receptive_field([]), receptive_field([{"type": "conv", "kernel_size": 3, "stride": 1}] * 2)
    (1, 5)
    """
    field, jump = 1, 1
    for layer in layers:
        if layer["type"] not in ("conv", "pool"):
            raise ValueError(f"a receptive field is that of layers of type conv and pool, got {layer['type']!r}")
        window = layer["kernel_size"] if layer["type"] == "conv" else layer["size"]
        field += (window - 1) * jump
        jump *= layer["stride"]
    return field

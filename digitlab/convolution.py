"""Convolution by hand: local weighted sums, as Keras' Conv2D computes them (cross-correlation: no flip).

Terms and formulas are those of Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray


def conv_at(image: NDArray[Any], kernel: NDArray[Any], row: int, col: int) -> float:
    """Return the weighted sum under the kernel whose top-left corner lies at (row, col).

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Integers or floats; uint8 does not overflow.
    kernel : ndarray, shape (kh, kw)
    row, col : int

    Raises
    ------
    ValueError
        If the window does not lie wholly inside the image.

    Examples
    --------
    >>> conv_at(np.array([[1, 2], [3, 4]]), np.array([[0, 1]]), 1, 0)
    4.0
    """
    last_row, last_col = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    if not (0 <= row <= last_row and 0 <= col <= last_col):
        raise ValueError(
            f"a kernel {kernel.shape} fits into an image {image.shape} at rows 0 to {last_row} and columns 0 to "
            f"{last_col}, got ({row}, {col})"
        )
    window = image[row : row + kernel.shape[0], col : col + kernel.shape[1]]
    return float((window.astype(np.float64) * kernel).sum())


def conv2d_valid(image: NDArray[Any], kernel: NDArray[Any]) -> NDArray[np.float64]:
    """Return the weighted sum at every place where the kernel lies wholly inside the image.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    kernel : ndarray, shape (kh, kw)
        Any shape that is not larger than the image.

    Returns
    -------
    ndarray of float64, shape (H - kh + 1, W - kw + 1)

    Raises
    ------
    ValueError
        If the kernel is larger than the image, or one of them has not two axes.

    Examples
    --------
    >>> conv2d_valid(np.array([[1, 2, 4]]), np.array([[-1, 1]])).tolist()
    [[1.0, 2.0]]
    """
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(
            f"conv2d_valid needs an image (H, W) and a kernel (kh, kw), got shapes {image.shape} and {kernel.shape}"
        )
    if any(k > n for k, n in zip(kernel.shape, image.shape, strict=True)):
        raise ValueError(
            f"the kernel {kernel.shape} is larger than the image {image.shape}; use a smaller kernel or pad"
        )
    windows = sliding_window_view(image.astype(np.float64), kernel.shape)
    return np.asarray(np.einsum("ijkl,kl->ij", windows, kernel.astype(np.float64)))


def pad_same(image: NDArray[Any], kernel: NDArray[Any]) -> NDArray[Any]:
    """Return the image with zeros around it, so that a valid convolution keeps its size.

    Parameters
    ----------
    image : ndarray, shape (H, W)
    kernel : ndarray, shape (kh, kw)
        Odd sides.

    Returns
    -------
    ndarray, shape (H + kh - 1, W + kw - 1), the image's dtype

    Raises
    ------
    ValueError
        If a side of the kernel is even.

    Examples
    --------
    >>> pad_same(np.array([[7]]), np.zeros((1, 3))).tolist()
    [[0, 7, 0]]
    """
    kh, kw = kernel.shape
    if kh % 2 == 0 or kw % 2 == 0:
        raise ValueError(f"the kernel {kernel.shape} has an even side; zeros fit evenly around odd sides only")
    return np.pad(image, ((kh // 2, kh // 2), (kw // 2, kw // 2)))


def output_size(n: int, kernel_size: int, stride: int, padding: str) -> int:
    """Return how many places a kernel takes along one side.

    Parameters
    ----------
    n, kernel_size, stride : int
        At least 1.
    padding : 'valid' or 'same'

    Raises
    ------
    ValueError
        For another padding, for a number below 1, and for 'valid' where n < kernel_size.

    Examples
    --------
    >>> output_size(28, 5, 1, "valid"), output_size(28, 5, 2, "same")
    (24, 14)
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"padding is 'valid' or 'same', got {padding!r}")
    if min(n, kernel_size, stride) < 1:
        raise ValueError(f"n, kernel_size and stride are at least 1, got {n}, {kernel_size} and {stride}")
    if padding == "same":
        return -(-n // stride)
    if n < kernel_size:
        raise ValueError(
            f"a kernel of {kernel_size} does not fit into {n} pixels; use padding='same' or a smaller kernel"
        )
    return (n - kernel_size) // stride + 1


def conv2d_multi(x: NDArray[Any], kernels: NDArray[Any], bias: NDArray[Any]) -> NDArray[np.float64]:
    """Return one feature map for each filter: the sums over all input channels, plus the filter's bias.

    Parameters
    ----------
    x : ndarray, shape (H, W, Cin)
    kernels : ndarray, shape (kh, kw, Cin, Cout)
    bias : ndarray, shape (Cout,)

    Returns
    -------
    ndarray of float64, shape (H - kh + 1, W - kw + 1, Cout)
        Valid, stride 1, no activation: what Keras' Conv2D gives.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    fits = x.ndim == 3 and kernels.ndim == 4 and x.shape[2] == kernels.shape[2] and bias.shape == kernels.shape[3:]
    if not fits or kernels.shape[0] > x.shape[0] or kernels.shape[1] > x.shape[1]:
        raise ValueError(
            "conv2d_multi needs x (H, W, Cin), kernels (kh, kw, Cin, Cout) not larger than x, and bias (Cout,), "
            f"got shapes {x.shape}, {kernels.shape} and {bias.shape}"
        )
    kh, kw = kernels.shape[:2]
    windows = sliding_window_view(x.astype(np.float64), (kh, kw), axis=(0, 1))  # (H', W', Cin, kh, kw)
    return np.asarray(np.einsum("ijckl,klcf->ijf", windows, kernels.astype(np.float64)) + bias)


def vertical_edge() -> NDArray[np.float64]:
    """Return a 3 × 3 kernel that answers to vertical edges: Prewitt's (1970).

    Examples
    --------
    >>> conv2d_valid(np.array([[0, 0, 1]] * 3), vertical_edge()).tolist()
    [[3.0]]
    """
    return np.array([[-1.0, 0.0, 1.0]] * 3)

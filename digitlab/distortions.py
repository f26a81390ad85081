"""What may happen to an image of a digit before a model sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shift(image: NDArray[Any], dx: int, dy: int) -> NDArray[Any]:
    """Return the image moved by `dx` pixels to the right and `dy` down; zeros come in where it leaves.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Of any dtype, which is kept.
    dx, dy : int
        Negative numbers move to the left, and up. Beyond the image's size nothing of it is left.

    Returns
    -------
    ndarray, shape (height, width)
        A new array; the image stays as it is.

    Raises
    ------
    ValueError
        If `image` is not one image, or a distance is not a whole number.

    Examples
    --------
    >>> shift(np.array([[1, 2, 3], [4, 5, 6]]), dx=1, dy=0).tolist()
    [[0, 1, 2], [0, 4, 5]]
    """
    if image.ndim != 2:
        raise ValueError(
            f"shift needs one image of shape (height, width), got shape {image.shape}. Pick one from a batch with "
            "images[i]; x[i, ..., 0] takes the channel axis off."
        )
    if int(dx) != dx or int(dy) != dy:
        raise ValueError(f"shift moves by whole pixels, got dx = {dx} and dy = {dy}. round() makes them whole.")
    height, width = image.shape
    right, down = int(np.clip(dx, -width, width)), int(np.clip(dy, -height, height))
    moved = np.zeros_like(image)
    rows, columns = height - abs(down), width - abs(right)  # of what stays in sight
    top, left = max(down, 0), max(right, 0)
    seen = image[top - down : top - down + rows, left - right : left - right + columns]
    moved[top : top + rows, left : left + columns] = seen
    return moved

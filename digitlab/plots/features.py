"""Figures of what stands inside a network: kernels, the maps that they give, and the pixels that an answer needs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.palette import DIVERGING, SEQUENTIAL
from digitlab.plots.images import grey_images
from digitlab.plots.picture import Picture, close_together, new_figure

MOST_COLUMNS = 8
# Kernels of up to this side carry their numbers.
LARGEST_WITH_NUMBERS = 5


def kernel_grid(kernels: ArrayLike, title: str = "") -> Picture:
    """Return the kernels of a convolution layer as images: orange weights are above 0, purple ones below.

    Parameters
    ----------
    kernels : array of float, shape (height, width, 1, filters)
        As Keras keeps them: `layer.get_weights()[0]` of a layer that looks at one channel.
    title : str

    Raises
    ------
    ValueError
        If the kernels have another shape.
    """
    kernels = np.asarray(kernels)
    if kernels.ndim != 4 or kernels.shape[2] != 1 or kernels.size == 0:
        raise ValueError(
            f"kernel_grid needs kernels of shape (height, width, 1, filters), got {kernels.shape}. Of a layer "
            "that looks at several channels, take one: kernels[:, :, [0], :]."
        )
    height, width, _, count = kernels.shape
    top = float(np.abs(kernels).max()) or 1.0
    columns = min(count, MOST_COLUMNS // 2 if count <= MOST_COLUMNS else MOST_COLUMNS)
    rows = -(-count // columns)
    figure, axes = new_figure(2.3 * columns + 1, 2.5 * rows, rows, columns)
    grid = np.atleast_1d(axes).ravel()
    for place, axis in enumerate(grid):
        axis.set_xticks(()), axis.set_yticks(())
        if place >= count:
            axis.set_axis_off()
            continue
        kernel = kernels[:, :, 0, place]
        drawn = axis.imshow(kernel, cmap=DIVERGING, vmin=-top, vmax=top)
        axis.set_title(f"filter {place}", fontsize=10)
        for (row, column), weight in np.ndenumerate(kernel):
            if max(height, width) <= LARGEST_WITH_NUMBERS:
                ink = "white" if abs(weight) > 0.6 * top else "black"
                text = f"{round(float(weight), 1) + 0:.1f}"  # + 0: no minus before a zero
                axis.text(column, row, text, ha="center", va="center", fontsize=8, color=ink)
    figure.colorbar(drawn, ax=axes, label="weight: below 0, above 0", shrink=0.85)
    if title:
        figure.suptitle(title, fontsize=11)
    strongest = int(np.abs(kernels).max(axis=(0, 1, 2)).argmax())
    return Picture(
        figure,
        f"{title + ': ' if title else ''}{count} kernels of {height} × {width} weights. The largest weight is "
        f"{top:.2g} in size and stands in filter {strongest}.",
    )


def feature_map_grid(maps: ArrayLike, image: NDArray[Any] | None = None, title: str = "") -> Picture:
    """Return the maps of a layer side by side, all on one scale: the darker, the stronger the answer.

    Parameters
    ----------
    maps : array of float, shape (height, width, channels)
    image : ndarray, shape (height, width) or (height, width, 1), or None
        What they were made of; it is shown first.
    title : str

    Raises
    ------
    ValueError
        If the maps have another shape, or numbers that are not finite.
    """
    maps = np.asarray(maps)
    if maps.ndim != 3 or maps.size == 0 or maps.dtype.kind not in "uif" or not np.isfinite(maps).all():
        raise ValueError(
            f"feature_map_grid needs finite numbers of shape (height, width, channels), got {maps.dtype} of shape "
            f"{maps.shape}. feature_maps(model, image, layer_name) gives them."
        )
    count, first = maps.shape[2], 0 if image is None else 1
    columns = min(count + first, MOST_COLUMNS + first)
    rows = -(-(count + first) // columns)
    figure, axes = new_figure(1.45 * columns + 0.8, 1.75 * rows, rows, columns)
    close_together(figure)
    grid = np.atleast_1d(axes).ravel()
    low, high = min(0.0, float(maps.min())), float(maps.max()) or 1.0
    drawn: Any = None
    for place, axis in enumerate(grid):
        axis.set_xticks(()), axis.set_yticks(())
        if image is not None and place == 0:
            grey, white = grey_images(np.asarray(image)[np.newaxis], "feature_map_grid")
            axis.imshow(grey[0], cmap="gray", vmin=0, vmax=white)
            axis.set_title("the image", fontsize=9)
        elif place - first < count:
            channel = maps[..., place - first]
            drawn = axis.imshow(channel, cmap=SEQUENTIAL, vmin=low, vmax=high)
            axis.set_title(f"map {place - first}, to {channel.max():.1f}", fontsize=9)
        else:
            axis.set_axis_off()
    figure.colorbar(drawn, ax=axes, label="answer", shrink=0.85)
    if title:
        figure.suptitle(title, fontsize=11)
    peaks = maps.max(axis=(0, 1))
    silent = int((peaks <= 0).sum())
    alt = (
        f"{title + ': ' if title else ''}{count} maps of {maps.shape[0]} × {maps.shape[1]} numbers. Map "
        f"{int(peaks.argmax())} answers most, up to {peaks.max():.2f}."
    )
    if silent:
        alt += f" {silent} of them nowhere above 0."
    return Picture(figure, alt)


def occlusion_plot(images: NDArray[Any], drops: ArrayLike, titles: list[str] | None = None) -> Picture:
    """Return images above maps of what the label's probability drops by where each place is covered.

    Parameters
    ----------
    images : ndarray, shape (N, height, width) or (N, height, width, 1)
    drops : array of float, shape (N, height, width)
        Orange where it drops, purple where it rises; the outline of the ink is drawn over it.
    titles : list of N texts, or None

    Raises
    ------
    ValueError
        If there is not a map for each image, or not a title.
    """
    grey, top = grey_images(images, "occlusion_plot")
    drops = np.asarray(drops)
    if drops.shape != grey.shape or (titles is not None and len(titles) != len(grey)):
        raise ValueError(
            f"occlusion_plot needs for {len(grey)} images as many maps of their size, and titles if any, got maps of "
            f"shape {drops.shape}" + (f" and {len(titles)} titles." if titles is not None else ".")
        )
    count = len(grey)
    figure, axes = new_figure(1.9 * max(count, 2) + 1.6, 4.3, 2, count, squeeze=False)
    close_together(figure)
    for place in range(count):
        above, below = axes[0, place], axes[1, place]
        above.imshow(grey[place], cmap="gray", vmin=0, vmax=top)
        above.set_title(titles[place] if titles else f"image {place}", fontsize=9)
        drawn = below.imshow(drops[place], cmap=DIVERGING, vmin=-1, vmax=1)
        below.contour(grey[place], levels=[top / 2], colors="#595959", linewidths=0.8)
        below.set_title(f"largest drop {drops[place].max():.2f}", fontsize=9)
        for axis in (above, below):
            axis.set_xticks(()), axis.set_yticks(())
    figure.colorbar(drawn, ax=axes, label="drop of the probability", shrink=0.8)
    told = []
    for place, image in enumerate(drops):
        row, column = np.unravel_index(image.argmax(), image.shape)
        name = titles[place] if titles else f"image {place}"
        told.append(f"{name}, by {image.max():.2f} at row {row}, column {column}")
    return Picture(figure, f"Where the probability drops most when a square is covered: {'; '.join(told)}.")

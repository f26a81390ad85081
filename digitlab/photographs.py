"""From a photograph of a digit on paper to a drawing with an even ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.handwriting import is_inverted

# A larger photograph is made smaller first: for a digit of 20 pixels this is plenty.
LONGEST = 400
# The ground is looked for around each pixel in a square of this share of the picture's longer side: wider than any
# stroke, and narrow enough to follow a shadow.
NEIGHBOURHOOD = 0.15
# Ink is on the average darker than paper by at least this share of the light; less is the grain of the paper.
LEAST_CONTRAST = 0.1


def clean_photo(photo: NDArray[Any]) -> NDArray[np.float32]:
    """Return the ink of a photograph as bright strokes on a ground of 0, whatever light and shadow lay on the paper.

    Three steps: the paper without its ink (around each pixel the brightest one, then blurred), how much darker than
    that each pixel is, and a threshold between paper and ink, chosen as Otsu does (1979, "A threshold selection method
    from gray-level histograms"). What is fainter than the threshold becomes 0.

    Parameters
    ----------
    photo : ndarray of uint8, shape (height, width)
        As `load_image` returns it; the digit alone on its paper. Where the ink is brighter than the ground (chalk on a
        blackboard), that works too.

    Returns
    -------
    ndarray of float32, shape (h, w), its longer side at most 400
        In [0, 1].

    Raises
    ------
    ValueError
        If it is not one grey image of uint8, or there is no ink on it.
    """
    from PIL import Image, ImageFilter

    grey = np.asarray(photo)
    if grey.ndim != 2 or grey.dtype != np.uint8 or grey.size == 0:
        raise ValueError(
            f"clean_photo needs one grey image of uint8, got shape {grey.shape} of {grey.dtype}. "
            "load_image makes one of a file."
        )
    no_ink = "clean_photo found no ink: light and dark differ too little. Take the photograph nearer, in even light."
    if grey.min() == grey.max():
        raise ValueError(no_ink)
    small = Image.fromarray(255 - grey if not is_inverted(grey) else grey)
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX)
    reach = max(3, round(max(small.size) * NEIGHBOURHOOD) // 2 * 2 + 1)
    paper = small.filter(ImageFilter.MaxFilter(reach)).filter(ImageFilter.GaussianBlur(reach / 2))
    # As a share of the light that falls there: in a shadow, ink is darker by less.
    light = np.maximum(np.asarray(paper, dtype=np.float64), 1)
    darker = np.clip(1 - np.asarray(small, dtype=np.float64) / light, 0, 1)
    threshold = _between_paper_and_ink(darker)
    inked = darker > threshold
    if not inked.any() or darker[inked].mean() - darker[~inked].mean() < LEAST_CONTRAST:
        raise ValueError(no_ink)
    full = np.percentile(darker[inked], 90)
    return np.asarray(np.where(inked, np.clip(darker / full, 0, 1), 0), dtype=np.float32)


def _between_paper_and_ink(darker: NDArray[np.float64]) -> float:
    """Return Otsu's threshold: it parts the pixels in two groups whose means lie farthest apart, by their sizes."""
    counts, edges = np.histogram(darker, bins=128, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below, sum_below = np.cumsum(counts), np.cumsum(counts * middles)
    above, sum_above = below[-1] - below, sum_below[-1] - sum_below
    apart = np.zeros(len(counts))
    both = (below > 0) & (above > 0)
    apart[both] = (below * above)[both] * (sum_below[both] / below[both] - sum_above[both] / above[both]) ** 2
    return float(edges[int(apart.argmax()) + 1])

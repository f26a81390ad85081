"""The drawings that `to_mnist` is asked about: heavy on one side, so that box and mass have other centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercise import Case

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the judge knows of a drawing.

    `ink` is the ink in its box, each new pixel the mean of what it covers, the longer side 20; `box` and `whole` are
    the (height, width) of the ink and of the sheet as drawn. `dark` says that the ink is dark on a light ground; `thin`
    and `small` say what is special about it.
    """

    ink: Array
    box: tuple[int, int]
    whole: tuple[int, int]
    dark: bool
    thin: bool = False
    small: bool = False


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return drawings on paper and on dark ground, tall and wide, in the corner, small, and with thin lines."""
    foot = _foot(rng)
    seven = np.kron(_turned(_seven(20, 12), rng), np.ones((4, 4)))
    wide = np.kron(_turned(_seven(20, 10).T, rng), np.ones((3, 3)))
    small = _turned(_seven(10, 6, thickness=2), rng)
    comb = _comb(rng)
    return [
        _case(foot, (2, 3, 4, 5), dark=False, label="bright ink, already 20 pixels long"),
        _case(seven, (30, 22, 41, 25), dark=True, label="on paper, tall"),
        _case(wide, (2, 34, 3, 62), dark=True, scaled=True, label="floats on paper, wide, in a corner"),
        _case(seven, (12, 30, 9, 16), dark=False, scaled=True, label="floats, bright ink, tall"),
        _case(small, (14, 9, 11, 20), dark=False, small=True, label="a small drawing"),
        _case(comb, (0, 20, 15, 0), dark=True, thin=True, label="thin lines"),
    ]


def _case(
    ink: Array,
    margins: tuple[int, int, int, int],
    *,
    dark: bool,
    scaled: bool = False,
    thin: bool = False,
    small: bool = False,
    label: str,
) -> Case:
    """Return the ink with margins at the top, bottom, left and right."""
    top, bottom, left, right = margins
    sheet = np.pad(ink, ((top, bottom), (left, right)))
    sheet = 1 - sheet if dark else sheet
    drawing = sheet.astype(np.float32) if scaled else (255 * sheet).astype(np.uint8)
    height, width = (round(side * 20 / max(ink.shape)) for side in ink.shape)
    fitted = _covering(height, ink.shape[0]) @ ink @ _covering(width, ink.shape[1]).T
    sides = (ink.shape[0], ink.shape[1]), (sheet.shape[0], sheet.shape[1])
    secret = Sheet(ink=fitted, box=sides[0], whole=sides[1], dark=dark, thin=thin, small=small)
    return Case((drawing,), label, secret=secret)


def _covering(new: int, old: int) -> Array:
    """Return the matrix that averages `old` pixels into `new` ones, each by how much of it is covered."""
    edges, places = np.arange(new + 1) * old / new, np.arange(old)
    covered = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    return np.clip(covered, 0, None) * new / old


def _turned(ink: Array, rng: np.random.Generator) -> Array:
    """Return the ink as it is, upside down, mirrored, or both."""
    ink = ink[::-1] if rng.random() < 0.5 else ink
    return ink[:, ::-1] if rng.random() < 0.5 else ink


def _seven(height: int, width: int, thickness: int = 3) -> Array:
    """Return a bar along the top and a stem along the right side."""
    ink = np.zeros((height, width))
    ink[:thickness] = 1.0
    ink[:, -thickness:] = 1.0
    return ink


def _foot(rng: np.random.Generator) -> Array:
    """Return a thick stem on the left, and a last row and a last column of a single thin line: easily cut off."""
    ink = np.zeros((20, int(rng.integers(11, 14))))
    ink[:, :3] = 1.0
    ink[:2, :6] = 1.0
    ink[-1] = 1.0
    ink[14:, -1] = 1.0
    return ink


def _comb(rng: np.random.Generator) -> Array:
    """Return a spot, and four lines of one pixel in a large drawing: who looks at a pixel in ten sees few of them."""
    height, width = 200, int(rng.integers(130, 151))
    ink = np.zeros((height, width))
    ink[70:130, :12] = 1.0
    ink[:, _unseen(width, width // 2, height, rng)] = 1.0
    ink[:, -1] = 1.0
    ink[_unseen(height, 66, height, rng)] = 1.0
    ink[_unseen(height, 133, height, rng)] = 1.0
    return ink


def _unseen(side: int, near: int, longest: int, rng: np.random.Generator) -> int:
    """Return a place that none of the usual ways to pick every so manyth pixel picks, nor its neighbours."""
    new = round(side * 20 / longest)
    steps = np.arange(new)
    picked = np.concatenate([steps * side / new, (steps + 0.5) * side / new, steps * (side - 1) / (new - 1)])
    places = [place for place in range(near - 12, near + 13) if np.abs(picked - place).min() >= 1.2]
    return int(rng.choice(places))

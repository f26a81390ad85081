"""Digits as a pen draws them: strokes on a sheet of paper, prepared ones and variations of them.

They are drawings made by a program, for readers who have drawn none yet. They are nobody's handwriting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Stroke = list[Point]

SHEET = 280
PEN = 20.0
# Where points lie on a stroke that was given by a few corners: near enough for a smooth line.
_STEPS = 12


def _stroke(corners: str) -> Stroke:
    """Return a line through corners like "54,17 52,50", in per cent of the sheet; a ~ before them makes it smooth.

    The smooth one is that of Catmull and Rom (1974), "A class of local interpolating splines".
    """
    points = [(int(x) / 100, int(y) / 100) for x, y in (one.split(",") for one in corners.lstrip("~").split())]
    if not corners.startswith("~"):
        return points
    ends = [points[0], *points, points[-1]]
    line = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for t in np.linspace(0, 1, _STEPS, endpoint=False):
            line.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return [*line, points[-1]]


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return float(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))


# (x, y) from the top left corner, in per cent of the sheet.
_CORNERS: dict[str, tuple[str, ...]] = {
    "0": ("~50,18 33,32 30,58 42,80 60,78 70,52 64,26 50,18",),
    "1": ("~54,17 52,50 49,83",),
    "2": ("~32,30 45,18 62,24 64,42 50,60 32,80", "32,80 70,79"),
    "3": ("~33,22 52,17 64,28 58,43 46,48 62,54 67,68 55,81 33,79",),
    "4": ("36,20 33,52 70,50", "63,18 60,84"),
    "5": ("66,20 40,20 37,45", "~37,45 54,42 66,54 62,74 46,82 32,76"),
    "6": ("~60,17 42,36 34,60 42,80 58,80 66,66 56,54 40,60 37,68",),
    "7": ("30,22 68,21 56,46 46,83",),
    "8": ("~62,26 50,18 38,26 42,42 60,56 66,70 52,82 37,74 42,58 58,42 62,26",),
    "9": ("~64,32 52,20 38,28 38,44 52,48 63,36 64,30", "~64,30 62,56 57,84"),
    "an A": ("25,82 50,18 75,82", "36,57 64,57"),
    "a cross": ("25,25 75,75", "75,25 25,75"),
}
PREPARED: dict[str, tuple[Stroke, ...]] = {name: tuple(map(_stroke, lines)) for name, lines in _CORNERS.items()}


def draw(strokes: Sequence[Sequence[Point]], side: int = SHEET, pen: float = PEN) -> NDArray[np.uint8]:
    """Return a sheet of white paper with strokes of a black, round pen on it.

    Parameters
    ----------
    strokes : sequence of sequences of (x, y)
        In pixels from the top left corner. A stroke of one point is a dot.
    side : int
        Of the sheet, in pixels.
    pen : float
        The width of a line, in pixels.

    Returns
    -------
    ndarray of uint8, shape (side, side)
        0 is ink, 255 is paper, grey where a pixel is covered in part.

    Examples
    --------
    >>> sheet = draw([[(10, 10), (10, 30)]], side=40, pen=4)
    >>> sheet.shape, int(sheet[20, 10]), int(sheet[20, 20])
    ((40, 40), 0, 255)
    """
    from PIL import Image, ImageDraw

    fine = 2  # drawn twice as large, then made smaller: the edges of the lines become soft
    sheet = Image.new("L", (side * fine, side * fine), 255)
    ink = ImageDraw.Draw(sheet)
    width = max(1, round(pen * fine))
    for stroke in strokes:
        points = [(x * fine, y * fine) for x, y in stroke]
        if len(points) > 1:
            ink.line(points, fill=0, width=width, joint="curve")
        for x, y in points:
            ink.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=0)
    return np.asarray(sheet.resize((side, side), Image.Resampling.BOX), dtype=np.uint8)


def prepared_strokes(name: str, side: int = SHEET) -> list[Stroke]:
    """Return the strokes of a prepared drawing, in pixels.

    Raises
    ------
    ValueError
        If there is no drawing of that name.
    """
    if name not in PREPARED:
        raise ValueError(f"There is no prepared drawing {name!r}. There are: {', '.join(PREPARED)}.")
    return [[(x * side, y * side) for x, y in stroke] for stroke in PREPARED[name]]


def drawn_digits(count: int, seed: int, side: int = SHEET) -> tuple[list[NDArray[np.uint8]], NDArray[np.int64]]:
    """Return drawings of digits that a program made: the prepared ones, each time larger, narrower, slanted or shaky.

    They stand in for a reader's own drawings where there are none. They are no handwriting: what a model reaches on
    them says nothing about people.

    Parameters
    ----------
    count, seed : int
        The same seed, the same drawings. The digits come in turn, 0 to 9.
    side : int

    Returns
    -------
    drawings : list of ndarray of uint8, shape (side, side)
    labels : ndarray of int, shape (count,)

    Raises
    ------
    ValueError
        If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"drawn_digits makes at least one drawing, got count={count}.")
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    return [draw(_varied(str(digit), rng, side), side, float(rng.uniform(5, 30))) for digit in labels], labels


def _varied(name: str, rng: np.random.Generator, side: int) -> list[Stroke]:
    """Return a prepared drawing turned, slanted, stretched, moved, and with an unsteady hand."""
    angle, slant = rng.normal(0, 0.2), rng.normal(0, 0.3)
    wide, high = rng.uniform(0.7, 1.15, 2)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    change = turn @ np.array([[1.0, -slant], [0.0, 1.0]]) @ np.diag([wide, high])
    moved = rng.uniform(-0.06, 0.06, 2)
    phases, heights = rng.uniform(0, 2 * math.pi, (2, 3)), rng.normal(0, 0.018, (2, 3))
    strokes = []
    for stroke in PREPARED[name]:
        points = (np.array(stroke) - 0.5) @ change.T + 0.5 + moved
        waves = [(heights[i] * np.sin(np.outer(points[:, 1 - i], (5, 9, 14)) + phases[i])).sum(axis=1) for i in (0, 1)]
        points = np.clip(points + np.stack(waves, axis=1), 0.04, 0.96) * side
        strokes.append([(float(x), float(y)) for x, y in points])
    return strokes

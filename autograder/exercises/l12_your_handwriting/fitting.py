"""What became of the ink: measures of an image that should be like MNIST's, and the judge that goes by them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.compare import as_array, describe
from autograder.exercise import Case, Cases, Exercise, Finding
from autograder.exercises.l12_your_handwriting.sheets import Sheet
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Array = np.ndarray[Any, Any]

# Brighter than this share of the brightest pixel is ink, as the sides of its box are measured. Where an edge falls
# between two pixels, either of them or both pass.
INK = 0.35
# A side may be a pixel off: it was rounded, or its edge lies between two pixels.
SIDES = 1.5
# The centre of mass may lie within half a pixel of 13.5 or of 14; the rest is for numbers that are not exact.
CENTRE = (13.0 - 0.05, 14.5 + 0.05)
# Of the ink so much must be found again, to within a pixel, be it ever so faint.
FOUND = 0.93
FAINT = 0.03
# Of the ink that comes back so much must lie where the drawing has some, or beside it: a patch of grey is no digit.
WITHIN = 0.85
MARGIN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One answer measured: its ink's box and centre of mass, how much ink is found in it, how much of it is ink."""

    sheet: Sheet
    value: Array
    image: Array
    height: int
    width: int
    middle: tuple[float, float]
    mass: tuple[float, float]
    share: float
    found: float
    within: float

    @property
    def wanted(self) -> tuple[int, int]:
        """The height and width that the ink should have."""
        height, width = self.sheet.ink.shape
        return height, width

    @property
    def longer(self) -> int:
        """The longer side of the ink's box."""
        return max(self.height, self.width)

    @property
    def is_bright(self) -> bool:
        """Whether the ground came back bright: of what is not dark, most is bright. Ink covers less than half."""
        return self.share > (1 + float(self.sheet.ink.mean())) / 2

    @property
    def has_right_sides(self) -> bool:
        """Whether the ink's box is as high and as wide as it should be."""
        return abs(self.height - self.wanted[0]) <= SIDES and abs(self.width - self.wanted[1]) <= SIDES

    @property
    def is_centred(self) -> bool:
        """Whether the centre of mass lies in the middle of the image."""
        return all(CENTRE[0] <= place <= CENTRE[1] for place in self.mass)

    @property
    def at_the_edge(self) -> bool:
        """Whether there is ink in the first or last row or column of the image."""
        edges = np.concatenate([self.image[[0, -1]].ravel(), self.image[:, [0, -1]].ravel()])
        return bool(edges.max() > INK * self.image.max())

    @property
    def is_right(self) -> bool:
        """Whether the ink is as it should be, whatever the dtype and the axes of length 1."""
        in_range = self.image.min() >= -1e-6 and self.image.max() <= 1 + 1e-6
        size = self.sheet.thin or (self.has_right_sides and not self.is_bright)
        return bool(in_range and size and self.is_centred and self.found >= FOUND and self.within >= WITHIN)


def fit_of(case: Case, value: Any) -> Fit | None:
    """Return the measures of an answer; None where it is no image of 28 × 28 finite numbers with some ink."""
    given = as_array(value) if isinstance(value, (list, tuple)) else value
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "biuf" or given.size != 28 * 28:
        return None
    if tuple(side for side in given.shape if side > 1) != (28, 28) or not np.isfinite(given).all():
        return None
    return _measured(case, given.tobytes(), given.dtype, given.shape)


@functools.lru_cache(maxsize=256)
def _measured(case: Case, pixels: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Fit | None:
    """Return the measures of an image, taken once although each mistake asks for them."""
    given = np.frombuffer(pixels, dtype).reshape(shape)
    image = given.reshape(28, 28).astype(np.float64)
    positive = np.clip(image, 0, None)
    if not positive.max() > 0:
        return None
    ink = positive / positive.max()
    rows, columns = np.flatnonzero((ink > INK).any(axis=1)), np.flatnonzero((ink > INK).any(axis=0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    places = np.indices(ink.shape)
    row, column = (float((axis * ink).sum() / ink.sum()) for axis in places)
    found, within = _overlap(case.secret.ink, ink, (row, column))
    return Fit(
        sheet=case.secret,
        value=given,
        image=image,
        height=box.shape[0],
        width=box.shape[1],
        middle=((rows[0] + rows[-1]) / 2, (columns[0] + columns[-1]) / 2),
        mass=(row, column),
        share=float(box.mean()),
        found=found,
        within=within,
    )


def _overlap(wanted: Array, ink: Array, mass: tuple[float, float]) -> tuple[float, float]:
    """Return how much of the wanted ink is there, and how much of what is there is wanted, to within a pixel.

    Each where the two lie on each other best, at most three pixels from where their centres of mass do.
    """
    drawn = np.zeros(ink.shape)
    height, width = wanted.shape
    drawn[:height, :width] = wanted / wanted.sum()
    rows, columns = np.indices(ink.shape)
    top, left = round(mass[0] - float((rows * drawn).sum())), round(mass[1] - float((columns * drawn).sum()))
    there, asked = _and_around(ink > FAINT), _and_around(drawn > FAINT * drawn.max())
    given = np.zeros(asked.shape)
    given[MARGIN:-MARGIN, MARGIN:-MARGIN] = np.where(ink > FAINT, ink, 0)
    given /= given.sum()
    found = within = 0.0
    for down in range(top - 3, top + 4):
        for right in range(left - 3, left + 4):
            part = there[MARGIN + down :, MARGIN + right :][:height, :width]
            if part.shape == wanted.shape and min(MARGIN + down, MARGIN + right) >= 0:
                found = max(found, float((drawn[:height, :width] * part).sum()))
            within = max(within, float((given * np.roll(asked, (down, right), axis=(0, 1))).sum()))
    return found, within


def _and_around(marked: Array) -> Array:
    """Return the marked pixels and their eight neighbours each, with a margin around them all."""
    wide = np.pad(marked, MARGIN)
    return np.asarray(
        np.logical_or.reduce([np.roll(wide, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)])
    )


# --- the named mistakes, by what became of the ink -----------------------------------------------------------------


def _fits(cases: Cases, evidence: Evidence) -> list[Fit]:
    """Return the measures of all answers; none where one of them cannot be measured."""
    if len(evidence.outcomes) != len(cases):
        return []
    fits = [fit_of(case, outcome.value) for case, outcome in zip(cases, evidence.outcomes, strict=True)]
    return [] if None in fits else [one for one in fits if one is not None]


def _some(cases: Cases, evidence: Evidence, test: Callable[[Fit], bool]) -> bool:
    return any(map(test, _fits(cases, evidence)))


def _all(cases: Cases, evidence: Evidence, test: Callable[[Fit], bool]) -> bool:
    fits = _fits(cases, evidence)
    return bool(fits) and all(map(test, fits))


def goes_up_to_255(cases: Cases, evidence: Evidence) -> bool:
    """Whether white is 255."""
    return _all(cases, evidence, lambda one: one.image.max() > 2)


def keeps_paper_bright(cases: Cases, evidence: Evidence) -> bool:
    """Whether drawings on paper come back bright, and those on dark ground do not."""
    return _all(cases, evidence, lambda one: one.sheet.thin or one.is_bright == one.sheet.dark)


def turns_dark_ground_bright(cases: Cases, evidence: Evidence) -> bool:
    """Whether drawings on dark ground come back bright, and those on paper do not."""
    return _all(cases, evidence, lambda one: one.sheet.thin or one.is_bright != one.sheet.dark)


def fills_all(cases: Cases, evidence: Evidence) -> bool:
    """Whether the ink is as long as the whole image."""
    return _all(cases, evidence, lambda one: one.sheet.thin or one.longer >= 25)


def _plain(one: Fit) -> bool:
    return not one.sheet.thin and not one.sheet.small


def swaps_sides(cases: Cases, evidence: Evidence) -> bool:
    """Whether tall ink became wide and wide ink tall."""
    return _all(
        cases,
        evidence,
        lambda one: not _plain(one) or (abs(one.height - one.wanted[1]) <= 2 and abs(one.width - one.wanted[0]) <= 2),
    )


def is_stretched(cases: Cases, evidence: Evidence) -> bool:
    """Whether both sides of the ink became about 20."""
    return _all(cases, evidence, lambda one: not _plain(one) or (min(one.height, one.width) >= 18 and one.longer <= 22))


def keeps_small_ones(cases: Cases, evidence: Evidence) -> bool:
    """Whether only the small drawing is too small."""
    return _all(
        cases, evidence, lambda one: one.sheet.thin or (one.longer < 15 if one.sheet.small else one.longer >= 18)
    )


def keeps_the_borders(cases: Cases, evidence: Evidence) -> bool:
    """Whether the whole sheet was fitted, to 20 or to 28 pixels, in proportion or not."""
    fits = [one for one in _fits(cases, evidence) if _plain(one)]
    return bool(fits) and any(
        all(_as_sheet(one, size, square) for one in fits) for size in (20, 28) for square in (False, True)
    )


def _as_sheet(one: Fit, size: int, square: bool) -> bool:
    """Whether the ink is as large as it is on a sheet whose sides (whose longer side) became `size`."""
    longest = max(one.sheet.whole)
    scales = [size / (side if square else longest) for side in one.sheet.whole]
    sides = [side * scale for side, scale in zip(one.sheet.box, scales, strict=True)]
    return abs(one.height - sides[0]) <= SIDES and abs(one.width - sides[1]) <= SIDES


def cuts_ink_off(cases: Cases, evidence: Evidence) -> bool:
    """Whether ink that is not thin is missing: it is not found, or what is left of it has another shape."""
    fits = [one for one in _fits(cases, evidence) if not one.sheet.thin]
    other_shape = [one for one in fits if not one.has_right_sides and abs(one.longer - 20) <= SIDES]
    return any(one.found < FOUND for one in fits) or 0 < len(other_shape) < len(fits)


def loses_thin_lines(cases: Cases, evidence: Evidence) -> bool:
    """Whether all is there but thin lines."""
    return _all(cases, evidence, lambda one: one.sheet.thin or one.is_right) and (
        _some(cases, evidence, lambda one: one.sheet.thin and one.found < FOUND)
    )


def _middle_of_the_box(one: Fit) -> bool:
    return all(12.9 <= place <= 14.6 for place in one.middle)


def centres_the_box(cases: Cases, evidence: Evidence) -> bool:
    """Whether the box lies in the middle, and the mass somewhere else."""
    return _all(cases, evidence, lambda one: one.sheet.thin or (_middle_of_the_box(one) and one.has_right_sides)) and (
        _some(cases, evidence, lambda one: not one.is_centred)
    )


def is_off_centre(cases: Cases, evidence: Evidence) -> bool:
    """Whether the ink has the right size and lies in the wrong place, perhaps beyond the edge."""
    fits = [one for one in _fits(cases, evidence) if not one.sheet.thin]
    return any(not one.is_centred for one in fits) and all(
        one.has_right_sides or (one.at_the_edge and not one.is_centred) for one in fits
    )


def has_another_dtype(cases: Cases, evidence: Evidence) -> bool:
    """Whether only the dtype is wrong."""
    right = _all(cases, evidence, lambda one: one.is_right and one.value.shape == (28, 28, 1))
    return right and not _all(cases, evidence, lambda one: one.value.dtype == np.float32)


def has_another_shape(cases: Cases, evidence: Evidence) -> bool:
    """Whether only axes of length 1 are missing, or too many."""
    right = _all(cases, evidence, lambda one: one.is_right)
    return right and not _all(cases, evidence, lambda one: one.value.shape == (28, 28, 1))


def _is_the_digit(one: Fit) -> bool:
    """Whether the strokes are those of the drawing, wherever they lie; of thin, small or cut off ones nothing is said."""
    return not _plain(one) or one.at_the_edge or (one.found >= FOUND and one.within >= WITHIN)


# --- the judge -----------------------------------------------------------------------------------------------------


def judge_fit(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of images that should be like MNIST's; any way of resizing is right that keeps ink."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    problems = [
        (case, outcome.value, said)
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
        if (said := _problem(case, outcome.value))
    ]
    if not problems:
        return side_effect(evidence) or Finding(share=1.0, message="Right.")
    case, value, (message, next_step) = problems[0]
    example = (
        f"{exercise.function}({describe(case.args[0])}) ({case.label})\nreturned {describe(value)}\n"
        f"expected {_expected(case.secret)}"
    )
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            earned = side_effect(evidence) is None and _all(cases, evidence, _is_the_digit)
            return replace(finding_of(mistake, example), share=mistake.credit if earned else 0.0)
    return Finding(share=0.0, message=f"{message} ({case.label}).", next_step=next_step, example=example)


def _expected(sheet: Sheet) -> str:
    height, width = sheet.ink.shape
    return (
        f"an array of shape (28, 28, 1), float32, with bright ink {height} pixels high and {width} wide, "
        "and its centre of mass at 14, 14"
    )


def _problem(case: Case, value: Any) -> tuple[str, str] | None:
    """Return what is wrong with one answer and a question that leads on, or None where it is right."""
    one = fit_of(case, value)
    if one is None:
        return (
            f"This is no image of 28 × 28 finite numbers with ink on it: {describe(value)}",
            "Print the shape, the smallest and the largest number after each step. Where do they go astray?",
        )
    place = f"{one.mass[0]:.1f}, {one.mass[1]:.1f}"
    sides = f"{one.height} × {one.width}, expected {one.wanted[0]} × {one.wanted[1]}"
    checks = (
        (
            one.image.min() < -1e-6 or one.image.max() > 1 + 1e-6,
            f"The pixels go from {one.image.min():.3g} to {one.image.max():.3g}, expected [0, 1]",
            "Which step makes numbers outside [0, 1]? `np.clip` keeps them in.",
        ),
        (
            not one.sheet.thin and one.is_bright,
            "The ground came back bright; it should be 0",
            "What is the ground after your first step?",
        ),
        (
            not one.sheet.thin and not one.has_right_sides,
            f"The box of the ink is {sides}",
            "How large is the box before you resize, and by what do you multiply its sides?",
        ),
        (
            one.found < FOUND,
            f"Of the ink {one.found:.0%} is found again",
            "Show the image after each step. After which one is ink missing?",
        ),
        (
            one.within < WITHIN,
            f"Of the ink that comes back {1 - one.within:.0%} lies where the drawing has none",
            "Show the image beside the drawing. Is it the same digit, with the same strokes?",
        ),
        (
            not one.is_centred,
            f"The centre of mass lies at {place}, expected 14, 14 (within half a pixel of it or of 13.5)",
            "Print the centre of mass before you move the ink and after it.",
        ),
        (
            one.value.shape != (28, 28, 1),
            f"The shape is {one.value.shape}, expected (28, 28, 1)",
            "Which index adds an axis of length 1?",
        ),
        (
            not isinstance(value, np.ndarray) or one.value.dtype != np.float32,
            f"The dtype is {one.value.dtype}, expected float32 in a NumPy array",
            "What turns your result into a float32 array?",
        ),
    )
    return next(((message, step) for wrong, message, step in checks if wrong), None)

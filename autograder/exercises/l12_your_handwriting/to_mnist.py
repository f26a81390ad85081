"""l12_to_mnist: from a drawing to an image like those of MNIST, judged by what is asked of it and not by its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Exercise, Mistake
from autograder.exercises.l12_your_handwriting import fitting as fit
from autograder.exercises.l12_your_handwriting.sheets import draw_cases

Array = np.ndarray[Any, Any]


# --- right answers of other styles ---------------------------------------------------------------------------------


def _bright(drawing: Array) -> Array:
    ink = drawing / 255 if drawing.dtype.kind in "iu" else drawing.astype(float)
    return 1 - ink if np.median(ink) > 0.5 else ink


def _box(ink: Array) -> Array:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.05), np.flatnonzero(ink.max(axis=0) > 0.05)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _sides(box: Array, longest: int = 20) -> tuple[int, int]:
    height, width = box.shape
    return max(1, round(height * longest / max(box.shape))), max(1, round(width * longest / max(box.shape)))


def _mass(image: Array) -> Array:
    places = np.indices(image.shape).reshape(2, -1)
    return places @ image.ravel() / image.sum()


def _pillow(box: Array, height: int, width: int, filter_name: str = "LANCZOS") -> Array:
    from PIL import Image

    small = Image.fromarray(box.astype(np.float32)).resize((width, height), Image.Resampling[filter_name])
    return np.clip(np.asarray(small), 0, 1)


def _placed(small: Array, row: float, col: float) -> Array:
    """Lay ink so that (row, col) of it comes to 14, 14; what sticks out is lost."""
    top, left = round(14 - row), round(14 - col)
    large = np.zeros((28 + 80, 28 + 80), np.float32)
    large[40 + top : 40 + top + small.shape[0], 40 + left : 40 + left + small.shape[1]] = small
    return large[40:68, 40:68, None]


def with_pillow(drawing: Array) -> Array:
    from PIL import Image, ImageChops, ImageOps

    grey = Image.fromarray(drawing if drawing.dtype == np.uint8 else (drawing * 255).round().astype(np.uint8))
    if np.median(np.asarray(grey)) > 127:
        grey = ImageOps.invert(grey)
    digit = grey.crop(grey.getbbox())
    digit = ImageOps.contain(digit, (20, 20), Image.Resampling.LANCZOS)
    sheet = Image.new("L", (28, 28))
    row, col = _mass(np.asarray(digit, float))
    sheet.paste(digit, (int(14 - col + 0.5), int(14 - row + 0.5)))
    return np.asarray(ImageChops.offset(sheet, 0), np.float32)[..., np.newaxis] / np.float32(255)


def with_numpy(drawing: Array) -> Array:
    """Average what each new pixel covers: two matrices of weights, one for rows and one for columns."""
    box = _box(_bright(drawing))
    height, width = _sides(box)
    small = _weights(height, box.shape[0]) @ box @ _weights(width, box.shape[1]).T
    return _placed(small, *(_mass(small) + 0.4)).astype("float32")


def _weights(new: int, old: int) -> Array:
    edges = np.arange(new + 1) * old / new
    starts, ends = np.maximum(edges[:-1, None], np.arange(old)), np.minimum(edges[1:, None], np.arange(1, old + 1))
    return np.clip(ends - starts, 0, None) * new / old


def with_scipy(drawing: Array) -> Array:
    from scipy import ndimage

    ink = _bright(drawing)
    box = ink[ndimage.find_objects((ink > 0.05).astype(int))[0]]
    scale = 20 / max(box.shape)
    if scale < 1:
        box = ndimage.gaussian_filter(box, 0.5 / scale, mode="constant")
    small = np.clip(ndimage.zoom(box, scale, order=1, mode="grid-constant", grid_mode=True), 0, 1)
    image = np.zeros((28, 28))
    image[4 : 4 + small.shape[0], 4 : 4 + small.shape[1]] = small  # `shift` loses what lies at the very edge
    shift = 13.5 - np.array(ndimage.center_of_mass(image))
    return np.clip(ndimage.shift(image, shift, order=1), 0, 1).astype(np.float32).reshape(28, 28, 1)


def with_one_window(drawing: Array) -> Array:
    """Cut one window around the centre of mass, so large that it becomes 28 when the box becomes 20."""
    from PIL import Image

    ink = _bright(drawing).astype(np.float32)
    side = max(_box(ink).shape) * 1.4
    margin = int(side) + 1
    row, col = _mass(ink.astype(float)) + margin + 0.5
    around = Image.fromarray(np.pad(ink, margin))
    window = (col - side / 2, row - side / 2, col + side / 2, row + side / 2)
    small = np.asarray(around.resize((28, 28), Image.Resampling.BOX, box=window))
    return np.clip(small, 0, 1)[:, :, np.newaxis]


def with_rolling(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    small = _pillow(box, *_sides(box), "HAMMING")
    small = small / small.max()
    image = np.pad(small, ((0, 28 - small.shape[0]), (0, 28 - small.shape[1])))
    shift = [int(round(13.5 - mass)) for mass in _mass(image)]
    return np.roll(image, shift, axis=(0, 1)).astype(np.float32)[..., None]


# --- mistakes ------------------------------------------------------------------------------------------------------


def _usual(ink: Array) -> Array:
    box = _box(ink)
    small = _pillow(box, *_sides(box))
    return _placed(small, *_mass(small))


def not_inverted(drawing: Array) -> Array:
    return _usual(drawing / 255 if drawing.dtype == np.uint8 else drawing)


def always_inverted(drawing: Array) -> Array:
    return _usual(1 - (drawing / 255 if drawing.dtype == np.uint8 else drawing))


def stretched(drawing: Array) -> Array:
    small = _pillow(_box(_bright(drawing)), 20, 20)
    return _placed(small, *_mass(small))


def squared_and_stretched(drawing: Array) -> Array:
    image = np.zeros((28, 28, 1), np.float32)
    image[4:24, 4:24, 0] = _pillow(_box(_bright(drawing)), 20, 20, "BILINEAR")
    return image


def sides_swapped(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    height, width = _sides(box)
    small = _pillow(box, width, height)
    return _placed(small, *_mass(small))


def transposed(drawing: Array) -> Array:
    return _usual(_bright(drawing)).transpose(1, 0, 2)


def box_centred(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    height, width = _sides(box)
    image = np.zeros((28, 28, 1), np.float32)
    top, left = (28 - height) // 2, (28 - width) // 2
    image[top : top + height, left : left + width, 0] = _pillow(box, height, width)
    return image


def in_the_corner(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    height, width = _sides(box)
    image = np.zeros((28, 28, 1), np.float32)
    image[4 : 4 + height, 4 : 4 + width, 0] = _pillow(box, height, width)
    return image


def centre_swapped(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    small = _pillow(box, *_sides(box))
    return _placed(small, *_mass(small)[::-1])


def no_margin(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    height, width = _sides(box, 28)
    image = np.zeros((28, 28, 1), np.float32)
    top, left = (28 - height) // 2, (28 - width) // 2
    image[top : top + height, left : left + width, 0] = _pillow(box, height, width)
    return image


def no_margin_stretched(drawing: Array) -> Array:
    return _pillow(_box(_bright(drawing)), 28, 28)[..., None].astype(np.float32)


def whole_sheet(drawing: Array) -> Array:
    ink = _bright(drawing)
    small = _pillow(ink, *_sides(ink))
    return _placed(small, *_mass(small))


def whole_sheet_to_28(drawing: Array) -> Array:
    return _pillow(_bright(drawing), 28, 28)[..., None].astype(np.float32)


def last_row_lost(drawing: Array) -> Array:
    ink = _bright(drawing)
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    return _usual(ink[rows[0] : rows[-1], columns[0] : columns[-1]])


def middle_square(drawing: Array) -> Array:
    ink = _bright(drawing)
    side = min(ink.shape)
    top, left = (ink.shape[0] - side) // 2, (ink.shape[1] - side) // 2
    return _usual(ink[top : top + side, left : left + side])


def nearest(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    height, width = _sides(box)
    rows, columns = np.arange(height) * box.shape[0] // height, np.arange(width) * box.shape[1] // width
    small = box[rows][:, columns]
    return _placed(small, *_mass(small))


def nearest_of_pillow(drawing: Array) -> Array:
    box = _box(_bright(drawing))
    small = _pillow(box, *_sides(box), "NEAREST")
    return _placed(small, *_mass(small))


def zoomed(drawing: Array) -> Array:
    from scipy import ndimage

    box = _box(_bright(drawing))
    small = np.clip(ndimage.zoom(box, 20 / max(box.shape), order=1), 0, 1)
    return _placed(small, *_mass(small))


def never_larger(drawing: Array) -> Array:
    from PIL import Image

    small = Image.fromarray((_box(_bright(drawing)) * 255).astype(np.uint8))
    small.thumbnail((20, 20))
    ink = np.asarray(small) / 255
    return _placed(ink, *_mass(ink))


def up_to_255(drawing: Array) -> Array:
    return np.round(_usual(_bright(drawing)) * 255)


def bytes_to_255(drawing: Array) -> Array:
    return up_to_255(drawing).astype(np.uint8)


def double_precision(drawing: Array) -> Array:
    return _usual(_bright(drawing)).astype(np.float64)


def no_channel(drawing: Array) -> Array:
    return _usual(_bright(drawing))[..., 0]


def a_batch(drawing: Array) -> Array:
    return _usual(_bright(drawing))[np.newaxis]


EXERCISE = Exercise(
    id="l12_to_mnist",
    title="From a drawing to an image like MNIST's",
    points=4,
    draw_cases=draw_cases,
    judge=fit.judge_fit,
    right_answers=(with_pillow, with_numpy, with_scipy, with_one_window, with_rolling),
    mistakes=(
        Mistake(
            "up-to-255",
            up_to_255,
            "The pixels go up to 255; the exercise asks for [0, 1].",
            "What is the brightest ink divided by, so that it becomes 1?",
            recognise=fit.goes_up_to_255,
            also=(bytes_to_255,),
        ),
        Mistake(
            "not-inverted",
            not_inverted,
            "A drawing on white paper comes back bright all over: the paper is taken for ink.",
            "Which question about the drawing comes before all other steps, and what do you do where the answer is yes?",
            recognise=fit.keeps_paper_bright,
        ),
        Mistake(
            "always-inverted",
            always_inverted,
            "A drawing with bright ink on a dark ground is inverted too, and comes back bright all over.",
            "When must a drawing be inverted, and when not?",
            recognise=fit.turns_dark_ground_bright,
        ),
        Mistake(
            "no-margin",
            no_margin,
            "The ink fills all 28 pixels. In MNIST it is 20 pixels long, with a margin around it.",
            "How long is the longer side of a digit in MNIST?",
            recognise=fit.fills_all,
            also=(no_margin_stretched,),
        ),
        Mistake(
            "sides-swapped",
            sides_swapped,
            "A tall drawing comes back wide and a wide one tall: height and width are swapped.",
            "In which order does Pillow take the sides, and in which order has a NumPy shape them?",
            recognise=fit.swaps_sides,
            also=(transposed,),
        ),
        Mistake(
            "stretched",
            stretched,
            "Both sides of the ink became 20, so narrow digits grew fat; the shorter side should stay in proportion.",
            "If the longer side is divided by 5 to become 20, by what is the shorter side divided?",
            recognise=fit.is_stretched,
            also=(squared_and_stretched,),
        ),
        Mistake(
            "never-enlarged",
            never_larger,
            "Large drawings are fitted, but a small one keeps its size: its longer side should become 20 too.",
            "Does your way of resizing enlarge, too? Pillow's `thumbnail` does not.",
            credit=0.5,
            recognise=fit.keeps_small_ones,
        ),
        Mistake(
            "sheet-for-ink",
            whole_sheet,
            "The whole sheet was made smaller, with its empty borders: the ink is too small. The box around the ink should become 20 pixels long.",
            "What should be cut away before you resize?",
            recognise=fit.keeps_the_borders,
            also=(whole_sheet_to_28,),
        ),
        Mistake(
            "box-centred",
            box_centred,
            "The box around the ink lies in the middle; in MNIST it is the centre of mass.",
            "A 7 has most of its ink at the top. Does its box or its weight lie in the middle now?",
            credit=0.25,
            recognise=fit.centres_the_box,
        ),
        Mistake(
            "not-centred",
            in_the_corner,
            "The ink has the right size but lies in the wrong place: its centre of mass should come to 14, 14 (or 13.5, 13.5).",
            "By how many rows and by how many columns must the ink move? Print its centre of mass before and after.",
            credit=0.25,
            recognise=fit.is_off_centre,
            also=(centre_swapped,),
        ),
        Mistake(
            "cropped-ink",
            last_row_lost,
            "Some of the ink was cut off.",
            "Does the slice `rows[0] : rows[-1]` hold the last row? And is the ink always in the middle of the sheet?",
            recognise=fit.cuts_ink_off,
            also=(middle_square,),
        ),
        Mistake(
            "thin-lines-vanish",
            nearest,
            "Thin lines vanish: each new pixel takes over one old pixel, and a line between two of these is lost.",
            "Which old pixels lie under one new pixel, and how could all of them have a say?",
            credit=0.5,
            recognise=fit.loses_thin_lines,
            also=(nearest_of_pillow, zoomed),
        ),
        Mistake(
            "other-dtype",
            double_precision,
            "The image is right, but its dtype is not float32.",
            "What turns an array into float32?",
            credit=0.75,
            recognise=fit.has_another_dtype,
        ),
        Mistake(
            "other-shape",
            no_channel,
            "The image is right, but its shape is not (28, 28, 1).",
            "Which index adds an axis of length 1 at the end?",
            credit=0.75,
            recognise=fit.has_another_shape,
            also=(a_batch,),
        ),
    ),
    hints=(
        "Five steps: bright ink, crop, fit, centre, shape. Which of them does your function take, and what does the image look like after each?",
        "`Image.fromarray(ink).resize((width, height))` fits with weighted means; width and height are the box's sides times 20 / the longer one. "
        "Lay the result into zeros of 28 × 28, its top at round(14 - the row of its centre of mass), and its left side likewise.",
        "`ink = 1 - d if is_inverted(d) else d`; crop with the first and the last row and column where `(ink > 0.1).any(axis=…)`; `resize`; "
        "`image[top : top + height, left : left + width] = small`; `return image[..., None].astype(np.float32)`",
    ),
)

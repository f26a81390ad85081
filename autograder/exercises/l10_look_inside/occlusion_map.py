"""l10_occlusion_map: by how much the label's probability drops where a part of the image is covered."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.compare import Tolerance, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence
from digitlab.linear import softmax

Array = np.ndarray[Any, Any]
Predict = Callable[[Array], Array]
SIDE = 28
# A drop is a difference of two float32 probabilities.
CLOSE = Tolerance(relative=1e-3, absolute=2e-5)
# What the label and the digit that the model predicts are given, before anything is covered.
LABELS_SHARE, PREDICTED_SHARE = 0.3, 0.45


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a linear model, whose answers NumPy can work out, and an image with ink up to the border.

    One case: who predicts its 784 covered images one by one needs the better part of a minute, and is right. The label
    is not what the model predicts, and the size not that of the lesson's example.
    """
    weights = rng.normal(0, 0.12, (784, 10)).astype(np.float32)
    image = rng.random((SIDE, SIDE, 1)).astype(np.float32)
    label, predicted = (int(digit) for digit in rng.choice(10, 2, replace=False))
    wanted = np.full(10, (1 - LABELS_SHARE - PREDICTED_SHARE) / 8)
    wanted[label], wanted[predicted] = LABELS_SHARE, PREDICTED_SHARE
    bias = (np.log(wanted) - image.reshape(-1).astype(np.float64) @ weights).astype(np.float32)
    model = Make("linear_model", {"weights": weights, "bias": bias})
    return [Case((model, image, label, int(rng.choice([3, 7]))), "the model predicts another digit than the label")]


def predict_of(case: Case) -> Predict:
    """Return what the case's model does with images, worked out by NumPy."""
    weights, bias = (np.asarray(case.args[0].params[name], dtype=np.float64) for name in ("weights", "bias"))
    return lambda images: softmax(np.asarray(images).reshape(len(images), -1).astype(np.float64) @ weights + bias)


# --- what drops, and what is covered -------------------------------------------------------------------------------

# A mistake is written once, for anything that predicts: for Keras as a student would, for NumPy to recognise it.
Drops = Callable[[Predict, Array, int, int], Any]


def covered(image: Array, size: int, ink: float = 0.0, shift: int = 0) -> Array:
    """Return 784 copies, each with a square covered; it begins `size // 2 - shift` before its pixel."""
    copies = np.repeat(image[np.newaxis], SIDE * SIDE, axis=0)
    for place, copy in enumerate(copies):
        row, col = (n - size // 2 + shift for n in divmod(place, SIDE))
        copy[max(row, 0) : max(row + size, 0), max(col, 0) : max(col + size, 0)] = ink
    return copies


def right(predict: Predict, image: Array, label: int, size: int) -> Any:
    return (predict(image[np.newaxis])[0, label] - predict(covered(image, size))[:, label]).reshape(SIDE, SIDE)


def of_the_predicted_class(predict: Predict, image: Array, label: int, size: int) -> Any:
    return right(predict, image, int(predict(image[np.newaxis])[0].argmax()), size)


def of_the_highest_probability(predict: Predict, image: Array, label: int, size: int) -> Any:
    return (predict(image[np.newaxis]).max() - predict(covered(image, size)).max(axis=1)).reshape(SIDE, SIDE)


def grows(predict: Predict, image: Array, label: int, size: int) -> Any:
    return -right(predict, image, label, size)


def with_white(predict: Predict, image: Array, label: int, size: int) -> Any:
    drops = predict(image[np.newaxis])[0, label] - predict(covered(image, size, ink=1.0))[:, label]
    return drops.reshape(SIDE, SIDE)


def with_grey(predict: Predict, image: Array, label: int, size: int) -> Any:
    drops = predict(image[np.newaxis])[0, label] - predict(covered(image, size, ink=0.5))[:, label]
    return drops.reshape(SIDE, SIDE)


def what_is_left(predict: Predict, image: Array, label: int, size: int) -> Any:
    return predict(covered(image, size))[:, label].reshape(SIDE, SIDE)


def without_sign(predict: Predict, image: Array, label: int, size: int) -> Any:
    return np.abs(right(predict, image, label, size))


def rises_cut_off(predict: Predict, image: Array, label: int, size: int) -> Any:
    return np.maximum(right(predict, image, label, size), 0)


def from_the_corner(predict: Predict, image: Array, label: int, size: int) -> Any:
    after = predict(covered(image, size, shift=size // 2))[:, label]
    return (predict(image[np.newaxis])[0, label] - after).reshape(SIDE, SIDE)


def one_pixel_short(predict: Predict, image: Array, label: int, size: int) -> Any:
    copies = np.repeat(image[np.newaxis], SIDE * SIDE, axis=0)
    half = size // 2
    for place, copy in enumerate(copies):
        row, col = divmod(place, SIDE)
        copy[max(row - half, 0) : row + half, max(col - half, 0) : col + half] = 0
    return (predict(image[np.newaxis])[0, label] - predict(copies)[:, label]).reshape(SIDE, SIDE)


def size_on_each_side(predict: Predict, image: Array, label: int, size: int) -> Any:
    return right(predict, image, label, 2 * size + 1)


def always_five(predict: Predict, image: Array, label: int, size: int) -> Any:
    return right(predict, image, label, 5)


def never_uncovered(predict: Predict, image: Array, label: int, size: int) -> Any:
    copies = np.where(np.cumsum(covered(image, size) == 0, axis=0) > 0, 0, image)
    return (predict(image[np.newaxis])[0, label] - predict(copies)[:, label]).reshape(SIDE, SIDE)


def negative_starts_wrap(predict: Predict, image: Array, label: int, size: int) -> Any:
    copies = np.repeat(image[np.newaxis], SIDE * SIDE, axis=0)
    half = size // 2
    for place, copy in enumerate(copies):
        row, col = divmod(place, SIDE)
        copy[row - half : row + half + 1, col - half : col + half + 1] = 0
    return (predict(image[np.newaxis])[0, label] - predict(copies)[:, label]).reshape(SIDE, SIDE)


def inside_only(predict: Predict, image: Array, label: int, size: int) -> Any:
    half, drops = size // 2, np.zeros((SIDE, SIDE))
    drops[half:-half, half:-half] = right(predict, image, label, size)[half:-half, half:-half]
    return drops


def inside_only_small(predict: Predict, image: Array, label: int, size: int) -> Any:
    half = size // 2
    return right(predict, image, label, size)[half:-half, half:-half]


def relative(predict: Predict, image: Array, label: int, size: int) -> Any:
    return right(predict, image, label, size) / predict(image[np.newaxis])[0, label]


def transposed(predict: Predict, image: Array, label: int, size: int) -> Any:
    return right(predict, image, label, size).T


def a_tile_each(predict: Predict, image: Array, label: int, size: int) -> Any:
    tiles = [(slice(r, r + size), slice(c, c + size)) for r in range(0, SIDE, size) for c in range(0, SIDE, size)]
    copies = np.repeat(image[np.newaxis], len(tiles), axis=0)
    for copy, tile in zip(copies, tiles, strict=True):
        copy[tile] = 0
    drops = np.zeros((SIDE, SIDE))
    before = predict(image[np.newaxis])[0, label]
    for tile, after in zip(tiles, predict(copies)[:, label], strict=True):
        drops[tile] = before - after
    return drops


def with_keras(drops: Drops) -> Callable[[Any, Array, int, int], Any]:
    """Return the answer as a student's function of a Keras model."""

    def occlusion_map(model: Any, image: Array, label: int, size: int) -> Any:
        return drops(lambda images: np.asarray(model(images, training=False)), image, label, size)

    occlusion_map.__name__ = drops.__name__
    return occlusion_map


@functools.lru_cache(maxsize=256)
def drops_of(drops: Drops, case: Case) -> Any:
    """Return what `drops` makes of a case; 784 covered images are worked out once for a whole class."""
    return drops(predict_of(case), *case.args[1:])


def gives(*several: Drops) -> Recogniser:
    """Return a recogniser of answers that come out as one of these does, in every case."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return any(
            all(
                difference(drops_of(drops, case), outcome.value, CLOSE) is None
                for case, outcome in zip(cases, evidence.outcomes, strict=False)
            )
            for drops in several
        )

    return recognise


def judge_drops(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of maps that must hold the drop of the label's probability."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    wrongs = [
        (case, found)
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
        if (found := difference(drops_of(right, case), outcome.value, CLOSE))
    ]
    if not wrongs:
        return side_effect(evidence) or Finding(share=1.0, message="Right.")
    case, found = wrongs[0]
    label = f", {case.label}" if case.label else ""
    example = f"occlusion_map(model, image, {case.args[2]}, {case.args[3]}){label}\n{found.text}"
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake, example)
    return Finding(
        share=0.0,
        message=f"Not right yet: {found.text}.",
        next_step="Take size 1 and one pixel with ink. What should come out there, worked out with two predictions?",
        example=example,
    )


# --- right answers of other styles ---------------------------------------------------------------------------------


def in_one_batch(model: Any, image: Array, label: int, size: int) -> Array:
    before = model.predict(image[np.newaxis], verbose=0)[0, label]
    copies = np.repeat(image[np.newaxis], 784, axis=0)
    half = size // 2
    for place in range(784):
        row, col = divmod(place, 28)
        copies[place, max(row - half, 0) : row + half + 1, max(col - half, 0) : col + half + 1] = 0
    return before - model.predict(copies, verbose=0)[:, label].reshape(28, 28)


def row_by_row(model: Any, image: Array, label: int, size: int) -> Array:
    drops = np.zeros((28, 28))
    before = float(np.asarray(model(image[None]))[0, label])
    for row in range(28):
        line = []
        for col in range(28):
            copy = image.copy()
            for r in range(row - size // 2, row + size // 2 + 1):
                for c in range(col - size // 2, col + size // 2 + 1):
                    if 0 <= r < 28 and 0 <= c < 28:
                        copy[r, c, 0] = 0
            line.append(copy)
        drops[row] = before - np.asarray(model(np.array(line)))[:, label]
    return drops


def with_padding(model: Any, image: Array, label: int, size: int) -> Any:
    half = size // 2
    copies = []
    for row in range(28):
        for col in range(28):
            padded = np.pad(image, ((half, half), (half, half), (0, 0)))
            padded[row : row + size, col : col + size] = 0
            copies.append(padded[half : half + 28, half : half + 28])
    both = model.predict_on_batch(np.stack([image, *copies]))
    return np.asarray(both[0, label] - both[1:, label], dtype=np.float64).reshape(28, 28)


def with_masks(model: Any, image: Array, label: int, size: int) -> Any:
    rows, cols = np.indices((28, 28))
    masks = [(abs(rows - r) > size // 2) | (abs(cols - c) > size // 2) for r in range(28) for c in range(28)]
    after = model(image * np.array(masks, dtype=np.float32)[..., None], training=False)
    return (np.asarray(model(image[None]))[:, label] - np.asarray(after)[:, label]).reshape(28, 28).astype("float32")


EXERCISE = Exercise(
    id="l10_occlusion_map",
    title="Cover each place, and see what drops",
    points=2,
    draw_cases=draw_cases,
    judge=judge_drops,
    needs_tensorflow=True,
    # For who predicts one by one, on a busy machine.
    seconds=240.0,
    right_answers=(in_one_batch, row_by_row, with_padding, with_masks),
    mistakes=(
        Mistake(
            "of-the-predicted-class",
            with_keras(of_the_predicted_class),
            "You watch the digit that the model predicts; the exercise asks for the label, which may be another one.",
            "Which column of the probabilities belongs to `label`?",
            recognise=gives(of_the_predicted_class, of_the_highest_probability),
            also=(with_keras(of_the_highest_probability),),
        ),
        Mistake(
            "grows-where-it-should-drop",
            with_keras(grows),
            "The sign is the wrong way round: where the probability drops, the map should be positive.",
            "Before 0.9, after 0.2: how large is the drop, and which of the two is subtracted?",
            recognise=gives(grows),
        ),
        Mistake(
            "covers-with-white",
            with_keras(with_white),
            "You cover with ink: 1 is white, as bright as a stroke. The exercise asks for zeros, the empty ground.",
            "Which number has a pixel on which nobody wrote?",
            recognise=gives(with_white, with_grey),
            also=(with_keras(with_grey),),
        ),
        Mistake(
            "probability-for-drop",
            with_keras(what_is_left),
            "This is the probability that is left; the exercise asks by how much it dropped.",
            "From which number do you have to subtract it?",
            recognise=gives(what_is_left),
        ),
        Mistake(
            "sign-lost",
            with_keras(without_sign),
            "The map has no negative numbers: where the model is surer without the pixels, the drop is below 0.",
            "Before 0.7, after 0.8: what is the drop?",
            recognise=gives(without_sign, rises_cut_off),
            also=(with_keras(rises_cut_off),),
        ),
        Mistake(
            "square-from-its-corner",
            with_keras(from_the_corner),
            "The square begins at the pixel; it should lie around it, with the pixel in its middle.",
            "For a square of 5 around row 10, which rows are covered?",
            recognise=gives(from_the_corner),
        ),
        Mistake(
            "one-row-and-column-short",
            with_keras(one_pixel_short),
            "The square is one row and one column too small: the end of a slice is not part of it.",
            "Which rows does `image[8:12]` cover, and which should a square of 5 around row 10?",
            recognise=gives(one_pixel_short),
        ),
        Mistake(
            "size-on-each-side",
            with_keras(size_on_each_side),
            "The square is too large: `size` is its whole side, not how far it reaches to each side.",
            "How many rows lie above the middle one in a square of 5?",
            recognise=gives(size_on_each_side),
        ),
        Mistake(
            "size-ignored",
            with_keras(always_five),
            "The square always has a side of 5; the exercise asks for one of `size`.",
            "Which numbers in your slices have to follow from `size`?",
            recognise=gives(always_five),
        ),
        Mistake(
            "never-uncovered",
            with_keras(never_uncovered),
            "What was covered stays covered: each place needs a fresh copy of the image.",
            "What does `image.copy()` do, and in which line of your loop should it stand?",
            recognise=gives(never_uncovered),
        ),
        Mistake(
            "negative-starts-wrap",
            with_keras(negative_starts_wrap),
            "At the upper and left border nothing is covered: a slice that begins below 0 counts from the other end.",
            "What is `image[-2:3]`? What would `max(…, 0)` do to its start?",
            recognise=gives(negative_starts_wrap),
        ),
        Mistake(
            "border-left-out",
            with_keras(inside_only),
            "The border is missing: where the square sticks out of the image it is cut off, and the rest still counts.",
            "Which part of a square of 5 around the pixel (0, 0) lies inside the image?",
            recognise=gives(inside_only, inside_only_small),
            also=(with_keras(inside_only_small),),
        ),
        Mistake(
            "relative-drop",
            with_keras(relative),
            "You divide by the probability before; the exercise asks for the plain difference.",
            "From 0.5 to 0.4: is the drop 0.1, or a fifth?",
            recognise=gives(relative),
        ),
        Mistake(
            "transposed",
            with_keras(transposed),
            "Rows and columns are swapped: entry [row, col] belongs to the square around that row and column.",
            "In which order do your two loops fill the map?",
            recognise=gives(transposed),
        ),
        Mistake(
            "tiles-for-squares",
            with_keras(a_tile_each),
            "You cover the image tile by tile; the exercise asks for a square around each single pixel.",
            "How many covered images are there when every pixel is once the middle?",
            recognise=gives(a_tile_each),
        ),
    ),
    hints=(
        "What do you need to know the drop at a single pixel, and how many such pixels are there?",
        "Make 784 copies of the image, each with one square set to 0; slices end before their last number, and must not "
        "begin below 0. Predict all copies at once and look at the column of `label`.",
        "`copy[max(r - h, 0) : r + h + 1, max(c - h, 0) : c + h + 1] = 0` with `h = size // 2`; then "
        "`before - model.predict(copies, verbose=0)[:, label].reshape(28, 28)`.",
    ),
)

"""l11_leaked: how many test images stand in the training set, found quickly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import describe, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.inside.codec import Make
from autograder.judging import TOOK_TOO_LONG, finding_of, judge_by_answer, side_effect
from autograder.records import Evidence
from digitlab import robustness

Array = np.ndarray[Any, Any]
# The case that is timed: as many tiny images on both sides, for who compares each with each.
MANY = 6000
# Passes through a set, and sorting, take up to fifteen times as long as the bytes alone; comparing each with each takes
# from a hundred to five hundred times as long.
MOST_TIMES = 50.0
TIMED = "timed"


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return small sets that tell the mistakes apart, and at last a large one, which is timed.

    Leaked images stand in both sets, some several times, and at other places; near misses differ in one pixel, or hold
    the same pixels in another order.
    """
    train = rng.integers(0, 4, (40, 4, 5)).astype(np.uint8)
    train[:, 0, 0] = np.arange(40)
    train[30:36] = train[3]
    fresh = rng.integers(0, 4, (14, 4, 5)).astype(np.uint8)
    fresh[:, 0, 0] = np.arange(100, 114)
    fresh[0] = 39  # each of its pixels stands somewhere, and its sum nowhere
    near = train[[5, 8]].copy()
    near[:, 3, 4] += 1
    turned = train[[10, 11]][:, ::-1, ::-1].copy()
    test = np.concatenate([fresh[:5], train[[3, 7, 7, 7, 20]], near, turned, fresh[5:]])
    test = test[rng.permutation(len(test))]
    test[21] = train[21]  # and one at its own place
    large = rng.integers(0, 256, (MANY, 2, 2), dtype=np.uint8)
    asked = rng.integers(0, 256, (MANY, 2, 2), dtype=np.uint8)
    asked[rng.choice(MANY, 25, replace=False)] = large[rng.choice(MANY, 25)]
    # Divided by a power of two, so that sums of floats are exact in whatever order.
    return [
        Case((train, test)),
        Case((train, fresh), "nothing has leaked"),
        Case((train[:12].astype(np.float32) / 128, test.astype(np.float32) / 128), "float32 images, fewer in train"),
        Case((large, Make("under_the_clock", {"images": asked})), f"{MANY:,} against {MANY:,} tiny images", TIMED),
    ]


def judge_leaks(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of counts that must be right, and of the time that they took."""
    plain = replace(evidence, outcomes=evidence.outcomes[: len(cases) - 1])
    finding = judge_by_answer(exercise, cases[:-1], plain)
    if finding.share < 1:
        return finding
    slow = next(mistake for mistake in exercise.mistakes if mistake.name == "too-slow")
    if len(evidence.outcomes) < len(cases):
        return Finding(share=0.0, message="Not every call came back.", next_step="Which input makes it stop?")
    last = evidence.outcomes[-1]
    many = f"leaked(train, test) for {cases[-1].label}"
    if last.error is not None:
        if last.error.type in (TOOK_TOO_LONG, MemoryError.__name__, "ResourceExhaustedError"):
            return finding_of(slow, many)
        return Finding(
            share=0.0,
            message=f"Your function raised {last.error}",
            next_step="Does it go through many images as it goes through a few?",
            example=many,
        )
    told = last.value if isinstance(last.value, dict) else {}
    count, times = told.get("returned"), told.get("times")
    train, test = cases[-1].args[0], cases[-1].args[1].params["images"]
    whole = exercise.answer(train, test) if exercise.answer is not None else None
    if difference(whole, count, exercise.tolerance) is not None:
        return Finding(
            share=0.0,
            message=f"Not right yet: {whole} test images have leaked, and your function says {describe(count)}.",
            next_step="Does it go through many images as it goes through a few?",
            example=many,
        )
    if not isinstance(times, float) or not times <= MOST_TIMES:
        return finding_of(slow, many)
    return side_effect(evidence) or finding


def is_told_by_its_time(_cases: Cases, _evidence: Evidence) -> bool:
    """Return False: what is slow gives the right count, and `judge_leaks` looks at the time itself."""
    return False


def answer(train: Array, test: Array) -> int:
    """Return the right count."""
    return robustness.leaked(train, test)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_bytes(train: Array, test: Array) -> int:
    seen = set()
    for image in train:
        seen.add(image.tobytes())
    count = 0
    for image in test:
        if image.tobytes() in seen:
            count += 1
    return count


def with_tuples(train: Array, test: Array) -> int:
    seen = {tuple(image.ravel().tolist()) for image in train}
    return sum(tuple(image.ravel().tolist()) in seen for image in test)


def with_isin(train: Array, test: Array) -> Any:
    def rows(images: Array) -> Array:
        flat = np.ascontiguousarray(images).reshape(len(images), -1)
        return flat.view(np.dtype((np.void, flat.dtype.itemsize * flat.shape[1]))).ravel()

    return np.isin(rows(test), rows(train)).sum()


def with_hashes(train: Array, test: Array) -> int:
    import hashlib

    def mark(image: Array) -> str:
        return hashlib.sha256(image.tobytes()).hexdigest()

    marks = dict.fromkeys(map(mark, train))
    return len([image for image in test if mark(image) in marks])


def with_unique(train: Array, test: Array) -> int:
    once = np.unique(train.reshape(len(train), -1), axis=0)
    rows, counts = np.unique(test.reshape(len(test), -1), axis=0, return_counts=True)
    both, in_both = np.unique(np.concatenate([once, rows]), axis=0, return_counts=True)
    twice = {row.tobytes() for row in both[in_both == 2]}
    return int(sum(count for row, count in zip(rows, counts, strict=True) if row.tobytes() in twice))


# --- mistakes ------------------------------------------------------------------------------------------------------


def _marks(images: Array) -> list[bytes]:
    return [image.tobytes() for image in images]


def at_the_same_place(train: Array, test: Array) -> int:
    n = min(len(train), len(test))
    return int((train[:n] == test[:n]).all(axis=(1, 2)).sum())


def pairs(train: Array, test: Array) -> int:
    often = Counter(_marks(train))
    return sum(often[mark] for mark in _marks(test))


def each_with_each(train: Array, test: Array) -> int:
    return sum(bool((train == image).all(axis=(1, 2)).any()) for image in test)


def distinct(train: Array, test: Array) -> int:
    return len(set(_marks(train)) & set(_marks(test)))


def of_the_training_set(train: Array, test: Array) -> int:
    seen = set(_marks(test))
    return sum(mark in seen for mark in _marks(train))


def by_their_sums(train: Array, test: Array) -> int:
    return int(np.isin(test.sum(axis=(1, 2)), train.sum(axis=(1, 2))).sum())


def pixel_by_pixel(train: Array, test: Array) -> int:
    return int(np.isin(test, train).sum())


def some_pixel(train: Array, test: Array) -> int:
    return int(np.isin(test, train).any(axis=(1, 2)).sum())


def every_pixel_somewhere(train: Array, test: Array) -> int:
    return int(np.isin(test, train).all(axis=(1, 2)).sum())


def those_that_did_not(train: Array, test: Array) -> int:
    return len(test) - robustness.leaked(train, test)


def share(train: Array, test: Array) -> float:
    return robustness.leaked(train, test) / len(test)


def whether(train: Array, test: Array) -> bool:
    return robustness.leaked(train, test) > 0


def places(train: Array, test: Array) -> list[int]:
    seen = set(_marks(train))
    return [place for place, mark in enumerate(_marks(test)) if mark in seen]


EXERCISE = Exercise(
    id="l11_leaked",
    title="Find test images that stand in the training set",
    points=2,
    draw_cases=draw_cases,
    judge=judge_leaks,
    answer=answer,
    # Who compares each with each in Python's own loops is not waited for.
    seconds=8.0,
    right_answers=(with_bytes, with_tuples, with_isin, with_hashes, with_unique),
    mistakes=(
        Mistake(
            "compares-positions",
            at_the_same_place,
            "You compare the first test image with the first training image, and so on; a leaked image may stand at "
            "another place.",
            "Test image 5 is training image 3000. Which of your comparisons would find that?",
        ),
        Mistake(
            "counts-pairs",
            pairs,
            "You count pairs: a test image that stands in the training set three times counts three times.",
            "For one test image, is the question *how often* it stands there, or *whether*?",
        ),
        Mistake(
            "too-slow",
            each_with_each,
            "The count is right, and it takes far too long: with 60,000 and 10,000 images, comparing each with each "
            "makes 600 million comparisons.",
            "How does Python find out whether something is in a set, and how whether it is in a list?",
            recognise=is_told_by_its_time,
        ),
        Mistake(
            "counts-distinct-images",
            distinct,
            "An image that stands in the test set several times counts once; it should count each time.",
            "What becomes of repeated images when the test set becomes a set?",
        ),
        Mistake(
            "sets-swapped",
            of_the_training_set,
            "You count training images that stand in the test set; the exercise asks for test images that stand in the "
            "training set.",
            "Which of the two do you go through image by image, and in which do you look?",
        ),
        Mistake(
            "compares-sums",
            by_their_sums,
            "You compare one number of each image, such as its sum: images that differ may share it.",
            "Which images have the same sum as this one turned upside down?",
        ),
        Mistake(
            "compares-pixels",
            pixel_by_pixel,
            "You look for single pixels, not for whole images: nearly every brightness stands somewhere in the training "
            "set.",
            "`np.isin` compares numbers. What would make one thing of a whole image?",
            also=(some_pixel, every_pixel_somewhere),
        ),
        Mistake(
            "counts-the-others",
            those_that_did_not,
            "These are the test images that have *not* leaked.",
            "Is it `in` or `not in`?",
        ),
        Mistake(
            "share-for-count",
            share,
            "This is the share of the test images; the exercise asks for their number.",
            "What should come out where 3 of 10 images have leaked?",
        ),
        Mistake(
            "whether-for-how-many",
            whether,
            "This says whether something has leaked; the exercise asks how many images.",
            "Which Python function adds up many True and False?",
        ),
        Mistake(
            "places-for-count",
            places,
            "These are the places of the leaked images; the exercise asks how many there are.",
            "Which function says how long a list is?",
        ),
    ),
    hints=(
        "Looking through 60,000 images for each of 10,000 is too slow. What finds one of many things at once?",
        "A Python `set` does, but an array cannot be put into one: `image.tobytes()` can.",
        "`seen = {image.tobytes() for image in train}`; `return sum(image.tobytes() in seen for image in test)`",
    ),
)

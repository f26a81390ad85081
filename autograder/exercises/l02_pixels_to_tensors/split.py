"""l02_split: a training and a validation part, shuffled, disjoint, repeatable."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Array = np.ndarray[Any, Any]
Parts = tuple[Array, Array, Array, Array]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return the same request twice, with another seed, and with another share; every image is unlike any other.

    Image i holds the number of i in its first pixels and its label goes with it, so the judge can tell which image
    went where, and whether its label went along.
    """
    count = 40
    images = rng.integers(0, 256, (count, 3, 4), dtype=np.uint8)
    images[:, 0, 0] = rng.permutation(256)[:count]
    labels = rng.integers(0, 10, count).astype(np.uint8)
    seed = int(rng.integers(0, 1000))
    return [
        Case((images, labels, 0.25, seed)),
        Case((images, labels, 0.25, seed), "the same seed again"),
        Case((images, labels, 0.25, seed + 1), "another seed"),
        Case((images, labels, 0.5, seed), "another share"),
        Case((images[:10], labels[:10], 0.1, seed), "ten images"),
    ]


# --- what became of each image -------------------------------------------------------------------------------------


class _Went:
    """Where the images of one case went: their places in the order given, or None where that cannot be told."""

    def __init__(self, case: Case, value: Any) -> None:
        self.images, self.labels, self.share, _ = case.args
        self.parts = value if isinstance(value, (tuple, list)) and len(value) == 4 else None
        if self.parts is not None and not all(_is_of_numbers(part) for part in self.parts):
            self.parts = None
        self.validation = round(len(self.images) * self.share)
        self.train_places = self._places(0)
        self.validation_places = self._places(2)

    def _places(self, part: int) -> list[int] | None:
        if self.parts is None or self.parts[part].shape[1:] != self.images.shape[1:]:
            return None
        where = {image.tobytes(): place for place, image in enumerate(self.images)}
        with np.errstate(invalid="ignore"):  # a number that is none is no pixel of any image
            places = [where.get(np.asarray(image, dtype=self.images.dtype).tobytes()) for image in self.parts[part]]
        return None if None in places else [place for place in places if place is not None]

    @property
    def readable(self) -> bool:
        return self.train_places is not None and self.validation_places is not None

    @property
    def places(self) -> list[int]:
        return [*(self.train_places or []), *(self.validation_places or [])]

    @property
    def labels_go_along(self) -> bool:
        if self.parts is None:
            return False
        given = [*self.parts[1].tolist(), *self.parts[3].tolist()]
        return given == [int(self.labels[place]) for place in self.places]


def _is_of_numbers(part: Any) -> bool:
    return isinstance(part, np.ndarray) and part.ndim > 0 and part.dtype.kind in "biuf"


def _went(cases: Cases, evidence: Evidence) -> list[_Went] | None:
    if len(evidence.outcomes) != len(cases) or any(outcome.error for outcome in evidence.outcomes):
        return None
    went = [_Went(case, outcome.value) for case, outcome in zip(cases, evidence.outcomes, strict=True)]
    return went if all(one.parts is not None for one in went) else None


def _in_order(places: list[int] | None) -> bool:
    return places is not None and len(places) > 2 and places == sorted(places)


# --- the named mistakes, by what became of the images --------------------------------------------------------------


def shows_separate_shuffles(cases: Cases, evidence: Evidence) -> bool:
    """Whether images and labels no longer belong together, although all of both are there."""
    went = _went(cases, evidence)
    if went is None or not all(one.readable for one in went):
        return False
    return all(sorted(one.places) == list(range(len(one.images))) for one in went) and any(
        not one.labels_go_along for one in went
    )


def shows_overlap(cases: Cases, evidence: Evidence) -> bool:
    """Whether an image stands in both parts."""
    went = _went(cases, evidence)
    return went is not None and any(
        set(one.train_places or []) & set(one.validation_places or []) for one in went if one.readable
    )


def shows_repeats(cases: Cases, evidence: Evidence) -> bool:
    """Whether an image stands in one part more than once (drawn with replacement)."""
    went = _went(cases, evidence)
    return went is not None and any(
        len(set(places)) < len(places)
        for one in went
        for places in (one.train_places or [], one.validation_places or [])
    )


def shows_no_shuffle(cases: Cases, evidence: Evidence) -> bool:
    """Whether the parts are cut off in the order given."""
    went = _went(cases, evidence)
    if went is None or not all(one.readable for one in went):
        return False
    return all(one.places in (sorted(one.places), _cut_from_front(one)) for one in went)


def _cut_from_front(one: _Went) -> list[int]:
    return [*range(one.validation, len(one.images)), *range(one.validation)]


def shows_sorted_parts(cases: Cases, evidence: Evidence) -> bool:
    """Whether the parts are chosen at random but listed in the order given."""
    went = _went(cases, evidence)
    return (
        went is not None and all(_in_order(one.train_places) for one in went) and not shows_no_shuffle(cases, evidence)
    )


def shows_validation_first(cases: Cases, evidence: Evidence) -> bool:
    """Whether the sizes of the two parts are swapped."""
    went = _went(cases, evidence)
    return went is not None and all(
        one.readable and len(one.train_places or []) == one.validation for one in went if one.share != 0.5
    )


def shows_sklearn_order(cases: Cases, evidence: Evidence) -> bool:
    """Whether the four parts come as images, images, labels, labels."""
    went = _went(cases, evidence)
    return went is not None and all(
        one.parts is not None and one.parts[1].shape[1:] == one.images.shape[1:] and one.parts[2].ndim == 1
        for one in went
    )


def shows_unseeded(cases: Cases, evidence: Evidence) -> bool:
    """Whether the same seed gave two different splits."""
    went = _went(cases, evidence)
    return went is not None and went[0].readable and went[0].places != went[1].places


def shows_fixed_seed(cases: Cases, evidence: Evidence) -> bool:
    """Whether another seed gave the same split."""
    went = _went(cases, evidence)
    return went is not None and went[0].readable and went[0].places == went[1].places == went[2].places


def shows_global_seed(_cases: Cases, evidence: Evidence) -> bool:
    """Whether NumPy's global random state was changed."""
    return any(outcome.random_changed for outcome in evidence.outcomes)


def judge_split(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a split: any order is right that keeps the contract."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    went = _went(cases, evidence)
    if went is None:
        return Finding(
            share=0.0,
            message="Four arrays are asked for: x_train, y_train, x_val, y_val.",
            next_step="What does your `return` line list, and in which order?",
        )
    for one, case in zip(went, cases, strict=True):
        wanted = (len(one.images) - one.validation, one.validation)
        label = f" ({case.label})" if case.label else ""
        if not one.readable:
            return Finding(
                share=0.0,
                message=f"Some of the images that come back are not among those given{label}.",
                next_step="Do your indices pick whole images, `images[places]`, and leave their pixels alone?",
            )
        sizes = (len(one.train_places or []), len(one.validation_places or []))
        if sizes != wanted:
            return Finding(
                share=0.0,
                message=f"{len(one.images)} images with validation_share {one.share:g} give {sizes[0]} and {sizes[1]}, "
                f"expected {wanted[0]} and {wanted[1]}{label}.",
                next_step="How many images is that share, and which part gets the rest?",
            )
        if not one.labels_go_along:
            return Finding(
                share=0.0,
                message=f"The labels do not belong to their images any more{label}.",
                next_step="Are images and labels picked by the very same indices?",
            )
    return side_effect(evidence) or Finding(share=1.0, message="Right.")


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_permutation(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.default_rng(seed).permutation(len(images))
    cut = round(len(images) * validation_share)
    return images[order[cut:]], labels[order[cut:]], images[order[:cut]], labels[order[:cut]]


def with_sklearn(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    from sklearn.model_selection import train_test_split

    x_train, x_val, y_train, y_val = train_test_split(images, labels, test_size=validation_share, random_state=seed)
    return x_train, y_train, x_val, y_val


def with_python_random(images: Array, labels: Array, validation_share: float, seed: int) -> Any:
    import random

    places = list(range(len(images)))
    random.Random(seed).shuffle(places)
    cut = len(images) - int(round(len(images) * validation_share))
    train, val = places[:cut], places[cut:]
    return [images[train], labels[train], images[val], labels[val]]


def with_random_state(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.RandomState(seed).permutation(images.shape[0])
    train, val = np.split(order, [int(round(images.shape[0] * (1 - validation_share)))])
    return images[train], labels[train], images[val], labels[val]


# --- mistakes ------------------------------------------------------------------------------------------------------


def _cut(images: Array, labels: Array, share: float) -> Parts:
    cut = len(images) - round(len(images) * share)
    return images[:cut], labels[:cut], images[cut:], labels[cut:]


def shuffled_separately(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    rng = np.random.default_rng(seed)
    return _cut(rng.permutation(images), rng.permutation(labels), validation_share)


def overlapping(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    rng = np.random.default_rng(seed)
    size = round(len(images) * validation_share)
    train = rng.choice(len(images), len(images) - size, replace=False)
    val = rng.choice(len(images), size, replace=False)
    return images[train], labels[train], images[val], labels[val]


def validation_kept_in_train(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.default_rng(seed).permutation(len(images))
    val = order[: round(len(images) * validation_share)]
    return images[order], labels[order], images[val], labels[val]


def not_shuffled(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    return _cut(images, labels, validation_share)


def not_shuffled_front(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    size = round(len(images) * validation_share)
    return images[size:], labels[size:], images[:size], labels[:size]


def seeds_globally(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    np.random.seed(seed)
    order = np.random.permutation(len(images))
    return _cut(images[order], labels[order], validation_share)


def ignores_the_seed(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.default_rng().permutation(len(images))
    return _cut(images[order], labels[order], validation_share)


def always_the_same_seed(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.default_rng(42).permutation(len(images))
    return _cut(images[order], labels[order], validation_share)


def sizes_swapped(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    x_val, y_val, x_train, y_train = with_permutation(images, labels, validation_share, seed)
    return x_train, y_train, x_val, y_val


def in_sklearn_order(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    x_train, y_train, x_val, y_val = with_permutation(images, labels, validation_share, seed)
    return x_train, x_val, y_train, y_val


def drawn_with_replacement(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    order = np.random.default_rng(seed).integers(0, len(images), len(images))
    return _cut(images[order], labels[order], validation_share)


def sorted_parts(images: Array, labels: Array, validation_share: float, seed: int) -> Parts:
    chosen = np.random.default_rng(seed).permutation(len(images)) < round(len(images) * validation_share)
    return images[~chosen], labels[~chosen], images[chosen], labels[chosen]


EXERCISE = Exercise(
    id="l02_split",
    title="Split off a validation part",
    points=2,
    draw_cases=draw_cases,
    judge=judge_split,
    right_answers=(with_permutation, with_sklearn, with_python_random, with_random_state),
    mistakes=(
        Mistake(
            "global-seed",
            seeds_globally,
            "The split is repeatable, but your function seeds NumPy's global generator: it changes the random "
            "numbers of everybody else in the program.",
            "Which NumPy function makes a generator of its own from a seed?",
            recognise=shows_global_seed,
        ),
        Mistake(
            "images-and-labels-in-sklearn-order",
            in_sklearn_order,
            "The four parts come in another order: x_train, x_val, y_train, y_val. The exercise asks for x_train, y_train, "
            "x_val, y_val.",
            "Which two of the four belong together?",
            credit=0.5,
            recognise=shows_sklearn_order,
        ),
        Mistake(
            "shuffled-separately",
            shuffled_separately,
            "Images and labels were shuffled separately: the labels no longer belong to their images.",
            "How can one random order serve for both?",
            recognise=shows_separate_shuffles,
        ),
        Mistake(
            "drawn-with-replacement",
            drawn_with_replacement,
            "Some images come back twice and others never: they are drawn with replacement.",
            "What is the difference between drawing indices and shuffling them?",
            recognise=lambda cases, evidence: shows_repeats(cases, evidence),
        ),
        Mistake(
            "parts-overlap",
            overlapping,
            "Some images stand in both parts. A model that has trained on an image proves nothing by knowing it.",
            "How do you make sure that an index that is in one part is not in the other?",
            recognise=shows_overlap,
            also=(validation_kept_in_train,),
        ),
        Mistake(
            "not-shuffled",
            not_shuffled,
            "The parts are cut off in the order given. Where a data set is sorted by digit, validation would see only nines.",
            "What if the first half of the images were all zeros?",
            recognise=shows_no_shuffle,
            also=(not_shuffled_front,),
        ),
        Mistake(
            "parts-in-the-given-order",
            sorted_parts,
            "The images are chosen at random, but each part lists them in the order given; both parts should be shuffled.",
            "Does your function shuffle indices, or only choose some?",
            credit=0.5,
            recognise=shows_sorted_parts,
        ),
        Mistake(
            "ignores-the-seed",
            ignores_the_seed,
            "The same seed gives another split each time.",
            "Where does `seed` enter your random generator?",
            recognise=shows_unseeded,
        ),
        Mistake(
            "always-the-same-seed",
            always_the_same_seed,
            "Every seed gives the same split: the seed that you were given is not used.",
            "Where does `seed` enter your random generator?",
            recognise=shows_fixed_seed,
        ),
        Mistake(
            "sizes-swapped",
            sizes_swapped,
            "The validation part is as large as the training part should be, and the reverse.",
            "When `validation_share` is 0.25, how many of 40 images are for validation?",
            recognise=shows_validation_first,
        ),
    ),
    hints=(
        "If you shuffle images and labels, how do they stay together?",
        "Shuffle the indices, once: `order = np.random.default_rng(seed).permutation(len(images))`. Then cut that order in two.",
        "`n_val = round(len(images) * validation_share)`; `val, train = order[:n_val], order[n_val:]`; return "
        "`images[train], labels[train], images[val], labels[val]`.",
    ),
)

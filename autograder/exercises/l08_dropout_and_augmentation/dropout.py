"""l08_dropout: inverted dropout, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import Kind, Tolerance, describe, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Array = np.ndarray[Any, Any]
Pair = tuple[Array, Array]
CLOSE = Tolerance()
# A share of kept numbers so many standard deviations from its expected value comes once in three million times.
DEVIATIONS = 5.0


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a small batch and large ones, in training and in use, with generators that repeat and that differ.

    In the small batch no mask is looked at closely; in the large ones the share of what is kept tells the rate.
    """
    small = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    x = rng.normal(0, 3, (24, 50))
    x[rng.random(x.shape) < 0.2] = 0  # as behind a ReLU: a number that is 0 is no number that was silenced
    maps = rng.uniform(0.5, 2, (6, 5, 5, 4)).astype(np.float32)
    seed = int(rng.integers(1000))

    def generator(further: int = 0) -> Make:
        return Make("generator", {"seed": seed + further})

    return [
        Case((small, 0.5, True, generator())),
        Case((small, 0.5, False, generator()), "in use"),
        Case((x, 0.25, True, generator()), "rate 0.25"),
        Case((x, 0.25, True, generator()), "the same generator again"),
        Case((x, 0.25, True, generator(1)), "another generator"),
        Case((maps, 0.8, True, generator()), "maps, rate 0.8"),
        Case((maps, 0.8, False, generator()), "maps, in use"),
        Case((small, 0.0, True, generator()), "rate 0: nothing is silenced"),
    ]


class Came:
    """What one call came to: the numbers and the mask, where they can be read, and the case they answer."""

    def __init__(self, case: Case, value: Any) -> None:
        self.x, self.rate, self.training, _ = case.args
        self.label = f" ({case.label})" if case.label else ""
        pair = value if isinstance(value, (tuple, list)) and len(value) == 2 else (None, None)
        self.out = pair[0] if _is_numbers(pair[0]) else None
        self.mask = pair[1] if _is_numbers(pair[1]) else None

    @property
    def kept(self) -> Array | None:
        """The mask as truth values, where it has the shape of x and holds only true and false, 1 and 0."""
        if self.mask is None or self.mask.shape != self.x.shape or not np.isin(self.mask, (0, 1)).all():
            return None
        return self.mask.astype(bool)

    @property
    def is_large(self) -> bool:
        """Whether shares of the mask say something."""
        return bool(self.training and self.x.size >= 500)

    def comes_to(self, expected: Array) -> bool:
        """Whether the numbers are these."""
        if self.out is None or self.out.shape != expected.shape:
            return False
        return difference(np.asarray(expected, float), self.out, CLOSE) is None

    def share_kept(self, kept: Array) -> bool:
        """Whether so many were kept as the rate says, within what chance explains."""
        keep = 1 - self.rate
        return bool(abs(kept.mean() - keep) <= DEVIATIONS * np.sqrt(keep * self.rate / kept.size) + 1e-9)


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def came_of(cases: Cases, evidence: Evidence) -> list[Came] | None:
    """Return what each call came to, or None where a call is missing or raised."""
    if len(evidence.outcomes) != len(cases) or any(outcome.error for outcome in evidence.outcomes):
        return None
    return [Came(case, outcome.value) for case, outcome in zip(cases, evidence.outcomes, strict=True)]


def judge_dropout(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of dropout: any order of draws is right that keeps the contract."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return replace(broken, example=call_that_raised(cases, evidence))
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    for came in came_of(cases, evidence) or []:
        fault = _fault(came)
        if fault is not None:
            message, next_step = fault
            return Finding(share=0.0, message=message, next_step=next_step)
    return side_effect(evidence) or Finding(share=1.0, message="Right.")


def call_that_raised(cases: Cases, evidence: Evidence) -> str | None:
    """Return the first call that raised, as one would write it."""
    for case, outcome in zip(cases, evidence.outcomes, strict=False):
        if outcome.error is not None:
            x, rate, training, _ = case.args
            return f"dropout(x, {rate:g}, {training}, rng), where x is {describe(x)}"
    return None


def _fault(came: Came) -> tuple[str, str] | None:
    """Return what is wrong with one call and what to ask, or None where it is right."""
    if came.out is None or came.mask is None:
        return (
            f"Two arrays are asked for, the numbers and the mask{came.label}.",
            "What does your `return` line list?",
        )
    kept = came.kept
    if kept is None:
        return (
            f"The mask should have x's shape {came.x.shape} and hold true and false; yours has shape "
            f"{came.mask.shape}, {came.mask.dtype}{came.label}.",
            "Which comparison gives a true or a false for each number of x?",
        )
    right = came.x * kept / (1 - came.rate) if came.training else came.x
    found = difference(np.asarray(right, float), came.out, CLOSE)
    if found is not None and found.kind in (Kind.VALUE, Kind.SHAPE):
        return (
            f"The numbers are not x · mask / (1 - rate) for your own mask{came.label}: {found.text}.",
            "Take one number that was kept. What should become of it at this rate?",
        )
    if not came.training and not kept.all():
        return (f"Not training, all of the mask should be true{came.label}.", "How many numbers are silenced in use?")
    if came.training and not came.share_kept(kept[came.x != 0]):  # of a 0 nobody sees whether it was kept
        return (
            f"Of {kept.size} numbers {kept.sum()} were kept; at rate {came.rate:g} about "
            f"{kept.size * (1 - came.rate):.0f} should be{came.label}.",
            "With which probability is one number silenced? Look at the comparison that makes the mask.",
        )
    return None


# --- the named mistakes, by what came back -------------------------------------------------------------------------


def each(test: Callable[[Came], bool], *, where: Callable[[Came], bool] = lambda came: True) -> Recogniser:
    """Return a recogniser: the test holds for each call of this sort, and there is one."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        came = [one for one in came_of(cases, evidence) or [] if where(one)]
        return bool(came) and all(map(test, came))

    return recognise


def is_large(came: Came) -> bool:
    """Whether the call trains on a batch that is large enough for shares."""
    return came.is_large


def is_in_use(came: Came) -> bool:
    """Whether the call does not train."""
    return not came.training


def trains(came: Came) -> bool:
    """Whether the call trains at a rate above 0."""
    return bool(came.training and came.rate > 0)


def _numbers_are(come_to: Callable[[Came, Array], Array]) -> Callable[[Came], bool]:
    """Return a test: the numbers are what `come_to` makes of x and the mask that came back."""

    def test(came: Came) -> bool:
        return came.kept is not None and came.comes_to(come_to(came, came.kept))

    return test


def mask_is_scaled(came: Came) -> bool:
    """Whether the mask that came back holds 1 / (1 - rate) instead of true."""
    if came.mask is None or came.mask.shape != came.x.shape or came.mask.dtype.kind != "f":
        return False
    return bool(np.isclose(came.mask[came.mask != 0], 1 / (1 - came.rate), rtol=1e-4).all() and came.mask.any())


def one_mask_in_a_row(came: Came) -> bool:
    """Whether each row of the batch was given the same mask, or only one mask came back."""
    if came.mask is None:
        return False
    if came.mask.shape in (came.x.shape[1:], (1, *came.x.shape[1:])):
        return True
    if came.kept is None or came.kept.all() or not came.kept.any():
        return False
    return bool((came.kept == came.kept[:1]).all())


def whole_rows(came: Came) -> bool:
    """Whether rows were kept or silenced as a whole."""
    if came.mask is None or came.mask.shape[:1] != came.x.shape[:1]:
        return False
    try:
        mask = np.broadcast_to(came.mask.reshape(len(came.x), -1), (len(came.x), came.x[0].size))
    except ValueError:
        return False
    return bool((mask == mask[:, :1]).all() and not mask.all())


def is_active(came: Came) -> bool:
    """Whether numbers were silenced."""
    return came.kept is not None and not came.kept.all() and not came.comes_to(came.x)


def mask_marks_the_silenced(came: Came) -> bool:
    """Whether the numbers are right for the opposite of the mask."""
    if came.kept is None or came.kept.all():
        return False
    return came.comes_to(came.x * ~came.kept / (1 - came.rate))


def read_off_the_output(came: Came) -> bool:
    """Whether the mask is false exactly where the output is 0, also where x was 0 before, and the numbers are right."""
    if came.kept is None or came.out is None or not np.array_equal(came.kept, came.out != 0):
        return False
    return came.comes_to(came.x * came.kept / (1 - came.rate))


def is_rate_as_keep(came: Came) -> bool:
    """Whether so many were kept as should have been silenced."""
    return came.kept is not None and not came.share_kept(came.kept) and _is_near(came.kept.mean(), came)


def _is_near(share: float, came: Came) -> bool:
    return bool(abs(share - came.rate) <= DEVIATIONS * np.sqrt(came.rate * (1 - came.rate) / came.x.size))


def order_is_swapped(came: Came) -> bool:
    """Whether the mask came first and the numbers second."""
    return (
        came.out is not None
        and came.mask is not None
        and came.out.dtype == bool
        and came.mask.dtype.kind == "f"
        and came.out.shape == came.mask.shape == came.x.shape
    )


def right_but_for(slip: Callable[[Came], bool], mended: Callable[[Array, Any], Any], *, where: Any) -> Recogniser:
    """Return a recogniser: the slip shows in each call of this sort, and all is right once it is mended.

    For slips that keep some of the points: whoever made one has dropped numbers out all the same.
    """

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        if not each(slip, where=where)(cases, evidence):
            return False
        outcomes = tuple(
            replace(outcome, value=mended(case.args[0], outcome.value))
            for case, outcome in zip(cases, evidence.outcomes, strict=True)
        )
        as_meant = replace(evidence, outcomes=outcomes)
        came = came_of(cases, as_meant)
        return came is not None and not any(map(_fault, came)) and not ignores_the_generator(cases, as_meant)

    return recognise


def the_other_way_round(_x: Array, value: Any) -> Any:
    """Return the numbers and the mask that came as mask and numbers."""
    return (value[1], value[0]) if isinstance(value, (tuple, list)) and len(value) == 2 else value


def with_mask(change: Callable[[Array, Array], Array]) -> Callable[[Array, Any], Any]:
    """Return what mends a pair by changing its mask, where it has x's shape."""

    def mended(x: Array, value: Any) -> Any:
        pair = isinstance(value, (tuple, list)) and len(value) == 2
        fits = pair and _is_numbers(value[1]) and value[1].shape == x.shape
        return (value[0], change(x, value[1] != 0)) if fits else value

    return mended


def numbers_alone(cases: Cases, evidence: Evidence) -> bool:
    """Whether only the numbers came back, without the mask."""
    outcomes = evidence.outcomes
    return len(outcomes) == len(cases) and all(
        _is_numbers(outcome.value) and outcome.value.shape == case.args[0].shape
        for case, outcome in zip(cases, outcomes, strict=True)
    )


def ignores_the_generator(cases: Cases, evidence: Evidence) -> bool:
    """Whether the same generator gave two masks, or two generators one mask."""
    came = came_of(cases, evidence)
    if came is None:
        return False
    once, again, other = (one.kept for one in came[2:5])
    if once is None or again is None or other is None or once.all() or not once.any():
        return False
    unseeded = not np.array_equal(once, again) and not any(outcome.random_changed for outcome in evidence.outcomes)
    return unseeded or np.array_equal(once, other)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_random(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones_like(x, dtype=bool)
    mask = rng.random(x.shape) < 1 - rate
    return np.where(mask, x / (1 - rate), 0), mask


def with_loops(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    out, mask = x.astype(float).ravel(), np.full(x.size, True)
    if training:
        for i in range(x.size):
            if rng.random() < rate:
                mask[i] = False
                out[i] = 0.0
            else:
                out[i] = out[i] / (1.0 - rate)
    return out.reshape(x.shape), mask.reshape(x.shape)


def with_binomial(x: Array, rate: float, training: bool, rng: Any) -> Any:
    keep = 1 - rate if training else 1.0
    mask = rng.binomial(1, keep, size=x.shape)
    return [x * mask / keep, mask]


def with_choice(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if training is False:
        return x.copy(), np.ones(x.shape) == 1
    mask = rng.choice([True, False], size=x.shape, p=[1 - rate, rate])
    return np.multiply(x, mask) * (1 / (1 - rate)), mask


def image_by_image(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.isfinite(x)
    masks = np.stack([rng.uniform(size=image.shape) >= rate for image in x])
    return (x * masks / (1 - rate)).astype(x.dtype), masks


# --- mistakes ------------------------------------------------------------------------------------------------------


def _mask(x: Array, rate: float, rng: Any) -> Array:
    return np.asarray(rng.random(x.shape) >= rate)


def not_rescaled(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate if training else 0.0, rng)
    return x * mask, mask


def scaled_down(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate if training else 0.0, rng)
    return (x * mask * (1 - rate) if training else x), mask


def divided_by_the_rate(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate if training else 0.0, rng)
    return (x * mask / (rate or 1.0) if training else x), mask


def always_active(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate, rng)
    return x * mask / (1 - rate), mask


def active_when_not_training(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    return with_random(x, rate, not training, rng)


def scales_in_use(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x * (1 - rate), np.ones(x.shape, dtype=bool)
    mask = _mask(x, rate, rng)
    return x * mask, mask


def scales_in_use_too(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate if training else 0.0, rng)
    return x * mask / (1 - rate), mask


def rate_as_keep(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) < rate
    return x * mask / (rate or 1.0), mask


def rate_as_keep_in_the_mask(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape) < rate
    return x * mask / (1 - rate), mask


def one_mask_for_all(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = np.broadcast_to(rng.random(x.shape[1:]) >= rate, x.shape)
    return x * mask / (1 - rate), mask


def one_mask_alone(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    mask = rng.random(x.shape[1:]) >= rate
    return x * mask / (1 - rate), mask


def silences_whole_rows(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.ones(x.shape, dtype=bool)
    column = (len(x), *[1] * (x.ndim - 1))
    mask = np.broadcast_to(rng.random(column) >= rate, x.shape)
    return x * mask / (1 - rate), mask


def scaled_mask(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    mask = _mask(x, rate, rng) / (1 - rate) if training else np.ones(x.shape)
    return x * mask, mask


def mask_of_the_silenced(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    if not training:
        return x, np.zeros(x.shape, dtype=bool)
    silenced = rng.random(x.shape) < rate
    return x * ~silenced / (1 - rate), silenced


def mask_off_the_output(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    out = with_random(x, rate, training, rng)[0]
    return out, out != 0


def swapped(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    out, mask = with_random(x, rate, training, rng)
    return mask, out


def without_the_mask(x: Array, rate: float, training: bool, rng: Any) -> Array:
    return with_random(x, rate, training, rng)[0]


def with_its_own_seed(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    return with_random(x, rate, training, np.random.default_rng(0))


def unseeded(x: Array, rate: float, training: bool, rng: Any) -> Pair:
    return with_random(x, rate, training, np.random.default_rng())


EXERCISE = Exercise(
    id="l08_dropout",
    title="Dropout by hand",
    points=3,
    draw_cases=draw_cases,
    judge=judge_dropout,
    right_answers=(with_random, with_loops, with_binomial, with_choice, image_by_image),
    mistakes=(
        Mistake(
            "mask-not-returned",
            without_the_mask,
            "Only the numbers come back; the mask is asked for too.",
            "How does a function return two arrays?",
            recognise=numbers_alone,
        ),
        Mistake(
            "mask-first",
            swapped,
            "The mask comes first; the exercise asks for (out, mask).",
            "In which order does your `return` line list the two?",
            credit=0.67,
            recognise=right_but_for(order_is_swapped, the_other_way_round, where=lambda came: True),
        ),
        Mistake(
            "ignores-the-generator",
            with_its_own_seed,
            "The mask is not drawn from the generator that your function is given.",
            "Who decides which random numbers come, and where does `rng` stand in your code?",
            recognise=ignores_the_generator,
            also=(unseeded,),
        ),
        Mistake(
            "one-mask-for-the-batch",
            one_mask_for_all,
            "All rows of the batch get the same mask; each image should lose other numbers.",
            "Which shape do your random numbers have, and which shape has x?",
            recognise=each(one_mask_in_a_row, where=is_large),
            also=(one_mask_alone,),
        ),
        Mistake(
            "silences-whole-images",
            silences_whole_rows,
            "Whole rows are silenced: some images lose everything and others nothing.",
            "Is one random number drawn for each image, or for each number of it?",
            recognise=each(whole_rows, where=is_large),
        ),
        Mistake(
            "active-in-use",
            always_active,
            "Numbers are silenced also when the model does not train: the same image would be answered differently each time.",
            "What should your function do with `training`?",
            recognise=each(is_active, where=is_in_use),
            also=(active_when_not_training,),
        ),
        Mistake(
            "mask-marks-the-silenced",
            mask_of_the_silenced,
            "The mask is true where a number was silenced; it should be true where one was kept.",
            "What does x · mask leave of a number whose mask is false?",
            credit=0.33,
            recognise=right_but_for(
                mask_marks_the_silenced,
                with_mask(lambda _x, mask: mask if mask.all() else ~mask),
                where=is_large,
            ),
        ),
        Mistake(
            "scaled-in-use",
            scales_in_use,
            "The numbers are changed in use, when nothing should happen. Dropout once worked so; inverted dropout scales "
            "while training.",
            "What should come out when training is False?",
            recognise=each(
                lambda came: (
                    came.kept is not None
                    and bool(came.kept.all())
                    and (came.comes_to(came.x * (1 - came.rate)) or came.comes_to(came.x / (1 - came.rate)))
                ),
                where=is_in_use,
            ),
            also=(scales_in_use_too,),
        ),
        Mistake(
            "rate-as-keep-probability",
            rate_as_keep,
            "The rate is the share that is silenced; your function keeps that share.",
            "With rate 0.8, how many of ten numbers should be left?",
            recognise=each(is_rate_as_keep, where=is_large),
            also=(rate_as_keep_in_the_mask,),
        ),
        Mistake(
            "not-rescaled",
            not_rescaled,
            "What is kept stays as large as it was, so the sum of all numbers shrinks while training, and does not in use.",
            "Half of the numbers are gone. By how much must the others grow, so that their mean stays the same?",
            recognise=each(_numbers_are(lambda came, kept: came.x * kept), where=trains),
        ),
        Mistake(
            "scaled-the-wrong-way",
            scaled_down,
            "What is kept is multiplied by 1 - rate: it becomes even less.",
            "Half of the numbers are gone. Must the others grow or shrink, so that their mean stays the same?",
            recognise=each(_numbers_are(lambda came, kept: came.x * kept * (1 - came.rate)), where=trains),
        ),
        Mistake(
            "divided-by-the-rate",
            divided_by_the_rate,
            "What is kept is divided by the rate; it is the share that is kept, 1 - rate, that it should be divided by.",
            "One number in four is silenced. Which share is left, and what makes their sum whole again?",
            recognise=each(
                _numbers_are(lambda came, kept: came.x * kept / came.rate),
                where=lambda came: trains(came) and came.rate != 0.5,  # where both are the same
            ),
        ),
        Mistake(
            "mask-read-off-the-output",
            mask_off_the_output,
            "A number that was 0 before counts as silenced: the mask was read off the output. Behind a ReLU there are many zeros.",
            "Where in your code is it decided which numbers are kept?",
            credit=0.67,
            recognise=right_but_for(
                read_off_the_output,
                with_mask(lambda x, mask: mask | (x == 0)),
                where=lambda came: came.is_large and not came.x.all(),
            ),
        ),
        Mistake(
            "mask-is-scaled",
            scaled_mask,
            "The numbers are right, but the mask holds 1 / (1 - rate); it should be true where a number was kept.",
            "What are the two values that a mask can have?",
            credit=0.67,
            recognise=right_but_for(mask_is_scaled, with_mask(lambda _x, mask: mask), where=is_large),
        ),
    ),
    hints=(
        "What does one random number between 0 and 1 have to do with the rate, so that it decides over one number of x?",
        "Not training: x and a mask of all true. Training: `rng.random(x.shape)` gives a number for each number of x; "
        "compared with the rate it makes the mask.",
        "`mask = rng.random(x.shape) >= rate`; `return x * mask / (1 - rate), mask`. Before: "
        "`if not training: return x, np.ones(x.shape, dtype=bool)`",
    ),
)

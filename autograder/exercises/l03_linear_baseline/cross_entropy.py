"""l03_cross_entropy: how wrong the probabilities are."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.claims import number
from autograder.compare import describe
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.judging import judge_by_answer
from autograder.records import Evidence
from digitlab.linear import cross_entropy

Array = np.ndarray[Any, Any]
LEAST_LOSS_AT_ZERO = 15.0


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return ordinary batches, and last one in which the true class of a row has probability 0."""
    # At least 0.01: whoever keeps probabilities above a small bound gives the same loss as who does not.
    probabilities = 0.9 * rng.dirichlet(np.ones(10), 6) + 0.01
    labels = rng.integers(0, 10, 6)
    few = 0.96 * rng.dirichlet(np.full(4, 2.0), 3) + 0.01
    certain = np.array([[1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])
    return [
        Case((np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[1.0, 0.0], [0.0, 1.0]]))),
        Case((probabilities, np.eye(10)[labels])),
        Case((few, np.eye(4, dtype=np.float32)[[2, 0, 2]])),
        Case((certain, np.eye(3)[[1, 2]]), "the true class of the first row has probability 0"),
    ]


def judge_loss(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a loss; at probability 0 any finite value that is large enough is right."""
    last = evidence.outcomes[-1] if len(evidence.outcomes) == len(cases) else None
    if last is None or last.error is not None:
        return judge_by_answer(exercise, cases, evidence)
    rest = judge_by_answer(exercise, cases[:-1], _without_last(evidence))
    if rest.share < 1:
        return rest
    value = number(last.value)
    # The mean over the two rows: the row at probability 0 counts at least 15, the other ln 2.
    least = (LEAST_LOSS_AT_ZERO + np.log(2)) / 2
    if value is None:
        return Finding(
            share=0.0,
            message=f"{describe(last.value)} came back where a number is asked for ({cases[-1].label}).",
            next_step="Which way through your function gives no number?",
        )
    if np.isfinite(value) and value >= least - 1e-6:
        return rest
    if not np.isfinite(value):
        return Finding(
            share=0.5,
            mistake="log-of-zero",
            message="Where the true class has probability 0 the loss is infinite or NaN: the logarithm of 0 is taken.",
            next_step="What is the smallest probability that you want to take the logarithm of, and which function keeps "
            "numbers above a bound?",
        )
    return Finding(
        share=0.5,
        mistake="zero-is-hidden",
        message="Where the true class has probability 0 the loss should be large (15 or more for that row); yours is small.",
        next_step="How wrong is a model that holds the truth impossible, and does your loss say so?",
    )


def _without_last(evidence: Evidence) -> Evidence:
    return Evidence(found=evidence.found, outcomes=evidence.outcomes[:-1], facts=evidence.facts)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_clip(probabilities: Array, one_hot: Array) -> Any:
    return -np.mean(np.sum(one_hot * np.log(np.clip(probabilities, 1e-12, 1)), axis=1))


def with_picking(probabilities: Array, one_hot: Array) -> float:
    true = probabilities[np.arange(len(one_hot)), one_hot.argmax(axis=1)]
    return float(np.mean(-np.log(true + 1e-9)))


def with_loop(probabilities: Array, one_hot: Array) -> float:
    import math

    total = 0.0
    for row, truth in zip(probabilities, one_hot, strict=True):
        p = float(row[list(truth).index(1)])
        total -= math.log(max(p, 1e-7))
    return total / len(probabilities)


def with_sklearn(probabilities: Array, one_hot: Array) -> float:
    from sklearn.metrics import log_loss

    return float(
        log_loss(one_hot.argmax(axis=1), np.asarray(probabilities, dtype=float), labels=range(one_hot.shape[1]))
    )


# --- mistakes ------------------------------------------------------------------------------------------------------


def _row_losses(probabilities: Array, one_hot: Array) -> Array:
    return -(one_hot * np.log(np.clip(probabilities, 1e-12, 1))).sum(axis=1)


def summed(probabilities: Array, one_hot: Array) -> Any:
    return _row_losses(probabilities, one_hot).sum()


def over_all_entries(probabilities: Array, one_hot: Array) -> Any:
    return -(one_hot * np.log(np.clip(probabilities, 1e-12, 1))).mean()


def log_of_zero(probabilities: Array, one_hot: Array) -> Any:
    with np.errstate(all="ignore"):
        return -np.log((probabilities * one_hot).sum(axis=1)).mean()


def nan_from_zero(probabilities: Array, one_hot: Array) -> Any:
    with np.errstate(all="ignore"):
        return -(one_hot * np.log(probabilities)).sum(axis=1).mean()


def swapped(probabilities: Array, one_hot: Array) -> Any:
    return -(probabilities * np.log(np.clip(one_hot, 1e-12, 1))).sum(axis=1).mean()


def base_two(probabilities: Array, one_hot: Array) -> Any:
    return _row_losses(probabilities, one_hot).mean() / np.log(2)


def base_ten(probabilities: Array, one_hot: Array) -> Any:
    return _row_losses(probabilities, one_hot).mean() / np.log(10)


def wrong_sign(probabilities: Array, one_hot: Array) -> Any:
    return -_row_losses(probabilities, one_hot).mean()


def squared(probabilities: Array, one_hot: Array) -> Any:
    return ((probabilities - one_hot) ** 2).sum(axis=1).mean()


def coarse_clip(probabilities: Array, one_hot: Array) -> Any:
    return -np.log(np.maximum((probabilities * one_hot).sum(axis=1), 1e-3)).mean()


def for_each_row(probabilities: Array, one_hot: Array) -> Array:
    return _row_losses(probabilities, one_hot)


EXERCISE = Exercise(
    id="l03_cross_entropy",
    title="Cross-entropy",
    points=2,
    draw_cases=draw_cases,
    judge=judge_loss,
    answer=cross_entropy,
    right_answers=(with_clip, with_picking, with_loop, with_sklearn),
    mistakes=(
        Mistake(
            "sum-for-mean",
            summed,
            "The losses of the rows are added up; the exercise asks for their mean, so that the size of the batch does not matter.",
            "Should a batch of 200 images have twice the loss of a batch of 100?",
        ),
        Mistake(
            "mean-over-all-entries",
            over_all_entries,
            "You take the mean over all N·C entries; all but one of each row are 0, so the loss is C times too small.",
            "How many numbers should be averaged for N images?",
        ),
        Mistake(
            "log-of-zero",
            log_of_zero,
            "Where the true class has probability 0 the loss is infinite or NaN: the logarithm of 0 is taken.",
            "What is the smallest probability that you want to take the logarithm of?",
            credit=0.5,
            also=(nan_from_zero,),
            recognise=lambda _cases, _evidence: False,
        ),
        Mistake(
            "zero-is-hidden",
            coarse_clip,
            "Where the true class has probability 0 the loss should be large (15 or more for that row); yours is small.",
            "How wrong is a model that holds the truth impossible, and does your loss say so?",
            credit=0.5,
            recognise=lambda _cases, _evidence: False,
        ),
        Mistake(
            "arguments-swapped",
            swapped,
            "The logarithm is taken of the one-hot rows; it belongs to the probabilities.",
            "Of which of the two is a logarithm a sensible number: of zeros and ones, or of probabilities?",
        ),
        Mistake(
            "another-base",
            base_two,
            "The logarithm has another base than e: the loss of guessing among ten should be ln 10, about 2.303.",
            "Which of NumPy's logarithms is the natural one?",
            also=(base_ten,),
        ),
        Mistake(
            "wrong-sign",
            wrong_sign,
            "The loss is negative: logarithms of probabilities are.",
            "Which sign stands in front of the sum?",
        ),
        Mistake(
            "squared-error",
            squared,
            "That is the squared error; cross-entropy takes the logarithm of the true class's probability.",
            "Which single probability of a row does the cross-entropy look at?",
        ),
        Mistake(
            "a-loss-for-each-row",
            for_each_row,
            "One number comes back for each row; the exercise asks for their mean.",
            "How do N losses become one?",
        ),
    ),
    hints=(
        "For one image: which of its ten probabilities decides the loss?",
        "Pick the true class's probability of each row (multiply by one-hot and sum), keep it above 1e-12, take -log, and the mean.",
        "`p = (probabilities * one_hot).sum(axis=1)`; `return float(-np.log(np.maximum(p, 1e-12)).mean())`.",
    ),
)

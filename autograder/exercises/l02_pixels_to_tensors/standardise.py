"""l02_standardise: mean 0 and deviation 1, by the training images' own statistics."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.tensors import standardise

Array = np.ndarray[Any, Any]
Pair = tuple[Array, Array]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return columns of different scale, and columns that are constant in the training part."""
    train = rng.normal([0.0, 5.0, -3.0], [1.0, 4.0, 0.5], (6, 3))
    other = rng.normal([1.0, 2.0, -1.0], [2.0, 1.0, 1.5], (4, 3))
    constant = rng.random((5, 4))
    constant[:, 1], constant[:, 3] = 0.0, 0.25
    return [
        Case((np.array([[1.0, 10.0], [3.0, 30.0]]), np.array([[2.0, 50.0]]))),
        Case((train, other)),
        Case((constant, rng.random((3, 4))), "columns 1 and 3 are constant in train"),
    ]


def _deviation(train: Array) -> Array:
    deviation = train.std(axis=0)
    return np.where(deviation == 0, 1.0, deviation)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_where(train: Array, other: Array) -> Pair:
    mean, deviation = train.mean(axis=0), _deviation(train)
    return (train - mean) / deviation, (other - mean) / deviation


def with_scaler(train: Array, other: Array) -> Any:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    return [scaler.transform(train), scaler.transform(other)]


def with_loop(train: Array, other: Array) -> Pair:
    a, b = np.empty_like(train), np.empty_like(other)
    for j in range(train.shape[1]):
        mean = sum(train[:, j]) / len(train)
        deviation = (sum((x - mean) ** 2 for x in train[:, j]) / len(train)) ** 0.5
        if deviation < 1e-12:
            deviation = 1.0
        a[:, j], b[:, j] = (train[:, j] - mean) / deviation, (other[:, j] - mean) / deviation
    return a, b


# --- mistakes ------------------------------------------------------------------------------------------------------


def each_by_its_own(train: Array, other: Array) -> Pair:
    return (train - train.mean(axis=0)) / _deviation(train), (other - other.mean(axis=0)) / _deviation(other)


def by_other(train: Array, other: Array) -> Pair:
    mean, deviation = other.mean(axis=0), _deviation(other)
    return (train - mean) / deviation, (other - mean) / deviation


def by_both(train: Array, other: Array) -> Pair:
    both = np.concatenate([train, other])
    mean, deviation = both.mean(axis=0), _deviation(both)
    return (train - mean) / deviation, (other - mean) / deviation


def divides_by_zero(train: Array, other: Array) -> Pair:
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    with np.errstate(all="ignore"):
        return (train - mean) / deviation, (other - mean) / deviation


def one_mean_for_all(train: Array, other: Array) -> Pair:
    return (train - train.mean()) / train.std(), (other - train.mean()) / train.std()


def by_rows(train: Array, other: Array) -> Pair:
    def rows(x: Array) -> Array:
        deviation = x.std(axis=1, keepdims=True)
        return np.asarray((x - x.mean(axis=1, keepdims=True)) / np.where(deviation == 0, 1, deviation))

    return rows(train), rows(other)


def sample_deviation(train: Array, other: Array) -> Pair:
    mean, deviation = train.mean(axis=0), train.std(axis=0, ddof=1)
    deviation = np.where(deviation == 0, 1, deviation)
    return (train - mean) / deviation, (other - mean) / deviation


def only_the_mean(train: Array, other: Array) -> Pair:
    return train - train.mean(axis=0), other - train.mean(axis=0)


def with_an_epsilon(train: Array, other: Array) -> Pair:
    mean, deviation = train.mean(axis=0), train.std(axis=0) + 1e-8
    return (train - mean) / deviation, (other - mean) / deviation


def by_the_variance(train: Array, other: Array) -> Pair:
    mean, variance = train.mean(axis=0), _deviation(train) ** 2
    return (train - mean) / variance, (other - mean) / variance


EXERCISE = Exercise(
    id="l02_standardise",
    title="Standardise by training statistics",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=standardise,
    right_answers=(with_where, with_scaler, with_loop),
    mistakes=(
        Mistake(
            "each-by-its-own-statistics",
            each_by_its_own,
            "`other` is standardised by its own mean and deviation: the same pixel now means two things.",
            "When the model sees one new image, whose mean should be taken off?",
        ),
        Mistake(
            "statistics-of-other",
            by_other,
            "Mean and deviation come from `other`; the exercise asks for those of `train`.",
            "Which part may you look at when you prepare the data, and which must stay unseen?",
        ),
        Mistake(
            "statistics-of-both",
            by_both,
            "Mean and deviation come from both parts together: the test images leak into the training.",
            "Which part may you look at when you prepare the data, and which must stay unseen?",
        ),
        Mistake(
            "divides-by-zero",
            divides_by_zero,
            "A pixel that is constant in `train` has deviation 0, and dividing by it gives NaN or infinity.",
            "What is left of a constant column once its mean is taken off, and does it need dividing?",
        ),
        Mistake(
            "divides-by-nearly-zero",
            with_an_epsilon,
            "Adding a tiny number to the deviation avoids NaN, but blows a constant pixel of `other` up to millions.",
            "What is 0.1 divided by 0.00000001? What should a constant column be divided by instead?",
        ),
        Mistake(
            "one-mean-for-all-pixels",
            one_mean_for_all,
            "You take one mean and one deviation over all pixels; the exercise asks for one for each column.",
            "Which `axis` gives one mean for each column?",
        ),
        Mistake(
            "by-rows",
            by_rows,
            "You standardise each image by itself; the exercise asks for each pixel (column) over the images.",
            "Which `axis` gives one mean for each column?",
        ),
        Mistake(
            "sample-deviation",
            sample_deviation,
            "You divide by the sample deviation (`ddof=1`); the exercise asks for the population's.",
            "Which `ddof` does `np.std` use by itself?",
            credit=0.5,
        ),
        Mistake(
            "only-the-mean",
            only_the_mean,
            "The mean is taken off, but nothing is divided by the deviation.",
            "What is the spread of each column afterwards, and what should it be?",
        ),
        Mistake(
            "divides-by-the-variance",
            by_the_variance,
            "You divide by the variance, which is the deviation squared.",
            "Which has the same unit as the pixels: the variance, or its square root?",
        ),
    ),
    hints=(
        "Whose mean and deviation should both parts be standardised by, and why not each by its own?",
        "`train.mean(axis=0)` and `train.std(axis=0)` give one number for each column. Which of the deviations may be 0?",
        "`mean, deviation = train.mean(axis=0), train.std(axis=0)`; `deviation[deviation == 0] = 1`; then "
        "`(x - mean) / deviation` for both.",
    ),
)

"""l07_best_epoch: the epoch after which the model was best on images that it does not learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.curves import best_epoch

Losses = list[float]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return curves that fall and rise, that only fall, that only rise, with equal minima, with a single epoch."""
    dip = int(rng.integers(2, 5))
    turns = [float(round(0.2 + 0.1 * abs(i - dip) + 0.01 * i, 3)) for i in range(8)]
    start = float(round(rng.uniform(0.5, 0.9), 2))
    return [
        Case(([0.9, 0.4, 0.6],)),
        Case((turns,)),
        Case(([0.8, 0.3, 0.5, 0.3, 0.6],), "two equal minima"),
        Case(([start, start / 2, start / 4, start / 8],), "falls to the end"),
        Case(([0.2, 0.3, 0.5, 0.9],), "rises from the start"),
        Case(([0.7],), "one epoch"),
        Case(([1.4, 0.31, 0.32, 0.3, 0.35, 0.33],)),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_argmin(val_losses: Losses) -> Any:
    return np.argmin(val_losses)


def with_loop(val_losses: Losses) -> int:
    best = 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
    return best


def with_key(val_losses: Losses) -> int:
    return min(range(len(val_losses)), key=lambda epoch: val_losses[epoch])


def with_index(val_losses: Losses) -> int:
    return list(val_losses).index(min(val_losses))


# --- mistakes ------------------------------------------------------------------------------------------------------


def largest(val_losses: Losses) -> int:
    return int(np.argmax(val_losses))


def from_one(val_losses: Losses) -> int:
    return int(np.argmin(val_losses)) + 1


def last_minimum(val_losses: Losses) -> int:
    return len(val_losses) - 1 - int(np.argmin(val_losses[::-1]))


def the_loss_itself(val_losses: Losses) -> float:
    return min(val_losses)


def the_last_epoch(val_losses: Losses) -> int:
    return len(val_losses) - 1


def first_rise(val_losses: Losses) -> int:
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] >= val_losses[epoch - 1]:
            return epoch - 1
    return len(val_losses) - 1


def sorts_it(val_losses: Losses) -> int:
    val_losses.sort()
    return 0


EXERCISE = Exercise(
    id="l07_best_epoch",
    title="The best epoch",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=best_epoch,
    right_answers=(with_argmin, with_loop, with_key, with_index),
    mistakes=(
        Mistake(
            "largest-for-smallest",
            largest,
            "You look for the largest loss. A loss says how wrong the model is: less is better.",
            "Of an accuracy the largest is best. And of a loss?",
        ),
        Mistake(
            "one-based",
            from_one,
            "Every epoch is one too large: the first epoch has the number 0.",
            "Which place has the first element of a list?",
        ),
        Mistake(
            "last-of-equal-minima",
            last_minimum,
            "Where two epochs are equally good you give the later one; the first is asked for.",
            "Training further brought nothing. Which of the two would you have stopped at?",
            credit=0.5,
        ),
        Mistake(
            "loss-for-epoch",
            the_loss_itself,
            "The smallest loss comes back; the exercise asks in which epoch it was.",
            "What is the difference between `min` and `argmin`?",
        ),
        Mistake(
            "last-epoch",
            the_last_epoch,
            "You always give the last epoch. The validation loss may have been smaller before.",
            "What can happen to the validation loss while the training loss still falls?",
        ),
        Mistake(
            "first-rise-ends-the-search",
            first_rise,
            "You stop at the first epoch after which the loss rises; it may fall lower later.",
            "In 1.4, 0.31, 0.32, 0.3: which is the smallest, and does your function reach it?",
        ),
        Mistake(
            "sorts-the-list",
            sorts_it,
            "You sort the list: then the smallest loss stands first, and which epoch it came from is lost.",
            "After sorting, what does the place in the list tell?",
        ),
    ),
    hints=(
        "Which loss is best: the largest or the smallest, and what should come back, the loss or its place?",
        "`np.argmin` gives the place of the smallest number, counted from 0; of several equal ones the first.",
        "`return int(np.argmin(val_losses))`",
    ),
)

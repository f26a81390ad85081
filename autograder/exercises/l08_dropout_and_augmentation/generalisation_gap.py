"""l08_generalisation_gap: how much better a model is on what it has learnt."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.curves import generalisation_gap

Told = dict[str, list[float]]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return histories whose best epoch is neither first nor last, ties among them, and one with a negative gap."""

    def drawn(val_loss: list[float], accuracy: list[float], val_accuracy: list[float]) -> Told:
        # Small differences of its own for each epoch, so that no two epochs give the same gap.
        own = rng.uniform(0.0005, 0.004, (2, len(val_loss)))
        return {
            # The training loss falls throughout: its smallest is the last.
            "loss": [0.8 * 0.55**epoch for epoch in range(len(val_loss))],
            "val_loss": val_loss,
            "accuracy": np.round(np.array(accuracy) - own[0], 4).tolist(),
            "val_accuracy": np.round(np.array(val_accuracy) - own[1], 4).tolist(),
        }

    return [
        Case((drawn([0.6, 0.4, 0.5], [0.75, 0.9, 0.98], [0.8, 0.85, 0.87]),)),
        Case(
            (drawn([0.7, 0.5, 0.41, 0.43, 0.52], [0.7, 0.84, 0.93, 0.97, 1.0], [0.75, 0.83, 0.86, 0.88, 0.87]),),
            "the best validation accuracy comes an epoch later",
        ),
        Case(
            (drawn([0.6, 0.35, 0.4, 0.35, 0.5], [0.76, 0.9, 0.95, 0.98, 0.99], [0.8, 0.88, 0.87, 0.9, 0.89]),),
            "two epochs share the smallest validation loss",
        ),
        Case(
            (drawn([0.5, 0.3, 0.2, 0.22], [0.6, 0.8, 0.88, 0.91], [0.82, 0.9, 0.94, 0.935]),),
            "validation is the better one",
        ),
    ]


def _best(history: Told) -> int:
    return int(np.argmin(history["val_loss"]))


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_numpy(history: Told) -> Any:
    gaps = np.array(history["accuracy"]) - np.array(history["val_accuracy"])
    return gaps[np.argmin(history["val_loss"])]


def with_index(history: Told) -> float:
    epoch = history["val_loss"].index(min(history["val_loss"]))
    return history["accuracy"][epoch] - history["val_accuracy"][epoch]


def with_loop(history: Told) -> float:
    best, gap = float("inf"), 0.0
    for epoch, loss in enumerate(history["val_loss"]):
        if loss < best:
            best, gap = loss, history["accuracy"][epoch] - history["val_accuracy"][epoch]
    return gap


def with_min(history: Told) -> float:
    rows = zip(history["val_loss"], history["accuracy"], history["val_accuracy"], strict=True)
    _, accuracy, val_accuracy = min(rows, key=lambda row: row[0])
    return float(accuracy - val_accuracy)


# --- mistakes ------------------------------------------------------------------------------------------------------


def negative(history: Told) -> float:
    return -with_index(history)


def absolute(history: Told) -> float:
    return abs(with_index(history))


def losses(history: Told) -> float:
    return history["loss"][_best(history)] - history["val_loss"][_best(history)]


def losses_turned(history: Told) -> float:
    return -losses(history)


def each_at_its_best(history: Told) -> float:
    return max(history["accuracy"]) - max(history["val_accuracy"])


def last_training_epoch(history: Told) -> float:
    return history["accuracy"][-1] - history["val_accuracy"][_best(history)]


def best_training_epoch(history: Told) -> float:
    return max(history["accuracy"]) - history["val_accuracy"][_best(history)]


def last_validation_epoch(history: Told) -> float:
    return history["accuracy"][_best(history)] - history["val_accuracy"][-1]


def at_the_last_epoch(history: Told) -> float:
    return history["accuracy"][-1] - history["val_accuracy"][-1]


def at_the_best_accuracy(history: Told) -> float:
    return with_numpy({**history, "val_loss": [-value for value in history["val_accuracy"]]})


def at_the_largest_loss(history: Told) -> float:
    return with_numpy({**history, "val_loss": [-value for value in history["val_loss"]]})


def last_of_equals(history: Told) -> float:
    epoch = max(i for i, loss in enumerate(history["val_loss"]) if loss == min(history["val_loss"]))
    return history["accuracy"][epoch] - history["val_accuracy"][epoch]


def mean_over_epochs(history: Told) -> float:
    return float(np.mean(history["accuracy"]) - np.mean(history["val_accuracy"]))


def per_cent(history: Told) -> float:
    return 100 * with_index(history)


EXERCISE = Exercise(
    id="l08_generalisation_gap",
    title="The generalisation gap",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=generalisation_gap,
    right_answers=(with_numpy, with_index, with_loop, with_min),
    mistakes=(
        Mistake(
            "validation-minus-training",
            negative,
            "The sign is turned: you take validation minus training.",
            "Should the gap of a model that has learnt its images by heart be above 0 or below?",
        ),
        Mistake(
            "losses-for-accuracies",
            losses,
            "You compare the losses; the gap is asked for in accuracies. The loss only says which epoch was best.",
            "Which two entries of the history are shares of right answers?",
            also=(losses_turned,),
        ),
        Mistake(
            "epochs-mixed",
            each_at_its_best,
            "The two accuracies come from two different epochs; a model cannot be in two epochs at once.",
            "At which one epoch do you read both numbers?",
            also=(last_training_epoch, best_training_epoch, last_validation_epoch),
        ),
        Mistake(
            "at-the-last-epoch",
            at_the_last_epoch,
            "You read the gap at the last epoch; it is asked for at the best one.",
            "Which epoch would you keep, if the validation loss has risen since?",
        ),
        Mistake(
            "best-by-accuracy",
            at_the_best_accuracy,
            "You take the epoch of the largest validation accuracy; the best epoch is that of the smallest validation loss.",
            "What is it that the function `best_epoch` of lesson 07 looks at?",
        ),
        Mistake(
            "largest-loss",
            at_the_largest_loss,
            "You take the epoch of the largest validation loss; the smallest is the best.",
            "Is a loss something to have much of?",
        ),
        Mistake(
            "last-of-equal-minima",
            last_of_equals,
            "Of several epochs with the same smallest validation loss you take the last; the first is asked for.",
            "Does `<` or `<=` keep the first of two equal numbers?",
        ),
        Mistake(
            "without-its-sign",
            absolute,
            "The sign is lost: where validation is better the gap is below 0.",
            "What should come out when the model does better on the validation images?",
        ),
        Mistake(
            "mean-over-epochs",
            mean_over_epochs,
            "You take the mean over all epochs; the gap is that of one epoch, the best.",
            "Which one of the epochs would you keep?",
        ),
        Mistake(
            "per-cent",
            per_cent,
            "You give percentage points; the exercise asks for the difference of two shares.",
            "How large can the difference of two shares be?",
        ),
    ),
    hints=(
        "Which list tells the best epoch, and which two lists do you read at that epoch?",
        "`history['val_loss'].index(min(history['val_loss']))` is the best epoch, the first of equal ones.",
        "With that epoch: `history['accuracy'][epoch] - history['val_accuracy'][epoch]`",
    ),
)

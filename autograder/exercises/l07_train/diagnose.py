"""l07_diagnose: what two pairs of curves say about a training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Mistake
from autograder.judging import judge_by_answer
from autograder.records import Evidence
from digitlab.curves import diagnose

Told = dict[str, list[float]]


def _history(loss: list[float], val_loss: list[float], accuracy: list[float], val_accuracy: list[float]) -> Told:
    return {"loss": loss, "val_loss": val_loss, "accuracy": accuracy, "val_accuracy": val_accuracy}


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return clear cases of each answer; of three pairs one half is alike: all accuracies, or the last epochs."""
    near = float(rng.uniform(0.97, 1.03))

    def scaled(values: list[float]) -> list[float]:
        return [round(value * near, 4) for value in values]

    learnt = ([0.82, 0.94, 0.98, 0.99, 1.0], [0.88, 0.92, 0.93, 0.935, 0.935])
    decent = ([0.85, 0.9, 0.93], [0.88, 0.91, 0.93])
    by_heart = [0.6, 0.2, 0.08, 0.03, 0.01]
    turned, fell = scaled([0.3, 0.2, 0.31, 0.40, 0.42]), scaled([0.9, 0.6, 0.44, 0.40, 0.42])
    high = ([0.1, 0.12, 0.11], [0.1, 0.11, 0.1])
    told = [
        ("", "good", _history([0.5, 0.15, 0.08], scaled([0.2, 0.12, 0.1]), [0.85, 0.95, 0.98], [0.94, 0.96, 0.97])),
        ("the validation loss was far lower before", "ends alike 1", _history(by_heart, turned, *learnt)),
        ("ends as another one, but fell all the way", "ends alike 2", _history(by_heart, fell, *learnt)),
        ("", "accuracies alike 1", _history([0.5, 0.3, 0.2], scaled([0.4, 0.28, 0.22]), *decent)),
        (
            "a high loss with a decent accuracy",
            "accuracies alike 2",
            _history([1.4, 1.1, 0.95], scaled([1.3, 1.05, 0.93]), *decent),
        ),
        ("the training loss climbs", "", _history([1.5, 1.9, 2.4], scaled([1.6, 2.0, 2.4]), *high)),
        ("the training loss stays high", "", _history([2.8, 2.6, 2.4], scaled([2.8, 2.6, 2.4]), *high)),
        (
            "the training loss climbs far",
            "",
            _history([2.4, 3.1, 5.6, 9.0], scaled([2.6, 3.9, 7.0, 11.0]), [0.1, 0.1, 0.11, 0.1], [0.1] * 4),
        ),
        (
            "the training loss is not a number",
            "nan",
            _history([2.1, math.nan, math.nan], [2.0, math.nan, math.nan], [0.3, 0.1, 0.1], [0.35, 0.1, 0.1]),
        ),
        (
            "validation is the better one in each epoch",
            "",
            _history([0.3, 0.12, 0.09], scaled([0.16, 0.1, 0.08]), [0.9, 0.96, 0.97], [0.95, 0.965, 0.972]),
        ),
        (
            "slow at first, low in the end",
            "",
            _history(
                [1.1, 0.5, 0.2, 0.11],
                scaled([0.7, 0.35, 0.2, 0.19]),
                [0.6, 0.84, 0.93, 0.965],
                [0.78, 0.9, 0.94, 0.945],
            ),
        ),
    ]
    return [Case((history,), label, secret=name) for label, name, history in told]


def _answers(cases: Cases, evidence: Evidence) -> dict[str, Any]:
    return {case.secret: one.value for case, one in zip(cases, evidence.outcomes, strict=False) if case.secret}


def by_accuracy(cases: Cases, evidence: Evidence) -> bool:
    """Whether trainings with the same accuracies and other losses get the same answer."""
    said = _answers(cases, evidence)
    pairs = [(said.get(f"{name} 1"), said.get(f"{name} 2")) for name in ("ends alike", "accuracies alike")]
    return all(isinstance(one, str) and isinstance(other, str) and one == other for one, other in pairs)


def by_the_end(cases: Cases, evidence: Evidence) -> bool:
    """Whether overfitting is seen in two trainings that end alike, of which only one was better before."""
    said = _answers(cases, evidence)
    ends = [said.get("ends alike 1"), said.get("ends alike 2")]
    return all(isinstance(one, str) and one == "overfitting" for one in ends)


def nan_alone_is_wrong(cases: Cases, evidence: Evidence) -> bool:
    """Whether all is right but the training whose loss is not a number."""
    pairs = list(zip(cases, evidence.outcomes, strict=False))
    right = [isinstance(one.value, str) and diagnose(*case.args) == one.value for case, one in pairs]
    wrong = [case.secret for case, is_right in zip(cases, right, strict=False) if not is_right]
    return len(right) == len(cases) and wrong == ["nan"] and isinstance(_answers(cases, evidence)["nan"], str)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_numpy(history: Told) -> str:
    loss, val = np.array(history["loss"]), np.array(history["val_loss"])
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "diverging"
    if (loss > 0.6).all():
        return "underfitting"
    return "overfitting" if val[-1] >= 1.25 * val.min() else "good"


def with_loops(history: Told) -> str:
    train, val = list(history["loss"]), list(history["val_loss"])
    for value in train:
        if value != value or value in (float("inf"), float("-inf")):
            return "diverging"
    if train[-1] > 1.1 * min(train):
        return "diverging"
    if train[-1] > 0.6:
        return "underfitting"
    if val[-1] / min(val) > 1.25 and train[-1] < train[0]:
        return "overfitting"
    return "good"


def by_name(history: Told) -> str:
    verdicts = {
        "diverging": math.isnan(sum(history["loss"])) or max(history["loss"]) > history["loss"][0],
        "underfitting": min(history["loss"]) > 0.6,
        "overfitting": max(history["val_loss"][-1:]) > 1.2 * min(history["val_loss"]),
    }
    return next((name for name, holds in verdicts.items() if holds), "good")


# --- mistakes ------------------------------------------------------------------------------------------------------


def accuracy_alone(history: Told) -> str:
    accuracy, val = history["accuracy"], history["val_accuracy"]
    if accuracy[-1] < accuracy[0]:
        return "diverging"
    if accuracy[-1] < 0.8:
        return "underfitting"
    return "overfitting" if accuracy[-1] - val[-1] > 0.1 else "good"


def accuracy_falls(history: Told) -> str:
    accuracy, val = history["accuracy"], history["val_accuracy"]
    if accuracy[-1] <= 0.15:
        return "diverging"
    if max(accuracy) < 0.85:
        return "underfitting"
    return "overfitting" if val[-1] < max(val) - 0.01 else "good"


def last_epoch_alone(history: Told) -> str:
    loss, val = history["loss"][-1], history["val_loss"][-1]
    if not math.isfinite(loss) or loss > 3:
        return "diverging"
    if loss > 0.6:
        return "underfitting"
    return "overfitting" if val > 1.25 * loss else "good"


def last_two_epochs(history: Told) -> str:
    loss, val = history["loss"], history["val_loss"]
    if not math.isfinite(loss[-1]) or loss[-1] > loss[-2]:
        return "diverging"
    if loss[-1] > 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > val[-2] else "good"


def names_swapped(history: Told) -> str:
    other = {"underfitting": "overfitting", "overfitting": "underfitting"}
    return other.get(with_numpy(history), with_numpy(history))


def nan_unseen(history: Told) -> str:
    loss, val = history["loss"], history["val_loss"]
    if loss[-1] > loss[0]:
        return "diverging"
    if min(loss) > 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > 1.25 * min(val) else "good"


def validation_unseen(history: Told) -> str:
    loss = history["loss"]
    if not all(map(math.isfinite, loss)) or loss[-1] > loss[0]:
        return "diverging"
    return "underfitting" if min(loss) > 0.6 else "good"


def first_epoch_high(history: Told) -> str:
    loss, val = history["loss"], history["val_loss"]
    if not all(map(math.isfinite, loss)) or loss[-1] > loss[0]:
        return "diverging"
    if max(loss) > 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > 1.25 * min(val) else "good"


def divergence_unseen(history: Told) -> str:
    loss, val = history["loss"], history["val_loss"]
    if not min(loss) <= 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > 1.25 * min(val) else "good"


def any_gap_is_overfitting(history: Told) -> str:
    loss, val = history["loss"], history["val_loss"]
    if not all(map(math.isfinite, loss)) or loss[-1] > loss[0]:
        return "diverging"
    if min(loss) > 0.6:
        return "underfitting"
    return "overfitting" if val[-1] > loss[-1] else "good"


EXERCISE = Exercise(
    id="l07_diagnose",
    title="Diagnose a training",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=diagnose,
    right_answers=(with_numpy, with_loops, by_name),
    mistakes=(
        Mistake(
            "accuracy-alone",
            accuracy_alone,
            "You look at the accuracies alone. The loss moves where they stand still: it also sees how sure a wrong answer is.",
            "Can the validation loss rise while as many images are right as before?",
            recognise=by_accuracy,
            also=(accuracy_falls,),
        ),
        Mistake(
            "last-epoch-alone",
            last_epoch_alone,
            "You look at the end of the curves alone. Two trainings that end alike get the same answer from you, though one was far better before.",
            "How do you see from its last number that a loss was lower before? Which number would you compare it with?",
            recognise=by_the_end,
            also=(last_two_epochs, any_gap_is_overfitting),
        ),
        Mistake(
            "underfitting-and-overfitting-swapped",
            names_swapped,
            "Underfitting and overfitting are swapped.",
            "Which of the two has learnt too little, and which has learnt its images by heart?",
        ),
        Mistake(
            "nan-not-seen",
            nan_unseen,
            "A training loss of NaN passes: NaN is neither smaller nor larger than anything, so no comparison catches it.",
            "What does `float('nan') > 0.6` give, and which function tells that a number is finite?",
            recognise=nan_alone_is_wrong,
        ),
        Mistake(
            "validation-not-looked-at",
            validation_unseen,
            "Only the training loss is looked at. Overfitting shows in the validation loss.",
            "Which curve tells how the model does on images that it has not learnt?",
        ),
        Mistake(
            "high-at-first-is-underfitting",
            first_epoch_high,
            "A loss that is high in any epoch is underfitting for you; only one that stays high is.",
            "Where does every training begin?",
        ),
        Mistake(
            "divergence-not-looked-for",
            divergence_unseen,
            "A training loss that climbs or is NaN counts as underfitting with you; it is diverging.",
            "More epochs help against underfitting. Would they help here?",
        ),
    ),
    hints=(
        "In which order would you ask: does it fall at all, does it fall far enough, does validation follow?",
        "First the training loss: finite, and not climbing? Then: does it ever fall to 0.6? Then the validation loss: its end against its minimum.",
        "np.isfinite(loss).all() and loss[-1] <= loss[0], else 'diverging'; min(loss) > 0.6: 'underfitting'; val[-1] >= 1.25 * min(val): 'overfitting'; else 'good'.",
    ),
)

"""l09_model_gate: the saved model, opened by the grader, on the 10,000 test digits."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Finding
from autograder.exercises.l09_evaluate import gate_bank
from autograder.inside.codec import clean_text
from autograder.inside.model_file import SAMPLE
from autograder.records import Evidence
from digitlab.mnist import load_test_digits
from digitlab.scores import accuracy_interval

Array = np.ndarray[Any, Any]

FULL_ACCURACY = 0.98
ZERO_ACCURACY = 0.90
SHARE_OF_SHAPE, SHARE_OF_PROBABILITIES, SHARE_OF_ACCURACY = 0.1, 0.1, 0.8
# What a row of float32 probabilities may miss 1 by; float16 models stay within it too.
ROW_SUM_TOLERANCE = 1e-2
MAX_TOLD = 600


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one case: the 10,000 test digits in an order of this seed; the labels are the judge's secret."""
    images, labels = load_test_digits()  # not all of MNIST: the grading process is to stay small
    order = rng.permutation(len(labels))
    return [Case((images[order],), secret=labels[order])]


def judge_model(_exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return the points of a model: its shapes, its probabilities, its accuracy on the digits of the case."""
    facts, labels = evidence.facts, np.asarray(cases[0].secret)
    if "refused" in facts:
        return Finding(
            share=0.0,
            mistake="not-a-model-file",
            message=f"The model file was not opened. {_told(facts['refused'])}",
            next_step="Does `keras.models.load_model('my_cnn.keras')` open it in a fresh notebook?",
        )
    answers = facts.get("answers")
    if not isinstance(answers, np.ndarray) or answers.dtype.kind not in "fiub":
        return _unusable(_told(facts.get("error", "It gave no numbers.")), _told(facts.get("input_shape", "")))
    if answers.shape != (len(labels), 10):
        return Finding(
            share=0.0,
            mistake="wrong-output-shape",
            message=f"It does not give ten numbers for an image: for {len(labels):,} images the model gives shape {_shape(answers, len(labels))}, expected ({len(labels)}, 10).",
            next_step="How many classes are there, and which layer decides how many numbers come out?",
        )
    return _measured(facts, answers.astype(np.float64), labels)


def accuracy_share(accuracy: float) -> float:
    """Return the share of the accuracy points: all from 98 %, in proportion from 90 %, nothing below; no rounding."""
    if accuracy >= FULL_ACCURACY:
        return 1.0
    return max(0.0, (accuracy - ZERO_ACCURACY) / (FULL_ACCURACY - ZERO_ACCURACY))


def _measured(facts: dict[str, Any], answers: Array, labels: Array) -> Finding:
    right = _right(answers, labels)
    accuracy = float(right.mean())
    low, high = accuracy_interval(accuracy, len(labels))
    finite = bool(np.isfinite(answers).all())
    probabilities = finite and bool(
        (answers >= -1e-6).all()
        and (answers <= 1 + 1e-6).all()
        and (np.abs(answers.sum(axis=1) - 1) <= ROW_SUM_TOLERANCE).all()
    )
    earned = accuracy_share(accuracy)
    share = SHARE_OF_SHAPE + SHARE_OF_PROBABILITIES * probabilities + SHARE_OF_ACCURACY * earned
    measured = (
        (
            f"Test accuracy {accuracy:.2%} on {len(labels):,} digits (95 % interval {low:.2%} to {high:.2%}); "
            f"98.00 % is asked for."
        )
        .replace("%", " %")
        .replace("  %", " %")
    )
    if "again" not in facts:
        measured += " The model could not be asked a second time, with other numbers of images at once."
    elif not _steady(facts, answers):
        measured += " The model answers otherwise when the same digits come in another order."
    if probabilities and earned == 1.0:
        return Finding(share=1.0, message=measured)
    name, message, next_step = _why(facts, answers, labels, finite=finite, probabilities=probabilities)
    # Points are not rounded up to the full mark: 97.995 % is below 98 %.
    return Finding(share=min(share, 0.999), message=f"{measured} {message}".strip(), mistake=name, next_step=next_step)


def _why(
    facts: dict[str, Any], answers: Array, labels: Array, *, finite: bool, probabilities: bool
) -> tuple[str | None, str, str]:
    if not finite:
        return (
            "gives-nan",
            "Some of its answers are not numbers (NaN or infinite); they count as wrong.",
            "Did the training loss become NaN? A learning rate that is too large, or pixels from 0 to 255, does it.",
        )
    scaled_up = facts.get("scaled_up")
    some = labels[:SAMPLE]
    if _numbers(scaled_up, len(some)):
        gain = _right(scaled_up, some).mean() - _right(answers[: len(some)], some).mean()
        if gain > 0.05:
            return (
                "trained-on-0-255",
                "It is much better on pixels from 0 to 255: it was trained on images that were not scaled.",
                "Which images did `fit` see: the raw ones, or those in [0, 1]?",
            )
    if len(np.unique(answers.argmax(axis=1))) == 1:
        return (
            "one-class-always",
            "It names the same digit for every image.",
            "Was the model that you saved the one that you trained?",
        )
    if not probabilities:
        return (
            "gives-logits",
            "Its rows are not probabilities: they do not add up to 1 within [0, 1].",
            "Which activation turns ten scores into ten probabilities, and does your last layer have it?",
        )
    return (
        "below-98-percent",
        "",
        "What do the learning curves say: would another epoch help, or is the validation loss rising already?",
    )


def _unusable(error: str, input_shape: str) -> Finding:
    if "784" in input_shape:
        return Finding(
            share=0.0,
            mistake="flat-input",
            message=f"The model asks for flat images (its input shape is {input_shape}); the grader gives (N, 28, 28, 1).",
            next_step="Which layer flattens, and where in the model should it stand?",
        )
    return Finding(
        share=0.0,
        mistake="cannot-be-used",
        message=f"The model could not be used. {error}",
        next_step="Load the saved file in a fresh notebook and call `model.predict` on two test images. What does it say?",
    )


def _right(answers: Array, labels: Array) -> Array:
    finite = np.isfinite(answers).all(axis=1)
    return np.asarray(finite & (np.where(np.isfinite(answers), answers, -np.inf).argmax(axis=1) == labels))


def _told(text: Any) -> str:
    """Return what the sandbox tells, as a short text: it was made where a stranger's model runs."""
    return clean_text(str(text), MAX_TOLD)


def _numbers(value: Any, rows: int) -> TypeGuard[Array]:
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.shape == (rows, 10)


def _steady(facts: dict[str, Any], answers: Array) -> bool:
    again = facts.get("again")
    if not _numbers(again, min(SAMPLE, len(answers))):
        return False
    return bool(np.allclose(again, answers[: len(again)], atol=1e-2, equal_nan=True))


def _shape(answers: Array, count: int) -> tuple[int, ...]:
    return (count, *answers.shape[1:])


EXERCISE = Exercise(
    id="l09_model_gate",
    title="A saved model with at least 98 % test accuracy",
    points=10,
    file="my_cnn.keras",
    needs_tensorflow=True,
    seconds=120.0,
    draw_cases=draw_cases,
    judge=judge_model,
    right_answers=gate_bank.RIGHT_ANSWERS,
    mistakes=gate_bank.MISTAKES,
    hints=(
        "What does `model.evaluate` say of your model on test images that are scaled to [0, 1]?",
        "The grader gives (N, 28, 28, 1) in [0, 1] and wants (N, 10) rows of softmax. Which of the three does your model miss?",
        "Two convolutions, two poolings, dropout, a softmax of ten; train on `scale_pixels(x_train)[..., None]` for two or "
        "three epochs, then `model.save('my_cnn.keras')`.",
    ),
)

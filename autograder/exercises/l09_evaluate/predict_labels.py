"""l09_predict_labels: the digit that the model holds most probable, for each image."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Kind, Tolerance, as_array, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return batches of images for a Keras model whose answers NumPy can work out too."""
    weights = rng.normal(0, 0.3, (784, 10)).astype(np.float32)
    bias = rng.normal(0, 0.1, 10).astype(np.float32)
    model = Make("linear_model", {"weights": weights, "bias": bias})
    cases = []
    for count, label in ((3, ""), (17, ""), (1, "a single image")):
        images = rng.random((count, 28, 28, 1)).astype(np.float32)
        scores = images.reshape(count, 784).astype(np.float64) @ weights + bias
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        cases.append(Case((model, images), label, secret=exponentials / exponentials.sum(axis=1, keepdims=True)))
    return cases


def judge_labels(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of labels that must be each row's most probable digit."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    wrong = None
    for case, outcome in zip(cases, evidence.outcomes, strict=True):
        labels = as_array(outcome.value) if isinstance(outcome.value, list) else outcome.value
        found = difference(
            np.argmax(case.secret, axis=1), outcome.value if labels is None else labels, exercise.tolerance
        )
        if wrong is None or (wrong.kind is Kind.DTYPE and found is not None):
            wrong = found
    if wrong is None:
        return side_effect(evidence) or Finding(share=1.0, message="Right.")
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake, f"For {len(cases[0].secret)} images: {wrong.text}.")
    share = 0.5 if wrong.kind is Kind.DTYPE else 0.0
    return Finding(
        share=share,
        message=f"Not right yet. For 3 images: {wrong.text}.",
        next_step="Print `model.predict(x)` for three images, and read off the labels by eye.",
    )


def _all(cases: Cases, evidence: Evidence, wanted: Any) -> bool:
    return all(
        difference(wanted(np.asarray(case.secret)), outcome.value, Tolerance()) is None
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
    )


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_predict(model: Any, x: Array) -> Array:
    return np.argmax(model.predict(x, verbose=0), axis=1)


def with_call(model: Any, x: Array) -> Any:
    return np.array(model(x)).argmax(axis=-1)


def with_list(model: Any, x: Array) -> list[int]:
    return [int(row.argmax()) for row in model.predict(x)]


# --- mistakes ------------------------------------------------------------------------------------------------------


def by_columns(model: Any, x: Array) -> Array:
    return np.argmax(model.predict(x, verbose=0), axis=0)


def over_everything(model: Any, x: Array) -> Any:
    return np.argmax(model.predict(x, verbose=0))


def probabilities(model: Any, x: Array) -> Any:
    return model.predict(x, verbose=0)


def highest_probability(model: Any, x: Array) -> Any:
    return model.predict(x, verbose=0).max(axis=1)


def rounded(model: Any, x: Array) -> Any:
    return np.round(model.predict(x, verbose=0)).astype(int)


def least_probable(model: Any, x: Array) -> Any:
    return model.predict(x, verbose=0).argmin(axis=1)


def one_based(model: Any, x: Array) -> Any:
    return model.predict(x, verbose=0).argmax(axis=1) + 1


EXERCISE = Exercise(
    id="l09_predict_labels",
    title="From probabilities to labels",
    points=1,
    draw_cases=draw_cases,
    judge=judge_labels,
    needs_tensorflow=True,
    right_answers=(with_predict, with_call, with_list),
    mistakes=(
        Mistake(
            "axis-0",
            by_columns,
            "You look for the largest entry of each column, over all images; the exercise asks for one label for each image.",
            "Along which axis does `argmax` have to look so that N labels come back?",
            recognise=lambda cases, evidence: _all(cases, evidence, lambda p: p.argmax(axis=0)),
        ),
        Mistake(
            "one-label-for-all",
            over_everything,
            "One number comes back for the whole batch: `argmax` without an axis looks through everything.",
            "Along which axis does `argmax` have to look so that N labels come back?",
            recognise=lambda cases, evidence: _all(cases, evidence, lambda p: int(p.argmax())),
        ),
        Mistake(
            "probabilities-for-labels",
            probabilities,
            "These are probabilities, ten for each image; the exercise asks for the label.",
            "Which of the ten places holds the largest number?",
            recognise=lambda cases, evidence: (
                _all(cases, evidence, lambda p: p) or _all(cases, evidence, lambda p: p.max(axis=1))
            ),
            also=(highest_probability,),
        ),
        Mistake(
            "rounded-probabilities",
            rounded,
            "Rounding turns probabilities into zeros and ones; the exercise asks for the place of the largest.",
            "What is left of a row whose largest probability is 0.4?",
            recognise=lambda cases, evidence: _all(cases, evidence, lambda p: np.round(p).astype(int)),
        ),
        Mistake(
            "least-probable",
            least_probable,
            "You choose the digit that the model holds least probable.",
            "What is the difference between `argmin` and `argmax`?",
            recognise=lambda cases, evidence: _all(cases, evidence, lambda p: p.argmin(axis=1)),
        ),
        Mistake(
            "one-based",
            one_based,
            "Every label is one too large: the first of the ten places is the digit 0.",
            "Which place belongs to the digit 0?",
            recognise=lambda cases, evidence: _all(cases, evidence, lambda p: p.argmax(axis=1) + 1),
        ),
    ),
    hints=(
        "What does `model.predict(x)` give for one image, and where in it does the answer stand?",
        "Each row holds ten probabilities. `argmax` finds the place of the largest; `axis` says along which direction.",
        "`return model.predict(x, verbose=0).argmax(axis=1)`",
    ),
)

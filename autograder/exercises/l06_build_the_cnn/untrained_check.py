"""l06_untrained_check: what a model says before it has learnt anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare import Tolerance, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.exercises.l06_build_the_cnn.model_evidence import changed_arguments
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors
from autograder.records import Evidence, Outcome
from digitlab.linear import accuracy, cross_entropy, softmax

CLOSE = Tolerance(relative=1e-3, absolute=1e-4)


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return compiled linear models with drawn weights, whose loss and accuracy NumPy can work out."""
    cases = []
    for count in (20, 33):
        weights, bias = rng.normal(0, 0.1, (784, 10)).astype(np.float32), rng.normal(0, 0.3, 10).astype(np.float32)
        images = rng.random((count, 28, 28, 1)).astype(np.float32)
        probabilities = softmax(images.reshape(count, 784).astype(np.float64) @ weights + bias)
        labels = np.where(rng.random(count) < 0.4, probabilities.argmax(axis=1), rng.integers(0, 10, count))
        model = Make("linear_model", {"weights": weights, "bias": bias})
        secret = Known(
            pair=(cross_entropy(probabilities, np.eye(10)[labels]), accuracy(probabilities, labels)),
            probabilities=probabilities,
        )
        cases.append(Case((model, images, labels), read="trained", secret=secret))
    return cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a model as it is given: (loss, accuracy), and its probabilities for the images."""

    pair: tuple[float, float]
    probabilities: np.ndarray[Any, Any]


def _returned(outcome: Outcome) -> Any:
    """Return what the student's function gave; the reader brings it back beside the model's answers."""
    return outcome.value.get("returned") if isinstance(outcome.value, dict) else None


def judge_pair(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a pair that must be loss and accuracy as they are before training."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    wrong = next(
        (
            found
            for case, outcome in zip(cases, evidence.outcomes, strict=True)
            if (found := difference(case.secret.pair, _returned(outcome), CLOSE))
        ),
        None,
    )
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    if wrong is None:
        return changed_arguments(evidence) or Finding(share=1.0, message="Right.")
    return Finding(
        share=0.0,
        message=f"Not right yet: {wrong.text}.",
        next_step="Print what `model.evaluate(x, y)` gives. Which number is the loss?",
    )


def _gives(change: Any) -> Any:
    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return all(
            difference(change(*case.secret.pair), _returned(outcome), CLOSE) is None
            for case, outcome in zip(cases, evidence.outcomes, strict=True)
        )

    return recognise


def was_trained(cases: Cases, evidence: Evidence) -> bool:
    """Whether a model answers otherwise afterwards than it did when it was given."""
    return any(
        isinstance(outcome.value, dict)
        and not outcome.changed  # of other images it answers otherwise, trained or not
        and difference(case.secret.probabilities, outcome.value.get("answers"), CLOSE) is not None
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
    )


def with_evaluate(model: Any, x: Any, y: Any) -> Any:
    return model.evaluate(x, y, verbose=0)


def with_a_dictionary(model: Any, x: Any, y: Any) -> Any:
    measured = model.evaluate(x, y, return_dict=True, verbose=0)
    return measured["loss"], measured["accuracy"]


def with_predict(model: Any, x: Any, y: Any) -> Any:
    p = model.predict(x, verbose=0)
    return float(-np.log(p[np.arange(len(y)), y]).mean()), float((p.argmax(axis=1) == y).mean())


def trained_first(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=2, verbose=0)
    return model.evaluate(x, y, verbose=0)


def trained_afterwards(model: Any, x: Any, y: Any) -> Any:
    measured = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=2, verbose=0)
    return measured


def swapped(model: Any, x: Any, y: Any) -> Any:
    loss, acc = model.evaluate(x, y, verbose=0)
    return acc, loss


def per_cent(model: Any, x: Any, y: Any) -> Any:
    loss, acc = model.evaluate(x, y, verbose=0)
    return loss, 100 * acc


def loss_only(model: Any, x: Any, y: Any) -> Any:
    return model.evaluate(x, y, verbose=0)[0]


def as_text(model: Any, x: Any, y: Any) -> Any:
    return model.evaluate(x, y, return_dict=True, verbose=0)


EXERCISE = Exercise(
    id="l06_untrained_check",
    title="Check before training",
    points=1,
    draw_cases=draw_cases,
    judge=judge_pair,
    needs_tensorflow=True,
    right_answers=(with_evaluate, with_a_dictionary, with_predict),
    mistakes=(
        Mistake(
            "trained-first",
            trained_first,
            "The model was trained: it does not answer any more as it did when you were given it.",
            "Which line changes the weights?",
            recognise=was_trained,
            also=(trained_afterwards,),
        ),
        Mistake(
            "swapped",
            swapped,
            "Loss and accuracy are swapped: the loss comes first.",
            "Which of the two can be above 1?",
            recognise=_gives(lambda loss, acc: (acc, loss)),
        ),
        Mistake(
            "per-cent",
            per_cent,
            "The accuracy comes in per cent; the exercise asks for a share.",
            "What should come out when every answer is right?",
            recognise=_gives(lambda loss, acc: (loss, 100 * acc)),
        ),
        Mistake(
            "one-number",
            loss_only,
            "One number comes back; the exercise asks for the pair (loss, accuracy).",
            "How many numbers does `evaluate` give?",
            recognise=_gives(lambda loss, _acc: loss),
        ),
        Mistake(
            "dictionary-for-pair",
            as_text,
            "The numbers come in a dictionary; the exercise asks for the pair (loss, accuracy).",
            "How do you take two values out of a dictionary?",
            recognise=lambda _cases, evidence: all(
                isinstance(_returned(outcome), dict) for outcome in evidence.outcomes
            ),
        ),
    ),
    hints=(
        "Which method of a Keras model measures without training?",
        "`model.evaluate(x, y)` gives the loss and, when it was compiled so, the accuracy.",
        "`loss, accuracy = model.evaluate(x, y, verbose=0)`; `return loss, accuracy`.",
    ),
)

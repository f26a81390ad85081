"""l06_compile_model: a loss, an optimiser, a metric."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.compare import describe
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.exercises.l06_build_the_cnn.model_evidence import Facts, answers_of, facts_of, judge_model, says
from autograder.inside.codec import Make
from autograder.inside.model_facts import IMAGES
from autograder.records import Evidence

TRUE_LOSS = -float(np.log(0.7))
TRUE_ACCURACY = 0.5


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one softmax model that is not compiled yet."""
    return [Case((Make("cnn", {"seed": int(rng.integers(1000)), "compiled": False}),), read="model")]


def judge_compiled(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a compiled model: its loss on a known row, and a metric that is the accuracy."""
    finding = judge_model(exercise, cases, evidence)
    if finding.share < 1:
        return finding
    facts = facts_of(evidence) or {}
    loss = facts.get("loss")
    if not isinstance(loss, float) or not abs(loss - TRUE_LOSS) <= 1e-3:  # NaN is near nothing
        return Finding(
            share=0.0,
            message=f"The loss does not fit integer labels and probabilities: {facts.get('loss_name')} gives {loss}.",
            next_step="Which of Keras' cross-entropies takes whole-number labels?",
        )
    evaluated = facts.get("evaluated")
    if not isinstance(evaluated, dict) or not all(map(math.isfinite, evaluated.values())):
        return Finding(
            share=0.0,
            message=f"`model.evaluate` with six images and whole-number labels gives no numbers: {describe(evaluated)}",
            next_step="Which metrics did you give, and does each of them take whole-number labels?",
        )
    true = cross_entropy_of(answers_of(facts))
    if not any(math.isclose(evaluated.get("loss", math.nan), true * count, rel_tol=0.01) for count in (1, IMAGES)):
        return Finding(
            share=0.0,
            message=f"For six images the loss is {evaluated.get('loss', math.nan):.4g}; the cross-entropy of what the "
            f"model answers is {true:.4g}.",
            next_step="Is your loss one of Keras' own?",
        )
    return finding


def cross_entropy_of(answers: np.ndarray[Any, Any] | None) -> float:
    """Return the mean cross-entropy of answers, for the labels with which the model was evaluated: half are right."""
    if answers is None:
        return math.nan
    labels = answers.argmax(axis=1)
    labels[: IMAGES // 2] = (labels[: IMAGES // 2] + 1) % 10
    return float(-np.log(np.maximum(answers[np.arange(IMAGES), labels].astype(np.float64), 1e-7)).mean())


def _metrics(facts: Facts) -> dict[str, Any]:
    evaluated = facts.get("evaluated")
    return {name: value for name, value in evaluated.items() if name != "loss"} if isinstance(evaluated, dict) else {}


def _lacks_accuracy(facts: Facts) -> bool:
    return isinstance(facts.get("evaluated"), dict) and not any(
        abs(value - TRUE_ACCURACY) < 1e-3 for value in _metrics(facts).values()
    )


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_strings(model: Any) -> Any:
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def with_objects(model: Any) -> Any:
    import keras

    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=False),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="hits")],
    )
    return model


def another_model(model: Any) -> Any:
    import keras

    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.compile(
        "rmsprop", keras.losses.sparse_categorical_crossentropy, metrics=["acc", "sparse_top_k_categorical_accuracy"]
    )
    return copy


# --- mistakes ------------------------------------------------------------------------------------------------------


def categorical(model: Any) -> Any:
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def from_logits(model: Any) -> Any:
    import keras

    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def no_metric(model: Any) -> Any:
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def returns_none(model: Any) -> Any:
    return model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])


def squared_error(model: Any) -> Any:
    model.compile("adam", "mse", metrics=["accuracy"])
    return model


def binary(model: Any) -> Any:
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def not_compiled(model: Any) -> Any:
    return model


def _loss_is(*names: str) -> Any:
    return says(lambda facts: str(facts.get("loss_name", "")).lower() in names)


EXERCISE = Exercise(
    id="l06_compile_model",
    title="Compile a model",
    points=2,
    draw_cases=draw_cases,
    judge=judge_compiled,
    needs_tensorflow=True,
    right_answers=(with_strings, with_objects, another_model),
    mistakes=(
        Mistake(
            "returns-nothing",
            returns_none,
            "None comes back: `model.compile` returns nothing, so return the model itself.",
            "What does `model.compile(…)` return, and what should your function return?",
            recognise=lambda _cases, evidence: (
                bool(evidence.outcomes) and evidence.outcomes[0].error is None and evidence.outcomes[0].value is None
            ),
        ),
        Mistake(
            "not-compiled",
            not_compiled,
            "The model comes back as it went in, not compiled.",
            "Which method tells a model its loss and its optimiser?",
            recognise=says(lambda facts: facts.get("compiled") is False),
        ),
        Mistake(
            "categorical-loss-for-integer-labels",
            categorical,
            "`categorical_crossentropy` wants one-hot rows; these labels are whole numbers.",
            "Which cross-entropy has the word for 'mostly zeros' in its name?",
            recognise=_loss_is("categorical_crossentropy", "categoricalcrossentropy"),
        ),
        Mistake(
            "squared-error",
            squared_error,
            "The squared error treats labels as amounts: a 9 taken for an 8 would be nearly right.",
            "Is a label a name or an amount?",
            recognise=_loss_is("mse", "mean_squared_error", "mae", "mean_absolute_error"),
        ),
        Mistake(
            "binary-loss",
            binary,
            "The binary cross-entropy is for yes or no; there are ten classes.",
            "Which cross-entropy is for many classes, with whole-number labels?",
            recognise=_loss_is("binary_crossentropy", "bce"),
        ),
        Mistake(
            "from-logits-mismatch",
            from_logits,
            "The model gives probabilities, and `from_logits=True` calls them scores: the loss by itself takes a softmax a second time.",
            "Does your model end in a softmax? What should the loss believe?",
            recognise=says(lambda facts: isinstance(facts.get("loss"), float) and abs(facts["loss"] - 1.7266) < 1e-2),
        ),
        Mistake(
            "no-accuracy-metric",
            no_metric,
            "No metric tells the accuracy.",
            "Which argument of `compile` lists what to measure beside the loss?",
            recognise=says(_lacks_accuracy),
        ),
    ),
    hints=(
        "Which three things does `compile` want: how to step, what to make small, what to show?",
        "The optimiser 'adam', a cross-entropy for whole-number labels, and metrics=['accuracy']. `compile` returns None.",
        "`model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])`; then `return model`.",
    ),
)

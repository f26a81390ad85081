"""l06_build_linear: the smallest network there is, in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.exercises.l06_build_the_cnn.model_evidence import (
    answers_of,
    is_softmaxed,
    judge_model,
    raised,
    says,
    used_layers,
)


def draw_cases(_rng: np.random.Generator) -> list[Case]:
    """Return the one call that there is: the function takes nothing."""
    return [Case((), read="model")]


# --- right answers of other styles ---------------------------------------------------------------------------------


def sequential() -> Any:
    import keras

    return keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    )


def functional() -> Any:
    import keras

    inputs = keras.Input(shape=(28, 28, 1))
    scores = keras.layers.Dense(10)(keras.layers.Reshape((784,))(inputs))
    model = keras.Model(inputs, keras.layers.Softmax()(scores))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def built_step_by_step() -> Any:
    import keras

    model = keras.Sequential()
    model.add(keras.Input((28, 28, 1)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Activation("softmax"))
    return model


# --- mistakes ------------------------------------------------------------------------------------------------------


def no_flatten() -> Any:
    import keras

    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Dense(10, activation="softmax")])


def logits() -> Any:
    import keras

    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])


def from_logits() -> Any:
    import keras

    model = sequential()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def sigmoid() -> Any:
    import keras

    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "sigmoid")])


def hidden_layer() -> Any:
    import keras

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dense(10, "softmax"),
        ]
    )


def no_bias() -> Any:
    import keras

    return keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax", use_bias=False)]
    )


def flat_input() -> Any:
    import keras

    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])


def nine_units() -> Any:
    import keras

    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(9, "softmax")])


def _sums_wrong(facts: dict[str, Any], activation: str) -> bool:
    answers = answers_of(facts)
    layers = used_layers(facts)
    last = layers[-1]["activation"] if layers else None
    return answers is not None and not is_softmaxed(answers) and last == activation


def uses_logits_on_softmax(facts: dict[str, Any]) -> bool:
    """Whether a model that gives probabilities was compiled with a loss that takes them for scores."""
    loss, answers = facts.get("loss"), answers_of(facts)
    # -ln 0.7 is the loss of the row by its probabilities; 1.7 and more where a softmax is taken once again.
    return isinstance(loss, float) and loss > 1 and answers is not None and is_softmaxed(answers)


EXERCISE = Exercise(
    id="l06_build_linear",
    title="A linear classifier in Keras",
    points=1,
    draw_cases=draw_cases,
    judge=judge_model,
    needs_tensorflow=True,
    right_answers=(sequential, functional, built_step_by_step),
    mistakes=(
        Mistake(
            "no-flatten",
            no_flatten,
            "There is no Flatten: the Dense layer looks at each pixel by itself, and ten numbers come out for every pixel.",
            "Which shape has the output, and which layer lays an image out in one row?",
            recognise=says(lambda facts: (a := answers_of(facts)) is not None and a.ndim > 2),
        ),
        Mistake(
            "flat-input",
            flat_input,
            "The model wants flat rows of 784; it should take images of shape (28, 28, 1) and flatten them itself.",
            "Which layer turns (28, 28, 1) into 784?",
            recognise=raised("784"),
        ),
        Mistake(
            "wrong-number-of-classes",
            nine_units,
            "The model does not give ten numbers for an image.",
            "How many digits are there?",
            recognise=says(lambda facts: (a := answers_of(facts)) is not None and a.ndim == 2 and a.shape[1] != 10),
        ),
        Mistake(
            "logits",
            logits,
            "The rows do not add up to 1: these are scores; the exercise asks for probabilities.",
            "Which activation turns scores into probabilities?",
            recognise=says(lambda facts: _sums_wrong(facts, "linear")),
        ),
        Mistake(
            "sigmoid-for-softmax",
            sigmoid,
            "The rows do not add up to 1: sigmoid looks at each class by itself.",
            "Which activation weighs the ten scores against each other?",
            recognise=says(lambda facts: _sums_wrong(facts, "sigmoid")),
        ),
        Mistake(
            "softmax-with-from-logits",
            from_logits,
            "The model gives probabilities, and `from_logits=True` calls them scores: the loss by itself takes a softmax a second time.",
            "What does your last layer give: scores, or probabilities? What does the loss believe?",
            recognise=says(uses_logits_on_softmax),
        ),
        Mistake(
            "hidden-layer",
            hidden_layer,
            "There is more than one layer of weights: a linear classifier has one, from 784 pixels to 10 scores.",
            "How many parameters does `model.summary()` count, and how many should it be?",
            recognise=says(lambda facts: (facts.get("params") or 0) > 7850),
        ),
        Mistake(
            "no-bias",
            no_bias,
            "The model has too few parameters: 784 · 10 weights and 10 biases are 7,850.",
            "How many parameters does `model.summary()` count? What is missing?",
            recognise=says(lambda facts: (facts.get("params") or 0) < 7850),
        ),
    ),
    hints=(
        "Which two layers turn (28, 28, 1) into ten probabilities?",
        "An Input, a Flatten, and a Dense layer of ten with softmax.",
        "`return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation='softmax')])`",
    ),
)

"""Lesson 06: right answers and mistakes as students write them, in code that no bank has."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import outcomes_of
from autograder.exercises import find
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

pytestmark = pytest.mark.slow

Answer = Callable[..., Any]
WILD: list[tuple[str, str | None, Answer]] = []


def wild(exercise: str, mistake: str | None) -> Callable[[Answer], Answer]:
    """Enter a student's own way to that mistake; None enters a right answer."""

    def enter(function: Answer) -> Answer:
        WILD.append((exercise, mistake, function))
        return function

    return enter


def stack(*layers: Any, shape: tuple[Any, ...] = (28, 28, 1)) -> Any:
    """Return a Sequential, built one layer at a time."""
    import keras

    model = keras.Sequential()
    model.add(keras.layers.Input(shape=shape))
    for layer in layers:
        model.add(layer)
    return model


@wild("l06_build_linear", "softmax-with-from-logits")
def _() -> Any:
    import keras

    model = stack(keras.layers.Flatten(), keras.layers.Dense(10), keras.layers.Activation("softmax"))
    model.compile(optimizer=keras.optimizers.SGD(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@wild("l06_build_linear", "no-flatten")
def _() -> Any:
    import keras

    inputs = keras.Input((28, 28, 1))
    return keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(units=10)(inputs)))


@wild("l06_build_linear", "hidden-layer")
def _() -> Any:
    from keras import layers

    return stack(layers.Flatten(), layers.Dense(10), layers.Dense(10, activation="softmax"))


@wild("l06_build_cnn", "batch-in-the-input-shape")
def _() -> Any:
    from keras import layers

    return stack(
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
        shape=(60000, 28, 28, 1),
    )


@wild("l06_build_cnn", "no-flatten")
def _() -> Any:
    import keras
    from keras import layers

    inputs = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D()(layers.Conv2D(8, 3, activation="relu")(inputs))
    x = layers.MaxPooling2D()(layers.Conv2D(8, 3, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Dropout(0.3)(x)))


@wild("l06_build_cnn", "softmax-before-dropout")
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Flatten(), layers.Dense(10), layers.Softmax(), layers.Dropout(0.25)),
    )


@wild("l06_build_cnn", "no-activation-between-convolutions")
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(8, 3, activation="linear"), layers.MaxPooling2D()),
        *(layers.Conv2D(8, 3), layers.ReLU(), layers.MaxPooling2D()),
        *(layers.Flatten(), layers.Dropout(0.25), layers.Dense(10, activation="softmax")),
    )


@wild("l06_build_cnn", "pooled-to-nothing")
def _() -> Any:
    from keras import layers

    blocks = [layer for _ in range(4) for layer in (layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D())]
    return stack(*blocks, layers.Flatten(), layers.Dropout(0.5), layers.Dense(10, activation="softmax"))


@wild("l06_build_cnn", "sigmoid-for-softmax")
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Dropout(0.25), layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(10, "sigmoid")),
    )


@wild("l06_build_cnn", "wrong-number-of-classes")
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D()),
        *(layers.Dropout(0.25), layers.Flatten(), layers.Dense(11, activation="softmax")),
    )


@wild("l06_build_cnn", "too-many-parameters")
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
        *(layers.Conv2D(64, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
        *(layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")),
    )


@wild("l06_build_cnn", None)
def _() -> Any:
    from keras import layers

    return stack(
        *(layers.Conv2D(16, 3, activation="leaky_relu"), layers.BatchNormalization(), layers.MaxPooling2D()),
        *(layers.DepthwiseConv2D(3, activation="gelu"), layers.MaxPooling2D(), layers.GaussianDropout(0.1)),
        *(layers.GlobalMaxPooling2D(), layers.Dense(10), layers.Activation("softmax")),
    )


@wild("l06_compile_model", "categorical-loss-for-integer-labels")
def _(model: Any) -> Any:
    import keras

    model.compile(
        optimizer=keras.optimizers.RMSprop(), loss=keras.losses.CategoricalCrossentropy(), metrics=["accuracy"]
    )
    return model


@wild("l06_compile_model", "no-accuracy-metric")
def _(model: Any) -> Any:
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["sparse_categorical_crossentropy"])
    return model


@wild("l06_compile_model", "from-logits-mismatch")
def _(model: Any) -> Any:
    import keras

    def loss(y: Any, p: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True)

    model.compile("adam", loss, metrics=["accuracy"])
    return model


@wild("l06_compile_model", "returns-nothing")
def _(model: Any) -> None:
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])


@wild("l06_compile_model", None)
def _(model: Any) -> Any:
    import keras

    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(), metrics=[keras.metrics.SparseCategoricalAccuracy()]
    )
    return model


@wild("l06_params_by_hand", "no-biases")
def _(model: Any) -> Any:
    counts = {}
    for layer in model.layers:
        weights = layer.get_weights()
        if weights:
            counts[layer.name] = weights[0].size
    return counts


@wild("l06_params_by_hand", "only-the-total")
def _(model: Any) -> Any:
    return sum(np.prod(weights.shape) for layer in model.layers for weights in layer.get_weights())


@wild("l06_params_by_hand", None)
def _(model: Any) -> Any:
    return {layer.name: sum(int(np.prod(w.shape)) for w in layer.weights) for layer in model.layers}


@wild("l06_untrained_check", "trained-first")
def _(model: Any, x: Any, y: Any) -> Any:
    history = model.fit(x, y, verbose=0).history
    return history["loss"][-1], history["accuracy"][-1]


@wild("l06_untrained_check", "swapped")
def _(model: Any, x: Any, y: Any) -> Any:
    told = model.evaluate(x, y, verbose=0, return_dict=True)
    return told["accuracy"], told["loss"]


@wild("l06_untrained_check", "changes-its-argument")
def _(model: Any, x: Any, y: Any) -> Any:
    measured = model.evaluate(x, y, verbose=0)
    x /= 255
    return measured


@wild("l06_overfit_tiny", "returns-history")
def _(model: Any, x: Any, y: Any) -> Any:
    return model.fit(x, y, epochs=20, batch_size=25, verbose=0).history


@wild("l06_overfit_tiny", "measured-on-other-images")
def _(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return model.evaluate(np.roll(x, 9, axis=1), y, verbose=0)[1]


@wild("l06_overfit_tiny", "changes-its-argument")
def _(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    accuracy = model.evaluate(x, y, verbose=0)[1]
    y[:] = 0
    return accuracy


@wild("l06_overfit_tiny", None)
def _(model: Any, x: Any, y: Any) -> Any:
    import keras

    keras.utils.set_random_seed(3)
    for _ in range(40):
        model.train_on_batch(x, y)
    return float((model.predict_on_batch(x).argmax(axis=-1) == y).sum() / len(y))


def verdict_on(exercise: str, function: Answer) -> Verdict:
    """Return the verdict on a function, by the path that a student's takes."""
    asked = find(exercise)
    cases = asked.cases(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras' word on a student's own model
        return judge(asked, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))


@pytest.mark.parametrize(("exercise", "name", "function"), WILD, ids=[f"{e}-{m or 'right'}" for e, m, _ in WILD])
def test_in_the_wild(exercise: str, name: str | None, function: Answer) -> None:
    """A mistake is known in code that the bank does not hold, and a right answer passes."""
    verdict = verdict_on(exercise, function)
    if name is None:
        assert verdict.status is Status.PASSED, verdict
    else:
        assert (verdict.mistake, verdict.points) == (name, 0.0), verdict


def test_nonsense_earns_nothing() -> None:
    """None, a text, a list and a crash get no points, whatever the exercise."""

    def crashes(*_: Any) -> Any:
        raise KeyError("nonsense")

    exercises = ("build_linear", "build_cnn", "compile_model", "params_by_hand", "untrained_check", "overfit_tiny")
    for exercise in exercises:
        for answer in (lambda *_: None, lambda *_: "right", lambda *_: [], crashes):
            verdict = verdict_on(f"l06_{exercise}", answer)
            assert (verdict.status, verdict.points) == (Status.FAILED, 0.0), (exercise, verdict)
            assert verdict.message


def unused_convolutions() -> Any:
    """Return a linear model that owns the layers which are asked for, and leaves them out."""
    import keras
    from keras import layers

    class Idle(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.idle = [layers.Conv2D(8, 3, activation="relu") for _ in range(2)]
            self.pools = [layers.MaxPooling2D(), layers.MaxPooling2D()]
            self.flat, self.drop = layers.Flatten(), layers.Dropout(0.5)
            self.out = layers.Dense(10, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.out(self.drop(self.flat(x)))

    return Idle()


def constant_loss(model: Any) -> Any:
    """Return the model with a loss that is right for one row of probabilities, and the same for any other."""
    model.compile("adam", lambda y, p: 0 * p[:, 0] - float(np.log(0.7)), metrics=["accuracy"])
    return model


def loss_of_nan(model: Any) -> Any:
    """Return the model with a loss that is no number."""
    model.compile("adam", lambda y, p: p[:, 0] * float("nan"), metrics=["accuracy"])
    return model


def metric_that_raises(model: Any) -> Any:
    """Return the model with a metric that does not take whole-number labels."""
    import keras

    model.compile("adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.CategoricalCrossentropy()])
    return model


def trains_one_of_two(model: Any, x: Any, y: Any) -> Any:
    """Return right numbers, and train the second model afterwards."""
    measured = model.evaluate(x, y, verbose=0)
    if len(x) > 25:
        model.fit(x, y, verbose=0)
    return measured


def no_number(model: Any, x: Any, y: Any) -> float:
    """Return NaN for the accuracy of a model that has learnt."""
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return float("nan")


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        ("l06_build_cnn", unused_convolutions),
        ("l06_compile_model", constant_loss),
        ("l06_compile_model", loss_of_nan),
        ("l06_compile_model", metric_that_raises),
        ("l06_untrained_check", trains_one_of_two),
        ("l06_overfit_tiny", no_number),
    ],
)
def test_tricks_earn_nothing(exercise: str, function: Answer) -> None:
    """What has the look of a right answer, to a judge that does not look closely, earns nothing."""
    verdict = verdict_on(exercise, function)
    assert (verdict.status, verdict.points) == (Status.FAILED, 0.0), verdict
    assert verdict.message

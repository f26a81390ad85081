"""l08_add_dropout: dropout into a model that has learnt already."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.exercises.l06_build_the_cnn.model_evidence import DROPOUTS, is_softmaxed
from autograder.inside.codec import Make
from autograder.inside.model_facts import fact_images
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence, Outcome

Array = np.ndarray[Any, Any]
HIDDEN = 12
# Layers that may stand between the dropout and the last dense layer: they move numbers, and change none.
MOVERS = frozenset(("Flatten", "Reshape", "Dropout", "Permute"))


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return chains with drawn weights, Sequential and functional, and rates inside, at the border and outside."""

    def model(functional: bool = False) -> Make:
        weights = {
            "weights_1": rng.normal(0, 0.05, (784, HIDDEN)).astype(np.float32),
            "bias_1": rng.uniform(0.2, 0.5, HIDDEN).astype(np.float32),
            "weights_2": rng.normal(0, 0.8, (HIDDEN, 10)).astype(np.float32),
            "bias_2": rng.normal(0, 0.3, 10).astype(np.float32),
        }
        return Make("dense_chain", {**weights, "functional": functional})

    return [
        Case((model(), 0.25), "a Sequential model", read="regularised"),
        Case((model(functional=True), 0.5), "a functional model", read="regularised"),
        Case((model(), 0.0), "rate 0", read="regularised"),
        Case((model(), 1.0), "rate 1.0", read="regularised"),
        Case((model(), -0.25), "rate -0.25", read="regularised"),
        Case((model(), 1.5), "rate 1.5", read="regularised"),
    ]


@functools.lru_cache(maxsize=64)
def answers_of(case: Case) -> Array:
    """Return what the given model answers for the images that all are asked for, worked out by NumPy."""
    given = case.args[0].params
    weights = {name: np.asarray(values, np.float64) for name, values in given.items() if name != "functional"}
    images = fact_images()
    hidden = np.maximum(images.reshape(len(images), -1) @ weights["weights_1"] + weights["bias_1"], 0)
    scores = hidden @ weights["weights_2"] + weights["bias_2"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one model: facts of the one that came back and of the one that was given, and what both answer."""

    case: Case
    returned: dict[str, Any]
    given: dict[str, Any]
    training: Array | None

    @property
    def rate(self) -> float:
        """The rate that was asked for."""
        return float(self.case.args[1])

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The layers that came back, in order, without the input."""
        return [layer for layer in self.returned.get("layers", ()) if "InputLayer" not in layer["kinds"]]

    @property
    def dropouts(self) -> list[int]:
        """Where in them dropout stands."""
        return [place for place, layer in enumerate(self.layers) if DROPOUTS & set(layer["kinds"])]

    @property
    def denses(self) -> list[int]:
        """Where in them dense layers stand."""
        return [place for place, layer in enumerate(self.layers) if "Dense" in layer["kinds"]]

    @property
    def answers(self) -> Array | None:
        """What the model that came back answers in use."""
        return _rows(self.returned.get("answers"))

    @property
    def right(self) -> Array:
        """What the given model answered."""
        return answers_of(self.case)

    @property
    def answers_as_before(self) -> bool:
        """Whether the model that came back answers in use what the given one answered."""
        return _close(self.answers, self.right)

    @property
    def is_in_place(self) -> bool:
        """Whether there is one dropout, and it stands before the last dense layer, with nothing between that learns."""
        if len(self.dropouts) != 1 or not self.denses or self.dropouts[0] > self.denses[-1]:
            return False
        between = self.layers[self.dropouts[0] + 1 : self.denses[-1]]
        return all(MOVERS & set(layer["kinds"]) for layer in between)


def _rows(value: Any) -> Array | None:
    rows = isinstance(value, np.ndarray) and value.ndim == 2 and value.dtype.kind == "f"
    return value if rows and np.isfinite(value).all() else None


def _close(one: Array | None, other: Array | None) -> bool:
    if one is None or other is None or one.shape != other.shape:
        return False
    return bool(np.allclose(one, other, rtol=1e-3, atol=1e-4))


def _may_be(case: Case) -> bool:
    """Whether the case's rate is one that may be asked for."""
    return bool(0 <= case.args[1] < 1)


def seen_of(cases: Cases, evidence: Evidence) -> list[Seen]:
    """Return what became of the models with a rate that may be."""
    return [
        seen
        for case, outcome in zip(cases, evidence.outcomes, strict=False)
        if _may_be(case) and (seen := _seen(case, outcome)) is not None
    ]


def _seen(case: Case, outcome: Outcome) -> Seen | None:
    value = outcome.value
    if outcome.error is not None or not isinstance(value, dict):
        return None
    returned, given = value.get("returned"), value.get("given")
    if not isinstance(given, dict) or not isinstance(returned, dict) or returned.get("model") is not True:
        return None
    return Seen(case, returned, given, _rows(value.get("training")))


def judge_added(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of models that should answer as before and silence numbers while training."""
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    allowed = tuple(filter(_may_be, cases))
    outcomes = tuple(outcome for case, outcome in zip(cases, evidence.outcomes, strict=False) if _may_be(case))
    broken = judge_errors(exercise, allowed, Evidence(found=True, outcomes=outcomes))
    if broken is not None:
        return replace(broken, example=call_that_raised(allowed, outcomes))
    if len(evidence.outcomes) != len(cases):
        return Finding(share=0.0, message="Not every call came back.", next_step="Which input makes it stop?")
    seen = seen_of(cases, evidence)
    if len(seen) != len(allowed):
        return Finding(
            share=0.0,
            message="What comes back is not a Keras model.",
            next_step="Does your function end in `return model`, with the new model?",
        )
    for one in seen:
        fault = _fault(one)
        if fault is not None:
            return Finding(share=0.0, message=f"{fault} ({one.case.label}).", next_step="Look at `model.summary()`.")
    for case, outcome in zip(cases, evidence.outcomes, strict=True):
        if not _may_be(case) and (outcome.error is None or not outcome.error.is_a("ValueError")):
            came = "no error" if outcome.error is None else f"a {outcome.error.type}"
            return Finding(
                share=0.5,
                message=f"With {case.label} there is {came}; a ValueError is asked for.",
                next_step="How should a caller hear that a rate makes no sense?",
            )
    return side_effect(evidence) or Finding(share=1.0, message="Right.")


def call_that_raised(cases: Cases, outcomes: Sequence[Outcome]) -> str | None:
    """Return the first call that raised, as one would write it."""
    pairs = zip(cases, outcomes, strict=False)
    return next((f"add_dropout(model, {case.args[1]:g}), {case.label}" for case, one in pairs if one.error), None)


def _fault(seen: Seen) -> str | None:
    """Return what is wrong with one model that no named mistake explains, or None where it is right."""
    if seen.answers is None:
        return f"The model does not take images of shape (N, 28, 28, 1): {seen.returned.get('error', '')}"
    if not seen.answers_as_before:
        return "The model does not answer as the given one did"
    if not seen.is_in_place:
        return "There is not one dropout layer, right before the last dense layer"
    if seen.returned.get("params") != sum(np.size(v) for k, v in seen.case.args[0].params.items() if k != "functional"):
        return "The model has not the parameters of the given one"
    rate = seen.layers[seen.dropouts[0]]["rate"]
    if rate is None or abs(rate - seen.rate) > 1e-6:
        return f"The dropout layer has the rate {rate}, expected {seen.rate:g}"
    if seen.training is None or seen.training.shape != seen.right.shape or not is_softmaxed(seen.training):
        return "While training its rows are no probabilities"
    if _close(seen.training, seen.right) != (seen.rate == 0):
        return "While training nothing is silenced" if seen.rate else "At rate 0 something is silenced"
    if not _close(_rows(seen.given.get("answers")), seen.right):
        return "The model that was given does not answer as it did before"
    return None


# --- the named mistakes, by what became of the models --------------------------------------------------------------


def any_model(test: Callable[[Seen], bool]) -> Recogniser:
    """Return a recogniser: the test holds for one of the models that came back for a rate that may be."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return any(map(test, seen_of(cases, evidence)))

    return recognise


def comes_back(value_is: Callable[[Any], bool]) -> Recogniser:
    """Return a recogniser: for a rate that may be, what came back in place of a model is such a value."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        told = [
            outcome.value.get("returned")
            for case, outcome in zip(cases, evidence.outcomes, strict=False)
            if _may_be(case) and outcome.error is None and isinstance(outcome.value, dict)
        ]
        return bool(told) and all(map(value_is, told))

    return recognise


def accepts(*rates: float) -> Recogniser:
    """Return a recogniser: all else is right, and each of these rates that may not be brings no error."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        if len(evidence.outcomes) != len(cases) or any(map(_fault, seen_of(cases, evidence))):
            return False
        pairs = zip(cases, evidence.outcomes, strict=True)
        passed = {case.args[1] for case, outcome in pairs if outcome.error is None and not _may_be(case)}
        return len(seen_of(cases, evidence)) == sum(map(_may_be, cases)) and passed == set(rates)

    return recognise


def given_has_changed(seen: Seen) -> bool:
    """Whether the model that was given has a dropout now, or has lost its last layer."""
    layers = [layer for layer in seen.given.get("layers", ()) if "InputLayer" not in layer["kinds"]]
    return len(layers) != 3


def is_behind_the_softmax(seen: Seen) -> bool:
    """Whether dropout stands behind the last dense layer."""
    return bool(seen.dropouts and seen.denses and seen.dropouts[-1] > seen.denses[-1])


def has_lost_the_last_layer(seen: Seen) -> bool:
    """Whether the dense layer of ten is gone."""
    return len(seen.denses) == 1 and (seen.answers is None or seen.answers.shape[1] != 10)


def has_further_parameters(seen: Seen) -> bool:
    """Whether the model has more dense layers than it was given, or other ones."""
    return len(seen.denses) > 2


def has_lost_its_weights(seen: Seen) -> bool:
    """Whether all layers are there, and answer otherwise."""
    return len(seen.denses) == 2 and seen.answers is not None and not seen.answers_as_before


def keeps_the_rate(seen: Seen) -> bool:
    """Whether the layer has the rate 1 - rate."""
    if not seen.is_in_place or seen.rate == 0.5:
        return False
    rate = seen.layers[seen.dropouts[0]]["rate"]
    return rate is not None and abs(rate - (1 - seen.rate)) < 1e-6


def is_elsewhere(seen: Seen) -> bool:
    """Whether there is one dropout, before an earlier layer than the last dense one."""
    return len(seen.dropouts) == 1 and not seen.is_in_place and not is_behind_the_softmax(seen)


# --- right answers of other styles ---------------------------------------------------------------------------------


def _checked(rate: float) -> None:
    if rate < 0 or rate >= 1:
        raise ValueError(f"a rate is at least 0 and below 1, not {rate}")


def sequential(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    return keras.Sequential([*model.layers[:-1], keras.layers.Dropout(rate), model.layers[-1]])


def functional(model: Any, rate: float) -> Any:
    import keras

    if not 0 <= rate < 1:
        raise ValueError(rate)
    x = keras.layers.Dropout(rate)(model.layers[-2].output)
    return keras.Model(inputs=model.inputs, outputs=model.layers[-1](x))


def layer_after_layer(model: Any, rate: float) -> Any:
    from tensorflow import keras

    _checked(rate)
    inputs = x = keras.Input(shape=(28, 28, 1))
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if layer is model.layers[-1]:
            x = keras.layers.Dropout(rate)(x)
        x = layer(x)
    return keras.models.Model(inputs, x)


def copied(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    new = keras.Sequential()
    for layer in copy.layers[:-1]:
        new.add(layer)
    new.add(keras.layers.Dropout(rate))
    new.add(copy.layers[-1])
    return new


def with_insert(model: Any, rate: float) -> Any:
    import keras

    class RateError(ValueError):
        pass

    if not (rate >= 0 and rate < 1):
        raise RateError
    layers = list(model.layers)
    layers.insert(-1, keras.layers.Dropout(rate=rate))
    new = keras.Sequential(layers)
    new.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return new


# --- mistakes ------------------------------------------------------------------------------------------------------


def returns_nothing(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    return keras.Sequential(model.layers[:-1]).add(keras.layers.Dropout(rate))


def after_softmax(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    return keras.Sequential([*model.layers, keras.layers.Dropout(rate)])


def after_softmax_functional(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    return keras.Model(model.inputs, keras.layers.Dropout(rate)(model.outputs[0]))


def drops_the_weights(model: Any, rate: float) -> Any:
    import keras

    return sequential(keras.models.clone_model(model), rate)


def a_new_last_layer(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([*model.layers[:-1], keras.layers.Dropout(rate), last])


def last_layer_lost(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    return keras.Sequential([*model.layers[:-1], keras.layers.Dropout(rate)])


def a_further_layer(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    further = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([*model.layers, keras.layers.Dropout(rate), further])


def in_place(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    if not isinstance(model, keras.Sequential):
        return functional(model, rate)
    last = model.layers[-1]
    model.pop()
    model.add(keras.layers.Dropout(rate))
    model.add(last)
    return model


def rate_as_keep(model: Any, rate: float) -> Any:
    _checked(rate)
    return sequential(model, 1 - rate) if rate > 0 else functional(model, 0.0)


def before_the_first(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Dropout(rate), *layers])


def before_every_dense(model: Any, rate: float) -> Any:
    import keras

    _checked(rate)
    new = keras.Sequential([keras.Input((28, 28, 1))])
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            new.add(keras.layers.Dropout(rate))
        if not isinstance(layer, keras.layers.InputLayer):
            new.add(layer)
    return new


def fixed_rate(model: Any, rate: float) -> Any:
    _checked(rate)
    return sequential(model, 0.4)


def accepts_one(model: Any, rate: float) -> Any:
    import keras

    return keras.Sequential([*model.layers[:-1], keras.layers.Dropout(rate), model.layers[-1]])


def accepts_one_checked(model: Any, rate: float) -> Any:
    if not 0 <= rate <= 1:
        raise ValueError("rate")
    return accepts_one(model, rate)


def clips_the_rate(model: Any, rate: float) -> Any:
    return sequential(model, min(max(rate, 0.0), 0.99))


def refuses_zero(model: Any, rate: float) -> Any:
    if not 0 < rate < 1:
        raise ValueError("rate")
    return sequential(model, rate)


def asserts(model: Any, rate: float) -> Any:
    assert 0 <= rate < 1, "rate"
    return sequential(model, rate)


def unchanged(model: Any, rate: float) -> Any:
    _checked(rate)
    return model


def raises_for(kind: str, *rates: float) -> Recogniser:
    """Return a recogniser: each of these rates brings an error of this kind, and for all others the model is right."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        raised = {
            case.args[1]
            for case, outcome in zip(cases, evidence.outcomes, strict=False)
            if outcome.error is not None and outcome.error.type == kind
        }
        seen = seen_of(cases, evidence)
        others = sum(_may_be(case) and case.args[1] not in rates for case in cases)
        return raised == set(rates) and len(seen) == others and not any(map(_fault, seen))

    return recognise


EXERCISE = Exercise(
    id="l08_add_dropout",
    title="Put dropout into a trained model",
    points=2,
    draw_cases=draw_cases,
    judge=judge_added,
    needs_tensorflow=True,
    seconds=30.0,
    right_answers=(sequential, functional, layer_after_layer, copied, with_insert),
    mistakes=(
        Mistake(
            "returns-nothing",
            returns_nothing,
            "None comes back: `model.add` returns nothing, so return the model itself.",
            "What does `model.add(…)` return, and what should your function return?",
            recognise=comes_back(lambda value: value is None),
        ),
        Mistake(
            "refuses-rate-zero",
            refuses_zero,
            "A rate of 0 is refused; it silences nothing, and is allowed.",
            "Which of the two ends of [0, 1) belongs to it?",
            credit=0.5,
            recognise=raises_for("ValueError", 0.0, 1.0, -0.25, 1.5),
        ),
        Mistake(
            "another-error-than-valueerror",
            asserts,
            "Impossible rates bring an AssertionError; the exercise asks for a ValueError, which a caller can expect. "
            "`assert` is for your own slips, and Python can be told to skip it.",
            "How do you raise an error of a kind that you choose?",
            credit=0.5,
            recognise=raises_for("AssertionError", 1.0, -0.25, 1.5),
        ),
        Mistake(
            "changes-the-model-it-was-given",
            in_place,
            "The model that was given has changed: whoever called your function has lost the original.",
            "Which of your lines works on `model` itself? `pop` and `add` do; a new Sequential with the same layers does not.",
            recognise=any_model(given_has_changed),
        ),
        Mistake(
            "last-layer-lost",
            last_layer_lost,
            "The dense layer of ten is gone: dropout stands in its place.",
            "How many layers should the new model have, if the given one has three?",
            recognise=any_model(has_lost_the_last_layer),
        ),
        Mistake(
            "after-the-softmax",
            after_softmax,
            "Dropout stands behind the softmax: while training it silences answers, and the rows no longer add up to 1.",
            "What do the ten last numbers mean, and what would it mean to set one of them to 0?",
            recognise=any_model(is_behind_the_softmax),
            also=(after_softmax_functional,),
        ),
        Mistake(
            "further-parameters",
            a_further_layer,
            "There is one more dense layer now, with weights that nobody trained; only the dropout is to be added.",
            "How many parameters has a dropout layer, and how many has your model more than before?",
            recognise=any_model(has_further_parameters),
        ),
        Mistake(
            "drops-the-trained-weights",
            drops_the_weights,
            "The layers are there, but what they had learnt is lost: the model answers otherwise than before.",
            "What does a new layer, or a model that was cloned, start with?",
            recognise=any_model(has_lost_its_weights),
            also=(a_new_last_layer,),
        ),
        Mistake(
            "no-dropout-added",
            unchanged,
            "There is no dropout layer in the model that comes back.",
            "How many layers do you see in `model.summary()`, before and after?",
            recognise=any_model(lambda seen: not seen.dropouts),
        ),
        Mistake(
            "more-than-one-dropout",
            before_every_dense,
            "There is more than one dropout layer; one is asked for, before the last dense layer.",
            "How do you tell the last dense layer from the others?",
            recognise=any_model(lambda seen: len(seen.dropouts) > 1),
        ),
        Mistake(
            "dropout-in-another-place",
            before_the_first,
            "Dropout stands in another place than right before the last dense layer.",
            "Which of `model.layers` is the last dense one, and what comes right before it?",
            recognise=any_model(is_elsewhere),
        ),
        Mistake(
            "rate-as-keep-probability",
            rate_as_keep,
            "The layer has the rate 1 - rate: the rate is the share that is silenced, in Keras too.",
            "Dropout(0.25): how many of four numbers are silenced?",
            recognise=any_model(keeps_the_rate),
        ),
        Mistake(
            "another-rate",
            fixed_rate,
            "The dropout layer has another rate than the one that was asked for.",
            "Where does `rate` stand in your code?",
            recognise=any_model(
                lambda seen: seen.is_in_place and abs((seen.layers[seen.dropouts[0]]["rate"] or 0.0) - seen.rate) > 1e-6
            ),
        ),
        Mistake(
            "rate-of-one-accepted",
            accepts_one,
            "A rate of 1.0 passes: it silences everything, and 1 / (1 - rate) divides by 0. Keras lets it through, so your function "
            "must not.",
            "What does [0, 1) say of 1?",
            credit=0.5,
            recognise=accepts(1.0),
            also=(accepts_one_checked,),
        ),
        Mistake(
            "impossible-rates-accepted",
            clips_the_rate,
            "Rates below 0 or above 1 pass in silence; they should raise a ValueError.",
            "Who should hear that a rate of 1.5 was a slip, and how?",
            credit=0.5,
            recognise=accepts(1.0, -0.25, 1.5),
        ),
    ),
    hints=(
        "`model.layers` is a list of layers that have learnt already. Which new list would you make a model of?",
        "All layers but the last, a Dropout, then the last one. The layers take what they have learnt along; before, look at the rate.",
        "`if not 0 <= rate < 1: raise ValueError(rate)`; then "
        "`keras.Sequential([*model.layers[:-1], keras.layers.Dropout(rate), model.layers[-1]])`",
    ),
)

"""l06_params_by_hand: what each layer learns, counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors
from autograder.records import Evidence
from digitlab.linear import dense_params
from digitlab.stacks import conv_params, trace_shapes

Counts = dict[str, int]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return two networks of drawn sizes, the second with a frozen layer and a batch normalisation."""
    cases = []
    for normalised in (False, True):
        filters, kernel = (int(rng.integers(3, 9)), int(rng.integers(5, 14))), int(rng.choice([3, 5]))
        params = {"seed": 1, "filters": filters, "kernel_size": kernel, "normalised": normalised}
        label = "one layer is frozen, one normalises" if normalised else ""
        cases.append(Case((Make("cnn", params),), label, secret=_counts(filters, kernel, normalised)))
    return cases


def _counts(filters: tuple[int, int], kernel: int, normalised: bool) -> Counts:
    conv: dict[str, Any] = {"type": "conv", "kernel_size": kernel, "stride": 1, "padding": "valid"}
    pool: dict[str, Any] = {"type": "pool", "size": 2, "stride": 2}
    stack = [{**conv, "filters": filters[0]}, pool, {**conv, "filters": filters[1]}, pool, {"type": "flatten"}]
    flat = trace_shapes(stack, (28, 28, 1))[-1][0]
    counts = {"conv_1": conv_params(kernel, 1, filters[0])}
    if normalised:
        counts["norm"] = 4 * filters[0]
    return counts | {"conv_2": conv_params(kernel, filters[0], filters[1]), "answer": dense_params(flat, 10)}


EMPTY_LAYERS = frozenset(("pool_1", "pool_2", "flat", "input_layer", "keras_tensor"))


def judge_counts(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of the counts; layers without parameters may be listed with 0 or left out."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    for case, outcome in zip(cases, evidence.outcomes, strict=True):
        wrong = difference(case.secret, outcome.value, Tolerance())
        extra = (
            [key for key, n in outcome.value.items() if key not in case.secret and _number(n) != 0]
            if isinstance(outcome.value, dict)
            else []
        )
        if wrong is None and not extra:
            continue
        for mistake in exercise.mistakes:
            if mistake.recognise is not None and mistake.recognise(cases, evidence):
                return finding_of(mistake)
        text = wrong.text if wrong else f"the key {extra[0]!r} is no layer with parameters"
        label = f" ({case.label})" if case.label else ""
        return Finding(
            share=0.0,
            message=f"Not right yet: {text}{label}.",
            next_step="Compare with the column Param # of `model.summary()`, layer by layer.",
        )
    return Finding(share=1.0, message="Right.")


def _number(value: Any) -> int | float | None:
    """Return a single number; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return value if isinstance(value, (int, float)) else None


def _gives(change: Any) -> Any:
    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return all(
            difference(change(case.secret, case.args[0].params), outcome.value, Tolerance()) is None
            for case, outcome in zip(cases, evidence.outcomes, strict=False)
        )

    return recognise


def _without_biases(counts: Counts, params: Any) -> Counts:
    biases = {"conv_1": params["filters"][0], "conv_2": params["filters"][1], "answer": 10}
    return {name: n - biases.get(name, 0) for name, n in counts.items() if name in biases}


def _trainable(counts: Counts, params: Any) -> Counts:
    return {name: n for name, n in counts.items() if name in ("conv_2", "answer")} | (
        {"conv_1": 0} if params["normalised"] else {}
    )


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_count_params(model: Any) -> Counts:
    return {layer.name: layer.count_params() for layer in model.layers}


def with_weights(model: Any) -> Counts:
    return {layer.name: sum(w.size for w in layer.get_weights()) for layer in model.layers if layer.weights}


def with_shapes(model: Any) -> Counts:
    counts = {}
    for layer in model.layers:
        total = 0
        for weight in layer.weights:
            total += int(np.prod(weight.shape))
        if total:
            counts[layer.name] = total
    return counts


# --- mistakes ------------------------------------------------------------------------------------------------------


def no_biases(model: Any) -> Counts:
    return {layer.name: int(np.prod(layer.weights[0].shape)) for layer in model.layers if layer.weights}


def total_only(model: Any) -> int:
    return int(model.count_params())


def trainable_only(model: Any) -> Counts:
    return {layer.name: sum(int(np.prod(w.shape)) for w in layer.trainable_weights) for layer in model.layers}


def number_of_arrays(model: Any) -> Counts:
    return {layer.name: len(layer.weights) for layer in model.layers}


def by_place(model: Any) -> dict[int, int]:
    return {place: layer.count_params() for place, layer in enumerate(model.layers)}


def a_list(model: Any) -> list[int]:
    return [layer.count_params() for layer in model.layers]


EXERCISE = Exercise(
    id="l06_params_by_hand",
    title="Count the parameters of each layer",
    points=2,
    draw_cases=draw_cases,
    judge=judge_counts,
    needs_tensorflow=True,
    right_answers=(with_count_params, with_weights, with_shapes),
    mistakes=(
        Mistake(
            "no-biases",
            no_biases,
            "The weights are counted, the biases are not.",
            "How many arrays are in `layer.get_weights()` of a Conv2D, and what is the second?",
            recognise=_gives(_without_biases),
        ),
        Mistake(
            "only-the-total",
            total_only,
            "One number comes back: the total. The exercise asks for a dictionary, layer name to count.",
            "How do you walk through `model.layers`, and what is each layer's name?",
            recognise=lambda cases, evidence: all(
                difference(sum(case.secret.values()), outcome.value, Tolerance()) is None
                for case, outcome in zip(cases, evidence.outcomes, strict=False)
            ),
        ),
        Mistake(
            "trainable-numbers-only",
            trainable_only,
            "Frozen numbers are left out; the exercise counts them too.",
            "Which weights does `trainable_weights` not list?",
            recognise=_gives(_trainable),
        ),
        Mistake(
            "number-of-arrays",
            number_of_arrays,
            "You count the weight arrays, not the numbers in them.",
            "How many numbers are there in an array of shape (3, 3, 1, 8)?",
            recognise=lambda cases, evidence: all(
                isinstance(outcome.value, dict)
                and outcome.value
                and all(_number(n) in (0, 2, 4) for n in outcome.value.values())
                for outcome in evidence.outcomes
            ),
        ),
        Mistake(
            "places-for-names",
            by_place,
            "The counts stand under the layers' places; the exercise asks for their names, or they come as a list.",
            "Which attribute holds a layer's name?",
            recognise=lambda _cases, evidence: all(
                isinstance(outcome.value, list)
                or (
                    isinstance(outcome.value, dict)
                    and bool(outcome.value)
                    and all(isinstance(key, int) for key in outcome.value)
                )
                for outcome in evidence.outcomes
            ),
            also=(a_list,),
        ),
    ),
    hints=(
        "Which numbers does a Conv2D layer learn, and which a Dense layer?",
        "Walk through `model.layers`; `layer.name` is the key, and the sizes of all arrays in `layer.get_weights()` add up.",
        "`return {layer.name: layer.count_params() for layer in model.layers}`",
    ),
)

"""Evidence for tests: any value that the codec yields, and what right answers to every exercise come to.

The latter without TensorFlow: what models answer is worked out by NumPy. That judges take these for right is a test of
its own (`test_strange_answers`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.exercise import Case, Cases, Exercise, outcomes_of
from autograder.exercises.l08_dropout_and_augmentation.add_dropout import answers_of
from autograder.exercises.l10_look_inside.feature_maps import all_maps
from autograder.exercises.l10_look_inside.occlusion_map import predict_of
from autograder.exercises.l10_look_inside.occlusion_map import right as drops
from autograder.exercises.l11_robustness.robustness_curve import curve_of
from autograder.exercises.l11_robustness.robustness_curve import right as curve
from autograder.inside.codec import Opaque
from autograder.inside.model_file import SAMPLE
from autograder.records import ErrorSeen, Evidence, Outcome

SEED = 3
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**2047), 2**2047)
    | st.floats()
    | st.text(max_size=5)
    | st.just(Opaque("object", "<object>"))
    | arrays.arrays(
        st.sampled_from(["u1", "i8", "f2", "f4", "f8", "c16", "?"]),
        arrays.array_shapes(min_dims=0, min_side=0, max_side=4),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            st.sampled_from(["answers", "again", "layers", "params", "count", "model", "a"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@functools.cache
def right_evidence(exercise: Exercise) -> tuple[Cases, Evidence]:
    """Return the cases of an exercise, and what a right answer comes to."""
    cases = exercise.cases(SEED)
    if exercise.file is not None:
        return cases, Evidence(found=True, facts=_file_facts(cases[0]))
    if exercise.needs_tensorflow:
        return cases, Evidence(found=True, outcomes=tuple(_MODELS[exercise.function](case) for case in cases))
    return cases, Evidence(found=True, outcomes=outcomes_of(exercise.answer or exercise.right_answers[0], cases))


def _layer(kind: str, params: int, *, activation: str | None = None, rate: float | None = None) -> dict[str, Any]:
    kinds = {"Conv2D": ["Conv2D", "BaseConv"], "MaxPooling2D": ["MaxPooling2D", "BasePooling"]}.get(kind, [kind])
    return {
        "name": kind.lower(),
        "kinds": [*kinds, "Layer"],
        "activation": activation,
        "rate": rate,
        "params": params,
        "output": None,
        "used": True,
    }


def _model(layers: list[dict[str, Any]], answers: np.ndarray[Any, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "model": True,
        "compiled": "loss" in more,
        "answers": np.full((6, 10), 0.1, dtype=np.float32) if answers is None else answers,
        "input_shape": "(None, 28, 28, 1)",
        "params": sum(layer["params"] for layer in layers),
        "layers": layers,
        "calls": [],
        **more,
    }


def _convolutional() -> list[dict[str, Any]]:
    return [
        _layer("Conv2D", 208, activation="relu"),
        _layer("MaxPooling2D", 0),
        _layer("Conv2D", 1168, activation="relu"),
        _layer("MaxPooling2D", 0),
        _layer("Flatten", 0),
        _layer("Dropout", 0, rate=0.25),
        _layer("Dense", 4010, activation="softmax"),
    ]


def _linear(_case: Case) -> Outcome:
    return Outcome(value=_model([_layer("Flatten", 0), _layer("Dense", 7850, activation="softmax")]))


def _cnn(_case: Case) -> Outcome:
    return Outcome(value=_model(_convolutional()))


def _compiled(_case: Case) -> Outcome:
    told: dict[str, Any] = {
        "loss": -math.log(0.7),
        "loss_name": "sparse",
        "evaluated": {"loss": math.log(10), "accuracy": 0.5},
    }
    return Outcome(value=_model(_convolutional(), **told))


def _counted(case: Case) -> Outcome:
    return Outcome(value=dict(case.secret))


def _checked(case: Case) -> Outcome:
    return Outcome(value={"returned": case.secret.pair, "answers": case.secret.probabilities})


def _overfitted(case: Case) -> Outcome:
    return Outcome(value={"returned": 1.0, "answers": np.eye(10, dtype=np.float32)[case.secret]})


def _trained(case: Case) -> Outcome:
    """Return a training whose order comes from the seed, with the validation images measured after each epoch."""
    _, (x, _, x_validation, _), epochs, seed = case.args
    rng = np.random.default_rng(seed)
    images, learnt = [], []
    for _ in range(epochs):
        images += [rng.permutation(np.arange(1, len(x) + 1)), np.arange(501, 501 + len(x_validation))]
        learnt += [np.full(len(x), True), np.full(len(x_validation), False)]
    curves = {name: [2.0 + seed / 1000 - epoch for epoch in range(epochs)] for name in ("loss", "val_loss")}
    shares = {name: [0.5] * epochs for name in ("accuracy", "val_accuracy")}
    noted = {"images": np.concatenate(images), "learnt": np.concatenate(learnt)}
    return Outcome(value={"returned": curves | shares, **noted, "measured": curves["val_loss"][-1:]})


def _with_dropout(case: Case) -> Outcome:
    rate = case.args[1]
    if not 0 <= rate < 1:
        return Outcome(error=ErrorSeen(type="ValueError", ancestors=("ValueError", "Exception"), message="rate"))
    answers = answers_of(case)
    dense = [_layer("Dense", 784 * 12 + 12, activation="relu"), _layer("Dense", 130, activation="softmax")]
    given = _model([_layer("Flatten", 0), *dense], answers)
    returned = _model([_layer("Flatten", 0), dense[0], _layer("Dropout", 0, rate=rate), dense[1]], answers)
    training = answers if rate == 0 else answers[:, ::-1].copy()
    return Outcome(value={"returned": returned, "given": given, "training": training})


_MODELS: dict[str, Callable[[Case], Outcome]] = {
    "build_linear": _linear,
    "build_cnn": _cnn,
    "compile_model": _compiled,
    "params_by_hand": _counted,
    "untrained_check": _checked,
    "overfit_tiny": _overfitted,
    "train_model": _trained,
    "add_dropout": _with_dropout,
    "predict_labels": lambda case: Outcome(value=case.secret.argmax(axis=1)),
    "feature_maps": lambda case: Outcome(value=all_maps(case)[case.args[2]]),
    "occlusion_map": lambda case: Outcome(value=drops(predict_of(case), *case.args[1:])),
    "robustness_curve": lambda case: Outcome(value=curve_of(curve, case)),
}


def _file_facts(case: Case) -> dict[str, Any]:
    answers = np.eye(10, dtype=np.float32)[case.secret]
    some = answers[:SAMPLE]
    return {"answers": answers, "again": some, "scaled_up": some, "input_shape": "(None, 28, 28, 1)", "weights": ""}

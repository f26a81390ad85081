"""l11_robustness_curve: the accuracy at each level of a distortion, each time from the images as they are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import Tolerance, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence
from digitlab.linear import softmax

Array = np.ndarray[Any, Any]
Predict = Callable[[Array], Array]
Distort = Callable[[Array, Any], Array]
COUNT = 40
# A mistake is written once, for anything that predicts: for Keras as a student would, for NumPy to recognise it.
Curve = Callable[[Predict, Array, Array, Distort, Any], Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a linear model, whose answers NumPy can work out, images, and a distortion that pulls to one digit.

    Drawn again until every mistake gives other numbers than the right answer, in both cases.
    """
    for _ in range(200):
        cases = [_draw(rng, [0.6, 0.0, 0.3, 1.0], compiled=True), _draw(rng, [0.2, 0.9, 0.5], compiled=False)]
        if all(_tells(case) for case in cases):
            return cases
    raise RuntimeError("no inputs were found that tell the mistakes apart")


def _draw(rng: np.random.Generator, levels: list[float], *, compiled: bool) -> Case:
    weights = rng.normal(0, 0.06, (784, 10)).astype(np.float32)
    x = rng.random((COUNT, 28, 28, 1)).astype(np.float32)
    bias = (-(x.reshape(COUNT, -1) @ weights).mean(axis=0)).astype(np.float32)
    pattern = (0.03 * np.sign(weights[:, rng.integers(0, 10)])).reshape(28, 28, 1).astype(np.float32)
    params = {"weights": weights, "bias": bias}
    model = Make("linear_model", params | {"compiled": compiled})
    case = Case((model, x, np.zeros(COUNT, dtype=np.int64), Make("distortion", {"pattern": pattern}), levels))
    labels = _parts(case)[0](x).argmax(axis=1)
    wrong = rng.random(COUNT) < 0.15
    labels[wrong] = (labels[wrong] + rng.integers(1, 10, int(wrong.sum()))) % 10
    text = "" if compiled else "the model is not compiled"
    return replace(case, args=(model, x, labels, *case.args[3:]), label=text)


def _parts(case: Case) -> tuple[Predict, Array, Array, Distort, Any]:
    """Return a case's arguments with the model and the distortion in NumPy."""
    model, x, y, distort, levels = case.args
    weights, bias = (np.asarray(model.params[name], dtype=np.float64) for name in ("weights", "bias"))
    pattern = distort.params["pattern"]

    def predict(images: Array) -> Array:
        return softmax(np.asarray(images).reshape(len(images), -1).astype(np.float64) @ weights + bias)

    return predict, x, y, lambda images, level: np.asarray(images + level * pattern, dtype=images.dtype), levels


def _tells(case: Case) -> bool:
    """Whether the scores are clear of ties, and each mistake's numbers are clear of the right ones."""
    predict, x, _, distort, levels = _parts(case)
    ordered = [np.sort(predict(distort(x, level)), axis=1) for level in [*levels, *np.cumsum(levels)]]
    if min(float((rows[:, -1] / rows[:, -2]).min()) for rows in ordered) < 1.0005:
        return False
    wanted = right(*_parts(case))
    return len(set(wanted)) == len(wanted) and not any(
        difference(wanted, curve(*_parts(case)), CLOSE) is None for curve in WRONG
    )


CLOSE = Tolerance(relative=1e-4, absolute=1e-3)


# --- the curve, right and wrong ------------------------------------------------------------------------------------


def right(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [float((predict(distort(x, level)).argmax(axis=1) == y).mean()) for level in levels]


def piles_up(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    shares = []
    for level in levels:
        x = distort(x, level)
        shares.append(float((predict(x).argmax(axis=1) == y).mean()))
    return shares


def average(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return float(np.mean(right(predict, x, y, distort, levels)))


def running_average(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    shares = right(predict, x, y, distort, levels)
    return [float(np.mean(shares[: place + 1])) for place in range(len(shares))]


def undistorted(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [float((predict(x).argmax(axis=1) == y).mean()) for _ in levels]


def per_cent(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [100 * share for share in right(predict, x, y, distort, levels)]


def counts(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [int((predict(distort(x, level)).argmax(axis=1) == y).sum()) for level in levels]


def error_rate(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [1 - share for share in right(predict, x, y, distort, levels)]


def in_sorted_order(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return right(predict, x, y, distort, sorted(levels))


def against_own_answers(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return right(predict, x, predict(x).argmax(axis=1), distort, levels)


def mean_probability(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return [float(predict(distort(x, level))[np.arange(len(y)), y].mean()) for level in levels]


def drop_from_the_first(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    clean = float((predict(x).argmax(axis=1) == y).mean())
    return [clean - share for share in right(predict, x, y, distort, levels)]


def last_level_only(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return right(predict, x, y, distort, levels)[-1]


def first_level_only(predict: Predict, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return right(predict, x, y, distort, levels)[0]


WRONG: tuple[Curve, ...] = (
    piles_up,
    average,
    running_average,
    undistorted,
    per_cent,
    counts,
    error_rate,
    in_sorted_order,
    against_own_answers,
    mean_probability,
    drop_from_the_first,
    last_level_only,
    first_level_only,
)


def with_keras(curve: Curve) -> Callable[..., Any]:
    """Return the answer as a student's function of a Keras model."""

    def robustness_curve(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
        return curve(lambda images: np.asarray(model(images)), x, y, distort, levels)

    robustness_curve.__name__ = curve.__name__
    return robustness_curve


@functools.lru_cache(maxsize=128)
def curve_of(curve: Curve, case: Case) -> Any:
    """Return what `curve` makes of a case, worked out once for a whole class."""
    return curve(*_parts(case))


def gives(*several: Curve) -> Recogniser:
    """Return a recogniser of answers that come out as one of these does, in every case."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return len(cases) == len(evidence.outcomes) and any(
            all(
                outcome.error is None and difference(curve_of(curve, case), outcome.value, CLOSE) is None
                for case, outcome in zip(cases, evidence.outcomes, strict=True)
            )
            for curve in several
        )

    return recognise


def needs_compiling(_cases: Cases, evidence: Evidence) -> bool:
    """Whether Keras refused to evaluate a model that was not compiled."""
    errors = [outcome.error for outcome in evidence.outcomes if outcome.error is not None]
    return bool(errors) and all("compile" in error.message for error in errors)


def judge_curve(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of accuracies, one for each level."""
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake, _example(cases, evidence))
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    example = _example(cases, evidence)
    if example is None:
        return side_effect(evidence) or Finding(share=1.0, message="Right.")
    return Finding(
        share=0.0,
        message=f"Not right yet: {example.splitlines()[-1]}.",
        next_step="Take a single level, 0. Which accuracy should come out, and what does your function give?",
        example=example,
    )


def _example(cases: Cases, evidence: Evidence) -> str | None:
    """Return the smallest failing example, or None where all is right."""
    for case, outcome in sorted(zip(cases, evidence.outcomes, strict=False), key=lambda pair: len(pair[0].args[4])):
        found = difference(curve_of(right, case), outcome.value, CLOSE)
        if outcome.error is None and found is not None:
            label = f" ({case.label})" if case.label else ""
            call = f"robustness_curve(model, x, y, distort, {case.args[4]}) for {COUNT} images{label}"
            return f"{call}\nexpected {curve_of(right, case)}\n{found.text}"
    return None


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_a_loop(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> Array:
    shares = []
    for level in levels:
        predicted = model.predict(distort(x, level), verbose=0).argmax(axis=1)
        shares.append((predicted == y).mean())
    return np.array(shares)


def with_a_list(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> list[float]:
    return [float(np.mean(np.argmax(model(distort(x, level)), axis=-1) == y)) for level in levels]


def in_one_batch(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    many = np.concatenate([distort(x.copy(), level) for level in levels])
    predicted = model.predict_on_batch(many).argmax(axis=1).reshape(len(levels), len(x))
    return np.mean(predicted == y, axis=1)


def with_scikit_learn(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    from sklearn.metrics import accuracy_score

    curve = np.zeros(len(levels), dtype=np.float32)
    for place, level in enumerate(levels):
        curve[place] = accuracy_score(y, np.argmax(np.asarray(model(distort(x, level))), 1))
    return curve


def evaluates(model: Any, x: Array, y: Array, distort: Distort, levels: Any) -> Any:
    return np.array([model.evaluate(distort(x, level), y, verbose=0)[1] for level in levels])


EXERCISE = Exercise(
    id="l11_robustness_curve",
    title="Measure the accuracy at each level of a distortion",
    points=2,
    draw_cases=draw_cases,
    judge=judge_curve,
    needs_tensorflow=True,
    seconds=60.0,
    right_answers=(with_a_loop, with_a_list, in_one_batch, with_scikit_learn),
    mistakes=(
        Mistake(
            "piles-up",
            with_keras(piles_up),
            "The distortions pile up: each level distorts what the level before has left.",
            "After `x = distort(x, level)`, where are the images as they were?",
            recognise=gives(piles_up),
        ),
        Mistake(
            "averages-over-levels",
            with_keras(average),
            "The accuracies of several levels are averaged; the exercise asks for one accuracy for each level.",
            "How many numbers should come back for three levels?",
            also=(with_keras(running_average),),
            recognise=gives(average, running_average),
        ),
        Mistake(
            "one-level-only",
            with_keras(last_level_only),
            "The accuracy of a single level comes back; the exercise asks for one for each level.",
            "Does your `return` stand inside of the loop, or is a variable overwritten in each round?",
            also=(with_keras(first_level_only),),
            recognise=gives(last_level_only, first_level_only),
        ),
        Mistake(
            "measures-the-originals",
            with_keras(undistorted),
            "The same accuracy comes back for every level, that of the images as they are: what `distort` returns is "
            "not used.",
            "`distort` leaves `x` as it is. Where do the distorted images go?",
            recognise=gives(undistorted),
        ),
        Mistake(
            "per-cent",
            with_keras(per_cent),
            "These are per cent; the exercise asks for shares, from 0 to 1.",
            "What is the mean of True, True, False, True?",
            recognise=gives(per_cent),
        ),
        Mistake(
            "counts-for-shares",
            with_keras(counts),
            "These are numbers of right answers; the exercise asks for their share of all images.",
            "By what does a count have to be divided to become a share?",
            recognise=gives(counts),
        ),
        Mistake(
            "errors-for-accuracy",
            with_keras(error_rate),
            "These are the shares of wrong answers; the exercise asks for those of right ones.",
            "Which sign compares predictions with labels so that right answers are True?",
            recognise=gives(error_rate),
        ),
        Mistake(
            "levels-sorted",
            with_keras(in_sorted_order),
            "The accuracies come in the order of sorted levels; the exercise asks for the order given.",
            "If the levels are 0.6, 0, 0.3: to which of them belongs the first accuracy?",
            recognise=gives(in_sorted_order),
        ),
        Mistake(
            "against-its-own-answers",
            with_keras(against_own_answers),
            "You compare with what the model said of the undistorted images; the exercise asks for the labels.",
            "An answer that was wrong before and stays the same: is it right?",
            recognise=gives(against_own_answers),
        ),
        Mistake(
            "probability-for-accuracy",
            with_keras(mean_probability),
            "This is the mean probability of the right digit; accuracy counts an answer as right or wrong.",
            "How do you get from a row of probabilities to the one digit that the model says?",
            recognise=gives(mean_probability),
        ),
        Mistake(
            "drop-for-accuracy",
            with_keras(drop_from_the_first),
            "This is by how much the accuracy falls; the exercise asks for the accuracy itself.",
            "Which number should come out for the level 0?",
            recognise=gives(drop_from_the_first),
        ),
        Mistake(
            "needs-a-compiled-model",
            evaluates,
            "`evaluate` needs a compiled model, and the exercise says that yours need not be: a loaded one may not be.",
            "With `predict`, `argmax` and the labels, what else is needed for an accuracy?",
            recognise=needs_compiling,
        ),
    ),
    hints=(
        "For one level: how do you get the accuracy? And what must the next level begin with?",
        "Loop over the levels; give `distort(x, level)` to the model under another name than `x`; take `argmax` of each "
        "row; the mean of `predicted == y` is the accuracy.",
        "`return np.array([(model.predict(distort(x, level), verbose=0).argmax(axis=1) == y).mean() for level in levels])`",
    ),
)

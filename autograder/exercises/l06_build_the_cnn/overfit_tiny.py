"""l06_overfit_tiny: a model that cannot learn fifty images by heart cannot learn at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.claims import number
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.exercises.l06_build_the_cnn.model_evidence import changed_arguments, is_softmaxed
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors
from autograder.records import Evidence

ENOUGH = 0.95


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a compiled network and fifty training digits."""
    from digitlab import load_mnist

    data = load_mnist()
    chosen = np.sort(rng.choice(len(data.y_train), 50, replace=False))
    images = (data.x_train[chosen][..., np.newaxis] / np.float32(255)).astype(np.float32)
    model = Make("cnn", {"seed": int(rng.integers(1000)), "learning_rate": 0.01})
    labels = np.array(data.y_train[chosen], dtype=np.int64)
    return [Case((model, images, labels), read="trained", secret=labels)]


def _answers(evidence: Evidence) -> np.ndarray[Any, Any] | None:
    """Return the probabilities that the model gives for the fifty images, or None where they are none."""
    value = evidence.outcomes[0].value if evidence.outcomes else None
    answers = value.get("answers") if isinstance(value, dict) else None
    rows = isinstance(answers, np.ndarray) and answers.shape == (50, 10) and is_softmaxed(answers)
    return answers if rows else None


def _seen(cases: Cases, evidence: Evidence) -> tuple[float | None, float] | None:
    """Return the number that came back, if one did, and the accuracy that the model really has on the fifty images."""
    answers = _answers(evidence)
    if answers is None:
        return None
    returned = number(evidence.outcomes[0].value["returned"])
    return returned, float((answers.argmax(axis=1) == cases[0].secret).mean())


def judge_overfitted(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a model trained in place, and of the accuracy that was returned for it."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    seen = _seen(cases, evidence)
    if seen is None:
        return Finding(
            share=0.0,
            message="For some of the fifty images the model gives no probabilities any more: NaN, perhaps.",
            next_step="What was the loss of the last epoch? NaN comes from steps that are too large.",
        )
    returned, true = seen
    if returned is None or not math.isfinite(returned):
        return Finding(
            share=0.0,
            message=f"A single number is asked for, the accuracy; what comes back is {returned}.",
            next_step="What does your function return?",
        )
    if true < ENOUGH:
        return Finding(
            share=0.0,
            message=f"The model gets {true:.0%} of the fifty images right; at least 95 % is asked for.",
            next_step="How many epochs did you train? Fifty images pass in a moment.",
        )
    if not abs(returned - true) <= 0.021:
        return Finding(
            share=0.0,
            message=f"Your function says {returned:.2f}; on the fifty images the model has {true:.2f}.",
            next_step="On which images did you measure, and when?",
        )
    return changed_arguments(evidence) or Finding(share=1.0, message="Right.")


def _when(test: Any) -> Any:
    """Return a recogniser: the test holds for the number that came back and the true accuracy."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        seen = _seen(cases, evidence)
        return seen is not None and seen[0] is not None and bool(test(*seen))

    return recognise


def _gives_no_number(cases: Cases, evidence: Evidence) -> bool:
    seen = _seen(cases, evidence)
    return seen is not None and seen[0] is None


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_evaluate(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=10, verbose=0)
    return model.evaluate(x, y, verbose=0)[1]


def with_predict(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, shuffle=True, verbose=0)
    return np.mean(model.predict(x, verbose=0).argmax(axis=1) == y)


def until_it_can(model: Any, x: Any, y: Any) -> float:
    acc = 0.0
    for _ in range(20):
        model.fit(x, y, epochs=5, batch_size=10, verbose=0)
        acc = float(model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"])
        if acc >= 0.98:
            break
    return acc


# --- mistakes ------------------------------------------------------------------------------------------------------


def on_other_images(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return model.evaluate(x[:, ::-1, ::-1], y, verbose=0)[1]


def returns_history(model: Any, x: Any, y: Any) -> Any:
    return model.fit(x, y, epochs=20, batch_size=25, verbose=0)


def history_list(model: Any, x: Any, y: Any) -> Any:
    return model.fit(x, y, epochs=20, batch_size=25, verbose=0).history["accuracy"]


def one_epoch(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=1, verbose=0)
    return model.evaluate(x, y, verbose=0)[1]


def not_trained(model: Any, x: Any, y: Any) -> Any:
    return model.evaluate(x, y, verbose=0)[1]


def a_copy(model: Any, x: Any, y: Any) -> Any:
    import keras

    copy = keras.models.clone_model(model)
    copy.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    copy.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return copy.evaluate(x, y, verbose=0)[1]


def returns_loss(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return model.evaluate(x, y, verbose=0)[0]


def per_cent(model: Any, x: Any, y: Any) -> Any:
    model.fit(x, y, epochs=20, batch_size=25, verbose=0)
    return 100 * model.evaluate(x, y, verbose=0)[1]


EXERCISE = Exercise(
    id="l06_overfit_tiny",
    title="Learn fifty images by heart",
    points=1,
    draw_cases=draw_cases,
    judge=judge_overfitted,
    needs_tensorflow=True,
    seconds=60.0,
    right_answers=(with_evaluate, with_predict, until_it_can),
    mistakes=(
        Mistake(
            "returns-history",
            returns_history,
            "What comes back is the history of the training; the exercise asks for one number, the accuracy afterwards.",
            "Which method measures a model, and which place of its answer is the accuracy?",
            recognise=_gives_no_number,
            also=(history_list,),
        ),
        Mistake(
            "per-cent",
            per_cent,
            "The accuracy comes in per cent; the exercise asks for a share.",
            "What should come out when every answer is right?",
            recognise=_when(lambda returned, true: returned > 1.5 and abs(returned - 100 * true) < 2),
        ),
        Mistake(
            "trains-a-copy",
            a_copy,
            "A copy was trained; the model that you were given has not changed.",
            "Which object do you call `fit` on?",
            recognise=_when(lambda returned, true: returned >= ENOUGH and true < 0.6),
        ),
        Mistake(
            "too-few-epochs",
            one_epoch,
            "The model has not learnt the fifty images yet: at least 95 % is asked for.",
            "How many epochs did you train? Fifty images pass in a moment.",
            recognise=_when(lambda returned, true: true < ENOUGH and abs(returned - true) < 0.05),
            also=(not_trained,),
        ),
        Mistake(
            "loss-for-accuracy",
            returns_loss,
            "That is the loss; the exercise asks for the accuracy.",
            "Which place of `evaluate`'s answer is the accuracy?",
            recognise=_when(lambda returned, true: true >= ENOUGH and 0 <= returned < 0.08),
        ),
        Mistake(
            "measured-on-other-images",
            on_other_images,
            "The accuracy that you return is not the one on these fifty images: it was measured on others.",
            "Which images go into `evaluate`?",
            recognise=_when(lambda returned, true: true >= ENOUGH and abs(returned - true) > 0.05),
        ),
    ),
    hints=(
        "How often must a model see the same fifty images until it knows them by heart?",
        "`model.fit(x, y, epochs=…)` with many epochs and small batches; afterwards measure on the same images.",
        "`model.fit(x, y, epochs=40, batch_size=10, verbose=0)`; `return model.evaluate(x, y, verbose=0)[1]`.",
    ),
)

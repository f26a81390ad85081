"""l07_train_model: fit on the training images, measure on the validation images, the same each time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.claims import numbers
from autograder.compare import describe
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors
from autograder.records import Evidence, Outcome

Array = np.ndarray[Any, Any]
Data = tuple[Array, Array, Array, Array]

N_TRAIN, N_VALIDATION = 30, 10
# The numbers that the images carry in their first pixel; others (test images) carry none of these.
TRAIN = np.arange(1, N_TRAIN + 1)
VALIDATION = np.arange(501, 501 + N_VALIDATION)
# An honest val_loss may be the mean of uneven batches, or of the moment before the last step; not another loss.
TIMES_OFF, OFF = 1.5, 0.1


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return one training twice over, the second time for one epoch, and one with another seed."""
    labels = rng.integers(0, 10, N_TRAIN + N_VALIDATION).astype(np.int64)
    images = rng.uniform(0, 0.3, (len(labels), 28, 28, 1)).astype(np.float32)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 4:24] = 0.9  # a bar at a height of its own for each digit
    images[:, 0, 0, 0] = np.r_[TRAIN, VALIDATION] / 1024
    data = (images[:N_TRAIN], labels[:N_TRAIN], images[N_TRAIN:], labels[N_TRAIN:])
    seed, model = int(rng.integers(1000)), {"seed": int(rng.integers(1000))}
    return [
        Case((Make("watched", model), data, 2, seed), read="watched"),
        Case((Make("watched", model), data, 1, seed), "the same seed once more", read="watched"),
        Case((Make("watched", model), data, 1, seed + 1), "another seed", read="watched"),
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one training came to: what was returned, and the images that were learnt and measured, in order.

    `losses_now` are those on the validation images that the model has afterwards, where they can be told.
    """

    returned: Any
    learnt: Array
    measured: Array
    epochs: int
    losses_now: list[float]

    @property
    def history(self) -> dict[Any, Any] | None:
        """The dictionary that came back, if one did."""
        return self.returned if isinstance(self.returned, dict) and self.returned.get("model") is not True else None

    def curve(self, name: str) -> list[float] | None:
        """Return the numbers of one curve, or None where there are none."""
        return numbers((self.history or {}).get(name))

    @property
    def first_epoch(self) -> Array:
        """The images of the first pass, in the order in which they were learnt."""
        return self.learnt[:N_TRAIN]


def _seen(case: Case, outcome: Outcome) -> Seen | None:
    value = outcome.value
    if not isinstance(value, dict):
        return None
    images, learnt = value.get("images"), value.get("learnt")
    if not isinstance(images, np.ndarray) or not isinstance(learnt, np.ndarray):
        return None
    if images.ndim != 1 or learnt.shape != images.shape or images.dtype.kind != "i" or learnt.dtype.kind != "b":
        return None
    now = numbers(value.get("measured")) or []
    return Seen(value.get("returned"), images[learnt], images[~learnt], case.args[2], now)


def _all_seen(cases: Cases, evidence: Evidence) -> list[Seen] | None:
    seen = [_seen(case, outcome) for case, outcome in zip(cases, evidence.outcomes, strict=False)]
    return [one for one in seen if one is not None] if len(seen) == len(cases) and None not in seen else None


def judge_training(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of three trainings: by their histories, and by the images that the model was shown."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        missing = evidence.outcomes and all(one.error is None for one in evidence.outcomes)
        named = next((one for one in exercise.mistakes if one.name == "returns-no-history"), None)
        nothing = any(isinstance(one.value, dict) and one.value.get("returned") is None for one in evidence.outcomes)
        return finding_of(named) if missing and nothing and named else broken
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    if any(outcome.changed for outcome in evidence.outcomes):
        return Finding(
            share=0.0,
            mistake="changes-its-argument",
            message="Your function changed the images or labels that it was given: whoever called it has lost them.",
            next_step="Does something shuffle or scale an array in place?",
        )
    seen = _all_seen(cases, evidence)
    wrong = "What came back cannot be read." if seen is None else next(filter(None, map(_fault, seen)), None)
    if wrong is not None:
        return Finding(
            share=0.0,
            message=wrong,
            next_step="Print what your function returns for a few images, and compare it with the exercise.",
        )
    return Finding(share=1.0, message="Right.")


def _fault(seen: Seen) -> str | None:
    """Return what is wrong with one training that no named mistake explains, or None where it is right."""
    for name in ("loss", "val_loss"):
        values = seen.curve(name)
        if values is None or len(values) != seen.epochs:
            return f"The history should hold one {name} for each of {seen.epochs} epochs."
        if not all(math.isfinite(one) and one >= 0 for one in values):
            return f"A cross-entropy is a number from 0 on; {name} in the history is {describe(values)}."
    counts = np.bincount(seen.learnt[np.isin(seen.learnt, TRAIN)], minlength=N_TRAIN + 1)[1:]
    if len(seen.learnt) != int(counts.sum()):
        return "The model was trained on images that are not those of x_train."
    if not (counts == seen.epochs).all():
        return (
            f"In {seen.epochs} epochs each training image should be learnt {seen.epochs} times; "
            f"here it was {counts.min()} to {counts.max()} times."
        )
    if set(VALIDATION) - set(seen.measured.tolist()):
        return "Not all validation images were measured."
    if not any(map(math.isfinite, seen.losses_now)):
        return (
            "After the training, the model's loss on the validation images cannot be measured, or is no finite number."
        )
    return None


def _any(test: Callable[[Seen], bool]) -> Any:
    def recognise(cases: Cases, evidence: Evidence) -> bool:
        seen = _all_seen(cases, evidence)
        return seen is not None and any(test(one) for one in seen)

    return recognise


def _each(test: Callable[[Seen], bool]) -> Any:
    def recognise(cases: Cases, evidence: Evidence) -> bool:
        seen = _all_seen(cases, evidence)
        return seen is not None and all(test(one) for one in seen)

    return recognise


def _measures(seen: Seen) -> tuple[bool, bool, bool]:
    """Return whether validation images, training images and others were measured."""
    return (
        bool(np.isin(seen.measured, VALIDATION).any()),
        bool(np.isin(seen.measured, TRAIN).any()),
        bool((~np.isin(seen.measured, np.r_[TRAIN, VALIDATION])).any()),
    )


def _in_order(seen: Seen) -> bool:
    first = seen.first_epoch
    return len(first) == N_TRAIN and np.array_equal(first, TRAIN)


def _wrong_epochs(seen: Seen) -> bool:
    losses = seen.curve("loss")
    return losses is not None and (len(losses) != seen.epochs or len(seen.learnt) != seen.epochs * N_TRAIN)


def _same_numbers(one: Seen, other: Seen) -> bool:
    """Whether two trainings went through the same, as far as their first common epochs tell."""
    for name in ("loss", "val_loss"):
        a, b = one.curve(name) or [], other.curve(name) or []
        if (
            not a
            or not b
            or not all(math.isclose(x, y, rel_tol=1e-3, abs_tol=1e-5) for x, y in zip(a, b, strict=False))
        ):
            return False
    return True


def _not_repeatable(cases: Cases, evidence: Evidence) -> bool:
    seen = _all_seen(cases, evidence)
    return seen is not None and not (
        np.array_equal(seen[0].first_epoch, seen[1].first_epoch) and _same_numbers(seen[0], seen[1])
    )


def _always_the_same(cases: Cases, evidence: Evidence) -> bool:
    seen = _all_seen(cases, evidence)
    return seen is not None and np.array_equal(seen[0].first_epoch, seen[2].first_epoch)


def _not_its_losses(cases: Cases, evidence: Evidence) -> bool:
    """Whether after a training no `val_loss` is near the one that the model has.

    Any of them will do: who restores the best weights at the end has the loss of an earlier epoch.
    """
    seen = _all_seen(cases, evidence)
    if seen is None or any(outcome.changed for outcome in evidence.outcomes):
        return False
    return not any(map(_fault, seen)) and not all(map(_has_its_loss, seen))


def _has_its_loss(seen: Seen) -> bool:
    told = seen.curve("val_loss") or []
    return any(now / TIMES_OFF - OFF <= one <= now * TIMES_OFF + OFF for now in seen.losses_now for one in told)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_fit(model: Any, data: Data, epochs: int, seed: int) -> Any:
    import keras

    x_train, y_train, x_val, y_val = data
    keras.utils.set_random_seed(seed)
    return model.fit(x_train, y_train, epochs=epochs, validation_data=(x_val, y_val), verbose=0)


def best_weights_restored(model: Any, data: Data, epochs: int, seed: int) -> Any:
    import keras

    keras.utils.set_random_seed(seed)
    best = keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)
    return model.fit(*data[:2], epochs=epochs, validation_data=data[2:], callbacks=[best], verbose=0)


def with_a_dictionary(model: Any, data: Data, epochs: int, seed: int) -> Any:
    import tensorflow as tf

    tf.keras.utils.set_random_seed(seed)
    history = model.fit(
        data[0], data[1], batch_size=128, epochs=epochs, validation_data=data[2:], shuffle=True, verbose=0
    )
    return history.history


def shuffled_by_hand(model: Any, data: Data, epochs: int, seed: int) -> Any:
    x, y, x_val, y_val = data
    order = np.random.default_rng(seed).permutation(len(x))
    return model.fit(
        x[order], y[order], batch_size=16, epochs=epochs, shuffle=False, validation_data=(x_val, y_val), verbose=0
    )


def epoch_by_epoch(model: Any, data: Data, epochs: int, seed: int) -> dict[str, list[float]]:
    x, y, x_val, y_val = data
    rng = np.random.default_rng(seed)
    told: dict[str, list[float]] = {"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}
    for _ in range(epochs):
        order = rng.permutation(len(x))
        one = model.fit(x[order], y[order], batch_size=15, epochs=1, shuffle=False, verbose=0).history
        loss, accuracy = model.evaluate(x_val, y_val, verbose=0)
        for name, value in zip(told, (one["loss"][0], one["accuracy"][0], loss, accuracy), strict=True):
            told[name].append(value)
    return told


# --- mistakes ------------------------------------------------------------------------------------------------------


def _fit(model: Any, data: Data, epochs: int, seed: int | None, **changed: Any) -> Any:
    import keras

    x_train, y_train, x_val, y_val = data
    if seed is not None:
        keras.utils.set_random_seed(seed)
    options = {"epochs": epochs, "validation_data": (x_val, y_val), "verbose": 0, **changed}
    return model.fit(options.pop("x", x_train), options.pop("y", y_train), **options)


def validates_on_training(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed, validation_data=(data[0], data[1]))


def validates_on_test(model: Any, data: Data, epochs: int, seed: int) -> Any:
    from digitlab import load_mnist

    digits = load_mnist()
    x_test = digits.x_test[:50][..., np.newaxis] / np.float32(255)
    return _fit(model, data, epochs, seed, validation_data=(x_test, np.asarray(digits.y_test[:50], dtype=np.int64)))


def validates_on_a_split(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed, validation_data=None, validation_split=0.2)


def no_validation(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed, validation_data=None)


def fits_on_both(model: Any, data: Data, epochs: int, seed: int) -> Any:
    x, y = np.concatenate([data[0], data[2]]), np.concatenate([data[1], data[3]])
    return _fit(model, data, epochs, seed, x=x, y=y)


def then_on_validation(model: Any, data: Data, epochs: int, seed: int) -> Any:
    history = _fit(model, data, epochs, seed)
    model.fit(data[2], data[3], epochs=1, verbose=0)
    return history


def trains_on_validation(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed, x=data[2], y=data[3], validation_data=(data[0], data[1]))


def never_shuffles(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed, shuffle=False)


def ignores_the_seed(model: Any, data: Data, epochs: int, seed: int) -> Any:
    import secrets

    return _fit(model, data, epochs, secrets.randbelow(1 << 30))  # as a fresh process has it


def one_seed_for_all(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, 42)


def ten_epochs(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, 3, seed)


def once_more(model: Any, data: Data, epochs: int, seed: int) -> Any:
    _fit(model, data, 1, seed)
    return _fit(model, data, epochs, seed)


def returns_nothing(model: Any, data: Data, epochs: int, seed: int) -> None:
    _fit(model, data, epochs, seed)


def returns_the_model(model: Any, data: Data, epochs: int, seed: int) -> Any:
    _fit(model, data, epochs, seed)
    return model


def returns_losses(model: Any, data: Data, epochs: int, seed: int) -> Any:
    return _fit(model, data, epochs, seed).history["loss"]


def trains_a_copy(model: Any, data: Data, epochs: int, seed: int) -> Any:
    import keras

    copy = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    copy.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return _fit(copy, data, epochs, seed)


def invents_its_history(model: Any, data: Data, epochs: int, seed: int) -> dict[str, list[float]]:
    _fit(model, data, epochs, seed)
    return {"loss": [1 / (1 + epoch) for epoch in range(epochs)], "val_loss": [0.5] * epochs}


def tells_shares_for_losses(model: Any, data: Data, epochs: int, seed: int) -> dict[str, list[float]]:
    told = _fit(model, data, epochs, seed).history
    return {"loss": told["accuracy"], "val_loss": told["val_accuracy"]}


EXERCISE = Exercise(
    id="l07_train_model",
    title="Train a model",
    points=2,
    draw_cases=draw_cases,
    judge=judge_training,
    needs_tensorflow=True,
    seconds=60.0,
    right_answers=(with_fit, best_weights_restored, with_a_dictionary, shuffled_by_hand, epoch_by_epoch),
    mistakes=(
        Mistake(
            "returns-no-history",
            returns_nothing,
            "What comes back is no history: `fit` returns it, so hand it on.",
            "What does `model.fit(…)` return, and what does your function return?",
            recognise=_each(lambda seen: seen.curve("loss") is None and len(seen.learnt) > 0),
            also=(returns_the_model, returns_losses),
        ),
        Mistake(
            "trains-another-model",
            trains_a_copy,
            "The model that you were given has not been trained: `fit` was called on another one.",
            "Which object do you call `fit` on?",
            recognise=_each(lambda seen: len(seen.learnt) == 0 and seen.curve("loss") is not None),
        ),
        Mistake(
            "learns-the-validation-images",
            fits_on_both,
            "The model is trained on the validation images too. Then they cannot tell any more how it does on images that it has not learnt.",
            "Which of the four arrays may `fit` learn from?",
            recognise=_any(lambda seen: bool(np.isin(seen.learnt, VALIDATION).any())),
            also=(then_on_validation, trains_on_validation),
        ),
        Mistake(
            "no-validation",
            no_validation,
            "Nothing is measured on the validation images: the history has no `val_loss`.",
            "Which argument of `fit` takes the images that are measured after each epoch?",
            recognise=_each(lambda seen: len(seen.learnt) > 0 and seen.curve("val_loss") is None),
        ),
        Mistake(
            "splits-the-training-images",
            validates_on_a_split,
            "A part of the training images is held back for validation; x_val and y_val are there for it, and all of x_train is for learning.",
            "What does `validation_split` do, and what does `validation_data`?",
            recognise=_each(
                lambda seen: _measures(seen)[:2] == (False, True) and len(np.unique(seen.learnt)) < N_TRAIN
            ),
        ),
        Mistake(
            "validates-on-training-images",
            validates_on_training,
            "The validation numbers are measured on the training images: they say how well these were learnt, and nothing about others.",
            "On which images does `validation_data` have to be measured, so that overfitting would show?",
            recognise=_each(lambda seen: _measures(seen)[:2] == (False, True)),
        ),
        Mistake(
            "validates-on-other-images",
            validates_on_test,
            "The validation numbers come from images that are neither x_train nor x_val. Test images must not be looked at while training.",
            "Which two of the four arrays in `data` are for validation?",
            recognise=_each(lambda seen: _measures(seen) == (False, False, True)),
        ),
        Mistake(
            "epochs-not-as-asked",
            ten_epochs,
            "The model is not trained for exactly `epochs` passes over the training images.",
            "Which number of epochs does `fit` get, and is it called once?",
            recognise=_each(_wrong_epochs),
            also=(once_more,),
        ),
        Mistake(
            "never-shuffles",
            never_shuffles,
            "The images are learnt in the order in which they were given. Data sets are often sorted; then every batch is of one kind.",
            "What would a model learn from 6,000 zeros first, then 6,000 ones?",
            recognise=_each(_in_order),
        ),
        Mistake(
            "seed-not-used",
            ignores_the_seed,
            "The same seed gives other numbers each time: the order of the images does not come from it.",
            "What has to happen with `seed` before `fit` draws its first random number?",
            recognise=_not_repeatable,
        ),
        Mistake(
            "one-seed-for-all",
            one_seed_for_all,
            "Another seed gives the same order of the images: the seed that you were given is not the one that is set.",
            "Is a number written where `seed` should stand?",
            recognise=_always_the_same,
        ),
        Mistake(
            "losses-of-something-else",
            invents_its_history,
            "The `val_loss` of your history is not what the model has on the validation images after the training.",
            "Where does each number of the history come from? Compare the last `val_loss` with `model.evaluate(x_val, y_val)`.",
            recognise=_not_its_losses,
            also=(tells_shares_for_losses,),
        ),
    ),
    hints=(
        "Which two arrays may the model learn from, and which two may it only be measured on?",
        "`keras.utils.set_random_seed(seed)` first; then `model.fit` with `epochs` and `validation_data=(x_val, y_val)`. It shuffles by itself.",
        "`return model.fit(x_train, y_train, epochs=epochs, validation_data=(x_val, y_val), verbose=0)` after setting the seed.",
    ),
)

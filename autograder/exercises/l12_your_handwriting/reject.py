"""l12_reject: an answer, or "I do not know"."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.handwriting import reject

Array = np.ndarray[Any, Any]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return rows of ten probabilities that are surer or less sure than the threshold, and never just as sure."""
    best = int(rng.integers(4, 9))
    close = np.full(10, 0.02)
    close[best], close[best - 3] = 0.46, 0.38  # two are above a threshold of 0.3, and the smaller comes first
    sure = np.full(10, 0.01)
    sure[int(rng.integers(1, 9))] = 0.91
    unsure = rng.dirichlet(np.full(10, 6.0))
    zero = np.full(10, 0.02)
    zero[0] = 0.82
    return [
        Case((sure, 0.8), "surer than the threshold"),
        Case((sure, 0.95), "less sure than the threshold"),
        Case((close, 0.3), "two above the threshold"),
        Case((close, 0.6), "none above the threshold"),
        Case((unsure, 0.5), "far from sure"),
        Case((unsure, 0.05), "a low threshold"),
        Case((zero, 0.7), "surely a 0"),
        Case((zero.astype(np.float32), 0.9), "perhaps a 0"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_argmax(probabilities: Array, threshold: float) -> int:
    best = int(np.argmax(probabilities))
    return best if probabilities[best] >= threshold else -1


def with_max(probabilities: Array, threshold: float) -> Any:
    if probabilities.max() < threshold:
        return -1
    return probabilities.argmax()


def with_a_loop(probabilities: Array, threshold: float) -> int:
    label, most = -1, threshold
    for digit, probability in enumerate(probabilities):
        if probability > most:
            label, most = digit, probability
    return label


def with_sorting(probabilities: Array, threshold: float) -> int:
    ranked = sorted(zip(probabilities.tolist(), range(10), strict=True), reverse=True)
    probability, label = ranked[0]
    return [-1, label][probability > threshold]


def with_where(probabilities: Array, threshold: float) -> Any:
    return np.where(np.max(probabilities) > threshold, np.argmax(probabilities), -1)


# --- mistakes ------------------------------------------------------------------------------------------------------


def _unless(doubtful: Any, probabilities: Array) -> Any:
    return -1 if doubtful else int(probabilities.argmax())


def first_class(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities[0] < threshold, probabilities)


def last_class(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities[-1] < threshold, probabilities)


def least_class(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities.min() < threshold, probabilities)


def second_class(probabilities: Array, threshold: float) -> Any:
    return _unless(np.sort(probabilities)[-2] < threshold, probabilities)


def mean_class(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities.mean() < threshold, probabilities)


def when_sure(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities.max() > threshold, probabilities)


def with_the_rest(probabilities: Array, threshold: float) -> Any:
    return _unless(probabilities.max() < 1 - threshold, probabilities)


def by_the_rest(probabilities: Array, threshold: float) -> Any:
    return _unless(1 - probabilities.max() < threshold, probabilities)


def never(probabilities: Array, threshold: float) -> Any:
    return int(probabilities.argmax())


def first_above(probabilities: Array, threshold: float) -> Any:
    return next((digit for digit, probability in enumerate(probabilities) if probability > threshold), -1)


def first_above_or_zero(probabilities: Array, threshold: float) -> Any:
    return int(np.argmax(probabilities > threshold))


def the_probability(probabilities: Array, threshold: float) -> Any:
    return probabilities.max() if probabilities.max() >= threshold else -1


def none_for_minus_one(probabilities: Array, threshold: float) -> Any:
    return probabilities.argmax() if probabilities.max() >= threshold else None


def zero_for_minus_one(probabilities: Array, threshold: float) -> Any:
    return probabilities.argmax() if probabilities.max() >= threshold else 0


def the_margin(probabilities: Array, threshold: float) -> Any:
    second, best = np.sort(probabilities)[-2:]
    return _unless(best - second < threshold, probabilities)


def for_a_batch(probabilities: Array, threshold: float) -> Any:
    return [digit if probability >= threshold else -1 for digit, probability in enumerate(probabilities)]


EXERCISE = Exercise(
    id="l12_reject",
    title="Answer, or say that you do not know",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=reject,
    right_answers=(with_argmax, with_max, with_a_loop, with_sorting, with_where),
    mistakes=(
        Mistake(
            "another-class-decides",
            first_class,
            "The label is that of the most probable digit, but another probability is compared with the threshold.",
            "Whose probability says how sure the answer is?",
            also=(last_class, least_class, second_class, mean_class),
        ),
        Mistake(
            "strict-and-lax-mixed-up",
            when_sure,
            "A high threshold should reject more. Your function answers where it is unsure, or grows laxer as the threshold rises.",
            "With a threshold of 0.95, should an answer of 0.91 be given or withheld?",
            also=(with_the_rest, by_the_rest),
        ),
        Mistake(
            "never-rejects",
            never,
            "Your function always answers, however unsure it is.",
            "Where does the threshold come into your code?",
        ),
        Mistake(
            "first-above-the-threshold",
            first_above,
            "The first digit above the threshold is taken; where several are above it, the most probable one is asked for.",
            "With a threshold of 0.3, and probabilities of 0.38 and 0.46: which digit is the answer?",
            also=(first_above_or_zero,),
        ),
        Mistake(
            "probability-for-label",
            the_probability,
            "A probability comes back where the label is asked for: the digit, from 0 to 9.",
            "Which NumPy function tells the place of the largest number?",
        ),
        Mistake(
            "none-for-minus-one",
            none_for_minus_one,
            "Answers are right, but a rejection comes back as None; -1 is asked for.",
            'Which number stands for "I do not know" here?',
            credit=0.5,
        ),
        Mistake(
            "zero-for-minus-one",
            zero_for_minus_one,
            "A rejection comes back as 0, and that is a digit too.",
            'How should whoever reads the answer tell a 0 from "I do not know"?',
        ),
        Mistake(
            "compares-the-margin",
            the_margin,
            "You compare the lead over the second digit with the threshold; the largest probability itself is asked for.",
            "What is the largest of 0.46 and 0.38, and is it above 0.3?",
        ),
        Mistake(
            "a-label-for-each-probability",
            for_a_batch,
            "Each of the ten probabilities is judged by itself; the row as a whole has one answer.",
            "How many labels should come out of one row?",
        ),
    ),
    hints=(
        "Which of the ten probabilities tells how sure the model is of its answer?",
        "Find the most probable digit first; then compare its probability, and no other, with the threshold.",
        "`best = int(np.argmax(probabilities))`; `return best if probabilities[best] >= threshold else -1`",
    ),
)

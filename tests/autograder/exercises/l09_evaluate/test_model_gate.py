"""The gate's judge is a pure function of facts: each branch, and facts that no honest model brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exercise import Case, Cases
from autograder.exercises.l09_evaluate.model_gate import EXERCISE, accuracy_share
from autograder.inside.model_file import SAMPLE
from autograder.judging import judge
from autograder.records import Cause, Evidence, Status, Verdict

Array = np.ndarray[Any, Any]
N = 20_000


@pytest.fixture(scope="module")
def labels() -> Array:
    """Twenty thousand true digits."""
    return np.random.default_rng(1).integers(0, 10, N)


def cases(labels: Array) -> Cases:
    """Return the one case of the gate, for these labels; the judge never looks at the images."""
    return (Case((np.zeros((0, 28, 28), np.uint8),), secret=labels),)


def answers_with(right: int, labels: Array) -> Array:
    """Return probabilities whose first wrong rows are one digit off, and the last `right` rows are right."""
    named = (labels + (np.arange(len(labels)) < len(labels) - right)) % 10
    return np.full((len(labels), 10), 0.05, np.float32) + 0.5 * np.eye(10, dtype=np.float32)[named]


def facts_of(answers: Any, **more: Any) -> dict[str, Any]:
    """Return what an honest model with these answers brings."""
    given = {"input_shape": "(None, 28, 28, 1)", "answers": answers, "again": answers[:SAMPLE]}
    return {**given, "scaled_up": answers[:SAMPLE], **more}


def verdict(facts: dict[str, Any], labels: Array) -> Verdict:
    """Return the verdict on facts."""
    return judge(EXERCISE, cases(labels), Evidence(found=True, facts=facts))


@pytest.mark.parametrize(
    ("right", "points"),
    [
        (N, 10.0),
        (19_600, 10.0),  # 98 % exactly
        (19_599, 9.99),  # 97.995 % is below 98 %, and is not rounded up
        (19_000, 7.0),  # 95 %: 2 + 8 · 5/8
        (18_001, 2 + 8 * 0.00005 / 0.08),
        (18_000, 2.0),
        (2_000, 2.0),
    ],
)
def test_points_follow_the_accuracy(labels: Array, right: int, points: float) -> None:
    """All points from 98 %, in proportion from 90 %, two for shape and probabilities below; never rounded up."""
    told = verdict(facts_of(answers_with(right, labels)), labels)
    assert told.points == pytest.approx(points, abs=0.011)
    assert (told.points == 10.0) is (right >= 19_600)
    assert told.status is (Status.PASSED if right >= 19_600 else Status.PARTIAL)
    assert "98.00 % is asked for" in told.message
    assert "95 % interval" in told.message
    assert told.mistake == (None if right >= 19_600 else "below-98-percent")
    assert (told.next_step is None) is (right >= 19_600)


def test_the_share_is_a_line_between_90_and_98() -> None:
    """The share of the accuracy points is 0 up to 90 %, 1 from 98 %, and a straight line between."""
    assert [accuracy_share(a) for a in (0.0, 0.9, 0.98, 1.0)] == pytest.approx([0, 0, 1, 1])
    assert accuracy_share(0.94) == pytest.approx(0.5)
    assert accuracy_share(0.97999) < 1
    assert accuracy_share(float("nan")) == 0


def test_logits_keep_the_accuracy_points(labels: Array) -> None:
    """Scores for probabilities cost their tenth, and are named."""
    told = verdict(facts_of(answers_with(N, labels) * 30 - 4), labels)
    assert (told.mistake, told.points, told.status) == ("gives-logits", pytest.approx(9.0), Status.PARTIAL)


def test_rows_that_are_not_numbers_count_as_wrong(labels: Array) -> None:
    """A few NaN rows are named and cost what they get wrong; NaN throughout earns the shape alone."""
    answers = answers_with(N, labels)
    answers[:100] = np.nan
    told = verdict(facts_of(answers), labels)
    assert (told.mistake, told.points) == ("gives-nan", pytest.approx(9.0))
    assert "99.50 %" in told.message
    answers[:] = np.inf
    told = verdict(facts_of(answers), labels)
    assert (told.mistake, told.points) == ("gives-nan", pytest.approx(1.0))


def test_unscaled_training_is_named(labels: Array) -> None:
    """Who is much better on pixels up to 255 trained on them."""
    poor = answers_with(4_000, labels)
    told = verdict(facts_of(poor, scaled_up=answers_with(N, labels)[:SAMPLE]), labels)
    assert told.mistake == "trained-on-0-255"


def test_one_digit_always_is_named(labels: Array) -> None:
    """The same answer for everything is named; it earns shape and probabilities."""
    told = verdict(facts_of(np.tile(np.eye(10, dtype=np.float32)[3], (N, 1))), labels)
    assert (told.mistake, told.points) == ("one-class-always", pytest.approx(2.0))


@pytest.mark.parametrize("shape", [(2, 9), (2, 10, 1), (2, 1), (2,), (), (0, 10), (N, 11)])
def test_another_shape_is_told(labels: Array, shape: tuple[int, ...]) -> None:
    """Another shape earns nothing; the message tells it for all images, and the one that is asked for."""
    told = verdict(facts_of(np.zeros(shape, np.float32)) if shape else {"answers": np.float32([])[0:0]}, labels)
    assert (told.mistake, told.points, told.status) == ("wrong-output-shape", 0.0, Status.FAILED)
    assert f"(20000, {', '.join(map(str, shape[1:]))}"[:9] in told.message
    assert "(20000, 10)" in told.message


def test_files_that_are_not_opened(labels: Array) -> None:
    """A refusal is passed on in its own words; flat input and errors have names of their own."""
    told = verdict({"refused": "This is not a .keras file."}, labels)
    assert (told.mistake, told.points) == ("not-a-model-file", 0.0)
    assert "This is not a .keras file." in told.message
    told = verdict({"input_shape": "(None, 784)", "error": "It does not take images."}, labels)
    assert (told.mistake, told.points) == ("flat-input", 0.0)
    told = verdict({"error": "Keras cannot open it: boom"}, labels)
    assert (told.mistake, told.points) == ("cannot-be-used", 0.0)
    assert "boom" in told.message
    assert verdict({}, labels).mistake == "cannot-be-used"


def test_a_restless_model_is_noted(labels: Array) -> None:
    """Answers that change with the order are told, and so is a model that cannot be asked again."""
    answers = answers_with(N, labels)
    assert "another order" in verdict(facts_of(answers, again=answers[SAMPLE : 2 * SAMPLE]), labels).message
    assert "another order" in verdict(facts_of(answers, again=answers[:3]), labels).message
    facts = facts_of(answers)
    del facts["again"]
    assert "second time" in verdict(facts, labels).message
    assert "order" not in verdict(facts_of(answers), labels).message


HOSTILE = [
    None,
    "x" * 100_000,
    -1,
    float("nan"),
    [1, 2],
    {"a": 1},
    np.array("text"),
    np.zeros((N, 10), "U3"),
    np.zeros((N, 10), complex),
    np.zeros((N, 10), "datetime64[s]"),
    np.zeros((N, 10), bool),
    np.full((SAMPLE, 10), np.nan),
    np.zeros((SAMPLE, 10), "U1"),
    np.zeros(0),
]
KEYS = ("answers", "again", "scaled_up", "input_shape", "error", "refused")


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(KEYS), st.integers(0, len(HOSTILE) - 1)))
def test_hostile_facts_earn_nothing_and_break_nothing(drawn: dict[str, int]) -> None:
    """Facts of whatever type end in a verdict on the model, short, without points; the grader is not to blame."""
    labels = np.arange(N) % 10
    told = verdict({key: HOSTILE[place] for key, place in drawn.items()}, labels)
    assert told.cause is not Cause.GRADER
    assert told.points <= 2.0  # a well-formed array of zeros has the shape, and nothing else
    assert len(told.message) < 1500


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(KEYS[1:5]), st.integers(0, len(HOSTILE) - 1)))
def test_hostile_extras_beside_good_answers(drawn: dict[str, int]) -> None:
    """Good answers keep their points whatever stands beside them: only a refusal outweighs them."""
    labels = np.arange(N) % 10
    facts = facts_of(answers_with(N, labels), **{key: HOSTILE[place] for key, place in drawn.items()})
    assert verdict(facts, labels).points == 10.0


def test_the_labels_never_enter_the_sandbox() -> None:
    """The case sends all test digits in an order of its seed; the labels stay with the judge."""
    import digitlab

    data = digitlab.load_mnist()
    (case,) = EXERCISE.cases(5)
    assert case.args[0].shape == (10_000, 28, 28)
    assert set(EXERCISE.probe(5)["cases"][0]) == {"args", "read"}
    assert not np.array_equal(case.secret, data.y_test)
    assert np.array_equal(np.bincount(case.secret), np.bincount(data.y_test))
    assert np.array_equal(case.args[0][case.secret == 3].sum(dtype=np.int64), data.x_test[data.y_test == 3].sum())

"""Judges fail closed: points need positive evidence, whatever the sandbox claims."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compare import Tolerance
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, outcomes_of
from autograder.exercises import EXERCISES, find
from autograder.inside.codec import Opaque
from autograder.judging import finding_of, judge, judge_by_answer, judge_errors
from autograder.records import Cause, ErrorSeen, Evidence, Outcome, Status, Verdict

SCALE = find("l02_scale_pixels")


def twice(x: Any) -> Any:
    """Return twice the argument; not of negative numbers."""
    if np.min(x) < 0:
        raise ValueError("negative")
    return 2 * x


TWICE = Exercise(
    id="l01_twice",
    title="Twice",
    points=2,
    draw_cases=lambda rng: [Case((3,)), Case((np.array([1, 5, 6]),), "an array"), Case((-1,), "negative")],
    judge=judge_by_answer,
    answer=twice,
    tolerance=Tolerance(),
    mistakes=(
        Mistake("squares", lambda x: x**2, "You square.", "Is 3 + 3 the same as 3 · 3?"),
        Mistake(
            "off-by-one",
            lambda x: twice(x) + 1,
            "One too many.",
            "Where does the 1 come from?",
            credit=0.5,
            also=(lambda x: twice(x) + 1.0,),
        ),
    ),
    hints=("What is 3 + 3?", "Add it to itself.", "x + x"),
)


def verdict_on(function: Callable[..., Any], exercise: Exercise = TWICE, seed: int = 1) -> Verdict:
    """Return the verdict on a function, by the path that a student's takes."""
    cases = exercise.cases(seed)
    return judge(exercise, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))


def verdict_on_outcomes(*outcomes: Outcome, exercise: Exercise = TWICE) -> Verdict:
    """Return the verdict on outcomes as a forger might send them."""
    return judge(exercise, exercise.cases(1), Evidence(found=True, outcomes=outcomes))


RIGHT = tuple(outcomes_of(twice, TWICE.cases(1)))
NEGATIVE = Outcome(error=ErrorSeen(type="ValueError"))


# --- right answers ---------------------------------------------------------------------------------------------------


def test_a_right_answer_gets_its_points() -> None:
    """Right values and right errors, also a subclass of the error that is asked for, earn everything."""

    class NegativeError(ValueError):
        pass

    def mine(x: Any) -> Any:
        if np.min(x) < 0:
            raise NegativeError
        return x + x

    verdict = verdict_on(mine)
    assert (verdict.status, verdict.points, verdict.mistake, verdict.cause) == (Status.PASSED, 2.0, None, None)


def test_a_changed_argument_is_named() -> None:
    """Right values do not help whose function destroyed what it was given."""

    def doubles_in_place(x: Any) -> Any:
        result = twice(x)
        if isinstance(x, np.ndarray):
            x[:] = 0
        return result

    verdict = verdict_on(doubles_in_place)
    assert (verdict.status, verdict.points, verdict.mistake) == (Status.FAILED, 0.0, "changes-its-argument")


def test_global_randomness_is_named() -> None:
    """Right values with a changed global random state earn a part."""

    def draws(x: Any) -> Any:
        np.random.rand()
        return twice(x)

    verdict = verdict_on(draws)
    assert (verdict.status, verdict.points, verdict.mistake) == (Status.PARTIAL, 1.0, "uses-global-randomness")


# --- what is not an answer -------------------------------------------------------------------------------------------


def stub(x: Any) -> Any:
    """Be as the lesson left it."""
    raise NotImplementedError


def test_the_stub_is_not_attempted() -> None:
    """The cell as shipped is no wrong answer."""
    verdict = verdict_on(stub)
    assert (verdict.status, verdict.points, verdict.cause) == (Status.NOT_ATTEMPTED, 0.0, None)


def test_half_a_stub_is_an_answer() -> None:
    """Who left one branch unwritten has attempted the exercise, and is told of that branch."""
    verdict = verdict_on(lambda x: twice(x) if isinstance(x, int) else stub(x))
    assert (verdict.status, verdict.cause) == (Status.FAILED, Cause.ERROR)
    assert "NotImplementedError" in verdict.message


def test_what_is_not_there_is_missing() -> None:
    """A name that was never defined, or a file that does not exist, is told as such."""
    verdict = judge(TWICE, TWICE.cases(1), Evidence(found=False))
    assert (verdict.status, verdict.cause) == (Status.NOT_ATTEMPTED, Cause.MISSING)
    assert verdict.message == "There is no function named twice yet."
    file = replace(TWICE, file="my_cnn.keras")
    assert judge(file, (), Evidence(found=False)).message == "There is no file my_cnn.keras yet."


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.MEMORY, Cause.CRASHED, Cause.ERROR, Cause.WRONG])
def test_a_cut_off_hand_in_fails_with_its_cause(cause: Cause) -> None:
    """Where the student's code was stopped, nothing is earned, even with right outcomes beside it."""
    verdict = judge(TWICE, TWICE.cases(1), Evidence(found=True, outcomes=RIGHT, cause=cause, detail="At cell 3."))
    assert (verdict.status, verdict.points, verdict.cause) == (Status.FAILED, 0.0, cause)
    assert verdict.message.endswith("At cell 3.")
    assert verdict.next_step


def test_our_own_faults_are_not_judged() -> None:
    """What the grader could not do costs no points in silence: a person is asked."""
    verdict = judge(TWICE, TWICE.cases(1), Evidence(found=True, cause=Cause.GRADER, detail="No sandbox."))
    assert (verdict.status, verdict.cause) == (Status.NOT_JUDGED, Cause.GRADER)


def test_a_judge_that_breaks_is_our_fault() -> None:
    """An exception of a judge ends one verdict, not the run, and is kept for the teacher."""

    def broken(*_: Any) -> Finding:
        raise ZeroDivisionError("by zero")

    verdict = verdict_on(twice, replace(TWICE, judge=broken))
    assert (verdict.status, verdict.cause) == (Status.NOT_JUDGED, Cause.GRADER)
    assert "ZeroDivisionError: by zero" in verdict.message


def test_a_right_answer_that_cannot_be_compared_lets_nobody_pass() -> None:
    """An exercise whose own answer is not plain is our fault, not everybody's pass."""
    verdict = verdict_on(lambda x: (i for i in [x]), replace(TWICE, answer=lambda x: (i for i in [x])))
    assert verdict.status is Status.NOT_JUDGED


# --- named mistakes --------------------------------------------------------------------------------------------------


def test_a_banked_mistake_is_named_with_an_example() -> None:
    """The message is the bank's; the example is the smallest call that went wrong, a line for each thing."""
    verdict = verdict_on(lambda x: x * x)
    assert (verdict.status, verdict.mistake, verdict.message) == (Status.FAILED, "squares", "You square.")
    assert verdict.example == "twice(3)\nreturned 9\nexpected 6\nGot 9, expected 6."


def test_a_slip_leaves_a_part() -> None:
    """A mistake with credit earns it where all else is right."""
    verdict = verdict_on(lambda x: twice(x) + 1)
    assert (verdict.status, verdict.points, verdict.mistake) == (Status.PARTIAL, 1.0, "off-by-one")


def test_a_slip_beside_another_fault_leaves_nothing() -> None:
    """Credit is for who made that slip alone: garbage in the other calls earns nothing."""

    def slip_and_garbage(x: Any) -> Any:
        return twice(x) + 1 if np.min(x) >= 0 else "garbage"

    verdict = verdict_on(slip_and_garbage)
    assert (verdict.points, verdict.mistake) == (0.0, "off-by-one")


def test_incomplete_evidence_leaves_nothing() -> None:
    """A slip that is shown in a part of the calls earns nothing, whether it is in the bank or not."""
    first = Outcome(value=np.array(7))
    assert verdict_on_outcomes(first).points == 0.0
    assert verdict_on_outcomes(Outcome(value=6.0)).points == 0.0
    assert verdict_on_outcomes(RIGHT[0], Outcome(value=[2, 10, 12])).points == 0.0


# --- wrong answers that no bank knows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "mistake", "share", "words"),
    [
        (lambda x: None, "returns-nothing", 0.0, "returned None"),
        (lambda x: print(x), "returns-nothing", 0.0, "printed something and returned None"),
        (lambda x: twice(x).tolist() if isinstance(x, np.ndarray) else twice(x), "list-for-array", 0.5, "list"),
        (lambda x: [1, 2] if isinstance(x, np.ndarray) else twice(x), None, 0.0, "The shape is (2,)"),
        (lambda x: [2, 10, 13] if isinstance(x, np.ndarray) else twice(x), None, 0.0, "got 13, expected 12"),
        (lambda x: twice(x) * 1.0, "other-dtype", 0.5, "is a float, where an int is asked for"),
        (lambda x: twice(x) + 5, None, 0.0, "got 11, expected 6"),
        (lambda x: np.zeros((2, 2)), None, 0.0, "came back where one value is asked for"),
        (lambda x: twice(x)[:2] if isinstance(x, np.ndarray) else twice(x), None, 0.0, "The shape is (2,)"),
        (lambda x: 2 * x, None, 0.0, "no error was raised, where a ValueError is asked for"),
        (lambda x: {}["a"], None, 0.0, "raised KeyError: 'a'"),
        (lambda x, y: x, None, 0.0, "called with 1 argument, and it takes 2 (x, y)"),
        (lambda x: np.zeros(1 << 25), None, 0.0, "too large to be looked at"),
        (lambda x: (i for i in range(3)), None, 0.0, "a generator came back where a number is asked for"),
    ],
)
def test_an_unknown_mistake_is_described(
    function: Callable[..., Any], mistake: str | None, share: float, words: str
) -> None:
    """Any wrong answer gets a sentence about what is wrong, a question, and an example."""
    verdict = verdict_on(function)
    assert words in verdict.message
    assert verdict.mistake == mistake
    assert verdict.points == 2.0 * share
    assert verdict.status is (Status.PARTIAL if share else Status.FAILED)
    assert verdict.next_step
    assert verdict.example is not None
    assert verdict.example.startswith("twice(")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("TookTooLong", Cause.TIMEOUT),
        ("MemoryError", Cause.MEMORY),
        ("AnswerTooLarge", Cause.MEMORY),
        ("IndexError", Cause.ERROR),
        ("WrongArguments", Cause.ERROR),
    ],
)
def test_an_error_gives_its_cause(error: str, cause: Cause) -> None:
    """The gradebook learns why points are missing."""
    outcome = Outcome(error=ErrorSeen(type=error, ancestors=(error, "Exception"), message="so"))
    verdict = verdict_on_outcomes(outcome, outcome, NEGATIVE)
    assert (verdict.status, verdict.points, verdict.cause) == (Status.FAILED, 0.0, cause)


def test_the_gravest_is_told_and_shown() -> None:
    """Message and example are of one call: a wrong shape is told before a wrong value of a smaller call."""
    verdict = verdict_on(lambda x: 5 if isinstance(x, int) else np.zeros(7))
    assert "The shape is (7,)" in verdict.message
    assert verdict.example is not None
    assert verdict.example.startswith("twice(array([1, 5, 6], int64)) (an array)")


# --- forged evidence -------------------------------------------------------------------------------------------------


def test_right_values_earn_nothing_unless_all_are_there() -> None:
    """No outcome, too few and too many: none of them passes."""
    assert verdict_on_outcomes(*RIGHT).status is Status.PASSED
    for outcomes in ((), RIGHT[:1], RIGHT[:2], (*RIGHT, RIGHT[0]), RIGHT[::-1]):
        verdict = verdict_on_outcomes(*outcomes)
        assert verdict.points == 0.0
        assert verdict.status is Status.FAILED


def test_without_cases_nobody_passes() -> None:
    """Nothing asked and nothing answered is not everything answered."""
    empty = replace(TWICE, draw_cases=lambda rng: [])
    assert verdict_on_outcomes(exercise=empty).points == 0.0
    assert judge_errors(TWICE, (), Evidence(found=True)) is not None


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(2**1000, 2**2000),
        st.floats(),
        st.text(max_size=3),
        st.builds(Opaque, st.text(max_size=5), st.text(max_size=5)),
        st.sampled_from(
            [
                np.zeros(3),
                np.zeros((0, 3)),
                np.array([1, 5, 6], dtype=np.float16),
                np.array([1 + 1j] * 3),
                np.array([True, False, True]),
                np.full((1, 2, 2), np.nan, dtype=np.float32),
                np.array(3),
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), st.dictionaries(st.text(max_size=2), inner)
    ),
    max_leaves=6,
)
errors = st.builds(
    ErrorSeen,
    type=st.sampled_from(["ValueError", "TookTooLong", "WrongArguments", "AnswerTooLarge", "X", ""]),
    ancestors=st.just(()),
    message=st.text(max_size=5),
)
outcomes = st.builds(
    Outcome,
    value=values,
    error=st.none() | errors,
    changed=st.lists(st.integers(), max_size=2).map(tuple),
    random_changed=st.booleans(),
    printed=st.booleans(),
)


@given(st.lists(outcomes, max_size=8), st.sampled_from([TWICE, SCALE]))
@settings(max_examples=50, deadline=None)
def test_no_forgery_breaks_a_judge_or_earns_points(forged: list[Outcome], exercise: Exercise) -> None:
    """Whatever comes back, there is a verdict with words in it, and no points for what was not seen."""
    verdict = judge(exercise, exercise.cases(1), Evidence(found=True, outcomes=tuple(forged)))
    assert verdict.status is not Status.NOT_JUDGED
    assert verdict.status is not Status.PASSED
    assert verdict.points == 0.0
    assert verdict.message
    assert len(verdict.example or "") < 2000


def nasty(rng: random.Random, depth: int = 0) -> Any:
    """Return a value that a judge may not expect."""
    inner = [nasty(rng, depth + 1) for _ in range(rng.randrange(4))] if depth < 3 else []
    keys = ["count", "min", 1, (1, 2), None]
    return rng.choice(
        [
            *(None, True, -1, 2**1500, 0.5, float("nan"), float("inf"), "", "x", Opaque("generator", "g")),
            *(NASTY, inner, tuple(inner), dict(zip(keys, inner, strict=False))),
            *rng.sample(NASTY, 6),
        ]
    )


NASTY = [
    np.array(3),
    np.zeros(3),
    np.zeros((0, 10)),
    np.ones((4, 10)),
    np.full((2, 2), np.nan),
    np.array([1 + 1j] * 3),
    np.array([True, False]),
    np.arange(10, dtype=np.uint8),
    np.arange(10) - 5,
    np.array([2**63], dtype=np.uint64),
    np.zeros((2, 28, 28, 1), np.float16),
]


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if not one.needs_tensorflow], ids=lambda one: one.id)
def test_no_judge_of_the_course_can_be_broken(exercise: Exercise) -> None:
    """Right outcomes mixed with nonsense of every kind give a verdict, and it is neither a pass nor our fault."""
    rng = random.Random(3)
    cases = exercise.cases(1)
    right = outcomes_of(exercise.answer, cases) if exercise.answer else (Outcome(value=NASTY[0]),) * len(cases)
    for _ in range(12):
        wrong = rng.randrange(len(cases))
        forged = [Outcome(value=nasty(rng)) if n == wrong or rng.random() < 0.5 else one for n, one in enumerate(right)]
        verdict = judge(exercise, cases, Evidence(found=True, outcomes=tuple(forged)))
        assert verdict.status not in (Status.NOT_JUDGED, Status.PASSED), verdict.message
        assert verdict.message


# --- judges of their own ---------------------------------------------------------------------------------------------


def judged(share: float, points: float = 2) -> Verdict:
    """Return the verdict that comes of a finding."""

    def finding(_exercise: Exercise, _cases: Cases, _evidence: Evidence) -> Finding:
        return Finding(share=share, message="so")

    return verdict_on(twice, replace(TWICE, judge=finding, points=points))


@pytest.mark.parametrize(
    ("share", "points", "earned", "status"),
    [
        (1.0, 2, 2.0, Status.PASSED),
        (1.7, 2, 2.0, Status.PASSED),
        (0.5, 2, 1.0, Status.PARTIAL),
        (1 / 3, 2, 0.67, Status.PARTIAL),
        (0.999, 2, 1.99, Status.PARTIAL),
        (0.9999, 10, 9.99, Status.PARTIAL),
        (0.29, 1, 0.29, Status.PARTIAL),
        (0.0, 2, 0.0, Status.FAILED),
        (-1.0, 2, 0.0, Status.FAILED),
    ],
)
def test_shares_become_points(share: float, points: float, earned: float, status: Status) -> None:
    """Points have two places, lie within the exercise's own, and rounding makes no full mark of a partial one."""
    verdict = judged(share, points)
    assert (verdict.points, verdict.status) == (earned, status)


def test_errors_are_told_for_judges_of_their_own() -> None:
    """A judge that compares with no right answer can leave errors, None and missing calls to one routine."""
    cases = TWICE.cases(1)
    whole = Evidence(found=True, outcomes=(Outcome(value=1),) * 3)
    assert judge_errors(TWICE, cases, whole) is None
    for bad in (NEGATIVE, Outcome(value=None)):
        finding = judge_errors(TWICE, cases, replace(whole, outcomes=(bad, *whole.outcomes[1:])))
        assert finding is not None
        assert finding.share == 0.0
    assert judge_errors(TWICE, cases, replace(whole, outcomes=whole.outcomes[:2])) is not None


def test_a_finding_of_a_mistake_says_what_the_bank_says() -> None:
    """Name, message, question and credit come from the bank."""
    finding = finding_of(TWICE.mistakes[1], "an example")
    assert finding == Finding(
        share=0.5,
        message="One too many.",
        mistake="off-by-one",
        next_step="Where does the 1 come from?",
        example="an example",
    )


def test_what_raised_is_shown_also_where_no_answer_is_the_one() -> None:
    """Where many answers are right, a call that raised is shown as an example; one that gave None is not."""
    split = find("l02_split")
    raised = verdict_on(lambda images, labels, share, seed: images[len(images) * share :], split)
    assert raised.message.startswith("Your function raised TypeError: slice indices")
    assert raised.example is not None
    assert raised.example.startswith("split(an array of shape (10, 3, 4), uint8")
    assert verdict_on(lambda images, labels, share, seed: None, split).example is None

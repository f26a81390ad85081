"""From traces to signals: what is telling, what is chance, and that every signal has evidence and an innocent way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from autograder.integrity.answers import AnswerTrace
from autograder.integrity.help_seen import HelpSeen
from autograder.integrity.signals import INNOCENT, Kind, Signal, signals_of
from autograder.integrity.traces import Hits, ModelTrace, Trace

LESSON = "09_evaluate"


def found(traces: Sequence[Trace], solutions: dict[str, AnswerTrace] | None = None) -> list[Signal]:
    """The signals of a class in which student number n left trace number n."""
    by_student = {(f"s{place}", LESSON): trace for place, trace in enumerate(traces)}
    return signals_of(by_student, solutions or {}, lambda exercise: exercise.upper())


def answer(exercise: str, code: str, size: int = 80) -> dict[str, AnswerTrace]:
    """An answer with this code."""
    return {exercise: AnswerTrace(digest=code, size=size)}


def model(
    name: str, right: int = 9850, perturbed: int | None = None, private: int | None = None, weights: str | None = ""
) -> Trace:
    """The trace of a model: right answers of 10,000 test digits, of 2,000 perturbed, of 500 private ones."""
    return Trace(
        model=ModelTrace(
            weights=name if weights == "" else weights,
            answers=name,
            test=Hits(right=right, count=10_000),
            perturbed=None if perturbed is None else Hits(right=perturbed, count=2_000),
            private=None if private is None else Hits(right=private, count=500),
        )
    )


def test_copied_model() -> None:
    """Equal numbers are one signal that names all who have them."""
    signals = found([model("a"), model("b"), model("a"), model("a")])
    assert [(one.kind, one.students) for one in signals] == [(Kind.SAME_MODEL, ("s0", "s2", "s3"))]
    assert "copies of one trained model" in signals[0].evidence[0]


def test_model_in_disguise() -> None:
    """Other numbers that answer alike, the errors included, are told apart from equal numbers."""
    signals = found([model("a", weights="x"), model("a", weights="y")])
    assert [one.kind for one in signals] == [Kind.SAME_MODEL]
    assert "also for the 150 wrong ones, though their numbers differ" in signals[0].evidence[0]


def test_models_that_know_nothing_are_no_signal() -> None:
    """Two models that name one digit for everything have not met."""
    assert found([model("a", 980, weights="x"), model("a", 980, weights="y")]) == []


def test_shared_answers() -> None:
    """Two telling answers in common are a signal; one is none, unless it is long."""
    both = {**answer("one", "a"), **answer("two", "b")}
    signals = found([Trace(answers=both), Trace(answers=both), Trace(answers=answer("one", "a"))])
    assert [(one.kind, one.students) for one in signals] == [(Kind.SAME_ANSWERS, ("s0", "s1"))]
    assert "in 2 exercises: ONE, TWO" in signals[0].evidence[0]
    assert "ONE: 3 of 3 who answered have it." in signals[0].evidence
    once = [Trace(answers=answer("one", "a"))] * 2
    assert found(once) == []
    assert [one.kind for one in found([Trace(answers=answer("one", "a", 150))] * 2)] == [Kind.SAME_ANSWERS]


def test_short_and_common_answers_are_chance() -> None:
    """What is short, or written by more than a quarter of the class, says nothing."""
    short = {**answer("one", "a", 20), **answer("two", "b", 30)}
    assert found([Trace(answers=short)] * 2) == []
    telling = {**answer("one", "a"), **answer("two", "b")}
    others = [Trace(answers={**answer("one", f"a{n}"), **answer("two", f"b{n}")}) for n in range(14)]
    assert found([Trace(answers=telling)] * 5 + others) == []
    assert len(found([Trace(answers=telling)] * 4 + others)) == 1


def test_solution_that_was_pasted() -> None:
    """The course's own code is a signal of its own, not one of sharing; it says whether the solution was shown."""
    solutions = answer("one", "official", 90)
    shown = Trace(answers=solutions, help={"one": HelpSeen(hints=3, solution=True)})
    signals = found([Trace(answers=solutions), shown], solutions)
    assert [(one.kind, one.students) for one in signals] == [
        (Kind.SOLUTION, ("s0",)),
        (Kind.SOLUTION, ("s1",)),
        (Kind.HELP, ("s1",)),
    ]
    assert len(signals[0].evidence) == 1
    assert "the solution was shown: ONE" in signals[1].evidence[1]
    assert signals[2].evidence == ("ONE: 3 hints and the solution.",)
    short = answer("one", "official", 20)
    assert found([Trace(answers=short)], short) == []


def test_fall_on_perturbed_digits() -> None:
    """In a small class a fall is compared with what the course's own network was measured to fall."""
    assert found([model("a", 9850, perturbed=1900)]) == []
    signals = found([model("b", 10_000, perturbed=1770), model("c", 9850, perturbed=1920)])
    assert [(one.kind, one.students) for one in signals] == [(Kind.TOO_GOOD, ("s0",)), (Kind.PERTURBED, ("s0",))]
    assert "88.50 % of 2,000 test digits, moved and turned a little (a fall of 11.5 %)" in signals[1].evidence[0]


def test_fall_on_private_digits_is_compared_with_the_class() -> None:
    """Digits that are hard for everybody are no signal; a model that falls further than the class is."""
    everybody = [model(f"m{n}", 9850, private=460 + n) for n in range(6)]
    assert found(everybody) == []
    signals = found([*everybody, model("x", 9950, private=400)])
    assert [(one.kind, one.students) for one in signals] == [(Kind.PRIVATE, ("s6",))]
    assert "the median fall in this class is 6.1 %" in signals[0].evidence[0]


def test_a_fall_within_chance_is_none() -> None:
    """On a few digits a deep fall can be chance."""
    few = ModelTrace(weights="w", answers="a", test=Hits(right=9850, count=10_000), private=Hits(right=19, count=20))
    assert found([Trace(model=few)]) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_innocent(kind: Kind) -> None:
    """Each kind of signal says how it can come about without any wrong."""
    assert INNOCENT[kind].endswith(".")
    assert Signal(kind=kind, lesson=LESSON, students=("s",), evidence=("so",)).innocent == INNOCENT[kind]

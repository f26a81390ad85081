"""The self-test must see each way in which a bank, a hint or a lesson can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograder import course
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from autograder.selftest import (
    Proof,
    bank_misses,
    bank_rules,
    lesson_misses,
    table,
    unwritten_lessons,
)

LESSON = """\
{"cells": [
  {"cell_type": "code", "metadata": {"digitlab": {"role": "setup"}}, "source": "import math"},
  {"cell_type": "code", "metadata": {"digitlab": {"role": "demo"}}, "source": "1 / 0"},
  {"cell_type": "code", "metadata": {"digitlab": {"role": "exercise", "exercise": "l01_twice"}},
   "source": "def twice(x):\\n    STUB"}
 ],
 "metadata": {"digitlab": {"lesson": "01_words", "title": "Words", "minutes": 5}}}
"""


def _add_one(x: int) -> int:
    return x + 1


def _square(x: int) -> int:
    return x * x


EXERCISE = Exercise(
    id="l01_twice",
    title="Twice",
    points=2,
    draw_cases=lambda rng: [Case((int(rng.integers(3, 9)),)), Case((1,)), Case((-2.5,))],
    judge=judge_by_answer,
    answer=lambda x: 2 * x,
    right_answers=(lambda x: x + x, lambda x: sum((x, x)), lambda x: np.float64(2 * x) if x % 1 else 2 * x),
    mistakes=(
        Mistake("adds-one", _add_one, "You add one.", "Which sign doubles?"),
        Mistake("squares", _square, "You square.", "What is a square?", also=(lambda x: x**2,)),
        Mistake("halves", lambda x: x / 2, "You halve.", "Which way?"),
        Mistake("negates", lambda x: -2 * x, "You negate.", "Which sign?"),
    ),
    hints=("Which sign?", "x + what?", "x + x"),
)


def test_a_good_bank_has_no_miss() -> None:
    """Every right answer passes and every mistake is caught: nothing is reported."""
    assert list(bank_rules(EXERCISE)) == []
    assert list(bank_misses(EXERCISE, (1, 2, 3))) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"right_answers": (*EXERCISE.right_answers, _add_one)},
            "the right answer _add_one does not pass: with seed 1 it is failed as adds-one",
        ),
        (
            {"mistakes": (*EXERCISE.mistakes, Mistake("is-right", lambda x: x * 2, "Wrong.", "Is it?"))},
            "the mistake is-right (<lambda>) is not caught under its name: with seed 1 it is passed",
        ),
        (
            {"mistakes": (*EXERCISE.mistakes, Mistake("adds-a-one", _add_one, "One too many.", "Is it?"))},
            "it is failed as adds-one, 'You add one.'",
        ),
        (
            {"mistakes": (EXERCISE.mistakes[0], replace(EXERCISE.mistakes[1], also=(_add_one,)))},
            "the mistake squares (_add_one) is not caught",
        ),
        ({"answer": None}, "with seed 1 it is not_judged, 'This could not be judged"),
    ],
)
def test_sees_an_answer_that_does_not_get_its_verdict(change: dict[str, object], said: str) -> None:
    """A right answer that fails, a mistake that passes or bears another's name: each is named with its seed."""
    misses = list(bank_misses(replace(EXERCISE, **change), (1,)))  # type: ignore[arg-type]
    assert any(said in miss for miss in misses), misses


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mistakes": EXERCISE.mistakes[:3]}, "3 named mistakes are too few for 2 points: 4 at least"),
        ({"right_answers": EXERCISE.right_answers[:2]}, "2 right answers are too few for 2 points: 3 at least"),
        ({"hints": ("a", "b")}, "three hints"),
        ({"hints": ("a", " ", "c")}, "three hints"),
        ({"mistakes": (*EXERCISE.mistakes, EXERCISE.mistakes[0])}, "two mistakes are named 'adds-one'"),
        ({"mistakes": (*EXERCISE.mistakes, EXERCISE.mistakes[0])}, "two mistakes have the message 'You add one.'"),
        ({"mistakes": (*EXERCISE.mistakes, Mistake("Adds_two", _add_one, "x", "y?"))}, "'Adds_two' is not named"),
        ({"mistakes": (*EXERCISE.mistakes, Mistake("a", _add_one, "", "y?"))}, "a has no message or no next step"),
        ({"mistakes": (*EXERCISE.mistakes, Mistake("a", _add_one, "x", "Do y."))}, "does not ask: 'Do y.'"),
        ({"mistakes": (*EXERCISE.mistakes, Mistake("a", _add_one, "x", "y?", credit=1.0))}, "a has credit 1.0"),
    ],
)
def test_sees_what_a_bank_lacks(change: dict[str, object], said: str) -> None:
    """Too few answers, doubled names or messages, empty hints: each is reported."""
    assert said in " / ".join(bank_rules(replace(EXERCISE, **change)))  # type: ignore[arg-type]


def test_a_small_exercise_needs_no_large_bank() -> None:
    """An exercise of one point may have few mistakes."""
    small = replace(EXERCISE, points=1, mistakes=EXERCISE.mistakes[:1], right_answers=EXERCISE.right_answers[:1])
    assert list(bank_rules(small)) == []


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Write a small course of one lesson: its stub and its solution."""
    for name in ("lessons", "solutions"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(course, "lessons_folder", lambda: tmp_path / "lessons")
    monkeypatch.setattr(course, "solutions_folder", lambda: tmp_path / "solutions")
    monkeypatch.setattr(course, "find", lambda _id: EXERCISE)

    def write(stub: str, solution: str) -> None:
        (tmp_path / "lessons" / "01_words.ipynb").write_text(LESSON.replace("STUB", stub))
        code = f"def twice(x):\n    ### BEGIN SOLUTION\n    {solution}\n    ### END SOLUTION\n"
        (tmp_path / "solutions" / "01_words.py").write_text(f'# %% role="exercise" ex="l01_twice"\n{code}')
        course.lessons.cache_clear()

    yield write
    course.lessons.cache_clear()


STUB = "raise NotImplementedError"


@pytest.mark.parametrize(
    ("stub", "solution", "said"),
    [
        (STUB, "return 2 * x", None),
        (STUB, "return math.prod((2, x))", None),
        (STUB, "return x + 1", "the lesson's solution does not pass: with seed 1 it is failed as adds-one"),
        ("return 0", "return 2 * x", "the stub as released is not 'not attempted': with seed 1 it is failed"),
        (STUB, "return (", "the lesson's set-up or exercise cells raised SyntaxError"),
    ],
)
def test_tries_the_lessons_own_answers(
    lesson: Callable[[str, str], None], stub: str, solution: str, said: str | None
) -> None:
    """The solution passes with what the set-up imports, the stub is not attempted, and demonstrations do not run."""
    lesson(stub, solution)
    misses = list(lesson_misses(EXERCISE, (1,)))
    assert misses == [] if said is None else misses[0].startswith(said), misses


def test_sees_an_exercise_that_its_lesson_leaves_out(lesson: Callable[[str, str], None]) -> None:
    """An exercise that its lesson does not ask is a miss; one whose lesson is not written yet is told apart."""
    course.lessons.cache_clear()
    assert list(lesson_misses(EXERCISE, (1,))) == []
    assert unwritten_lessons([EXERCISE]) == [1]
    lesson(STUB, "return 2 * x")
    (missing,) = lesson_misses(replace(EXERCISE, id="l01_thrice"), (1,))
    assert missing == "01_words has no cell that asks for it"
    assert unwritten_lessons([EXERCISE, replace(EXERCISE, id="l07_twice")]) == [7]


def test_the_table_counts_by_lesson_and_together() -> None:
    """The table has one line for each lesson and one for all."""
    proofs = [
        Proof(exercise=EXERCISE, misses=()),
        Proof(exercise=replace(EXERCISE, id="l02_twice"), misses=("l02_twice: a", "l02_twice: b")),
    ]
    rows = [line.split() for line in table(proofs).splitlines()[1:]]
    assert rows == [["01", "1", "4", "3", "0"], ["02", "1", "4", "3", "2"], ["all", "2", "8", "6", "2"]]

"""An exercise draws its cases from a seed, and what goes into the sandbox holds no answer."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.exercise import _KNOWN, MAX_KNOWN, Case, Exercise, known_outcomes, outcomes_of
from autograder.exercises import EXERCISES, find
from autograder.inside.codec import Make, decode, encode
from autograder.judging import judge_by_answer

SECRET = "the label is 7"


def draw(rng: np.random.Generator) -> list[Case]:
    """Return one random case with a secret."""
    return [
        Case((rng.integers(0, 256, (2, 2), dtype=np.uint8), Make("generator", {"seed": 3})), "small", secret=SECRET)
    ]


EXERCISE = Exercise(
    id="l04_answer_of_mine",
    title="An answer",
    points=2,
    draw_cases=draw,
    judge=judge_by_answer,
    answer=lambda image, rng: image * 2,
    hints=("a?", "b?", "c."),
)


def test_an_id_names_the_lesson_and_the_function() -> None:
    """`l04_answer_of_mine` asks for `answer_of_mine` in lesson 4."""
    assert (EXERCISE.lesson, EXERCISE.function) == (4, "answer_of_mine")


def test_the_same_seed_draws_the_same_cases() -> None:
    """A verdict can be repeated: cases depend on the seed and the exercise, and on nothing else."""
    np.random.seed(1)
    first = encode([case.args for case in EXERCISE.cases(7)])
    np.random.seed(2)
    assert encode([case.args for case in EXERCISE.cases(7)]) == first
    assert encode([case.args for case in EXERCISE.cases(8)]) != first


def test_two_exercises_draw_differently_from_one_seed() -> None:
    """Knowing one exercise's inputs tells nothing of another's."""
    other = Exercise(id="l04_other", title="", points=1, draw_cases=draw, judge=judge_by_answer, hints=("", "", ""))
    assert encode([case.args for case in other.cases(7)]) != encode([case.args for case in EXERCISE.cases(7)])


def test_the_probe_holds_no_answer() -> None:
    """What goes into the sandbox is the name, the inputs and the time: no secret, no right answer, no hint."""
    frame = encode(EXERCISE.probe(7))
    assert decode(frame)["name"] == "answer_of_mine"
    assert set(decode(frame)) == {"name", "cases", "seconds"}
    assert set(decode(frame)["cases"][0]) == {"args", "read"}
    assert SECRET.encode() not in frame


@pytest.mark.parametrize("exercise", [one for one in EXERCISES if not one.needs_tensorflow], ids=lambda one: one.id)
def test_cases_survive_the_border(exercise: Exercise) -> None:
    """What an exercise draws can be sent, and comes back as it was, bit by bit."""
    for seed in (0, 1, 2**32 - 1):
        probe = exercise.probe(seed)
        frame = encode(probe)
        assert encode(decode(frame)) == frame


def test_trusted_code_goes_the_students_way() -> None:
    """A right answer or a banked mistake is called by the routine that calls the students' code."""
    outcomes = outcomes_of(lambda image, rng: image[9], EXERCISE.cases(7))
    assert outcomes[0].error is not None
    assert outcomes[0].error.type == "IndexError"


def test_an_unknown_exercise_is_answered_with_near_ones() -> None:
    """A slip of the pen gets the ids that come close."""
    with pytest.raises(KeyError, match="Did you mean l02_scale_pixels"):
        find("l02_scale_pixel")
    with pytest.raises(KeyError, match="There is no exercise 'zzz'"):
        find("zzz")


def test_no_two_exercises_share_an_id() -> None:
    """Each id stands for one exercise."""
    assert len({exercise.id for exercise in EXERCISES}) == len(EXERCISES)


def test_outcomes_are_known_while_cases_are_in_use() -> None:
    """Trusted code is called once for the same cases, again for equal ones that are others; results stay bounded."""
    calls = []

    def answer(x: int) -> int:
        calls.append(x)
        return x + 1

    first, equal = (Case((1,)), Case((2,))), (Case((1,)), Case((2,)))
    assert [outcome.value for outcome in known_outcomes(answer, first)] == [2, 3]
    assert known_outcomes(answer, first) is known_outcomes(answer, first)
    assert calls == [1, 2]
    known_outcomes(answer, equal)
    assert calls == [1, 2, 1, 2]
    for number in range(MAX_KNOWN + 5):
        known_outcomes(answer, (Case((number,)),))
    assert len(_KNOWN) == MAX_KNOWN

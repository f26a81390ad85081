"""Answers that know nothing, in the form of right ones or in none: no judge stops at them, and none earns a point."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.exercise import Exercise
from autograder.exercises import EXERCISES
from autograder.inside.codec import Make, Opaque, decode, encode
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict
from tests.autograder.evidence import VALUES, right_evidence

# In the form of the right answer, each number in it this one.
NUMBERS = {"zero": 0, "one": 1, "half": 0.5, "nan": np.nan, "infinite": np.inf, "negative": -1.0}
# Right in no place of any answer.
HOPELESS = {
    "nan": math.nan,
    "infinite": math.inf,
    "negative infinite": -math.inf,
    "huge": 2**2000,
    "negative huge": -(2**2000),
    "complex": np.array(1j),
    "nan array": np.full((6, 10), np.nan),
    "huge array": np.full((6, 10), 1e308),
    "complex array": np.zeros((6, 10), dtype=complex),
    "empty": np.zeros((0, 10**12)),
    "long": np.zeros((200_000, 1), np.uint8),
    "wide": np.zeros((1, 200_000), np.uint8),
    "vectors": [np.zeros(3), np.zeros((2, 2))],
    "named": {"answers": np.zeros(3), 1: None, (1, math.nan): 1},
    "model": {"model": True, "layers": [{}, 1]},
    "opaque": Opaque("object", "<object>"),
    "made": Make("cnn", {}),
    "many axes": np.zeros((1,) * 40),
}
# Without the form of what they replace; in some places of some answers they may be right.
OTHERS = {
    "vector": np.zeros(3),
    "truth": True,
    "negative": -1,
    "beyond 64 bits": 2**65,
    "large": 1e308,
    "text": "x",
    "empty list": [],
    "pair": (0, 0),
    "empty dictionary": {},
    "list of a list": [[[]]],
    "list of a dictionary": [{}],
    "scalar": np.array(0.5, dtype=np.float16),
    "nothing": None,
}
# What judges do not look at: there a strange thing may stand beside a right answer.
UNJUDGED = frozenset(("accuracy", "val_accuracy", "again", "scaled_up", "input_shape", "weights", "params"))

Place = tuple[Any, ...]


def places_in(value: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the places of all parts of a value: keys and numbers that lead to each, from the outside to the inside."""
    yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, part in parts:
        yield from places_in(part, (*place, key))


def with_part(value: Any, place: Place, part: Any) -> Any:
    """Return a copy of a value with another thing in one place."""
    if not place:
        return part
    first, *rest = place
    if isinstance(value, dict):
        return {**value, first: with_part(value[first], tuple(rest), part)}
    return type(value)(
        with_part(item, tuple(rest), part) if number == first else item for number, item in enumerate(value)
    )


def with_thing(evidence: Evidence, place: Place, thing: Any) -> Evidence:
    """Return the evidence with another thing in a place; a place begins with the number of the outcome, or "facts"."""
    if place[0] == "facts":
        return replace(evidence, facts=with_part(evidence.facts, place[1:], thing))
    number = place[0]
    changed = replace(evidence.outcomes[number], error=None)
    changed = replace(changed, value=with_part(changed.value, place[1:], thing))
    return replace(evidence, outcomes=(*evidence.outcomes[:number], changed, *evidence.outcomes[number + 1 :]))


def places_of(exercise: Exercise) -> list[Place]:
    """Return the places of all parts of a right answer to an exercise."""
    _, evidence = right_evidence(exercise)
    if exercise.file is not None:
        return [("facts", *place) for place in places_in(evidence.facts) if place]
    return [(number, *place) for number, one in enumerate(evidence.outcomes) for place in places_in(one.value)]


def telling_places(exercise: Exercise) -> list[Place]:
    """Return one place of each sort: of the parts of a list the first, of outcomes the first of each form."""
    seen: dict[Hashable, Place] = {}
    for place in places_of(exercise):
        seen.setdefault(tuple(0 if isinstance(key, int) else key for key in place), place)
    return list(seen.values())


def judged(exercise: Exercise, evidence: Evidence) -> Verdict:
    """Return the verdict of a judge that has an answer of its own to whatever is claimed."""
    cases, _ = right_evidence(exercise)
    verdict = judge(exercise, cases, evidence)
    assert verdict.status is not Status.NOT_JUDGED, verdict.message
    assert np.isfinite(verdict.points)
    return verdict


def filled(value: Any, number: float) -> Any:
    """Return a value with each number in it replaced."""
    if isinstance(value, dict):
        return {key: filled(item, number) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(filled(item, number) for item in value)
    if isinstance(value, np.ndarray):
        return np.full(value.shape, number)
    return number if isinstance(value, (int, float)) else value


def has_numbers(value: Any) -> bool:
    """Whether there is a number in a value."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return isinstance(value, (int, float, np.ndarray)) or any(map(has_numbers, parts))


def earned(exercise: Exercise, change: Callable[[Any], Any]) -> float:
    """Return the points for a right answer whose every value was changed."""
    _, evidence = right_evidence(exercise)
    outcomes = tuple(replace(one, value=change(one.value), error=None) for one in evidence.outcomes)
    facts = change(evidence.facts) if evidence.facts else {}
    return judged(exercise, replace(evidence, outcomes=outcomes, facts=facts)).points


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_what_is_changed_here_was_right(exercise: Exercise) -> None:
    """The evidence that the other tests change earns full points, and comes through the codec as it is."""
    _, evidence = right_evidence(exercise)
    assert judged(exercise, evidence).status is Status.PASSED
    frame = encode([one.value for one in evidence.outcomes])
    assert encode(decode(frame)) == frame


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_one_number_everywhere_earns_nothing(exercise: Exercise) -> None:
    """The form of the right answer, filled with one number, earns nothing: no judge is content with shapes or NaN."""
    gate = 0.1 * exercise.points if exercise.file is not None else 0  # a model's right shape is worth a tenth
    _, evidence = right_evidence(exercise)
    if not has_numbers([evidence.facts, *(one.value for one in evidence.outcomes)]):
        return  # the answer is a word
    for name, number in NUMBERS.items():
        assert earned(exercise, lambda value, number=number: filled(value, number)) <= gate, name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_another_thing_earns_nothing(exercise: Exercise) -> None:
    """Something else than what is asked for is a wrong answer, and nothing that a person would have to look at."""
    for name, thing in {**HOPELESS, **OTHERS}.items():
        assert exercise.file is not None or earned(exercise, lambda _, thing=thing: thing) == 0, name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_another_thing_in_one_place_is_judged(exercise: Exercise) -> None:
    """In whatever place of a right answer a strange thing stands, there is a verdict, and where it matters no pass."""
    _, evidence = right_evidence(exercise)
    for place in telling_places(exercise):
        for name, thing in {**HOPELESS, **OTHERS}.items():
            verdict = judged(exercise, with_thing(evidence, place, thing))
            if name in HOPELESS and not UNJUDGED & set(place):
                assert verdict.status is not Status.PASSED, (place, name)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_judges_answer_whatever_is_claimed(exercise: Exercise, data: st.DataObject) -> None:
    """No forged claim ends the grading or is left to a person, and none that lacks an answer earns anything."""
    _, evidence = right_evidence(exercise)
    forged = with_thing(evidence, data.draw(st.sampled_from(places_of(exercise))), data.draw(VALUES))
    count = data.draw(st.sampled_from([len(evidence.outcomes), len(evidence.outcomes), 1, 0]))
    changed = data.draw(st.sampled_from([(), (), (0,), (-1, 99)]))
    outcomes = tuple(replace(one, changed=changed) for one in forged.outcomes[:count])
    verdict = judged(exercise, replace(forged, outcomes=outcomes))
    if count < len(evidence.outcomes):
        assert verdict.points == 0, verdict.message


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_more_than_was_asked_for_is_refused(exercise: Exercise) -> None:
    """There is no right answer to a call that was never made."""
    _, evidence = right_evidence(exercise)
    if exercise.file is None:
        assert judged(exercise, replace(evidence, outcomes=evidence.outcomes * 2)).points == 0

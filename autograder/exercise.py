"""What an exercise is: a probe that runs beside the student's code, and a judge that never does."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.records import Evidence, Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One call of the student's function; equal to itself alone, so that what is known of it can be kept by it.

    `args` are plain values (see `autograder.inside.codec`) or `Make`; `label` says in words what is special about
    the case ("no image of that digit"); `read` names the reader that turns the answer into plain values; `secret`
    is what the judge may know of the case (labels) and never enters the sandbox.
    """

    args: tuple[Any, ...]
    label: str = ""
    read: str = "plain"
    secret: Any = None


Cases = tuple[Case, ...]
Recogniser = Callable[[Cases, Evidence], bool]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One misconception that is recognised by name.

    Attributes
    ----------
    name : str
        In kebab case; what the teacher's report counts.
    answer : callable
        The mistake as code: what a student who holds the misconception would write. It proves the judge, and
        unless `recognise` is given it is also how the mistake is recognised: an answer that gives what this code
        gives holds the misconception.
    message : str
        What is so, in the student's terms.
    next_step : str
        The first hint. It asks.
    credit : float
        The share of the points that remains, from 0 to below 1: a slip is not a misconception.
    also : tuple of callable
        The same mistake in other styles, which may come out a little differently; all go by the same name.
    recognise : callable or None
        A test on the evidence, where comparing answers cannot tell (randomness, models).
    """

    name: str
    answer: Callable[..., Any]
    message: str
    next_step: str
    credit: float = 0.0
    also: tuple[Callable[..., Any], ...] = ()
    recognise: Recogniser | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a judge found, before it becomes a verdict with points.

    `share` is the share of the points earned. A judge that returns a share below 1 says why in `message`.
    """

    share: float
    message: str
    mistake: str | None = None
    next_step: str | None = None
    example: str | None = None


# What trusted code came to on cases.
_KNOWN: OrderedDict[tuple[Cases, Callable[..., Any]], tuple[Outcome, ...]] = OrderedDict()
MAX_KNOWN = 1024
# Trusted code that waits for a processor which others use may take so many times as long.
PATIENCE = 6.0

Judge = Callable[["Exercise", Cases, Evidence], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One graded exercise.

    Attributes
    ----------
    id : str
        `lNN_name`, where `name` is the function that the student defines.
    title : str
        What the student does, in a few words.
    points : float
        What it is worth.
    draw_cases : callable
        `draw_cases(rng) -> sequence of Case`: the inputs, drawn afresh from a seeded generator.
    judge : callable
        A pure function of the cases and the evidence. It never runs where student code runs.
    answer : callable or None
        The right answer as trusted code, for judges that compare with it.
    right_answers, mistakes : tuples
        The bank: what must pass, and what must fail under its own name.
    hints : tuple of three str
        From a question to nearly the answer.
    """

    id: str
    title: str
    points: float
    draw_cases: Callable[[np.random.Generator], Sequence[Case]]
    judge: Judge
    hints: tuple[str, str, str]
    answer: Callable[..., Any] | None = None
    tolerance: Tolerance = field(default_factory=Tolerance)
    mistakes: tuple[Mistake, ...] = ()
    right_answers: tuple[Callable[..., Any], ...] = ()
    seconds: float = 10.0
    needs_tensorflow: bool = False
    file: str | None = None

    @property
    def lesson(self) -> int:
        """The number of the lesson that it belongs to."""
        return int(self.id[1:3])

    @property
    def function(self) -> str:
        """The name that the student defines."""
        return self.id[4:]

    def cases(self, seed: int) -> Cases:
        """Return the cases of this exercise for one seed: the same seed, the same cases."""
        return tuple(self.draw_cases(np.random.default_rng([seed, zlib.crc32(self.id.encode())])))

    def probe(self, seed: int) -> dict[str, Any]:
        """Return what goes into the sandbox: the name to call and the inputs, as plain values. No answers."""
        cases = [{"args": case.args, "read": case.read} for case in self.cases(seed)]
        return {"name": self.function, "cases": cases, "seconds": self.seconds}


def outcomes_of(function: Callable[..., Any], cases: Cases, seconds: float = 10.0) -> tuple[Outcome, ...]:
    """Return what trusted code of ours (a right answer, a banked mistake) comes to on the cases.

    It goes through the very routine and codec that a student's answer goes through.
    """
    from autograder.inside.call import call
    from autograder.records import evidence_from_plain

    asked = [{"args": case.args, "read": case.read} for case in cases]
    plain = call(function, asked, seconds, patience=PATIENCE)
    return evidence_from_plain({"found": True, "outcomes": plain}).outcomes


def known_outcomes(function: Callable[..., Any], cases: Cases) -> tuple[Outcome, ...]:
    """Return `outcomes_of(function, cases)`, computed once while the same cases are in use: for a whole class, say.

    What did not come back in time is computed again: it was the machine that was busy.
    """
    key = (cases, function)
    if key in _KNOWN:
        _KNOWN.move_to_end(key)
        return _KNOWN[key]
    outcomes = outcomes_of(function, cases)
    if not any(outcome.error is not None and outcome.error.type == "TookTooLong" for outcome in outcomes):
        _KNOWN[key] = outcomes
        if len(_KNOWN) > MAX_KNOWN:
            _KNOWN.popitem(last=False)
    return outcomes

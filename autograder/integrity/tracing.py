"""From what grading has seen of one hand-in to its trace."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.exercise import Exercise
from autograder.integrity.answers import answers_in
from autograder.integrity.digits import Digits, perturbed_digits
from autograder.integrity.help_seen import HelpSeen
from autograder.integrity.traces import Hits, ModelTrace, Trace
from autograder.models import More, cases_of
from autograder.records import Evidence

PERTURBED, PRIVATE = "perturbed", "private"
WEIGHTS_LENGTH = 64


@functools.lru_cache(maxsize=8)
def other_digits(exercise: Exercise, seed: int, private: Digits | None) -> More:
    """Return the digits beside the test digits that a handed-in model is asked about."""
    case = cases_of(exercise, seed)[0]
    test = Digits(images=case.args[0], labels=np.asarray(case.secret))
    more = ((PERTURBED, perturbed_digits(test, seed)),)
    return more if private is None else (*more, (PRIVATE, private))


def trace_of_handin(
    exercises: Iterable[Exercise],
    sources: Iterable[str],
    helped: Mapping[str, HelpSeen],
    evidence: Mapping[str, Evidence],
    seed: int,
    private: Digits | None,
) -> Trace:
    """Return the trace of one hand-in.

    Parameters
    ----------
    exercises : iterable of Exercise
        Those of the lesson.
    sources : iterable of str
        The code cells.
    helped : mapping
        Exercise id → the hints and the solution that the notebook says were shown.
    evidence : mapping
        Exercise id → what came back from the sandbox.
    seed, private
        As in the settings.
    """
    known = {exercise.id: exercise for exercise in exercises}
    functions = {exercise.function: exercise.id for exercise in known.values() if exercise.file is None}
    models = [one for one in known.values() if one.file is not None and one.id in evidence]
    model = _model(models[0], evidence[models[0].id], seed, private) if models else None
    return Trace(
        answers=answers_in(sources, functions),
        model=model,
        help={exercise: seen for exercise, seen in helped.items() if exercise in known},
    )


def _model(exercise: Exercise, evidence: Evidence, seed: int, private: Digits | None) -> ModelTrace | None:
    facts = evidence.facts
    labels = np.asarray(cases_of(exercise, seed)[0].secret)
    named = _digits_named(facts.get("answers"), len(labels))
    if named is None:
        return None
    weights = facts.get("weights")
    answers = facts.get("more")
    hits: dict[str, Hits] = {}
    for name, digits in other_digits(exercise, seed, private):
        others = _digits_named(answers.get(name) if isinstance(answers, dict) else None, len(digits))
        if others is not None:
            hits[name] = _hits(others, digits.labels)
    return ModelTrace(
        weights=weights if isinstance(weights, str) and len(weights) == WEIGHTS_LENGTH else None,
        answers=hashlib.sha256(named.astype("<i8").tobytes()).hexdigest(),
        test=_hits(named, labels),
        perturbed=hits.get(PERTURBED),
        private=hits.get(PRIVATE),
    )


def _digits_named(answers: Any, count: int) -> np.ndarray[Any, Any] | None:
    """Return the digit that a model names for each image, -1 where its numbers are none; None without ten for each."""
    if not isinstance(answers, np.ndarray) or answers.dtype.kind not in "fiub" or answers.shape != (count, 10):
        return None
    finite = np.isfinite(answers).all(axis=1)
    return np.where(finite, np.where(np.isfinite(answers), answers, -np.inf).argmax(axis=1), -1)


def _hits(named: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> Hits:
    return Hits(right=int((named == labels).sum()), count=len(labels))

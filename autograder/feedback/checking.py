"""Judge an answer where it was written: by the grader's own probe, codec and judge, in the learner's process."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import exercises
from autograder.compare import describe
from autograder.exercise import Cases, Exercise, outcomes_of
from autograder.feedback import journal
from autograder.feedback.result import CheckResult
from autograder.feedback.screen import screen, show
from autograder.file_evidence import evidence_of_file
from autograder.inside.call import quiet
from autograder.inside.codec import CodecError, decode, encode
from autograder.judging import judge
from autograder.records import Cause, Evidence, Status, Verdict


def check(exercise_id: str, answer: Any, *, seed: int | None = None) -> CheckResult:
    """Judge an answer, show the card, and return the result.

    Parameters
    ----------
    exercise_id : str
        Such as "l02_scale_pixels"; it stands in the check cell.
    answer : callable, or path for a file exercise
        What you defined: the function itself, without brackets and quotes.
    seed : int, optional
        Draws the inputs. By default each check draws fresh ones; `result.seed` tells which.

    Returns
    -------
    CheckResult
        `float(result)` is the points; `result.hint()` and `result.solution()` help on.

    Raises
    ------
    ValueError
        If there is no such exercise, or the seed is not a whole number from 0.
    """
    exercise = _exercise(exercise_id)
    chosen = secrets.randbits(32) if seed is None else _seed(seed)
    where = screen()
    with quiet():
        verdict = _verdict(exercise, answer, chosen)
        note = journal.remember(
            "check",
            exercise=exercise.id,
            status=str(verdict.status),
            points=verdict.points,
            max_points=verdict.max_points,
            mistake=verdict.mistake,
            seed=chosen,
        )
        result = CheckResult(exercise, verdict, chosen, note)
    show(result, where)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How evidence of one kind of answer is gathered in this process.

    `misfit` returns what is wrong with an answer that is not of this kind at all (a sentence, and what to do), or
    None; `evidence` gathers, by the routine that the sandbox uses too.
    """

    misfit: Callable[[Exercise, Any], tuple[str, str] | None]
    evidence: Callable[[Exercise, Any, Cases], Evidence]


def _not_a_function(exercise: Exercise, answer: Any) -> tuple[str, str] | None:
    if callable(answer):
        return None
    call = f'`check("{exercise.id}", {exercise.function})`'
    if answer is None:
        return (
            "Your check was given None instead of a function.",
            f"Did a call, with brackets, slip in? Give the function itself: {call}",
        )
    if isinstance(answer, str):
        return f"Your check was given the text {_shown(answer)} instead of a function.", f"Leave out the quotes: {call}"
    return (
        f"Your check was given {_shown(answer)} instead of a function.",
        f"Give the function itself, not what it returns: {call}",
    )


def _not_a_path(exercise: Exercise, answer: Any) -> tuple[str, str] | None:
    wanted = str(exercise.file)
    call = f'`check("{exercise.id}", "{wanted}")`'
    if not isinstance(answer, (str, os.PathLike)):
        return (
            f"Your check was given {_shown(answer)} instead of the name of a file.",
            f'Save your model with `model.save("{wanted}")`, then: {call}',
        )
    if Path(answer).name != wanted:
        return (
            f"Your check was given the file {Path(answer).name}; the grader looks for {wanted}, and for no other name.",
            f'Save your model with `model.save("{wanted}")`, then: {call}',
        )
    return None


def _call_evidence(exercise: Exercise, answer: Any, cases: Cases) -> Evidence:
    return Evidence(found=True, outcomes=outcomes_of(answer, cases, exercise.seconds))


def _file_evidence(_exercise: Exercise, answer: Any, cases: Cases) -> Evidence:
    return evidence_of_file(Path(answer), cases)


FUNCTION = Way(misfit=_not_a_function, evidence=_call_evidence)
FILE = Way(misfit=_not_a_path, evidence=_file_evidence)


def _verdict(exercise: Exercise, answer: Any, seed: int) -> Verdict:
    way = FILE if exercise.file else FUNCTION
    misfit = way.misfit(exercise, answer)
    if misfit is not None:
        message, next_step = misfit
        return Verdict(
            exercise=exercise.id,
            status=Status.FAILED,
            points=0.0,
            max_points=exercise.points,
            message=message,
            next_step=next_step,
            cause=Cause.WRONG,
        )
    cases = exercise.cases(seed)
    evidence = way.evidence(exercise, answer, cases)
    if any(outcome.error is not None and outcome.error.type == "KeyboardInterrupt" for outcome in evidence.outcomes):
        raise KeyboardInterrupt  # somebody pressed Stop: that is no verdict
    return judge(exercise, cases, evidence)


def _exercise(exercise_id: str) -> Exercise:
    if not isinstance(exercise_id, str):
        raise ValueError(
            f"check takes the exercise's id first, as text, and got {_shown(exercise_id)}. "
            'Write it as in the lesson: check("l02_scale_pixels", scale_pixels)'
        )
    try:
        return exercises.find(exercise_id)
    except KeyError as unknown:
        raise ValueError(f"{unknown.args[0]} The id stands in the lesson's check cell.") from None


def _seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(
            f"seed is {_shown(seed)}; it is a whole number from 0, such as the `seed` of an earlier result."
        )
    return seed


def _shown(value: object) -> str:
    try:
        return describe(decode(encode(value, 1 << 20)))
    except CodecError:
        return f"a large {type(value).__name__}"

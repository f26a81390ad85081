"""From evidence to a verdict: pure functions of plain values, which fail closed.

Points need positive evidence. Whatever is missing, unreadable or unexpected earns nothing, and says why.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.claims import read_claims
from autograder.compare import RIGHT_VALUES, Difference, Kind, Tolerance, describe, difference, is_plain, with_article
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, known_outcomes
from autograder.records import Cause, ErrorSeen, Evidence, Outcome, Status, Verdict

# Names of errors, as `autograder.inside.call` tells them.
NOT_ATTEMPTED_ERROR = "NotImplementedError"
TOOK_TOO_LONG = "TookTooLong"
WRONG_ARGUMENTS = "WrongArguments"
TOO_LARGE = "AnswerTooLarge"

MAX_DETAIL = 500

_CUT_SHORT = {
    Cause.TIMEOUT: (
        "Your code did not come to an end in time, so this answer could not be seen.",
        "Is there a loop whose condition never becomes false?",
    ),
    Cause.MEMORY: (
        "Your code used more memory than there is, so this answer could not be seen.",
        "Which array is larger than it needs to be?",
    ),
    Cause.CRASHED: (
        "The process that ran your code died, so this answer could not be seen.",
        "Which cell ends Python? Restart, run all cells, and see where it stops.",
    ),
    Cause.ERROR: (
        "A cell of your notebook raised an exception, so this answer could not be seen.",
        "Restart, run all cells, and mend the first one that stops.",
    ),
}
UNREADABLE = Finding(
    share=0.0,
    message="What was brought back for this answer is not of the form that a check brings back, so it cannot be read.",
    next_step="Does something in your notebook replace a part of the checker? Restart, run all cells, and check again.",
)


def judge(exercise: Exercise, cases: Cases, evidence: Evidence) -> Verdict:
    """Return the verdict on one exercise.

    Parameters
    ----------
    exercise : Exercise
    cases : tuple of Case
        The inputs that the evidence answers; draw them again with `exercise.cases(seed)`.
    evidence : Evidence
        What the probe brought back: claims, made where student code runs.
    """
    if evidence.cause is Cause.GRADER:
        return _verdict(
            exercise,
            Status.NOT_JUDGED,
            Finding(
                share=0.0, message=f"This could not be judged, through no fault of yours. {evidence.detail}".strip()
            ),
            Cause.GRADER,
        )
    if evidence.cause is not None and evidence.cause is not Cause.MISSING:
        message, next_step = _CUT_SHORT.get(evidence.cause, _CUT_SHORT[Cause.CRASHED])
        message = f"{message} {evidence.detail}".strip()
        return _verdict(
            exercise, Status.FAILED, Finding(share=0.0, message=message, next_step=next_step), evidence.cause
        )
    if not evidence.found:
        wanted = f"a file {exercise.file}" if exercise.file else f"a function named {exercise.function}"
        what = f"There is no {wanted.removeprefix('a ')} yet."
        return _verdict(exercise, Status.NOT_ATTEMPTED, Finding(share=0.0, message=what), Cause.MISSING)
    if evidence.outcomes and all(_untouched(outcome) for outcome in evidence.outcomes):
        return _verdict(
            exercise, Status.NOT_ATTEMPTED, Finding(share=0.0, message="There is no answer here yet."), None
        )
    read = read_claims(cases, evidence.outcomes)
    if read is None:
        return _verdict(exercise, Status.FAILED, UNREADABLE, Cause.WRONG)
    evidence = replace(evidence, outcomes=read)
    try:
        finding = exercise.judge(exercise, cases, evidence)
    except Exception as fault:  # the border: claims that no judge foresaw must not end the run for everybody else
        detail = f"The judge of {exercise.id} stopped with {type(fault).__name__}: {fault}"
        return judge(exercise, cases, replace(evidence, cause=Cause.GRADER, detail=detail[:MAX_DETAIL]))
    status = Status.PASSED if finding.share >= 1 else Status.PARTIAL if finding.share > 0 else Status.FAILED
    return _verdict(exercise, status, finding, None if status is Status.PASSED else _cause(evidence, finding))


def judge_by_answer(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of an answer that must give what `exercise.answer` gives, in whatever style."""
    if exercise.answer is None:
        raise ValueError(f"{exercise.id} is judged by its answer and has none")
    expected = known_outcomes(exercise.answer, cases)
    if not all(is_plain(right.value) for right in expected):
        raise ValueError(f"the right answer of {exercise.id} cannot be compared: a case's reader makes it plain")
    tolerance = exercise.tolerance
    wrongs = [
        wrong
        for case, right, seen in zip(cases, expected, evidence.outcomes, strict=False)
        if (wrong := _wrong(case, right, seen, tolerance)) is not None
    ]
    complete = 0 < len(cases) == len(evidence.outcomes)
    slip = side_effect(evidence) if complete and not wrongs else None
    if complete and not wrongs and slip is None:
        return Finding(share=1.0, message="Right.")
    named = recognise(exercise, cases, evidence, expected)
    if named is not None:
        example = min(wrongs, key=lambda wrong: wrong.size).text(exercise.function) if wrongs else None
        credit = _credit(named, cases, evidence, expected, tolerance) if complete else 0.0
        return replace(finding_of(named, example), share=credit)
    if slip is not None:
        return slip
    if not wrongs:
        return Finding(share=0.0, message="Not every call came back.", next_step="Which input makes it stop?")
    finding = _unnamed(exercise, wrongs)
    return finding if complete else replace(finding, share=0.0)


def finding_of(mistake: Mistake, example: str | None = None) -> Finding:
    """Return what is to be said where the evidence shows a banked mistake."""
    return Finding(
        share=mistake.credit,
        message=mistake.message,
        mistake=mistake.name,
        next_step=mistake.next_step,
        example=example,
    )


def judge_errors(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding | None:
    """Return what is to be said where a call raised, gave None or did not come back; None where all came back.

    For judges of answers that cannot be compared with one right answer.
    """
    right = Outcome()
    wrongs = []
    for case, seen in zip(cases, evidence.outcomes, strict=False):
        if seen.error is not None:
            found = Difference(Kind.VALUE, f"{seen.error.type} was raised, where no error should be")
            wrongs.append(_Wrong(case, right, seen, found))
        elif seen.value is None:
            wrongs.append(_Wrong(case, right, seen, Difference(Kind.NONE, "None came back")))
    if wrongs:
        # A call that raised is shown; of one that gave None there is no right answer to show beside it.
        raised = any(wrong.seen.error is not None for wrong in wrongs)
        finding = _unnamed(exercise, wrongs)
        return replace(finding, example=finding.example if raised else None, share=0.0)
    if not 0 < len(cases) == len(evidence.outcomes):
        return Finding(share=0.0, message="Not every call came back.", next_step="Which input makes it stop?")
    return None


def recognise(exercise: Exercise, cases: Cases, evidence: Evidence, expected: tuple[Outcome, ...]) -> Mistake | None:
    """Return the banked mistake that the evidence shows, or None.

    First the mistakes that tell themselves by a test of their own, then those that give exactly what the student's
    code gives; then the one that explains most of what is wrong: it gives the same values wherever it differs from
    the right answer, whatever the dtype, so that two slips at once are still one of them.
    """
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return mistake
    given = [
        (mistake, known_outcomes(answer, cases))
        for mistake in exercise.mistakes
        if mistake.recognise is None
        for answer in (mistake.answer, *mistake.also)
    ]
    for mistake, outcomes in given:
        if _same(outcomes, evidence.outcomes, exercise.tolerance):
            return mistake
    explained = [
        (_explained(outcomes, evidence.outcomes, expected, exercise.tolerance), mistake) for mistake, outcomes in given
    ]
    most = max((count for count, _ in explained), default=0)
    return next((mistake for count, mistake in explained if count == most > 0), None)


def _same(one: tuple[Outcome, ...], other: tuple[Outcome, ...], tolerance: Tolerance) -> bool:
    return len(one) == len(other) and all(
        _alike(a, b, tolerance, exact=True) and a.changed == b.changed for a, b in zip(one, other, strict=True)
    )


def _explained(
    mistaken: tuple[Outcome, ...], seen: tuple[Outcome, ...], right: tuple[Outcome, ...], tolerance: Tolerance
) -> int:
    """Return how many wrong answers the mistake explains; 0 where it goes wrong in a way that was not seen."""
    if not len(mistaken) == len(seen) == len(right):
        return 0
    loose = _loose(tolerance)
    telling = [(a, b) for a, b, c in zip(mistaken, seen, right, strict=True) if not _alike(c, a, loose, exact=False)]
    return len(telling) if all(_alike(a, b, loose, exact=False) for a, b in telling) else 0


def _credit(
    named: Mistake, cases: Cases, evidence: Evidence, expected: tuple[Outcome, ...], tolerance: Tolerance
) -> float:
    """Return the share that a mistake leaves: nothing, where some call shows another fault beside it."""
    if named.credit == 0 or named.recognise is not None:
        return named.credit
    loose = _loose(tolerance)
    for answer in (named.answer, *named.also):
        calls = zip(known_outcomes(answer, cases), evidence.outcomes, expected, strict=True)
        if all(_alike(a, b, loose, exact=False) or _alike(c, b, loose, exact=False) for a, b, c in calls):
            return named.credit
    return 0.0


def _loose(tolerance: Tolerance) -> Tolerance:
    return Tolerance(relative=tolerance.relative, absolute=tolerance.absolute)


def _alike(one: Outcome, other: Outcome, tolerance: Tolerance, *, exact: bool) -> bool:
    if one.error is not None or other.error is not None:
        return one.error is not None and other.error is not None and _same_sort(one.error, other.error)
    if exact and isinstance(one.value, np.ndarray) and isinstance(other.value, np.ndarray):
        if one.value.dtype != other.value.dtype:
            return False
        tolerance = _loose(tolerance)
    found = difference(one.value, other.value, tolerance)
    return found is None or (not exact and found.kind in RIGHT_VALUES)


def _same_sort(one: ErrorSeen, other: ErrorSeen) -> bool:
    """Whether one error is the other or a subclass of it; that everything is an Exception tells nothing."""
    return one.type == other.type or any(
        a.is_a(b.type) and b.type not in ("Exception", "BaseException") for a, b in ((one, other), (other, one))
    )


class _Wrong:
    """One case that came out wrong: what went in, what came back, what was expected."""

    __slots__ = ("case", "found", "right", "seen", "size")

    def __init__(self, case: Case, right: Outcome, seen: Outcome, found: Difference) -> None:
        self.case, self.right, self.seen, self.found = case, right, seen, found
        self.size = sum(arg.size if isinstance(arg, np.ndarray) else 1 for arg in case.args)

    def call(self, function: str) -> str:
        """Return the call as one would write it."""
        label = f" ({self.case.label})" if self.case.label else ""
        return f"{function}({', '.join(describe(arg) for arg in self.case.args)}){label}"

    def text(self, function: str) -> str:
        """Return the failing example, a line each: input, what came back, what was expected, where they differ."""
        wanted = with_article(self.right.error.type) if self.right.error else describe(self.right.value)
        came = f"raised   {self.seen.error}" if self.seen.error else f"returned {describe(self.seen.value)}"
        lines = [self.call(function), came, f"expected {wanted}"]
        if self.found.kind is Kind.VALUE and self.seen.error is None and self.right.error is None:
            lines.append(f"{self.found.text[:1].upper()}{self.found.text[1:]}.")
        return "\n".join(lines)


def _wrong(case: Case, right: Outcome, seen: Outcome, tolerance: Tolerance) -> _Wrong | None:
    found: Difference | None
    if right.error is not None:
        if seen.error is not None and seen.error.is_a(right.error.type):
            return None
        came = f"{seen.error.type} was raised" if seen.error else "no error was raised"
        found = Difference(Kind.VALUE, f"{came}, where {with_article(right.error.type)} is asked for")
    elif seen.error is not None:
        found = Difference(Kind.VALUE, f"{seen.error.type} was raised, where no error should be")
    else:
        found = difference(right.value, seen.value, tolerance)
    return None if found is None else _Wrong(case, right, seen, found)


def side_effect(evidence: Evidence) -> Finding | None:
    """Return what is to be said of right values that came with a changed argument or global state, or None."""
    if any(outcome.changed for outcome in evidence.outcomes):
        return Finding(
            share=0.0,
            mistake="changes-its-argument",
            message="The values are right, but your function changed what it was given: whoever called it has lost the "
            "original.",
            next_step="Which line writes into the argument? `x -= 1` and `x[...] = …` do; `x = x - 1` does not.",
        )
    if any(outcome.random_changed for outcome in evidence.outcomes):
        return Finding(
            share=0.5,
            mistake="uses-global-randomness",
            message="The values are right, but your function changed NumPy's global random state, which everybody "
            "shares.",
            next_step="How would `np.random.default_rng(seed)` keep the randomness to your function?",
        )
    return None


def _unnamed(exercise: Exercise, wrongs: list[_Wrong]) -> Finding:
    """Return what is to be said of a wrong answer that no banked mistake explains."""
    raised = [wrong for wrong in wrongs if wrong.seen.error is not None and wrong.right.error is None]
    if raised:
        return _raised(exercise, raised)
    # The gravest first; what is said and the example are of one and the same call.
    kinds = {wrong.found.kind for wrong in wrongs}
    kind = next(one for one in (Kind.NONE, Kind.TYPE, Kind.SHAPE, Kind.VALUE, Kind.LIST, Kind.DTYPE) if one in kinds)
    smallest = min((wrong for wrong in wrongs if wrong.found.kind is kind), key=lambda wrong: wrong.size)
    text = smallest.found.text
    mistake, share = None, 0.0
    if kind is Kind.NONE and smallest.seen.printed:
        mistake = "returns-nothing"
        message = "Your function printed something and returned None."
        next_step = "Printing shows a value to you. What hands it to whoever called the function?"
    elif kind is Kind.NONE:
        mistake = "returns-nothing"
        message = "Your function came to its end and returned None."
        next_step = "Does every way through your function end in `return`?"
    elif kind is Kind.LIST:
        mistake, share = "list-for-array", 0.5
        message = "You return a list; the exercise asks for a NumPy array."
        next_step = "Which NumPy function makes an array of a list?"
    elif kind is Kind.DTYPE:
        mistake, share = "other-dtype", 0.5
        message = f"The values are right, but {text}."
        next_step = "Which type does the exercise name, and what turns your result into it?"
    elif kind is Kind.VALUE:
        message = f"Not right yet: {text}."
        next_step = "Work the example out by hand. At which step does your function go another way?"
    elif isinstance(smallest.right.value, np.ndarray) and kind is Kind.SHAPE:
        message = f"{text[:1].upper()}{text[1:]}."
        next_step = "Print the shape after each step. After which one is it no longer what you expect?"
    else:
        message = f"Not right yet: {text}."
        next_step = "Print what your function returns, and compare it with what the exercise asks for."
    example = smallest.text(exercise.function)
    return Finding(share=share, message=message, mistake=mistake, next_step=next_step, example=example)


def _raised(exercise: Exercise, wrongs: list[_Wrong]) -> Finding:
    """Return what is to be said of a function that raised where it should not."""
    late = [wrong for wrong in wrongs if wrong.seen.error is not None and wrong.seen.error.type == TOOK_TOO_LONG]
    smallest = min(late or wrongs, key=lambda wrong: wrong.size)
    error = smallest.seen.error or ErrorSeen(type="")
    message = f"Your function raised {error}"
    next_step = "Call it yourself with the input of the example, and read the last line of the message."
    if error.type == TOOK_TOO_LONG:
        message = "Your function did not come back in time."
        next_step = "Is there a loop whose condition never becomes false, or one that NumPy could do for you?"
    elif error.type == WRONG_ARGUMENTS:
        message = error.message or "Your function takes another number of arguments than it is given."
        next_step = "Which arguments does the exercise name, and in which order? Compare with your `def` line."
    elif error.type == TOO_LARGE:
        message = f"What your function returns is too large to be looked at: {error.message}."
        next_step = "Print the shape of the result. Which side is longer than you expect?"
    # The message has told the error: the example need not say it again.
    return Finding(share=0.0, message=message, next_step=next_step, example=smallest.call(exercise.function))


def _untouched(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.type == NOT_ATTEMPTED_ERROR


def _cause(evidence: Evidence, finding: Finding) -> Cause:
    errors = {outcome.error.type for outcome in evidence.outcomes if outcome.error is not None}
    if TOOK_TOO_LONG in errors:
        return Cause.TIMEOUT
    if errors & {TOO_LARGE, MemoryError.__name__}:
        return Cause.MEMORY
    if finding.mistake is None and errors - {"ValueError"}:
        return Cause.ERROR
    return Cause.WRONG


def _verdict(exercise: Exercise, status: Status, finding: Finding, cause: Cause | None) -> Verdict:
    points = round(exercise.points * min(max(finding.share, 0.0), 1.0), 2)
    if status is Status.PARTIAL and points >= exercise.points:
        points = round(exercise.points - 0.01, 2)  # rounding makes no full mark of a partial one
    return Verdict(
        exercise=exercise.id,
        status=status,
        points=points,
        max_points=exercise.points,
        message=finding.message,
        mistake=finding.mistake,
        cause=cause,
        next_step=finding.next_step,
        example=finding.example,
    )

"""What results come to together: by student, by lesson, and which of them had nothing to grade."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exercises import BY_ID
from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.reports.catalogue import place_of


def students_of(results: Sequence[LessonResult]) -> list[tuple[str, list[LessonResult]]]:
    """Return each student with their results by lesson; students by name, whatever its capitals."""
    found: dict[str, list[LessonResult]] = {}
    for result in results:
        found.setdefault(result.student, []).append(result)
    names = sorted(found, key=lambda student: (student.casefold(), student))
    return [(name, sorted(found[name], key=lambda result: result.lesson)) for name in names]


def lesson_maxima(results: Sequence[LessonResult]) -> dict[str, float]:
    """Return the points that each lesson can give, by lesson in order; the most where results differ in it."""
    maxima: dict[str, float] = {}
    for result in results:
        maxima[result.lesson] = max(result.max_points, maxima.get(result.lesson, 0.0))
    return dict(sorted(maxima.items()))


def in_order(result: LessonResult) -> list[Verdict]:
    """Return the verdicts in the order in which the lesson asks the exercises."""
    return sorted(result.verdicts, key=lambda verdict: place_of(verdict.exercise))


def problem_of(result: LessonResult) -> str | None:
    """Return why there was no notebook that could be graded; None where there was one.

    The grader says the same sentence in the verdict of each exercise that needs the notebook; of a notebook that was
    graded, each such sentence names the function that is missing.
    """
    of_notebook = [verdict for verdict in result.verdicts if not _is_of_a_file(verdict)]
    messages = {verdict.message for verdict in of_notebook}
    if len(messages) != 1 or any(verdict.status is not Status.NOT_ATTEMPTED for verdict in of_notebook):
        return None
    if any(verdict.cause is not Cause.MISSING or _names_its_function(verdict) for verdict in of_notebook):
        return None
    return messages.pop()


def number_text(number: float) -> str:
    """Return points without a needless fraction.

    >>> number_text(9.0), number_text(0.1 + 0.2)
    ('9', '0.3')
    """
    rounded = round(number, 2)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def share_of(points: float, max_points: float) -> float:
    """Return points as a share from 0 to 1; 0 where there is nothing to earn."""
    return points / max_points if max_points > 0 else 0.0


def _is_of_a_file(verdict: Verdict) -> bool:
    exercise = BY_ID.get(verdict.exercise)
    return exercise is not None and exercise.file is not None


def _names_its_function(verdict: Verdict) -> bool:
    return verdict.exercise[4:] in verdict.message

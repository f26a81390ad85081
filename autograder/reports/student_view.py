"""What a student's page says, as values: points, each exercise in words, and what is worth another look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.records import LessonResult, Status
from autograder.reports.catalogue import LessonTitle, exercise_title, lesson_title
from autograder.reports.tally import in_order, problem_of, share_of

MOST_NEXT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One exercise of the student: what became of it, and what to do next.

    The seed is not among it: whoever knows the inputs can answer them by heart.
    """

    id: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    example: str | None
    next_step: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonReport:
    """One lesson of the student; `problem` is why there was no notebook to grade."""

    title: LessonTitle
    points: float
    max_points: float
    passed: int
    answers: tuple[Answer, ...]
    problem: str | None
    notes: tuple[str, ...]
    trusted: bool

    @property
    def share(self) -> float:
        """Points as a share from 0 to 1."""
        return share_of(self.points, self.max_points)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentView:
    """All that a student's page says; `again` are the exercises where the next points are."""

    student: str
    points: float
    max_points: float
    lessons: tuple[LessonReport, ...]
    again: tuple[tuple[LessonTitle, Answer], ...]

    @property
    def share(self) -> float:
        """Points as a share from 0 to 1."""
        return share_of(self.points, self.max_points)


def student_view(student: str, results: Sequence[LessonResult]) -> StudentView:
    """Return what the page of one student says of the student's results."""
    lessons = tuple(_lesson(result) for result in results)
    open_answers = [
        (lesson.title, answer)
        for lesson in lessons
        for answer in lesson.answers
        if answer.status in (Status.PARTIAL, Status.FAILED, Status.NOT_ATTEMPTED) and lesson.problem is None
    ]
    # What was tried comes before what was not: there the way is shortest.
    open_answers.sort(key=lambda item: item[1].status is Status.NOT_ATTEMPTED)
    return StudentView(
        student=student,
        points=round(sum(result.points for result in results), 2),
        max_points=round(sum(result.max_points for result in results), 2),
        lessons=lessons,
        again=tuple(open_answers[:MOST_NEXT]),
    )


def _lesson(result: LessonResult) -> LessonReport:
    return LessonReport(
        title=lesson_title(result.lesson),
        points=result.points,
        max_points=result.max_points,
        passed=sum(verdict.status is Status.PASSED for verdict in result.verdicts),
        answers=tuple(
            Answer(
                id=verdict.exercise,
                title=exercise_title(verdict.exercise),
                status=verdict.status,
                points=verdict.points,
                max_points=verdict.max_points,
                message=verdict.message,
                example=verdict.example,
                next_step=verdict.next_step,
            )
            for verdict in in_order(result)
        ),
        problem=problem_of(result),
        notes=result.notes,
        trusted=result.sandbox == "none",
    )

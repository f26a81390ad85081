"""How far a learner is: from the journal of their checks and from what the lessons say of themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from digitlab.paths import CourseFilesError, lessons_folder


class State(StrEnum):
    """How far a learner is with an exercise or a lesson."""

    DONE = "done"
    BEGUN = "begun"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """One exercise: what it can give, and the best that the learner's checks have given.

    Attributes
    ----------
    id, title : str
        As the lesson names it.
    points, max_points : float
        The best check so far, and all that can be had.
    checks, hints : int
        How often it was checked, and how many different hints were read.
    solution_shown : bool
        Whether the learner has looked at the solution.
    """

    id: str
    title: str
    points: float
    max_points: float
    checks: int
    hints: int
    solution_shown: bool

    @property
    def state(self) -> State:
        """Done with full points, begun after a check, a hint or the solution."""
        if self.checks and self.points >= self.max_points:
            return State.DONE
        return State.BEGUN if self.checks or self.hints or self.solution_shown else State.TO_COME


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonProgress:
    """One lesson: its exercises, and how long it takes from its beginning, in minutes."""

    name: str
    title: str
    minutes: int
    exercises: tuple[ExerciseProgress, ...]

    @property
    def points(self) -> float:
        """The points that the learner has."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def max_points(self) -> float:
        """The points that can be had."""
        return sum(exercise.max_points for exercise in self.exercises)

    @property
    def state(self) -> State:
        """Done where every exercise is; begun where one is begun or done."""
        states = {exercise.state for exercise in self.exercises}
        if states <= {State.DONE}:
            return State.DONE
        return State.TO_COME if states == {State.TO_COME} else State.BEGUN

    @property
    def minutes_left(self) -> float:
        """The lesson's minutes, less the share of its points that the learner has."""
        return self.minutes * (1 - self.points / self.max_points) if self.max_points else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a learner is with the course."""

    lessons: tuple[LessonProgress, ...]

    @property
    def points(self) -> float:
        """The points that the learner has."""
        return sum(lesson.points for lesson in self.lessons)

    @property
    def max_points(self) -> float:
        """The points that can be had."""
        return sum(lesson.max_points for lesson in self.lessons)

    @property
    def minutes_left(self) -> float:
        """The minutes that the rest of the course takes, by the lessons' own figures."""
        return sum(lesson.minutes_left for lesson in self.lessons)

    @property
    def next_lesson(self) -> LessonProgress | None:
        """The first lesson that is not done, or None where all are."""
        return next((lesson for lesson in self.lessons if lesson.state is not State.DONE), None)

    @property
    def next_exercise(self) -> ExerciseProgress | None:
        """The first exercise of the next lesson that is not done."""
        exercises = self.next_lesson.exercises if self.next_lesson else ()
        return next((exercise for exercise in exercises if exercise.state is not State.DONE), None)


def progress_in(folder: Path) -> Progress:
    """Return the progress of the learner whose course folder this is; nothing done where there is no journal.

    Raises
    ------
    CourseFilesError
        If the lessons as released cannot be read.
    DataError
        If the journal cannot be read.
    """
    from digitlab import journal

    return progress_of(released_lessons(lessons_folder()), journal.read(folder))


def released_lessons(folder: Path) -> list[dict[str, Any]]:
    """Return what each released notebook in the folder says of itself: lesson, title, minutes, exercises.

    The released notebooks are asked, not the learner's copies: a copy may have been moved or have lost its metadata.

    Raises
    ------
    CourseFilesError
        If a notebook cannot be read or says nothing of itself.
    """
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))["metadata"]["digitlab"]
            _lesson(about, [])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CourseFilesError(
                f"The lesson {path} cannot be read ({type(error).__name__}: {error}). Install digitlab again "
                f"(in a clone of its repository: git checkout lessons)."
            ) from error
        found.append(about)
    return found


def progress_of(lessons: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]]) -> Progress:
    """Return the progress that the journal's `events` tell of these `lessons`.

    Parameters
    ----------
    lessons : iterable of mapping
        What the released notebooks say of themselves, see `released_lessons`.
    events : iterable of mapping
        The journal. A ``check`` counts with its best points; hints and solutions are counted, and cost nothing.

    Examples
    --------
    >>> exercises = [{"id": "l01_describe", "title": "Describe", "points": 2}]
    >>> lessons = [{"lesson": "01_look_first", "title": "Look first", "minutes": 40, "exercises": exercises}]
    >>> progress = progress_of(lessons, [{"event": "check", "exercise": "l01_describe", "points": 1.0}])
    >>> progress.points, progress.minutes_left, progress.next_exercise.title
    (1.0, 20.0, 'Describe')
    """
    noted = list(events)
    return Progress(lessons=tuple(_lesson(about, noted) for about in lessons))


def _lesson(about: Mapping[str, Any], events: list[Mapping[str, Any]]) -> LessonProgress:
    return LessonProgress(
        name=about["lesson"],
        title=about["title"],
        minutes=about["minutes"],
        exercises=tuple(_exercise(exercise, events) for exercise in about["exercises"]),
    )


def _exercise(exercise: Mapping[str, Any], events: list[Mapping[str, Any]]) -> ExerciseProgress:
    mine = [event for event in events if event.get("exercise") == exercise["id"]]
    checks = [event for event in mine if event.get("event") == "check" and event.get("status") != "not_attempted"]
    return ExerciseProgress(
        id=exercise["id"],
        title=exercise["title"],
        points=min(float(exercise["points"]), max((_number(event.get("points")) for event in checks), default=0.0)),
        max_points=float(exercise["points"]),
        checks=len(checks),
        hints=len({event.get("number") for event in mine if event.get("event") == "hint"}),
        solution_shown=any(event.get("event") == "solution" for event in mine),
    )


def _number(value: object) -> float:
    """Return points as a number from 0; a damaged line of the journal gives none."""
    return max(0.0, float(value)) if isinstance(value, int | float) and value == value else 0.0

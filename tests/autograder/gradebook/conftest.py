"""Small results for the gradebook, and a look into it with nbgrader's own eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.exercises import of_lesson
from autograder.records import Cause, LessonResult, Status, Verdict

LESSONS = {1: "01_look_first", 2: "02_pixels_to_tensors", 9: "09_evaluate"}


def make_result(student: str, number: int = 2, share: float = 1.0, *, lesson: str = "", judged: bool = True) -> Any:
    """Return a result in which every exercise got this share of its points, or could not be judged."""
    verdicts = []
    for exercise in of_lesson(number):
        status = Status.PASSED if share == 1 else Status.PARTIAL if share else Status.FAILED
        verdicts.append(
            Verdict(
                exercise=exercise.id,
                status=status if judged else Status.NOT_JUDGED,
                points=exercise.points * share if judged else 0.0,
                max_points=exercise.points,
                message="Right." if share == 1 else "You divide by 256.",
                cause=None if judged else Cause.GRADER,
                next_step=None if share == 1 else "What is the largest `uint8`?",
                example=None if share == 1 else "f(255)\nreturned 0.996\nexpected 1",
            )
        )
    return LessonResult(
        student=student, lesson=lesson or LESSONS[number], sandbox="bubblewrap", seed=7, verdicts=tuple(verdicts)
    )


@pytest.fixture
def result() -> Callable[..., LessonResult]:
    """Make one student's result in one lesson: `result("ada", 2, share=0.5)`."""
    return make_result


@pytest.fixture
def gradebook() -> Callable[[Path], Any]:
    """Open a gradebook file with nbgrader itself: `with gradebook(path) as book`."""

    @contextmanager
    def opened(path: Path) -> Iterator[Any]:
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{path}") as book:
            yield book

    return opened

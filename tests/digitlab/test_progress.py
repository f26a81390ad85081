"""How far a learner is."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

import digitlab.progress
from digitlab.paths import CourseFilesError, lessons_folder
from digitlab.progress import Progress, State, progress_of, released_lessons

LESSONS = [
    {
        "lesson": "01_look_first",
        "title": "Look first",
        "minutes": 40,
        "exercises": [
            {"id": "l01_describe", "title": "Describe a data set", "points": 2},
            {"id": "l01_mean_digit", "title": "The mean of a digit", "points": 2},
        ],
    },
    {
        "lesson": "02_pixels_to_tensors",
        "title": "Pixels to tensors",
        "minutes": 60,
        "exercises": [{"id": "l02_split", "title": "Split off a validation part", "points": 3}],
    },
]


def check(exercise: str, points: Any, status: str = "passed") -> dict[str, Any]:
    """Return a check as the journal has it."""
    return {"event": "check", "exercise": exercise, "points": points, "max_points": 2, "status": status}


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(digitlab.progress).failed == 0


def test_nothing_done() -> None:
    """With an empty journal all is to come, and the next step is the first exercise."""
    progress = progress_of(LESSONS, [])
    assert [lesson.state for lesson in progress.lessons] == [State.TO_COME, State.TO_COME]
    assert (progress.points, progress.max_points, progress.minutes_left) == (0, 7, 100)
    assert progress.next_exercise is not None
    assert progress.next_exercise.id == "l01_describe"


def test_best_check_counts() -> None:
    """An exercise has the points of its best check; a later failure takes nothing away."""
    events = [check("l01_describe", 0.0, "failed"), check("l01_describe", 2.0), check("l01_describe", 1.0, "partial")]
    progress = progress_of(LESSONS, events)
    first = progress.lessons[0]
    assert (first.points, first.state, first.minutes_left) == (2, State.BEGUN, 20)
    assert first.exercises[0].checks == 3
    assert progress.next_exercise is not None
    assert progress.next_exercise.id == "l01_mean_digit"


def test_stub_that_was_checked_is_not_begun() -> None:
    """Running a check cell before anything is written does not count as an attempt."""
    progress = progress_of(LESSONS, [check("l01_describe", 0.0, "not_attempted")])
    assert progress.lessons[0].state is State.TO_COME


def test_hints_and_solutions_are_noted_and_cost_nothing() -> None:
    """Each hint counts once, a solution that was shown is noted, and points stay whole."""
    events = [
        {"event": "hint", "exercise": "l02_split", "number": 1},
        {"event": "hint", "exercise": "l02_split", "number": 1},
        {"event": "hint", "exercise": "l02_split", "number": 2},
        {"event": "solution", "exercise": "l02_split", "passed": False},
        check("l02_split", 3.0),
    ]
    exercise = progress_of(LESSONS, events).lessons[1].exercises[0]
    assert (exercise.hints, exercise.solution_shown, exercise.points) == (2, True, 3)


def test_all_done() -> None:
    """With full points everywhere no step and no time is left."""
    progress = progress_of(LESSONS, [check("l01_describe", 2), check("l01_mean_digit", 2), check("l02_split", 3)])
    assert progress.next_lesson is None
    assert progress.next_exercise is None
    assert progress.minutes_left == 0


@pytest.mark.parametrize("points", [float("nan"), -5, "2", None, [], 1e9, True])
def test_damaged_points_are_harmless(points: Any) -> None:
    """Points that no check would write neither stop the command nor give more than the exercise can."""
    progress = progress_of(LESSONS, [check("l01_describe", points), {"event": 3}, {}, {"exercise": ["l01_describe"]}])
    assert 0 <= progress.points <= 2


def test_checks_of_other_courses_do_not_count() -> None:
    """An exercise that no lesson names is passed over."""
    assert progress_of(LESSONS, [check("l77_unknown", 2)]).points == 0


def test_released_lessons_tell_of_themselves() -> None:
    """Each lesson of the course says its name, its title, its minutes and its exercises with their points."""
    lessons = released_lessons(lessons_folder())
    assert lessons
    progress: Progress = progress_of(lessons, [])
    for lesson in progress.lessons:
        assert (lessons_folder() / f"{lesson.name}.ipynb").is_file()
        assert lesson.minutes > 0
        assert lesson.max_points > 0


@pytest.mark.parametrize("text", ["", "{}", '{"metadata": {}}', '{"metadata": {"digitlab": {"lesson": "01"}}}', "[]"])
def test_damaged_release_is_a_sentence(tmp_path: Path, text: str) -> None:
    """A released notebook that cannot be read is named, with the remedy."""
    (tmp_path / "01_look_first.ipynb").write_text(text)
    with pytest.raises(CourseFilesError, match=r"01_look_first\.ipynb cannot be read .* Install digitlab again"):
        released_lessons(tmp_path)

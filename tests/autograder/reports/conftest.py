"""A class as a teacher has it: thirty students, three lessons, everything that can happen to a hand-in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from autograder.exercise import Exercise
from autograder.exercises import of_lesson
from autograder.records import Cause, LessonResult, Status, Verdict

LESSONS = {1: "01_look_first", 2: "02_pixels_to_tensors", 9: "09_evaluate"}
NAMES = (
    "ada",
    "bela",
    "chen",
    "dana",
    "emeka",
    "fatima",
    "goran",
    "hana",
    "ines",
    "jun",
    "kofi",
    "lucía",
    "magnus",
    "nadia",
    "oskar",
    "priya",
    "quentin",
    "rosa",
    "søren",
    "tariq",
    "uma",
    "victor",
    "wei",
    "xenia",
    "yusuf",
    "zoë",
    "אליס",
    "<b>bob</b>",
    "=1+1",
    "maximiliana.von-und-zu-hohenlohe_2025-spring",
)
EXAMPLES = {
    "l01_class_counts": (
        "class_counts(array([3, 3, 8], uint8)) (most digits are absent)\nreturned array([2, 1], int64)\n"
        "expected array([0, 0, 0, 2, 0, 0, 0, 0, 1, 0], int64)\nThe shape is (2,), expected (10,)."
    ),
    "l02_scale_pixels": (
        "scale_pixels(array([[[0, 51], [204, 255]]], uint8))\n"
        "returned array([[[0, 0.1992], [0.7969, 0.9961]]], float32)\n"
        "expected array([[[0, 0.2], [0.8, 1]]], float32)\n"
        "They first differ at [0, 0, 1]: got 0.199219, expected 0.2 (3 of 4 values differ)."
    ),
    "l09_confusion": (
        "confusion(array([3, 3, 9], uint8), array([9, 9, 9], uint8)) (uint8 labels)\n"
        "returned an array of shape (10, 10), int64, from 0 to 2\n"
        "expected an array of shape (10, 10), int64, from 0 to 2\n"
        "They first differ at [3, 9]: got 0, expected 2 (2 of 100 values differ)."
    ),
}
GATE = (
    "Test accuracy 98.45 % on 10,000 digits (95 % interval 98.19 % to 98.67 %); 98.00 % is asked for.",
    "Test accuracy 97.12 % on 10,000 digits (95 % interval 96.77 % to 97.43 %); 98.00 % is asked for.",
)
NOTES = (
    "cell 7 raised NameError: name 'first_few' is not defined; the cells after it were run",
    "cell 12 asked for input from the keyboard; nobody answers when it is graded, so it got an empty text",
    "cell 4, a check cell, was changed; the grader uses its own checks",
    "the notebook is not saved as UTF-8; letters with accents may have been misread",
)


def verdict_on(exercise: Exercise, status: Status, chance: random.Random) -> Verdict:
    """Return a verdict as the judge would give it, with the texts of the exercise's own bank."""
    full = exercise.points
    if status is Status.PASSED:
        message = GATE[0] if exercise.file else "Right."
        return Verdict(exercise=exercise.id, status=status, points=full, max_points=full, message=message)
    if status is Status.NOT_ATTEMPTED:
        return Verdict(exercise=exercise.id, status=status, points=0, max_points=full, message="Not attempted yet.")
    if status is Status.NOT_JUDGED:
        return Verdict(
            exercise=exercise.id,
            status=status,
            points=0,
            max_points=full,
            cause=Cause.GRADER,
            message="This could not be judged, through no fault of yours. The sandbox did not start a second time.",
        )
    # The first mistakes of a bank are the most frequent ones.
    mistake = chance.choices(exercise.mistakes, weights=[4.0**-place for place in range(len(exercise.mistakes))])[0]
    named = chance.random() < 0.85
    share = 0.5 if status is Status.PARTIAL else 0.0
    return Verdict(
        exercise=exercise.id,
        status=status,
        points=round(full * share, 2),
        max_points=full,
        message=f"{GATE[1]} {mistake.message}"
        if exercise.file
        else mistake.message
        if named
        else "The result differs from what the lesson asks for.",
        mistake=mistake.name if named else None,
        cause=Cause.WRONG if named else chance.choice([Cause.WRONG, Cause.ERROR, Cause.TIMEOUT]),
        next_step=mistake.next_step,
        example=EXAMPLES.get(exercise.id),
    )


def result_of(
    student: str, number: int, statuses: Sequence[Status], chance: random.Random, **more: object
) -> LessonResult:
    """Return one student's result in one lesson."""
    exercises = of_lesson(number)
    return LessonResult(
        student=student,
        lesson=LESSONS[number],
        seed=7,
        verdicts=tuple(verdict_on(one, status, chance) for one, status in zip(exercises, statuses, strict=True)),
        **{"sandbox": "bubblewrap", **more},  # type: ignore[arg-type]
    )


def class_of(names: Sequence[str], seed: int = 3) -> list[LessonResult]:
    """Return results of a class: some missing, some unread, some not judged, most of them between good and middling."""
    chance = random.Random(seed)
    results = []
    for place, name in enumerate(names):
        ability = chance.betavariate(4, 2)
        for number in LESSONS:
            if place % 11 == 10 and number == 9:
                continue
            count = len(of_lesson(number))
            drawn = chance.choices(
                [Status.PASSED, Status.PARTIAL, Status.FAILED, Status.NOT_ATTEMPTED],
                weights=[6 * ability, 1, 6 * (1 - ability), 0.6],
                k=count,
            )
            if place == 0:
                drawn = [Status.PASSED] * count
            if place == 3:
                drawn = [Status.NOT_ATTEMPTED] * count
            if place % 13 == 5 and number == 9:
                drawn[-1] = Status.NOT_JUDGED
            notes = tuple(chance.sample(NOTES, k=chance.choice([0, 0, 0, 1, 2])))
            result = result_of(name, number, drawn, chance, notes=notes, seconds=0.4)
            results.append(unread(result) if place % 17 == 8 and number == 1 else result)
    return results


def unread(result: LessonResult) -> LessonResult:
    """Return the result as it is where the notebook could not be read."""
    problem = "The notebook is not valid JSON; it may be cut off. Open it in JupyterLab, save it, and hand it in again."
    return LessonResult(
        student=result.student,
        lesson=result.lesson,
        sandbox=result.sandbox,
        seed=result.seed,
        verdicts=tuple(
            Verdict(
                exercise=one.exercise,
                status=Status.NOT_ATTEMPTED,
                points=0,
                max_points=one.max_points,
                message=problem,
                cause=Cause.MISSING,
            )
            for one in result.verdicts
        ),
    )


@pytest.fixture(scope="session")
def the_class() -> list[LessonResult]:
    """Thirty students, three lessons, everything that can happen to a hand-in."""
    return class_of(NAMES)


@pytest.fixture(scope="session")
def make_class() -> Callable[[int], list[LessonResult]]:
    """A class of any size."""
    return lambda count: class_of([f"student-{place:04}" for place in range(count)])

"""A small lesson as an author writes it, with two exercises of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.source import LessonSource, read_source
from autograder.exercise import Case, Exercise
from autograder.judging import judge_by_answer

LESSON = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
#   digitlab:
#     title: Twice and thrice
#     minutes: 20
#     level: beginner
#     prerequisites: []
# ---

# %% [markdown]
# # Twice and thrice
#
# You will multiply. It takes about 20 minutes.

# %% role="setup"
import numpy as np

from autograder import check

# %% role="demo"
print(np.arange(3) * 2)

# %% role="exercise" ex="l77_double"
def double(x):
    \"\"\"Return twice x.\"\"\"
    ### BEGIN SOLUTION
    twice_the_number = x + x
    return twice_the_number
    ### END SOLUTION

# %% role="check" ex="l77_double" points=2
check("l77_double", double)

# %% [markdown]
# Now three times.

# %% role="exercise" ex="l77_triple"
def triple(x):
    factor = 3
    ### BEGIN SOLUTION
    return double(x) + x * (factor - 2)
    ### END SOLUTION

# %% role="check" ex="l77_triple" points=1.5
check("l77_triple", triple)
"""


def _exercise(name: str, points: float) -> Exercise:
    return Exercise(
        id=f"l77_{name}",
        title=f"Write {name}",
        points=points,
        draw_cases=lambda rng: [Case((int(rng.integers(1, 9)),))],
        judge=judge_by_answer,
        hints=("Which sign?", "Use +.", "x + x"),
        answer=lambda x: x * 2,
    )


@pytest.fixture(scope="session")
def exercises() -> tuple[Exercise, ...]:
    """The exercises that the lesson asks."""
    return _exercise("double", 2), _exercise("triple", 1.5)


@pytest.fixture
def lesson_path(tmp_path: Path) -> Path:
    """The lesson as a file, in a folder of its own."""
    folder = tmp_path / "solutions"
    folder.mkdir()
    path = folder / "77_twice.py"
    path.write_text(LESSON, encoding="utf-8")
    return path


@pytest.fixture
def changed(lesson_path: Path) -> Callable[..., LessonSource]:
    """Read the lesson after texts in it were replaced: `changed(("old", "new"), …)`."""

    def change(*replacements: tuple[str, str]) -> LessonSource:
        text = LESSON
        for old, new in replacements:
            assert old in text, f"the lesson has no {old!r}"
            text = text.replace(old, new)
        lesson_path.write_text(text, encoding="utf-8")
        return read_source(lesson_path)

    return change

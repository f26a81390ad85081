"""What the build refuses in a lesson's source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring.release import released_notebook, texts_in
from autograder.authoring.rules import check_call, leaks, problems_of, prose_lines
from autograder.authoring.source import LessonSource, Problem
from autograder.exercise import Exercise

Change = Callable[..., LessonSource]
Exercises = tuple[Exercise, ...]

SECOND_EXERCISE = '# %% role="exercise" ex="l77_triple"'
FIRST_CHECK = '# %% role="check" ex="l77_double" points=2\ncheck("l77_double", double)'


def _only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def test_a_lesson_that_keeps_the_rules_has_no_problem(changed: Change, exercises: Exercises, tmp_path: Path) -> None:
    """A lesson as it should be is not complained of."""
    assert problems_of(changed(), exercises, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# # Twice and thrice", "# # Something else", "must be a heading: # Twice and thrice"),
        ("about 20 minutes", "about half an hour", "how long it takes: '20 minutes'"),
        ("from autograder import check", "import math", 'No role="setup" cell has the line'),
        ("points=2", "points=3", "worth 2 points in the registry, and points=3 here"),
        ('check("l77_double", double)', 'check("l77_double", double(2))', 'exactly: check("l77_double", double)'),
        (FIRST_CHECK, "", "l77_double has no check cell"),
        (f"\n{SECOND_EXERCISE}", f"\n{FIRST_CHECK}\n\n{SECOND_EXERCISE}", "l77_double is checked a second time"),
        (
            '    ### END SOLUTION\n\n# %% role="check" ex="l77_double"',
            '\n# %% role="check" ex="l77_double"',
            "between the lines",
        ),
        ("    return double(x) + x * (factor - 2)\n", "", "nothing between the solution's marks"),
        ("def double", "def doubled", "must define double"),
        ("print(np", "### BEGIN SOLUTION\nprint(np", "A demo cell holds a solution mark"),
        ("# Now three times.", "# Now three times, after the ### END SOLUTION.", "A text cell holds a solution mark"),
        ("print(np.arange(3) * 2)", "print(np.arange(3) * 2", "not plain Python"),
        ("print(np", "# %matplotlib inline\nprint(np", "not plain Python"),
        ("print(np", "a = 1\n" * 12 + "print(np", "at most 12 lines, and this one shows 13"),
        ("# Now three times.", "# Again.\n" * 7, "at most 6 lines of prose, and this one has 7"),
        ("# Now three times.", "# - again\n" * 21, "at most 20 lines in all, and this one has 21"),
        ("# Now three times.", "# ![](a.svg)", "The picture a.svg has no alt text."),
        ("# Now three times.", '# <img src="a.svg" alt=" ">', "The picture a.svg has no alt text."),
        ("# Now three times.", "# ![a nine](b.svg)", "The picture b.svg is not in"),
        ("# Now three times.", "# ![a nine](https://example.org/b.svg)", "needs a network"),
    ],
)
def test_names_what_breaks_a_rule(
    changed: Change, exercises: Exercises, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Each broken rule is one problem with its own sentence."""
    (tmp_path / "a.svg").write_text("<svg/>")
    assert message in _only(problems_of(changed((old, new)), exercises, tmp_path)).message


def test_refuses_an_exercise_that_the_registry_does_not_know(
    changed: Change, exercises: Exercises, tmp_path: Path
) -> None:
    """An unknown id is refused, with the ids that the lesson has."""
    problems = problems_of(changed(("l77_triple", "l77_treble")), exercises, tmp_path)
    unknown = [problem.message for problem in problems if "There is no exercise" in problem.message]
    assert unknown == ["There is no exercise 'l77_treble' in lesson 77. It has: l77_double, l77_triple."] * 2


def test_refuses_a_lesson_that_leaves_an_exercise_out(changed: Change, exercises: Exercises, tmp_path: Path) -> None:
    """What the registry lists for a lesson is asked in it."""
    more = replace(exercises[0], id="l77_halve")
    messages = [problem.message for problem in problems_of(changed(), (*exercises, more), tmp_path)]
    assert messages == [
        "l77_halve is in the registry, and no cell asks for it.",
        "l77_halve has no check cell.",
    ]


def test_refuses_another_order_and_a_check_before_its_exercise(
    changed: Change, exercises: Exercises, tmp_path: Path
) -> None:
    """The lesson asks in the registry's order, and each check follows its own exercise."""
    assert "The registry's order is" in _only(problems_of(changed(), exercises[::-1], tmp_path)).message
    late = changed((FIRST_CHECK, ""), ('check("l77_triple", triple)', f'check("l77_triple", triple)\n\n{FIRST_CHECK}'))
    messages = [problem.message for problem in problems_of(late, exercises, tmp_path)]
    assert any("after its exercise cell and before the next exercise" in message for message in messages)


def test_refuses_a_solution_outside_a_function(changed: Change, exercises: Exercises, tmp_path: Path) -> None:
    """A stub at the top level would raise when a student runs all cells, so it cannot be written."""
    top_level = changed(
        ("    factor = 3\n    ### BEGIN", "    return 3 * x\n### BEGIN"),
        ("    return double(x) + x * (factor - 2)\n    ### END", "print(triple(2))\n### END"),
    )
    assert "must stand inside a function" in _only(problems_of(top_level, exercises, tmp_path)).message


def test_a_file_exercise_needs_no_cell_of_its_own(changed: Change, exercises: Exercises, tmp_path: Path) -> None:
    """Where a file is handed in, the check names the file, and the lesson decides how the file is made."""
    gate = replace(exercises[1], id="l77_gate", file="my_model.keras")
    assert check_call(gate) == 'check("l77_gate", "my_model.keras")'
    source = changed(
        ('check("l77_triple", triple)', check_call(gate)),
        ('role="check" ex="l77_triple"', 'role="check" ex="l77_gate"'),
        (SECOND_EXERCISE, '# %% role="demo"'),
        ("    ### BEGIN SOLUTION\n    return double", "    return double"),
        ("- 2)\n    ### END SOLUTION\n", "- 2)\n"),
    )
    assert problems_of(source, (exercises[0], gate), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# Heading\n\nOne.\nTwo.\n", 2),
        ("One.\n\n- a\n- b\n  goes on\n1. c\n| t | u |\n![x](y.svg)\n<br>", 1),
        ("```python\na = 1\nb = 2\n```\nOne.", 1),
        ("$$\na^2\n$$\nOne.\n$$b$$\nTwo.", 2),
        ("word " * 60, 3),
    ],
)
def test_counts_lines_of_prose(text: str, lines: int) -> None:
    """Only prose counts, and a line counts as the lines that it fills."""
    assert prose_lines(text) == lines


def _leaks(source: LessonSource, exercises: Exercises) -> list[str]:
    return [problem.message for problem in leaks(source, texts_in(released_notebook(source, exercises)))]


def test_finds_a_solution_line_anywhere_in_the_released_notebook(changed: Change, exercises: Exercises) -> None:
    """A solution's line must not be readable in a text, a demonstration, another exercise or the metadata."""
    assert _leaks(changed(), exercises) == []
    line = "twice_the_number=x+x"
    for place, with_leak in (
        ("# Now three times.", f"# Now `{line}` three times."),
        ("print(np.arange(3) * 2)", f"x = 1\n{line}"),
        ("    factor = 3", f"    {line}"),
        ("prerequisites: []", f"prerequisites: ['{line}']"),
    ):
        (message,) = _leaks(changed((place, with_leak)), exercises)
        assert "'twice_the_number = x + x'" in message
        assert "l77_double" in message


def test_lets_a_lesson_teach_a_line_openly(changed: Change, exercises: Exercises) -> None:
    """A line under `taught` is no leak, and a line that is not needed there is reported."""
    taught = ("prerequisites: []", "prerequisites: []\n#     taught: ['twice_the_number = x + x']")
    shown = ("# Now three times.", "# Remember `twice_the_number = x + x`.")
    assert _leaks(changed(taught, shown), exercises) == []
    (message,) = _leaks(changed(taught), exercises)
    assert "no solution shares" in message

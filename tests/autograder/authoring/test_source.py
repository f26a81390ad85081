"""The py:percent format as a lesson's author uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.source import AuthoringError, LessonSource, read_source
from autograder.course import Role

Change = Callable[..., LessonSource]


def test_reads_the_front_matter_and_every_cell_with_its_line(lesson_path: Path) -> None:
    """A lesson is its title, minutes, level, prerequisites and cells; each cell knows where it stands."""
    source = read_source(lesson_path)
    assert (source.name, source.number, source.title, source.minutes) == ("77_twice", 77, "Twice and thrice", 20)
    assert (source.level, source.prerequisites, source.taught) == ("beginner", (), ())
    roles = [cell.role for cell in source.cells]
    pair = [Role.EXERCISE, Role.CHECK]
    assert roles == [Role.TEXT, Role.SETUP, Role.DEMO, *pair, Role.TEXT, *pair]
    assert [cell.points for cell in source.cells if cell.role is Role.CHECK] == [2, 1.5]
    lines = lesson_path.read_text().splitlines()
    assert all(lines[cell.line - 1].startswith("# %%") for cell in source.cells)
    assert lines[source.cells[3].line - 1] == '# %% role="exercise" ex="l77_double"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('# %% role="demo"', "# %%", "needs a role"),
        ('# %% role="demo"', '# %% role="dema"', "The roles are: setup, demo, exercise, check."),
        ('# %% role="demo"', "# %% [raw]", "code or [markdown]"),
        ('role="demo"', 'role="demo" points=2', "The keys of a demo cell are: role. This one has: role points."),
        ('role="exercise" ex="l77_double"', 'role="exercise"', "The keys of a exercise cell"),
        ('ex="l77_double" points=2', 'ex="l77_double"', "The keys of a check cell are: role points ex."),
        ("points=2", 'points="two"', "points is a number"),
        ("# %% [markdown]\n# Now", '# %% [markdown] role="demo"\n# Now', "The keys of a text cell are: none."),
        ("#     name: python3\n", "", "'name' is a required property"),
        ("name: python3", "name: python2", "kernelspec whose name is python3"),
        ("#     title: Twice and thrice\n", "", "needs 'title'"),
        ("minutes: 20", "minutes: soon", "'minutes' must be a whole number, and is 'soon'"),
        ("level: beginner", "level: beginner\n#     colour: red", "has 'colour'"),
        ("print(np", "# %% not a cell\nprint(np", "needs a role"),
        ('"""Return twice x."""', '"""Return\n# %% not a cell\n"""', "lines that begin with '# %%'"),
    ],
)
def test_refuses_what_is_not_in_the_format(changed: Change, old: str, new: str, message: str) -> None:
    """Each slip in the front matter or in a cell's keys is refused with what is wrong and what would be right."""
    with pytest.raises(AuthoringError) as error:
        changed((old, new))
    assert message in str(error.value)
    assert "77_twice.py" in str(error.value)


def test_tells_all_problems_at_once_with_their_lines(changed: Change, lesson_path: Path) -> None:
    """An author mends all slips after one run: every problem comes with its file and line."""
    with pytest.raises(AuthoringError) as error:
        changed(('role="demo"', 'role="x"'), ("points=2", "points=true"))
    lines = [problem.line for problem in error.value.problems]
    assert len(lines) == 2
    assert f"{lesson_path}:{lines[0]}: " in str(error.value)


def test_refuses_other_names_and_what_is_no_text(tmp_path: Path) -> None:
    """The file's name carries the lesson's number, and the file is UTF-8 text."""
    with pytest.raises(AuthoringError, match="NN_in_small_letters"):
        read_source(tmp_path / "Pixels.py")
    binary = tmp_path / "03_binary.py"
    binary.write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(AuthoringError, match="py:percent"):
        read_source(binary)
    yaml = tmp_path / "04_yaml.py"
    yaml.write_text("# ---\n# jupyter: [\n# ---\n\n# %% [markdown]\n# x\n")
    with pytest.raises(AuthoringError, match="not YAML"):
        read_source(yaml)

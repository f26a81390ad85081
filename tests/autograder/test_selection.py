"""Which cells of a hand-in run."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.course import Lesson, ReleasedCell, Role, lesson
from autograder.notebooks import CodeCell, Notebook
from autograder.selection import select, with_all_cells

WANTED = [exercise.function for exercise in lesson(2).exercises]

RELEASED = {
    1: (Role.SETUP, "import numpy as np\nfrom autograder import check"),
    2: (Role.DEMO, "images, labels = load()"),
    3: (Role.DEMO, "show(images[:5])"),
    4: (Role.EXERCISE, "def scale_pixels(images):\n    raise NotImplementedError"),
    5: (Role.CHECK, 'check("l02_scale_pixels", scale_pixels)'),
    6: (Role.DEMO, "scaled = scale_pixels(images)"),
    7: (Role.DEMO, "limit = 3\nplot(scaled, limit)"),
}
LESSON = Lesson(
    name="02_pixels_to_tensors",
    number=2,
    title="",
    minutes=1,
    notebook=lesson(2).notebook,
    exercises=lesson(2).exercises,
    cells=tuple(ReleasedCell(role=role, source=source) for role, source in RELEASED.values()),
)


def _selected(changes: dict[int, str], *extra: str, roles: dict[int, str] | None = None) -> Any:
    sources = {**{number: source for number, (_, source) in RELEASED.items()}, **changes}
    sources.update({8 + i: source for i, source in enumerate(extra)})
    cells = tuple(CodeCell(number=n, source=s, role=(roles or {}).get(n)) for n, s in sorted(sources.items()))
    return select(Notebook(cells=cells), LESSON, ["scale_pixels", "one_hot"])


def _numbers(cells: tuple[CodeCell, ...]) -> list[int]:
    return [cell.number for cell in cells]


ANSWER = "def scale_pixels(images):\n    return np.float32(images) / 255"


def test_answers_run_with_what_they_need_and_no_more() -> None:
    """An answer that uses NumPy brings the set-up cell along; the demonstrations stay out."""
    selection = _selected({4: ANSWER})
    assert _numbers(selection.run) == [1, 4]
    assert _numbers(selection.checks) == [5]
    assert sorted(set(_numbers(selection.skipped))) == [1, 2, 3, 6, 7]


def test_of_the_lessons_own_cells_only_needed_statements_run() -> None:
    """NumPy is needed; loading the digits in the same cell is not."""
    setup = "import numpy as np; k = 1\nhuge = load()\n\n@f\ndef g():\n    pass"
    known = dataclasses.replace(LESSON, cells=(ReleasedCell(role=Role.SETUP, source=setup),))
    notebook = Notebook(cells=(CodeCell(number=1, source=setup), CodeCell(number=2, source=ANSWER)))
    selection = select(notebook, known, WANTED)
    assert [cell.source for cell in selection.run] == ["import numpy as np; k = 1", ANSWER]
    assert [cell.source for cell in with_all_cells(selection).run] == [setup, ANSWER]


def test_stub_runs_alone() -> None:
    """A stub needs nothing."""
    assert _numbers(_selected({}).run) == [4]


def test_own_cells_bring_what_they_use_and_what_may_have_changed_it() -> None:
    """A cell of the student's own that uses `images` brings the cell that loads them, and the one that shows them."""
    assert _numbers(_selected({4: ANSWER}, "print(images.max())").run) == [1, 2, 3, 4, 6, 8]


def test_what_only_an_uncalled_function_needs_is_not_run() -> None:
    """What a helper's body uses matters once something that runs refers to the helper."""
    helper = "def show_all():\n    return images.mean()"
    assert _numbers(_selected({4: ANSWER}, helper).run) == [1, 4, 8]
    assert _numbers(_selected({4: ANSWER}, helper, "show_all()").run) == [1, 2, 3, 4, 6, 8, 9]
    assert 2 in _numbers(_selected({4: ANSWER}, helper, "def scale_pixels(x):\n    return show_all()").run)
    assert 2 in _numbers(_selected({4: ANSWER}, "@show\n" + helper).run)
    assert 2 in _numbers(_selected({4: ANSWER}, "class A:\n    size = images.size").run)


def test_cells_of_an_older_release_are_known_by_their_id(handed_in: Callable[..., Any]) -> None:
    """A demonstration that the lesson has changed since is no cell of the student's own while its id vouches for it."""
    made = handed_in(2)
    demo = next(cell for cell in made.plain["cells"] if cell["metadata"].get("digitlab", {}).get("role") == "demo")
    before = select(made.notebook, made.lesson, WANTED)
    demo["source"] = "print('as it was a year ago')"
    assert len(select(made.notebook, made.lesson, WANTED).run) == len(before.run) + 1
    demo["id"] = f"demo-{hashlib.sha256(demo['source'].encode()).hexdigest()[:8]}"
    assert len(select(made.notebook, made.lesson, WANTED).run) == len(before.run)


def test_needs_are_followed_through_demonstrations() -> None:
    """A needed demonstration brings what it needs itself."""
    assert _numbers(_selected({4: ANSWER}, "print(limit)").run) == [1, 2, 3, 4, 6, 7, 8]


@pytest.mark.parametrize("source", ["globals()['images']", "exec('images')", "get_ipython().user_ns['images']"])
def test_names_reached_by_text_run_everything(source: str) -> None:
    """Where names cannot be followed, all cells but the checks run."""
    assert _numbers(_selected({}, source).run) == [1, 2, 3, 4, 6, 7, 8]


@pytest.mark.parametrize(
    "source",
    [
        'check("l02_scale_pixels", scale_pixels)',
        'from autograder import check\ncheck("l02_scale_pixels", lambda images: 1)',
        'result = check("l02_scale_pixels", scale_pixels)\nresult',
        'print(float(check("l02_scale_pixels", scale_pixels)))',
        'import autograder\nautograder.check("l02_scale_pixels", scale_pixels)',
        '%time check("l02_scale_pixels", scale_pixels)\ncheck("l02_one_hot", one_hot)',
        'check("l02_scale_pixels", scale_pixels)\ncheck("l02_one_hot", one_hot)',
        'assert float(check("l02_scale_pixels", scale_pixels)) == 2',
    ],
)
def test_check_cells_are_known_by_what_they_do(source: str) -> None:
    """Cells that only check never run, wherever they stand and however they are written."""
    selection = _selected({5: source})
    assert 5 not in _numbers(selection.run)
    assert 5 in _numbers(selection.checks)


def test_cell_that_also_defines_runs() -> None:
    """A check in the same cell as an answer does not lose the answer."""
    source = f'{ANSWER}\ncheck("l02_scale_pixels", scale_pixels)'
    assert 4 in _numbers(_selected({4: source}).run)


def test_changed_check_cell_does_not_run_and_is_noted() -> None:
    """A check cell that says so in its metadata does not run, whatever it holds now; the student is told."""
    selection = _selected({5: "import numpy\nnumpy.allclose = lambda *a: True\n2.0"}, roles={5: "check"})
    assert 5 in _numbers(selection.checks)
    assert "cell 5, a check cell, was changed" in selection.notes[0]


def test_answer_in_a_check_cell_counts() -> None:
    """A function that was written into a check cell is used, and noted."""
    selection = _selected({5: ANSWER}, roles={5: "check"})
    assert 5 in _numbers(selection.run)
    assert "defines scale_pixels" in selection.notes[0]


def test_helper_in_a_check_cell_counts() -> None:
    """So is what an answer needs."""
    answer = "def scale_pixels(images):\n    return divide(images)"
    selection = _selected({4: answer, 5: "def divide(x):\n    return x / 255"}, roles={5: "check"})
    assert 5 in _numbers(selection.run)


def test_unknown_lesson_runs_all_but_checks() -> None:
    """Without the released lesson nothing is known to be a demonstration."""
    cells = tuple(CodeCell(number=number, source=source) for number, (_, source) in RELEASED.items())
    assert _numbers(select(Notebook(cells=cells), None, ["scale_pixels"]).run) == [1, 2, 3, 4, 6, 7]


def test_where_a_function_is_defined() -> None:
    """The cells that define an exercise's function are known, broken ones too."""
    selection = _selected({4: ANSWER}, "one_hot = lambda labels: 1", "def one_hot(labels:\n    pass")
    assert selection.defined_in == {"scale_pixels": (4,), "one_hot": (8, 9)}


@pytest.mark.parametrize(
    ("kind", "message", "explains"),
    [
        ("NameError", "name 'images' is not defined", True),
        ("NameError", "name 'image' is not defined", False),
        ("AttributeError", "module 'x' has no attribute 'y'", True),
        ("FileNotFoundError", "no such file", True),
        ("ValueError", "wrong", False),
    ],
)
def test_which_errors_skipped_cells_explain(kind: str, message: str, explains: bool) -> None:
    """Errors that a missing cell can cause ask for all cells; others do not."""
    assert _selected({4: ANSWER}).could_explain(kind, message) is explains
    assert not with_all_cells(_selected({4: ANSWER})).could_explain(kind, message)


def test_all_cells_are_in_order() -> None:
    """With the skipped cells back, the order is the notebook's."""
    assert _numbers(with_all_cells(_selected({4: ANSWER})).run) == [1, 2, 3, 4, 6, 7]


def test_real_lesson(handed_in: Callable[..., Any]) -> None:
    """Of the real lesson 02, solved, every exercise cell runs and no check does, also when its metadata is lost."""
    solved = handed_in(2)
    kept = select(solved.notebook, solved.lesson, WANTED)
    for cell in solved.plain["cells"]:
        cell["metadata"] = {}
    lost = select(solved.notebook, solved.lesson, WANTED)
    assert _numbers(kept.run) == _numbers(lost.run)
    assert all(kept.defined_in[name] for name in WANTED)
    assert len(kept.checks) == len(WANTED)
    assert len(kept.skipped) > 10
    assert kept.notes == ()
    assert len(lost.notes) == 1
    assert "lost the marks of the lesson" in lost.notes[0]


def test_notebook_too_long_to_analyse_runs_whole(handed_in: Callable[..., Any]) -> None:
    """A notebook of endless text is not analysed; its cells run, its checks as released still do not."""
    solved = handed_in(2)
    solved.add("x = '" + "a" * 450_000 + "'")
    selection = select(solved.notebook, solved.lesson, WANTED)
    assert len(selection.checks) == len(WANTED)
    assert selection.defined_in["scale_pixels"]


def test_many_hostile_cells_are_selected_quickly() -> None:
    """Cells made to keep a parser busy are cut off by their length."""
    cells = tuple(CodeCell(number=i, source='f"' + "{a}" * 12_000 + '"') for i in range(1, 60))
    assert len(select(Notebook(cells=cells), LESSON, WANTED).run) == 59
    assert json.dumps([cell.number for cell in cells])


def test_statements_that_need_one_another_are_selected_quickly() -> None:
    """Thousands of statements that ids vouch for, and of functions, each needing the next, take no time."""
    count = 10_000
    chain = [f"a{i} = a{i + 1}" for i in reversed(range(count))]
    functions = [f"def b{i}(): b{i + 1}()" for i in reversed(range(count // 4))]
    vouched = [
        CodeCell(number=i, source="\n".join(chain[place : place + 1000]), role="setup", unchanged=True)
        for i, place in enumerate(range(0, count, 1000), 1)
    ]
    own = [
        CodeCell(number=100 + i, source="\n".join(functions[place : place + 500]))
        for i, place in enumerate(range(0, len(functions), 500))
    ]
    last = CodeCell(number=999, source="def one_hot():\n    return a0 + b0()")
    began = time.process_time()
    selection = select(Notebook(cells=(*vouched, *own, last)), LESSON, WANTED)
    assert time.process_time() - began < 10
    assert len(selection.run) == len(vouched) + len(own) + 1


def test_a_chain_of_needs_is_followed_to_its_end() -> None:
    """What a needed function needs of the lesson's own cells is run, however long the way there; the rest is not."""
    chain = "\n".join(f"a{i} = a{i + 1}" for i in reversed(range(300)))
    cells = (
        CodeCell(number=1, source=f"a300 = 1\n{chain}\nz1 = 2", role="setup", unchanged=True),
        CodeCell(number=2, source="def helper():\n    return a0"),
        CodeCell(number=3, source="def one_hot():\n    return helper()"),
    )
    selection = select(Notebook(cells=cells), LESSON, WANTED)
    assert selection.run[0].source == f"a300 = 1\n{chain}"
    assert [cell.source for cell in selection.skipped] == ["z1 = 2"]

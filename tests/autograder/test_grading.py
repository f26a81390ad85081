"""Grading one hand-in in the real sandbox: graded as far as it goes, and never more."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from autograder.grading import LARGE_BYTES, Settings, examine, grade_handin
from autograder.handins import HandIn
from autograder.handins.entries import Entry, Unreadable
from autograder.records import Cause, LessonResult, Status
from autograder.runners import Runners
from digitlab.shipped_model import FILE

SETTINGS = Settings(seed=7, sandbox="bubblewrap", cell_seconds=2.0)
SCALE, IMAGES, ONE_HOT = "l02_scale_pixels", "l02_to_images", "l02_one_hot"

Make = Callable[..., Any]
Grade = Callable[..., LessonResult]


def _entry(name: str, data: bytes) -> Entry:
    return Entry((name,), len(data), lambda: io.BytesIO(data))


@pytest.fixture
def grade(sandbox: Runners) -> Grade:
    """Grade a hand-in made by `handed_in`, or bytes in the place of its notebook."""

    def graded(
        made: Any, *, data: bytes | None = None, files: dict[str, bytes] | None = None, **more: Any
    ) -> LessonResult:
        handin = HandIn(
            student="ada",
            lesson=made.lesson.name,
            notebook=_entry("notebook.ipynb", made.data if data is None else data),
            files=tuple(_entry(name, content) for name, content in (files or {}).items()),
            **more,
        )
        return grade_handin(handin, made.lesson, SETTINGS, sandbox)

    return graded


def _statuses(result: LessonResult) -> dict[str, str]:
    return {verdict.exercise: str(verdict.status) for verdict in result.verdicts}


def _verdict(result: LessonResult, exercise: str) -> Any:
    return next(verdict for verdict in result.verdicts if verdict.exercise == exercise)


@pytest.mark.parametrize("number", [1, 2, 9])
def test_solutions_get_full_marks(handed_in: Make, grade: Grade, number: int) -> None:
    """The released lesson with its solutions gets every point, and nothing is odd."""
    made = handed_in(number)
    result = grade(made)
    functions = [verdict for verdict in result.verdicts if verdict.exercise != "l09_model_gate"]
    assert [verdict.status for verdict in functions] == [Status.PASSED] * len(functions)
    assert result.notes == ()
    assert (result.student, result.lesson, result.seed, result.sandbox) == ("ada", made.lesson.name, 7, "bubblewrap")


@pytest.mark.parametrize("number", [1, 2, 9])
def test_stubs_are_not_attempted(handed_in: Make, grade: Grade, number: int) -> None:
    """The lesson as released is not attempted throughout, and nothing is odd."""
    result = grade(handed_in(number, {}))
    assert set(_statuses(result).values()) == {"not_attempted"}
    assert result.points == 0
    assert result.notes == ()


def test_same_seed_same_result(handed_in: Make, grade: Grade) -> None:
    """Graded twice, the result is the same but for the time that it took."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    return (image / 256 for image in images)"
    made.cell(ONE_HOT)["source"] = (
        "def one_hot(labels, n):\n    return np.random.default_rng().random((len(labels), n))"
    )
    made.add("raise ValueError(object())")
    first, second = grade(made), grade(made)
    assert "0x…" in first.notes[0]
    assert first.verdicts == second.verdicts
    assert first.notes == second.notes


def test_mistake_is_named(handed_in: Make, grade: Grade) -> None:
    """A banked mistake comes out under its own name, the rest is right."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = made.cell(SCALE)["source"].replace("255", "256")
    result = grade(made)
    assert _verdict(result, SCALE).mistake == "divides-by-256"
    assert result.points == result.max_points - 2


def test_lost_metadata_changes_nothing(handed_in: Make, grade: Grade) -> None:
    """Without any metadata, as Colab leaves a notebook, the result is the same."""
    made = handed_in(2)
    whole = grade(made)
    made.plain["metadata"] = {}
    for cell in made.plain["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    assert grade(made).verdicts == whole.verdicts


def test_one_cell_of_everything_is_graded(handed_in: Make, grade: Grade) -> None:
    """All code in one cell, checks and all, is graded the same."""
    made = handed_in(2)
    whole = grade(made)
    code = [cell for cell in made.plain["cells"] if cell["cell_type"] == "code"]
    source = "\n".join("".join(cell["source"]) for cell in code if not "".join(cell["source"]).startswith("%"))
    made.plain["cells"] = []
    made.add(source)
    assert _statuses(grade(made)) == _statuses(whole)


def test_order_does_not_matter_for_functions(handed_in: Make, grade: Grade) -> None:
    """Cells in the reverse order are graded all the same: a function looks its names up when it is called."""
    made = handed_in(2)
    made.plain["cells"].reverse()
    assert grade(made).points == made.lesson.points


def test_split_copied_and_deleted_cells(handed_in: Make, grade: Grade) -> None:
    """A helper in a cell of its own, a copy of a cell, no check cells at all: nothing is lost."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    return _scaled(images)"
    made.add(
        "def _scaled(images):\n    whole = np.issubdtype(images.dtype, np.integer)\n"
        "    return images.astype(np.float32) / 255 if whole else images.astype(np.float32)",
        at=0,
    )
    made.plain["cells"].append(dict(made.cell(ONE_HOT)))
    made.plain["cells"] = [
        cell for cell in made.plain["cells"] if cell["metadata"].get("digitlab", {}).get("role") != "check"
    ]
    assert grade(made).points == made.lesson.points


def test_answer_above_the_stub_counts(handed_in: Make, grade: Grade) -> None:
    """Who answers in a cell of their own and leaves the stub below has answered; it is noted."""
    made = handed_in(2)
    answer = made.cell(SCALE)["source"]
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    raise NotImplementedError('Write your answer here')"
    made.add(answer, at=made.position(SCALE))
    result = grade(made)
    assert _verdict(result, SCALE).status is Status.PASSED
    assert any("defined twice" in note for note in result.notes)


def test_misspelt_name_is_explained(handed_in: Make, grade: Grade) -> None:
    """A function under nearly the right name is not attempted, and the student learns why."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scalePixels(images):\n    return images / 255"
    result = grade(made)
    assert _verdict(result, SCALE).status is Status.NOT_ATTEMPTED
    assert any("one named scalePixels" in note for note in result.notes)


def test_exception_in_the_first_cell(handed_in: Make, grade: Grade) -> None:
    """An exception costs nothing that does not depend on it, and is noted with its cell."""
    made = handed_in(2)
    made.add("1 / 0", at=0)
    result = grade(made)
    assert result.points == made.lesson.points
    assert result.notes == ("cell 1 raised ZeroDivisionError: division by zero; the cells after it were run",)


def test_definition_after_an_exception_is_not_seen(handed_in: Make, grade: Grade) -> None:
    """What an exception keeps from being defined has failed by that error, and the cell is named."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "print(xs)\n" + made.cell(SCALE)["source"]
    verdict = _verdict(grade(made), SCALE)
    assert (verdict.status, verdict.cause) == (Status.FAILED, Cause.ERROR)
    assert "NameError: name 'xs' is not defined" in verdict.message


@pytest.mark.slow
def test_endless_loop_costs_only_itself(handed_in: Make, grade: Grade) -> None:
    """A cell without an end is stopped and noted; a function without an end fails by time."""
    made = handed_in(2)
    made.add("while True:\n    pass", at=0)
    made.cell(ONE_HOT)["source"] = "def one_hot(labels, n_classes=10):\n    while True:\n        pass"
    result = grade(made)
    assert (_verdict(result, ONE_HOT).status, _verdict(result, ONE_HOT).cause) == (Status.FAILED, Cause.TIMEOUT)
    assert result.points == result.max_points - 2
    assert "cell 1 took too long and was stopped; the cells after it were run" in result.notes


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import os\nos._exit(0)", "ended the whole Python process"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended the whole Python process"),
        ("import ctypes\nctypes.string_at(0)", "ended the whole Python process"),
        ("sum(range(10**13))", "did not come to an end in time"),
        ("import os\nos.closerange(0, 4096)", None),
        ("keep = []\nimport numpy as np\nwhile True: keep.append(np.ones(10**7))", None),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", None),
    ],
)
def test_dead_kernel_costs_only_its_cell(handed_in: Make, grade: Grade, source: str, says: str | None) -> None:
    """When a cell takes the process with it, the notebook is run again without it; the answers count."""
    made = handed_in(2)
    made.add(source, at=made.position(IMAGES))
    result = grade(made)
    assert result.points == made.lesson.points
    if says is not None:
        assert any(says in note for note in result.notes)


def test_functions_of_a_deadly_cell_still_count(handed_in: Make, grade: Grade) -> None:
    """Of a cell that kills the process, what it defines is kept."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = made.cell(SCALE)["source"] + "\nimport os\nos._exit(1)"
    result = grade(made)
    assert result.points == made.lesson.points
    assert any("only the functions of that cell" in note for note in result.notes)


def test_deadly_answers_cost_only_themselves(handed_in: Make, grade: Grade) -> None:
    """Answers that kill the process when they are called fail as crashed; the others count."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    import os\n    os._exit(0)"
    made.cell(ONE_HOT)["source"] = "def one_hot(labels, n_classes=10):\n    import ctypes\n    ctypes.string_at(0)"
    result = grade(made)
    for exercise in (SCALE, ONE_HOT):
        assert (_verdict(result, exercise).status, _verdict(result, exercise).cause) == (Status.FAILED, Cause.CRASHED)
    assert result.points == result.max_points - 4


def test_more_deaths_than_repeats(handed_in: Make, grade: Grade) -> None:
    """Where cell after cell kills the process, or one that comes back, its functions alone are run at last."""
    later = "import os, threading\nthreading.Timer(0.2, os._exit, (1,)).start()"
    for source in ("import os\nos._exit(1)", later):
        made = handed_in(2)
        for number in range(6):
            made.add(f"{source}\n{number}", at=0)
        made.add("import time\ntime.sleep(1)")
        result = grade(made)
        assert result.points == made.lesson.points, result.notes
        assert result.notes


def test_deaths_without_end(handed_in: Make, grade: Grade) -> None:
    """Where even the functions cannot be defined without a death, grading ends, and what was not seen earns nothing."""
    made = handed_in(2)
    for number in range(6):
        made.add(f"import os\nclass Deadly{number}:\n    os._exit(1)", at=0)
    result = grade(made)
    assert {verdict.cause for verdict in result.verdicts} == {Cause.CRASHED}
    assert result.points == 0


def test_demonstration_that_an_answer_needs_is_run(handed_in: Make, grade: Grade) -> None:
    """An answer that reaches for the lesson's data in a way that no analysis sees gets it in a second run."""
    made = handed_in(2)
    bound = {
        name for cell in made.lesson.cells for name in ("digits", "images", "x_train") if f"{name} =" in cell.source
    }
    assert bound
    name = sorted(bound)[0]
    source = made.cell(SCALE)["source"].replace(
        "):\n", f"):\n    import __main__ as m; assert m.{name} is not None\n", 1
    )
    made.cell(SCALE)["source"] = source.replace("__main__", "builtins")  # an AttributeError: not there either
    assert _verdict(grade(made), SCALE).status is Status.FAILED
    made.cell(SCALE)["source"] = source
    assert _verdict(grade(made), SCALE).status is Status.PASSED


def test_files_beside_the_notebook(handed_in: Make, grade: Grade) -> None:
    """A module of the student's own works; one called like an installed one shadows nothing."""
    made = handed_in(2)
    answer = made.cell(SCALE)["source"]
    made.cell(SCALE)["source"] = "from my_answers import scale_pixels"
    files = {
        "my_answers.py": b"import numpy as np\n" + answer.encode(),
        "numpy.py": b"raise SystemExit",
        "digitlab.py": b"raise SystemExit",
        "sitecustomize.py": b"raise SystemExit",
        "autograder.py": b"raise SystemExit",
    }
    assert grade(made, files=files).points == made.lesson.points


def test_tampered_checks_change_nothing(handed_in: Make, grade: Grade) -> None:
    """Whatever was done to check cells, to `check` and to NumPy's comparisons: the marks are the same."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    return images"
    honest = grade(made)
    made.cell(SCALE, "check")["source"] = "2.0"
    made.cell(ONE_HOT, "check")["metadata"]["tags"] = ["skip-execution"]
    made.plain["cells"].remove(made.cell(IMAGES, "check"))
    made.add("import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\ncheck = lambda *a: 2.0")
    made.add("get_ipython().run_cell = lambda *a, **k: 1 / 0", at=0)
    made.add('import autograder\nautograder.check = lambda *a: 99.0\ncheck("l02_scale_pixels", scale_pixels)')
    assert grade(made).verdicts == honest.verdicts


def test_forged_evidence_is_judged_like_any_other(handed_in: Make, grade: Grade) -> None:
    """A cell that writes frames itself, or answers early, gets what its claims are worth: here, nothing."""
    made = handed_in(2, {})
    made.add(
        "import gc\n"
        "from autograder.inside.codec import encode\n"
        "from autograder.inside.frames import Sender\n"
        "for sender in [one for one in gc.get_objects() if isinstance(one, Sender)]:\n"
        "    for exercise in ('l02_scale_pixels', 'l02_split'):\n"
        "        outcome = {'value': None, 'error': None, 'status': 'passed', 'points': 2}\n"
        "        evidence = {'found': True, 'outcomes': [outcome] * 6, 'facts': {'share': 1.0}, 'cause': 'grader'}\n"
        "        sender.emit(encode({'event': 'probe', 'exercise': exercise, 'evidence': evidence}))\n"
        "    sender.emit(encode({'event': 'done', 'points': 10}))\n"
        "    sender.emit(b'garbage')\n"
    )
    result = grade(made)
    assert result.points == 0
    assert not result.needs_a_person


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "is empty"), (b"{", "not valid JSON"), (b"[1]", "not a notebook"), (b"\xff\xfe\x00", "not valid JSON")],
)
def test_unreadable_notebook_is_said(handed_in: Make, grade: Grade, data: bytes, says: str) -> None:
    """Each exercise says why there is nothing to judge."""
    result = grade(handed_in(2), data=data)
    assert {verdict.status for verdict in result.verdicts} == {Status.NOT_ATTEMPTED}
    assert all(says in verdict.message for verdict in result.verdicts)
    assert {verdict.cause for verdict in result.verdicts} == {Cause.MISSING}


def test_notebook_without_cells(handed_in: Make, grade: Grade) -> None:
    """A notebook with nothing in it is not attempted."""
    result = grade(handed_in(2), data=json.dumps({"cells": []}).encode())
    assert set(_statuses(result).values()) == {"not_attempted"}


def test_ambiguous_hand_in_waits_for_a_person(handed_in: Make, sandbox: Runners) -> None:
    """Where a person has to decide, nothing is judged, and it is said."""
    made = handed_in(2)
    handin = HandIn(student="ada", lesson=made.lesson.name, problem="There are 2 notebooks.", ambiguous=True)
    result = grade_handin(handin, made.lesson, SETTINGS, sandbox)
    assert result.needs_a_person
    assert {verdict.message for verdict in result.verdicts} == {"There are 2 notebooks. A person has to decide."}


def test_missing_notebook_is_said(handed_in: Make, sandbox: Runners) -> None:
    """Without a notebook nothing runs."""
    made = handed_in(2)
    handin = HandIn(student="ada", lesson=made.lesson.name, problem="There is no notebook of lesson 2.")
    result = grade_handin(handin, made.lesson, SETTINGS, sandbox)
    assert {verdict.message for verdict in result.verdicts} == {"There is no notebook of lesson 2."}
    assert not result.needs_a_person


def test_unreadable_file_beside_is_left_out(handed_in: Make, sandbox: Runners) -> None:
    """A file that cannot be read is noted, and the notebook is graded."""

    def unreadable() -> io.BytesIO:
        raise Unreadable("data.csv cannot be read (Permission denied)")

    made = handed_in(2)
    handin = HandIn(
        student="ada",
        lesson=made.lesson.name,
        notebook=_entry("x.ipynb", made.data),
        files=(Entry(("data.csv",), 3, unreadable),),
    )
    result = grade_handin(handin, made.lesson, SETTINGS, sandbox)
    assert result.points == made.lesson.points
    assert "data.csv cannot be read" in result.notes[0]


def test_students_texts_are_fit_to_show(handed_in: Make, grade: Grade) -> None:
    """Escape sequences and direction marks in a student's error reach neither verdict nor note."""
    made = handed_in(2)
    made.cell(SCALE)["source"] = "def scale_pixels(images):\n    raise ValueError('\\x1b[31m\\x9b\\u202ered')"
    made.add("raise ValueError('\\x1b]0;title\\x07')")
    result = grade(made)
    shown = [*result.notes, *(f"{verdict.message}{verdict.example}" for verdict in result.verdicts)]
    assert any("red" in text for text in shown)
    assert all(character.isprintable() or character == "\n" for text in shown for character in text)


def test_other_lesson_inside_is_noted(handed_in: Make, sandbox: Runners) -> None:
    """A notebook of another lesson than its folder says is graded as the folder says, with a note."""
    made, other = handed_in(2), handed_in(1)
    handin = HandIn(student="ada", lesson=made.lesson.name, notebook=_entry("x.ipynb", other.data))
    result = grade_handin(handin, made.lesson, SETTINGS, sandbox)
    assert "says that it is lesson 01_look_first" in result.notes[0]
    assert result.points == 0


def test_the_shipped_model_handed_in_is_noted(handed_in: Make, grade: Grade) -> None:
    """Whoever hands in the model that ships with the course keeps the points, and a note says whose it is."""
    result = grade(handed_in(9), files={"my_cnn.keras": FILE.read_bytes()})
    (verdict,) = [one for one in result.verdicts if one.exercise == "l09_model_gate"]
    assert verdict.status is Status.PASSED
    assert [note for note in result.notes if "exactly those of digitlab's own small model" in note]


def test_large_hand_ins_take_turns(handed_in: Make, sandbox: Runners) -> None:
    """Of hand-ins with large models one is in memory at a time, and a small one does not wait for them."""
    lesson = handed_in(9).lesson
    busy: list[str] = []
    together: list[int] = []

    def examined(student: str, size: int) -> None:
        def opener() -> io.BytesIO:
            busy.append(student)
            together.append(len([one for one in busy if one != "small"]))
            return io.BytesIO(bytes(size))

        model = Entry(("my_cnn.keras",), size, opener)
        examine(HandIn(student=student, lesson=lesson.name, files=(model,)), lesson, SETTINGS, sandbox)
        busy.remove(student)

    sizes = {"ada": LARGE_BYTES + 1, "bob": LARGE_BYTES + 1, "small": 10}
    threads = [threading.Thread(target=examined, args=one) for one in sizes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 3
    assert max(together) == 1
    assert busy == []

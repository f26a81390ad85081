"""Running cells and calling what they define, in the real sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from autograder.execution import ENTRY
from autograder.inside.codec import encode
from autograder.inside.limits import Limits
from autograder.runners import Runners
from autograder.sandbox import LIGHT, Ended, Ending, Job
from autograder.transcript import Transcript, read_transcript

Ran = tuple[Transcript, Ending]
Runs = Callable[..., Ran]
EXERCISE = "l02_scale_pixels"
# No name in the text of an answer that calls it tells what it is.
BY_NAME = "import digitlab\nby_name = getattr(digitlab, 'scale' + '_pixels').__call__\n"


@pytest.fixture
def run(sandbox: Runners) -> Runs:
    """Run cells and probe functions: `run("def f(): …", probes=["f"])`; a probe's exercise has the function's name."""

    def ran(*sources: str, probes: Any = (), files: Mapping[str, bytes] | None = None, **times: float) -> Ran:
        if not isinstance(probes, dict):
            probes = {name: [()] for name in probes}
        asked = {
            "cells": [{"index": number, "source": source} for number, source in enumerate(sources, 1)],
            "probes": {
                name: {"name": name, "cases": [{"args": args, "read": "plain"} for args in cases], "seconds": 5.0}
                for name, cases in probes.items()
            },
            "cell_seconds": 5.0,
            "cells_seconds": 30.0,
            "probes_seconds": 30.0,
            "seed": 7,
            **times,
        }
        job = Job(
            id="test",
            entry=ENTRY,
            payload=encode(asked),
            files=tuple((files or {}).items()),
            limits=Limits(wall_seconds=60.0),
        )
        ending = sandbox.run(LIGHT, job)
        return read_transcript(ending.frames, probes), ending

    return ran


def _value(transcript: Transcript, name: str) -> Any:
    (outcome,) = transcript.evidence[name].outcomes
    assert outcome.error is None, outcome.error
    return outcome.value


def _error(transcript: Transcript, number: int) -> str | None:
    cell = transcript.cell(number)
    assert cell is not None
    return None if cell.error is None else cell.error.type


def test_cells_share_names_and_functions_are_called(run: Runs) -> None:
    """A function may use what earlier and later cells define."""
    seen, ending = run("import numpy as np", "def f(x):\n    return np.sum(x) + k", "k = 1", probes={"f": [([1, 2],)]})
    assert ending.ended is Ended.FINISHED
    assert seen.done
    assert _value(seen, "f") == 4


def test_cell_that_raises_is_noted_and_the_next_runs(run: Runs) -> None:
    """An exception costs the rest of its own cell."""
    seen, _ = run("def f(): return 1\nxs + 1\ndef g(): return 2", "def h(): return f()", probes=["f", "g", "h"])
    assert _error(seen, 1) == "NameError"
    assert seen.cells[0].error is not None
    assert seen.cells[0].error.line == "xs + 1"
    assert _value(seen, "f") == _value(seen, "h") == 1
    assert not seen.evidence["g"].found


def test_text_that_is_not_python_is_noted_with_its_line(run: Runs) -> None:
    """A syntax error names the line, and the next cell runs."""
    seen, _ = run("x = 1\ndef f(:\n    pass", "def g(): return 1", probes=["g"])
    assert seen.cells[0].error is not None
    assert seen.cells[0].error.type == "SyntaxError"
    assert seen.cells[0].error.line == "def f(:"
    assert _value(seen, "g") == 1


def test_last_callable_counts(run: Runs) -> None:
    """Defined twice, the last one is called."""
    seen, _ = run("def f(): return 1", "def f(): return 2", probes=["f"])
    assert _value(seen, "f") == 2


def test_name_overwritten_by_a_value_keeps_its_function(run: Runs) -> None:
    """`split = split(…)` does not lose the function, and is remarked."""
    seen, _ = run("def split(): return (1, 2)", "split = split()", probes=["split"])
    assert _value(seen, "split") == (1, 2)
    assert seen.remarks["split"] == (("overwritten", "split"),)


def test_stub_below_the_answer_does_not_hide_it(run: Runs) -> None:
    """Where the released stub follows the answer, the answer counts, and it is remarked."""
    seen, _ = run("def f(): return 3", "def f():\n    raise NotImplementedError('Write')", probes=["f"])
    assert _value(seen, "f") == 3
    assert seen.remarks["f"] == (("stub_later", "f"),)


def test_stub_alone_is_a_stub(run: Runs) -> None:
    """Without an answer, the stub's own error comes back."""
    seen, _ = run("def f():\n    raise NotImplementedError", probes=["f"])
    assert [outcome.error.type for outcome in seen.evidence["f"].outcomes if outcome.error] == ["NotImplementedError"]


@pytest.mark.parametrize(
    ("source", "remark"),
    [("def scalepixels(): pass", ("near", "scalepixels")), ("scale_pixels = 3", ("not_callable", "int"))],
)
def test_missing_function_is_explained(run: Runs, source: str, remark: tuple[str, str]) -> None:
    """A misspelt name, or a value in place of a function, is remarked."""
    seen, _ = run(source, probes=["scale_pixels"])
    assert not seen.evidence["scale_pixels"].found
    assert seen.remarks["scale_pixels"] == (remark,)


@pytest.mark.parametrize(
    ("source", "borrowed"),
    [
        ("from digitlab import scale_pixels", True),
        ("import digitlab\ndef scale_pixels(x): return digitlab.scale_pixels(x)", True),
        ("import digitlab as d\nhelp_me = d.scale_pixels\ndef scale_pixels(x): return help_me(x)", True),
        ("from digitlab import tensors\nscale_pixels = lambda x: tensors.scale_pixels(x)", True),
        ("import digitlab\ndef scale_pixels(x): return getattr(digitlab, 'scale' + '_pixels')(x)", True),
        ("import digitlab, functools\nscale_pixels = functools.partial(digitlab.scale_pixels)", True),
        (f"import time\n{BY_NAME}def scale_pixels(x):\n    time.sleep(1.1)\n    return by_name(x)", True),
        (f"{BY_NAME}def scale_pixels(x): return by_name(x) if len(x) == 4 else x / 255", True),
        ("import digitlab\ndef scale_pixels(x): return digitlab.one_hot(x)", False),
        ("import digitlab\ndef scale_pixels(x): return scale_pixels(x)", False),
        (
            "class A:\n    def __getattr__(s, n): raise SystemExit\n    def __call__(s, x): pass\nscale_pixels = A()",
            False,
        ),
    ],
)
def test_answer_that_is_digitlabs_own_is_remarked(run: Runs, source: str, borrowed: bool) -> None:
    """Who hands the work to digitlab's own version is seen; who uses other parts of digitlab is not."""
    seen, ending = run(source, probes={"scale_pixels": [(np.zeros(3),), (np.zeros(4),)]})
    assert (("borrowed", "scale_pixels") in seen.remarks["scale_pixels"]) is borrowed
    assert ending.ended is Ended.FINISHED


@pytest.mark.parametrize(
    ("source", "remarked"),
    [
        ("import digitlab\ndef build(x): return digitlab.small_model()", True),
        ("from digitlab import your_model\ndef build(x): return your_model('mine.keras')", True),
        ("import digitlab\ndef build(x): return digitlab.build_linear()", False),
        ("def small_model(): return 3\ndef build(x): return small_model()", False),
    ],
)
def test_answer_that_takes_digitlabs_trained_model_is_remarked(run: Runs, source: str, remarked: bool) -> None:
    """Who hands on the model that ships with the course is seen; a function of that name of one's own is not it."""
    seen, _ = run(source, probes={"build": [(np.zeros(3),)]})
    assert (("trained_model", "build") in seen.remarks["build"]) is remarked


def test_other_callables_than_functions_are_called(run: Runs) -> None:
    """A lambda, a partial, an instance with `__call__`, a class: whatever can be called."""
    seen, _ = run(
        "import functools\na = lambda: 1\nb = functools.partial(int, '2')\n"
        "class C:\n    def __call__(self): return 3\nc = C()",
        probes=["a", "b", "c"],
    )
    assert [_value(seen, name) for name in "abc"] == [1, 2, 3]


def test_endless_cell_is_stopped_and_the_next_runs(run: Runs) -> None:
    """A cell beyond its time is stopped without losing the run, also where it catches everything."""
    stubborn = "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass"
    seen, ending = run(
        "while True: pass", stubborn, "import time\ntime.sleep(99)", "def f(): return 1", probes=["f"], cell_seconds=0.5
    )
    assert [_error(seen, number) for number in (1, 2, 3)] == ["TookTooLong"] * 3
    assert _value(seen, "f") == 1
    assert ending.ended is Ended.FINISHED
    assert ending.cpu_seconds < 10


def test_many_endless_cells_leave_time_for_the_rest(run: Runs) -> None:
    """However many cells are endless, answers are called; what was not reached is known."""
    seen, ending = run(
        "def f(): return 1", *["while True: pass"] * 30, probes=["f"], cell_seconds=2.0, cells_seconds=4.0
    )
    assert _value(seen, "f") == 1
    assert seen.cut_at is not None
    assert ending.ended is Ended.FINISHED
    assert ending.cpu_seconds < 10


def test_cell_that_hears_no_signal_is_ended_by_the_kernel(run: Runs) -> None:
    """An operation in C that never looks up is ended long before the job's own limit; the cell is known."""
    seen, ending = run("def f(): return 1", "sum(range(10**13))", probes=["f"], cell_seconds=0.5)
    assert ending.ended is Ended.CRASHED
    assert ending.signal == 27
    assert seen.running_cell == 2
    assert ending.cpu_seconds < 10


def test_endless_answer_costs_only_itself(run: Runs) -> None:
    """A function that never returns is stopped; the others are called."""
    seen, _ = run("def f():\n    while True: pass", "def g(): return 2", probes=["f", "g"], probes_seconds=4.0)
    assert seen.evidence["f"].outcomes[0].error is not None
    assert seen.evidence["f"].outcomes[0].error.type == "TookTooLong"
    assert _value(seen, "g") == 2


def test_death_tells_what_was_running(run: Runs) -> None:
    """When the process is gone, what was told before counts, and the culprit is known."""
    seen, ending = run("def f(): return 1", "import os\nos._exit(0)", probes=["f"])
    assert ending.ended is Ended.CRASHED
    assert seen.running_cell == 2
    seen, ending = run("import os\ndef f(): return 1\ndef g(): os._exit(0)", probes=["f", "g"])
    assert ending.ended is Ended.CRASHED
    assert seen.running_probe == "g"
    assert _value(seen, "f") == 1


def test_endless_printing_is_harmless(run: Runs) -> None:
    """Output is thrown away, from cells, answers and other processes."""
    seen, ending = run(
        "for i in range(300_000): print('x' * 100)\nimport os\nos.write(1, b'y' * 1000)\nos.write(2, b'z' * 1000)",
        "def f():\n    print('x' * 10_000_000)\n    return 1",
        probes=["f"],
    )
    assert _value(seen, "f") == 1
    assert ending.output == ""
    assert ending.ended is Ended.FINISHED


def test_global_randomness_is_the_same_each_time(run: Runs) -> None:
    """Unseeded draws, in cells and in answers, come out the same for the same seed."""
    sources = (
        "import random, numpy as np\na = np.random.rand()\nb = random.random()",
        "def f(): return (a, b, float(np.random.rand()), random.random(), np.random.default_rng().random())",
    )
    first, _ = run(*sources, probes=["f"])
    again, _ = run(*sources, probes=["f"])
    other, _ = run(*sources, probes=["f"], seed=8)
    assert _value(first, "f") == _value(again, "f")
    assert _value(first, "f") != _value(other, "f")


def test_files_beside_the_notebook_are_there(run: Runs) -> None:
    """A module and a data file of the student's work; a file named like an installed module shadows nothing."""
    seen, _ = run(
        "import my_helpers, numpy\nfrom pathlib import Path\nt = Path('d/data.txt').read_text()\n"
        "def f(): return (my_helpers.K, t, hasattr(numpy, 'array'))",
        probes=["f"],
        files={"my_helpers.py": b"K = 5", "numpy.py": b"raise SystemExit", "d/data.txt": b"hello"},
    )
    assert _value(seen, "f") == (5, "hello", True)


def test_check_is_idle(run: Runs) -> None:
    """`check` can be imported and called while a notebook is graded, and decides nothing."""
    seen, _ = run(
        "from autograder import check\nr = check('l02_split', None)\nr\ndef f(): return float(r)", probes=["f"]
    )
    assert _error(seen, 1) is None
    assert _value(seen, "f") == 0.0


def test_answers_of_any_size_are_told(run: Runs) -> None:
    """An answer that is too large is said to be; the next one is called."""
    seen, ending = run(
        "import numpy as np\ndef f(): return np.zeros(10**8)\ndef g(): return np.arange(3)", probes=["f", "g"]
    )
    assert seen.evidence["f"].outcomes[0].error is not None
    np.testing.assert_array_equal(_value(seen, "g"), np.arange(3))
    assert ending.ended is Ended.FINISHED


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit(3)", "GeneratorExit", "BaseException"])
def test_no_exception_ends_the_run(run: Runs, kind: str) -> None:
    """Whatever a cell or an answer raises is told as its error."""
    seen, ending = run(f"raise {kind}", f"def f(): raise {kind}", "def g(): return 1", probes=["f", "g"])
    assert _error(seen, 1) == kind.removesuffix("(3)")
    assert seen.evidence["f"].outcomes[0].error is not None
    assert _value(seen, "g") == 1
    assert ending.ended is Ended.FINISHED

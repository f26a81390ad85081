"""Running a hand-in's cells: repeats, their bounds, and what is known at the end. The sandbox here is a script."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.execution import MAX_REPEATS, Execution, Times, execute, killed_by
from autograder.inside.codec import decode, encode
from autograder.notebooks import CodeCell
from autograder.records import Cause
from autograder.sandbox import LIGHT, TENSORFLOW, Ended, Ending, Job, Kind
from autograder.selection import Selection

PROBES = {name: {"name": name, "cases": [], "seconds": 1.0} for name in ("f", "g")}


class Script:
    """Answers each job with the next ending, and keeps what it was asked."""

    def __init__(self, *endings: Ending) -> None:
        self.endings = list(endings)
        self.asked: list[dict[str, Any]] = []
        self.kinds: list[Kind] = []

    def run(self, kind: Kind, job: Job) -> Ending:
        """Return the next ending; the last one again and again."""
        self.asked.append(decode(job.payload))
        self.kinds.append(kind)
        return self.endings.pop(0) if len(self.endings) > 1 else self.endings[0]


def _ending(*events: dict[str, Any], ended: Ended = Ended.CRASHED, **more: Any) -> Ending:
    return Ending(frames=tuple(encode(event) for event in events), ended=ended, **more)


def _probe(name: str, *, found: bool = True) -> dict[str, Any]:
    return {"event": "probe", "exercise": name, "evidence": {"found": found, "outcomes": []}}


def _execute(script: Script, *sources: str, **more: Any) -> Execution:
    cells = tuple(CodeCell(number=number, source=source) for number, source in enumerate(sources, 1))
    return execute(Selection(run=cells, whole=cells, **more), PROBES, [], runner=script, seed=1)


DONE = _ending(_probe("f"), _probe("g"), {"event": "done"}, ended=Ended.FINISHED)
STARTED = {"event": "cell_started", "index": 2}


def test_run_that_ends_is_run_once() -> None:
    """Nothing is repeated without need."""
    script = Script(DONE)
    execution = _execute(script, "x = 1", "y = 2")
    assert len(script.asked) == 1
    assert execution.evidence["f"].found
    assert execution.notes == ()


def test_repeat_is_without_what_was_running_and_without_what_is_known() -> None:
    """The cell that killed the run keeps its definitions, then goes; an answer that is known is not asked for again."""
    script = Script(_ending(_probe("f"), STARTED), _ending(STARTED), DONE)
    _execute(script, "x = 1", "def h(): pass\nexit()")
    assert [[cell["source"] for cell in asked["cells"]] for asked in script.asked] == [
        ["x = 1", "def h(): pass\nexit()"],
        ["x = 1", "def h():\n    pass"],
        ["x = 1"],
    ]
    assert [sorted(asked["probes"]) for asked in script.asked] == [["f", "g"], ["g"], ["g"]]


def test_repeats_come_to_an_end() -> None:
    """After some repeats it is enough, and what is not known has the cause."""
    script = Script(*(_ending({"event": "cell_started", "index": number}) for number in range(1, 9)))
    execution = _execute(script, *(["x = 1"] * 8))
    assert len(script.asked) == 1 + MAX_REPEATS
    assert {evidence.cause for evidence in execution.evidence.values()} == {Cause.CRASHED}


def test_last_run_has_only_functions() -> None:
    """Where cells go on to kill the run, or nothing was running, what only acts is left out at last."""
    sources = ("import os", "SIZE = 28\nos.abort()", "def f(): pass\nf()")
    plain = ["import os", "SIZE = 28", "def f():\n    pass"]
    between = Script(_ending({"event": "cell_ended", "index": 1, "noted": []}), DONE)
    execution = _execute(between, *sources)
    assert [[cell["source"] for cell in asked["cells"]] for asked in between.asked] == [list(sources), plain]
    assert "only its functions" in execution.notes[0]
    again = Script(*(_ending({"event": "cell_started", "index": number}) for number in (1, 2, 3)), DONE)
    _execute(again, *sources)
    assert [cell["source"] for cell in again.asked[-1]["cells"]] == plain


def test_last_run_looks_at_no_endless_text() -> None:
    """Of a notebook of endless cells that kills the run, the last run has the beginning alone."""
    script = Script(_ending({"event": "cell_ended", "index": 1, "noted": []}), DONE)
    _execute(script, *["a = 1\n" * 6_000] * 20)
    assert 0 < len(script.asked[-1]["cells"]) < 20


def test_whoever_says_done_without_answers_is_not_done() -> None:
    """A cell that forges the end is taken out, as one that kills the run, and the answers count."""
    forged = _ending({"event": "cell_started", "index": 1}, {"event": "done"}, ended=Ended.FINISHED)
    execution = _execute(Script(forged, DONE), "x = 1", "def f(): pass")
    assert execution.evidence["f"].found
    assert "cell 1 ended the whole Python process" in execution.notes[0]


def test_silence_is_bounded_by_the_longest_step() -> None:
    """A job may be silent as long as one cell or one answer may take on a busy machine, and little longer."""
    assert Times.of(LIGHT, 1.0, 10.0).silence == Times.of(LIGHT, 10.0, 1.0).silence
    assert 30 < Times.of(LIGHT, 10.0, 10.0).silence < Times.of(LIGHT, 10.0, 10.0).job


def test_runs_to_the_very_limit_are_repeated_once() -> None:
    """Who uses up all the time twice has had his turn."""
    late = [
        _ending({"event": "cell_started", "index": number}, ended=Ended.TIMEOUT, wall_seconds=210.0)
        for number in (1, 2, 3)
    ]
    script = Script(*late)
    execution = _execute(script, "x = 1", "y = 2", "z = 3")
    assert len(script.asked) == 2
    assert execution.evidence["f"].cause is Cause.TIMEOUT


def test_fault_is_tried_twice_and_told() -> None:
    """A fault of ours is tried once more, then told as ours, with what is known before it."""
    fault = _ending(_probe("f"), ended=Ended.FAULT, fault="the zygote died")
    script = Script(fault)
    execution = _execute(script, "x = 1")
    assert len(script.asked) == 2
    assert execution.evidence["f"].found
    assert (execution.evidence["g"].cause, execution.evidence["g"].detail) == (Cause.GRADER, "the zygote died")


def test_finished_without_the_end_is_no_end() -> None:
    """A run that says it came to its end, and did not tell it, earns nothing."""
    execution = _execute(Script(_ending(ended=Ended.FINISHED)), "x = 1")
    assert {evidence.cause for evidence in execution.evidence.values()} == {Cause.CRASHED}


def test_missing_function_has_the_cause_of_its_cell() -> None:
    """Where the cell that defines a function failed, the function's absence is explained by it."""
    error = {"type": "NameError", "ancestors": [], "message": "name 'q' is not defined", "line": None}
    events = (
        {"event": "cell_ended", "index": 1, "error": error, "noted": []},
        _probe("f", found=False),
        _probe("g", found=False),
        {"event": "done"},
    )
    execution = _execute(Script(_ending(*events, ended=Ended.FINISHED)), "q\ndef f(): pass", defined_in={"f": (1,)})
    assert execution.evidence["f"].cause is Cause.ERROR
    assert "Cell 1: NameError: name 'q' is not defined." in execution.evidence["f"].detail
    assert execution.evidence["g"].cause is None


@pytest.mark.parametrize(("source", "kind"), [("import keras", TENSORFLOW), ("from tensorflow import x", TENSORFLOW)])
def test_notebook_that_speaks_of_tensorflow_gets_it(source: str, kind: Kind) -> None:
    """Whoever uses TensorFlow in a lesson without it waits for no import."""
    script = Script(DONE)
    _execute(script, source)
    assert script.kinds == [kind]
    script = Script(DONE)
    _execute(script, "import numpy")
    assert script.kinds == [LIGHT]


@pytest.mark.parametrize(
    ("ending", "cause"),
    [
        (_ending(ended=Ended.TIMEOUT), Cause.TIMEOUT),
        (_ending(ended=Ended.CPU), Cause.TIMEOUT),
        (_ending(ended=Ended.CRASHED, signal=27), Cause.TIMEOUT),
        (_ending(ended=Ended.CRASHED, signal=11), Cause.CRASHED),
        (_ending(ended=Ended.MEMORY), Cause.MEMORY),
        (_ending(ended=Ended.EVIDENCE_TOO_BIG), Cause.MEMORY),
        (_ending(ended=Ended.OUTPUT), Cause.CRASHED),
        (_ending(ended=Ended.FINISHED), Cause.CRASHED),
    ],
)
def test_causes(ending: Ending, cause: Cause) -> None:
    """Every way to end has its cause."""
    assert killed_by(ending) is cause


def test_times_add_up() -> None:
    """The job's limit leaves room for all cells and all answers, whatever one cell may take."""
    for kind in (LIGHT, TENSORFLOW):
        for cell in (None, 0.5, 600.0):
            times = Times.of(kind, cell)
            assert times.cell < times.cells
            assert times.cells + times.probes < times.job

"""A run over a class: certain, resumable, the same whoever works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course import lesson, lessons
from autograder.handins import find_handins
from autograder.handins.lessons import LessonNames
from autograder.locks import Locked
from autograder.records import Cause, LessonResult, Status
from autograder.runners import Runners
from autograder.runs import FAULTS_FILE, RUN_FILE, Run
from autograder.sandbox import Ended, Ending, Job, Kind, SandboxError

TWO = lesson(2).name
NAMES = LessonNames({one.number: one.name for one in lessons()})
Make = Callable[..., Any]


class Seen:
    """Notes what a run tells whoever watches it."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, int]] = []
        self.started: list[str] = []
        self.ended: list[str] = []

    def begins(self, todo: int, kept: int) -> None:
        """Note how many there are."""
        self.begun.append((todo, kept))

    def starts(self, handin: Any) -> None:
        """Note whose turn it is."""
        self.started.append(handin.student)

    def ends(self, result: LessonResult) -> None:
        """Note who is done."""
        self.ended.append(result.student)


class Shared:
    """The tests' sandbox as a run's runner: at fault for one student, some times; and not closed by the run."""

    def __init__(self, real: Runners, student: str = "", faults: int = 0, problem: BaseException | None = None) -> None:
        self.real, self.student, self.left, self.problem = real, student, faults, problem

    def run(self, kind: Kind, job: Job) -> Ending:
        """Run the job, or be at fault."""
        if self.left and job.id.startswith(self.student):
            self.left -= 1
            if self.problem is not None:
                raise self.problem
            return Ending(ended=Ended.FAULT, fault="the zygote died while the job ran")
        return self.real.run(kind, job)

    def close(self) -> None:
        """Leave it open for the next test."""


@pytest.fixture
def classroom(tmp_path: Path, handed_in: Make) -> Path:
    """Six students of lesson 02: two perfect, one with a mistake, one who did nothing, one with a dead kernel."""
    folder = tmp_path / "class"
    for student, change in {
        "ada": lambda made: None,
        "bob": lambda made: made.cell("l02_scale_pixels").update(
            source="def scale_pixels(images):\n    return images / 256"
        ),
        "carol": lambda made: made.add("import os\nos._exit(0)", at=0),
        "dan": lambda made: made.plain["cells"].clear(),
        "eve": lambda made: made.add("import numpy as np\nr = np.random.rand()\n1 / 0"),
        "finn": lambda made: made.add("input('?')"),
    }.items():
        made = handed_in(2)
        change(made)
        place = folder / student / TWO / f"{TWO}.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(made.data)
    return folder


def _grade(classroom: Path, out: Path, runner: Any, *, workers: int = 2, seed: int | None = 7, **more: Any) -> Any:
    """Grade with the real sandbox; return the results, and what was seen."""
    seen = Seen()
    with Run(out, seed=seed, sandbox="bubblewrap", cell_seconds=more.get("cell_seconds")) as run:
        plan = run.plan(find_handins(classroom, NAMES), lessons(), force=more.get("force", False))
        results = run.grade(plan, runner, workers=workers, watcher=seen)
    return results, seen


def _files(out: Path) -> dict[str, list[str]]:
    """Return the results' files without the line of the time that it took."""
    return {
        str(path.relative_to(out)): [line for line in path.read_text().splitlines() if '"seconds"' not in line]
        for path in sorted(out.glob("results/*/*.json"))
    }


def test_same_files_whatever_the_number_of_workers(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """One worker and four write the same files, but for the seconds."""
    results, seen = _grade(classroom, tmp_path / "one", Shared(sandbox), workers=1)
    assert [result.student for result in results] == ["ada", "bob", "carol", "dan", "eve", "finn"]
    assert seen.begun == [(6, 0)]
    assert sorted(seen.started) == sorted(seen.ended) == ["ada", "bob", "carol", "dan", "eve", "finn"]
    _grade(classroom, tmp_path / "four", Shared(sandbox), workers=4)
    assert _files(tmp_path / "one") == _files(tmp_path / "four")
    points = {result.student: result.points for result in results}
    assert points == {"ada": 10, "bob": 8, "carol": 10, "dan": 0, "eve": 10, "finn": 10}


def test_only_what_changed_is_graded_again(classroom: Path, tmp_path: Path, handed_in: Make, sandbox: Runners) -> None:
    """An unchanged class is not graded; a changed hand-in, a new seed, another limit and `force` are."""
    out = tmp_path / "out"
    first, _ = _grade(classroom, out, Shared(sandbox))
    again, seen = _grade(classroom, out, Shared(sandbox))
    assert (seen.begun, seen.started) == ([(0, 6)], [])
    assert again == first
    place = classroom / "dan" / TWO / f"{TWO}.ipynb"
    place.write_bytes(handed_in(2).data)
    changed, seen = _grade(classroom, out, Shared(sandbox))
    assert seen.started == ["dan"]
    assert {result.student: result.points for result in changed}["dan"] == 10
    (classroom / "ada" / TWO / "note.txt").write_text("more")
    assert _grade(classroom, out, Shared(sandbox))[1].started == ["ada"]
    (out / "results" / "bob" / f"{TWO}.json").write_text("{")
    (out / "results" / "eve" / f"{TWO}.json").unlink()
    assert sorted(_grade(classroom, out, Shared(sandbox))[1].started) == ["bob", "eve"]
    assert len(_grade(classroom, out, Shared(sandbox), cell_seconds=5.0)[1].started) == 6
    assert len(_grade(classroom, out, Shared(sandbox), cell_seconds=5.0, seed=8)[1].started) == 6
    assert len(_grade(classroom, out, Shared(sandbox), cell_seconds=5.0, seed=8, force=True)[1].started) == 6


def test_seed_is_drawn_once_and_kept(tmp_path: Path) -> None:
    """The first run draws the seed, later ones use it, a given one replaces it."""
    with Run(tmp_path, seed=None, sandbox="none") as run:
        seed = run.settings.seed
    with Run(tmp_path, seed=None, sandbox="none") as run:
        assert run.settings.seed == seed
    with Run(tmp_path, seed=5, sandbox="none") as run:
        assert run.settings.seed == 5
    assert json.loads((tmp_path / RUN_FILE).read_text())["seed"] == 5
    (tmp_path / RUN_FILE).write_text("{")
    with Run(tmp_path, seed=None, sandbox="none") as run:
        assert 0 <= run.settings.seed < 1 << 31


def test_second_run_at_once_says_so(tmp_path: Path) -> None:
    """Two runs on one output folder: the second stops with a sentence."""
    with (
        Run(tmp_path, seed=1, sandbox="none"),
        pytest.raises(Locked, match="Another run is at work"),
        Run(tmp_path, seed=1, sandbox="none"),
    ):
        pass


def test_fault_of_ours_is_retried(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """A job that died through us is done again, and nothing shows."""
    results, _ = _grade(classroom, tmp_path / "out", Shared(sandbox, "ada", 1))
    assert results[0].points == 10
    assert not results[0].needs_a_person


def test_fault_that_stays_needs_a_person_and_another_run(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """Two faults in a row are not judged, never zero in silence; the others are graded; the next run tries again."""
    out = tmp_path / "out"
    results, _ = _grade(classroom, out, Shared(sandbox, "bob", 2))
    assert {verdict.status for verdict in results[1].verdicts} == {Status.NOT_JUDGED}
    assert {verdict.cause for verdict in results[1].verdicts} == {Cause.GRADER}
    assert results[1].needs_a_person
    assert [result.points for result in results] == [10, 0, 10, 0, 10, 10]
    results, seen = _grade(classroom, out, Shared(sandbox))
    assert seen.started == ["bob"]
    assert results[1].points == 8


def test_error_of_ours_costs_one_hand_in(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """An exception in the grader that comes again is kept in full for the teacher, and the class goes on."""
    out = tmp_path / "out"
    results, _ = _grade(classroom, out, Shared(sandbox, "bob", 2, ZeroDivisionError("ours")))
    assert results[1].needs_a_person
    assert "The grader failed with ZeroDivisionError." in results[1].verdicts[0].message
    assert "ZeroDivisionError: ours" in (out / FAULTS_FILE).read_text()
    assert [result.points for result in results] == [10, 0, 10, 0, 10, 10]


def test_error_of_ours_that_does_not_come_again_costs_nothing(
    classroom: Path, tmp_path: Path, sandbox: Runners
) -> None:
    """The hand-in is examined once more and graded like the others; what happened can be read."""
    out = tmp_path / "out"
    results, _ = _grade(classroom, out, Shared(sandbox, "bob", 1, ZeroDivisionError("ours")))
    assert [result.points for result in results] == [10, 8, 10, 0, 10, 10]
    assert not any(result.needs_a_person for result in results)
    assert "ZeroDivisionError: ours" in (out / FAULTS_FILE).read_text()


@pytest.mark.parametrize("problem", [SandboxError("bubblewrap was not found"), KeyboardInterrupt(), MemoryError()])
def test_what_ends_a_run_leaves_what_is_finished(
    classroom: Path, tmp_path: Path, sandbox: Runners, problem: BaseException
) -> None:
    """No sandbox, an interrupt: the run stops with it, results so far are whole, and the next run does the rest."""
    out = tmp_path / "out"
    with pytest.raises(type(problem)) if not isinstance(problem, MemoryError) else _nothing():
        _grade(classroom, out, Shared(sandbox, "carol", 1, problem), workers=1)
    done = list(_files(out))
    if not isinstance(problem, MemoryError):
        assert len(done) == 2
    results, seen = _grade(classroom, out, Shared(sandbox))
    assert len(seen.started) == 6 - len(done) or isinstance(problem, MemoryError)
    assert [result.points for result in results] == [10, 8, 10, 0, 10, 10]


class _nothing:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        pass


def test_full_disk_ends_the_run_and_loses_nothing(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """When a result cannot be written, the run stops with that error; what was written stays."""
    out = tmp_path / "out"
    (out / "results").mkdir(parents=True)
    (out / "results" / "carol").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="carol"):
        _grade(classroom, out, Shared(sandbox), workers=1)
    assert [Path(name).parent.name for name in _files(out)] == ["ada", "bob"]
    (out / "results" / "carol").unlink()
    results, seen = _grade(classroom, out, Shared(sandbox))
    assert sorted(seen.started) == ["carol", "dan", "eve", "finn"]
    assert len(results) == 6


def test_results_of_earlier_runs_are_found(classroom: Path, tmp_path: Path, sandbox: Runners) -> None:
    """Another class graded into the same folder stands beside this one."""
    out = tmp_path / "out"
    results, _ = _grade(classroom, out, Shared(sandbox))
    with Run(out, seed=None, sandbox="bubblewrap") as run:
        everything, problems = run.all_results(results[:2])
    assert [result.student for result in everything] == ["ada", "bob", "carol", "dan", "eve", "finn"]
    assert problems == []

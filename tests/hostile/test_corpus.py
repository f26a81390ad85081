"""Every hostile hand-in gets what it must, by the real command, and the honest ones beside it never notice."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import autograder
from autograder.handins.students import shown_name
from autograder.hostile import CORPUS, HONEST, Hostile, Kind, write_class
from autograder.records import LessonResult, Status
from autograder.results import all_results
from autograder.sandbox import available

SEED = 7
CELL_SECONDS = 1


@dataclass(frozen=True)
class Graded:
    """What one run of the command came to."""

    out: Path
    status: int
    told: str
    results: dict[tuple[str, int], LessonResult]

    def of(self, one: Hostile) -> LessonResult | None:
        """Return the result of a hostile hand-in."""
        return self.results.get((shown_name(one.folder), one.lesson))


def grade(folder: Path) -> Graded:
    """Grade the class in a folder with the real command, in the real sandbox."""
    out = folder / "grades"
    ran = subprocess.run(
        [
            *(sys.executable, "-c", "import sys\nfrom autograder.cli import main\nsys.exit(main())"),
            *("grade", folder / "submitted", "--out", out, "--workers", "2"),
            *("--seed", str(SEED), "--timeout", str(CELL_SECONDS)),
        ],
        capture_output=True,
        text=True,
        errors="replace",
    )
    results, problems = all_results(out)
    assert problems == []
    return Graded(
        out=out,
        status=ran.returncode,
        told=ran.stdout + ran.stderr,
        results={(result.student, int(result.lesson[:2])): result for result in results},
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """The whole corpus, graded in one class with the honest hand-ins."""
    if (problem := available()) is not None:
        pytest.skip(f"no sandbox here: {problem}")
    folder = tmp_path_factory.mktemp("class")
    write_class(folder, CORPUS)
    return grade(folder)


def test_the_corpus_is_whole() -> None:
    """There are more than sixty hand-ins, of every kind, each under a name and a folder of its own."""
    assert len(CORPUS) >= 60
    assert {one.kind for one in CORPUS} == {one.kind for one in CORPUS if one.in_brief} == set(Kind)
    assert len({one.name for one in CORPUS}) == len({one.folder for one in CORPUS} | HONEST.keys()) - len(HONEST)
    for one in CORPUS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.name), one.name
        assert one.tries


@pytest.mark.slow
@pytest.mark.parametrize("one", CORPUS, ids=lambda one: one.name)
def test_each_gets_what_it_must(graded: Graded, one: Hostile) -> None:
    """Points, status and cause of each exercise are as the record says, and so is the sentence for the student."""
    assert one.misses(graded.of(one)) == []


@pytest.mark.slow
def test_honest_results_are_the_same_without_them(graded: Graded, tmp_path: Path) -> None:
    """The results of the honest hand-ins are the same files, byte for byte, but for the seconds that it took."""
    write_class(tmp_path)
    alone = grade(tmp_path)
    assert alone.status == 0, alone.told
    paths = sorted(path.relative_to(alone.out) for path in alone.out.glob("results/*/*.json"))
    assert len(paths) == len(HONEST)
    for path in paths:
        with_them, without = (
            re.sub(rb'"seconds": [0-9.]+', b"", (run.out / path).read_bytes()) for run in (graded, alone)
        )
        assert with_them == without, path


@pytest.mark.slow
def test_the_run_comes_to_its_end(graded: Graded) -> None:
    """Every hand-in has a result; a person is asked for where two notebooks were handed in, and nowhere else."""
    assert graded.status == 3, graded.told
    assert "Traceback" not in graded.told
    assert not (graded.out / "faults.txt").exists()
    assert len(graded.results) == len(CORPUS) + len(HONEST)
    unjudged = [student for (student, _), result in graded.results.items() if result.needs_a_person]
    assert unjudged == ["two-notebooks"]


@pytest.mark.slow
def test_every_student_is_told_something_that_can_be_read(graded: Graded) -> None:
    """Whoever lost a point is told why, in text that any page and any terminal can show."""
    for result in graded.results.values():
        texts = [*result.notes, *(verdict.message for verdict in result.verdicts), result.student]
        for verdict in result.verdicts:
            assert verdict.status is Status.PASSED or verdict.message
        for text in texts:
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text), repr(text)
            assert len(text) < 5000


@pytest.mark.slow
def test_reports_hold_no_markup_of_a_student(graded: Graded) -> None:
    """Neither an id nor an error message becomes markup, a formula or a terminal's command on the way out."""
    pages = [*graded.out.glob("*.html"), *graded.out.glob("reports/*.html")]
    assert len(pages) > len(CORPUS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script>alert(1)" not in text, page
        assert "<img src=x" not in text, page
        assert "\x1b" not in text, page
    for line in (graded.out / "grades.csv").read_text(encoding="utf-8").splitlines():
        assert not re.match(r'"?[=+@\t\r-]', line), line
    assert "\x1b" not in graded.told


@pytest.mark.slow
def test_the_record_sees_what_it_does_not_ask_for(graded: Graded) -> None:
    """A result with another point, status, cause or without the sentence is a miss: the tests above can fail."""
    one = next(one for one in CORPUS if one.name == "searches-the-disk")
    result = graded.of(one)
    assert result is not None
    verdicts = result.verdicts
    failed = next(verdict for verdict in verdicts if verdict.exercise == "l02_one_hot")
    for change in ({"status": Status.PASSED}, {"points": 1.0}, {"cause": None}):
        changed = tuple(replace(v, **change) if v is failed else v for v in verdicts)  # type: ignore[arg-type]
        assert len(one.misses(replace(result, verdicts=changed))) == 1
    silent = tuple(replace(verdict, message="Wrong.") for verdict in verdicts)
    assert "nobody is told 'nothing of worth was found'" in one.misses(replace(result, verdicts=silent))[0]
    assert one.misses(None) == ["searches-the-disk: it has no result"]


def test_nothing_on_the_way_to_a_grade_imports_it() -> None:
    """Only the rehearsal knows the hostile hand-ins: they are no part of grading."""
    package = Path(autograder.__file__).parent
    importing = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"^\s*(from|import) autograder\.hostile", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert {path for path in importing if not path.startswith("hostile/")} == {"rehearsal.py"}

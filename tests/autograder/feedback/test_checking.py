"""`check` judges what a learner wrote, records it, and never answers a slip with a traceback."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import check
from autograder.exercises import EXERCISES, find
from autograder.records import Cause, Status
from digitlab import journal

NUMPY_EXERCISES = [exercise for exercise in EXERCISES if not exercise.needs_tensorflow and exercise.file is None]


def scale_pixels(images: Any) -> Any:
    """Return the right answer."""
    images = np.asarray(images)
    return (images / 255 if images.dtype.kind in "iu" else images).astype(np.float32)


def by_256(images: Any) -> Any:
    """Return a wrong answer that the bank knows."""
    return (images / 256 if images.dtype.kind in "iu" else images).astype(np.float32)


def stub(images: Any) -> Any:
    """Be as the lesson left it."""
    raise NotImplementedError


def test_a_right_answer_passes_and_is_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    """The card is printed where there is no notebook, and the journal holds all that repeats the verdict."""
    result = check("l02_scale_pixels", scale_pixels)
    assert result.passed
    assert float(result) == 2.0
    assert capsys.readouterr().out == "✔ Passed: Scale pixels to [0, 1] (2 of 2 points)\n  Right.\n"
    (event,) = journal.read()
    assert {key: value for key, value in event.items() if key != "at"} == {
        "event": "check",
        "exercise": "l02_scale_pixels",
        "status": "passed",
        "points": 2.0,
        "max_points": 2,
        "mistake": None,
        "seed": result.seed,
    }


def test_a_wrong_answer_gets_the_card_of_its_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """Message, example and next step are the judge's; what to type for a hint is said."""
    result = check("l02_scale_pixels", by_256)
    assert (result.verdict.mistake, repr(result)) == ("divides-by-256", "0.0")
    out, err = capsys.readouterr()
    assert err == ""
    for words in ("✘ Not right yet", "you divide by 256", "returned array", "Next: ", "For a hint: "):
        assert words in out


def test_the_stub_is_not_attempted() -> None:
    """The cell as shipped gives no verdict of wrong."""
    assert check("l02_scale_pixels", stub).verdict.status is Status.NOT_ATTEMPTED


def test_each_check_draws_afresh_and_can_be_repeated() -> None:
    """Two checks have two seeds; a seed that is given is kept, and gives the same example again."""
    seen: list[bytes] = []

    def watching(images: Any) -> Any:
        seen.append(np.asarray(images).tobytes())
        return by_256(images)

    def inputs(seed: int | None = None) -> tuple[int, bytes]:
        seen.clear()
        return check("l02_scale_pixels", watching, seed=seed).seed, b"".join(seen)

    (first_seed, first), (second_seed, second) = inputs(), inputs()
    assert first_seed != second_seed
    assert first != second
    assert inputs(first_seed) == (first_seed, first)


def test_the_learners_random_numbers_go_on_as_before() -> None:
    """A check leaves NumPy's global generator where it was, also when the answer used it."""

    def draws(images: Any) -> Any:
        np.random.seed(0)
        return scale_pixels(images)

    np.random.seed(5)
    expected = np.random.RandomState(5).rand(2).tolist()
    before = np.random.rand()
    result = check("l02_scale_pixels", draws)
    assert [before, np.random.rand()] == expected
    assert result.verdict.mistake == "uses-global-randomness"


def test_nothing_of_the_answers_noise_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    """What the function prints and warns stays out of the card, and off stderr, where nbgrader would give 0."""

    def noisy(images: Any) -> Any:
        print("noise")
        print("noise", file=sys.stderr)
        subprocess.run([sys.executable, "-c", "import os; os.write(2, b'noise')"], check=True)
        return np.log(np.asarray([0.0]))

    check("l02_scale_pixels", noisy)
    out, err = capfd.readouterr()
    assert "noise" not in out
    assert err == ""


@pytest.mark.parametrize(
    ("answer", "message", "next_step"),
    [
        (None, "Your check was given None instead of a function.", "with brackets"),
        ("scale_pixels", "Your check was given the text 'scale_pixels' instead", "Leave out the quotes"),
        (
            np.zeros((3, 3)),
            "Your check was given array([[0, 0, 0], [0, 0, 0], [0, 0, 0]], float64)",
            "not what it returns",
        ),
        (3.5, "Your check was given 3.5 instead of a function.", "not what it returns"),
        ([1, 2], "Your check was given [1, 2] instead of a function.", "not what it returns"),
        (Ellipsis, "Your check was given an ellipsis instead of a function.", "not what it returns"),
        (np.zeros(10**8, dtype=np.uint8), "Your check was given a large ndarray instead", "not what it returns"),
    ],
    ids=["none", "text", "array", "number", "list", "ellipsis", "large"],
)
def test_what_is_no_function_is_told_on_the_card(answer: Any, message: str, next_step: str) -> None:
    """Brackets or quotes too many give a card that says so, with the line to write."""
    verdict = check("l02_scale_pixels", answer).verdict
    assert (verdict.status, verdict.points, verdict.cause) == (Status.FAILED, 0.0, Cause.WRONG)
    assert verdict.message.startswith(message)
    assert verdict.next_step is not None
    assert next_step in verdict.next_step
    assert 'check("l02_scale_pixels", scale_pixels)' in verdict.next_step


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "Your check was given None instead of the name of a file."),
        (scale_pixels, "Your check was given a function instead of the name of a file."),
        ("my_model.keras", "Your check was given the file my_model.keras; the grader looks for my_cnn.keras"),
        (Path("my_cnn.h5"), "Your check was given the file my_cnn.h5; the grader looks for my_cnn.keras"),
    ],
    ids=["none", "function", "other name", "other ending"],
)
def test_what_is_no_path_of_the_file_is_told_on_the_card(answer: Any, message: str) -> None:
    """For a file exercise the answer is the file's name, and no other name is found by the grader."""
    verdict = check("l09_model_gate", answer).verdict
    assert verdict.status is Status.FAILED
    assert verdict.message.startswith(message)
    assert verdict.next_step is not None
    assert 'model.save("my_cnn.keras")' in verdict.next_step


@pytest.mark.parametrize("path", ["my_cnn.keras", "nowhere/my_cnn.keras", Path("my_cnn.keras")])
def test_a_file_that_is_not_there_is_not_attempted(path: Any) -> None:
    """Nothing saved yet is nothing attempted yet."""
    verdict = check("l09_model_gate", path).verdict
    assert (verdict.status, verdict.message) == (Status.NOT_ATTEMPTED, "There is no file my_cnn.keras yet.")


def test_a_file_that_is_no_model_is_refused_with_the_reason(folder: Path) -> None:
    """The file goes the way of a hand-in's file: it is looked at before anything opens it."""
    (folder / "my_cnn.keras").write_bytes(b"\x89HDF\r\n\x1a\n")
    result = check("l09_model_gate", "my_cnn.keras")
    assert result.verdict.mistake == "not-a-model-file"
    assert "HDF5" in result.verdict.message


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: check("l02_scale_pixel", scale_pixels), "Did you mean l02_scale_pixels"),
        (lambda: check("zzz", scale_pixels), "There is no exercise 'zzz'. The id stands in the lesson's check cell."),
        (lambda: check(scale_pixels, "l02_scale_pixels"), "takes the exercise's id first"),  # type: ignore[arg-type]
        (lambda: check("l02_scale_pixels", scale_pixels, seed=-1), "seed is -1"),
        (lambda: check("l02_scale_pixels", scale_pixels, seed=True), "seed is True"),
        (lambda: check("l02_scale_pixels", scale_pixels, seed="7"), "seed is '7'"),  # type: ignore[arg-type]
    ],
)
def test_a_check_that_cannot_be_is_an_error_with_the_remedy(call: Callable[[], Any], words: str) -> None:
    """An unknown exercise or a seed that is none raises ValueError, in one sentence, and nothing is recorded."""
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call()
    assert journal.read() == []


def test_an_interrupt_is_no_verdict() -> None:
    """Who presses Stop gets KeyboardInterrupt, and no check is recorded."""

    def interrupted(images: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("l02_scale_pixels", interrupted)
    assert journal.read() == []


def test_a_journal_that_cannot_be_kept_is_said_once(folder: Path) -> None:
    """The check goes on, and the first card says that progress is not kept."""
    (folder / ".digitlab").write_text("in the way")
    first, second = check("l02_scale_pixels", scale_pixels), check("l02_scale_pixels", scale_pixels)
    assert first.passed
    assert "Your progress is not kept" in str(first)
    assert "Your progress is not kept" not in str(second)


def test_a_terminal_without_the_symbols_is_no_hindrance() -> None:
    """Where the encoding has no ✔ and no ✘, the words are printed all the same."""
    code = "from autograder import check; check('l02_scale_pixels', lambda images: None)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""}
    )
    assert done.stdout.startswith(b"? Not right yet: Scale pixels to [0, 1] (0 of 2 points)")
    assert done.stderr == b""


def test_check_needs_no_ipython_and_no_tensorflow() -> None:
    """In a plain Python a NumPy exercise is checked without loading either, nor widgets."""
    code = (
        "import sys\n"
        "for name in ('IPython', 'ipywidgets', 'ipykernel', 'tensorflow', 'keras'): sys.modules[name] = None\n"
        "from autograder import check\n"
        "print(repr(check('l02_scale_pixels', lambda images: images)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0.0"


@pytest.mark.parametrize("exercise", NUMPY_EXERCISES, ids=lambda exercise: exercise.id)
def test_every_exercise_is_checked_as_its_bank_says(exercise: Any) -> None:
    """By way of `check`, a right answer of the bank passes and its first mistake does not."""
    assert check(exercise.id, exercise.right_answers[0]).passed
    assert not check(exercise.id, exercise.mistakes[0].answer).passed


def test_a_check_takes_less_than_a_tenth_of_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """Over the NumPy exercises, right, wrong in a known and in an unknown way, the median is below 100 ms."""
    seconds = []
    for exercise in NUMPY_EXERCISES:
        for answer in (exercise.right_answers[0], exercise.mistakes[-1].answer, lambda *_: 1.25):
            began = time.process_time()  # not the clock's: other tests may run beside this one
            check(exercise.id, answer)
            seconds.append(time.process_time() - began)
    assert statistics.median(seconds) < 0.1


def test_the_bank_is_run_only_where_the_answer_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """A right answer costs no run of the mistakes."""
    exercise = find("l02_scale_pixels")
    called: list[int] = []

    def counting(images: Any) -> Any:
        called.append(1)
        return images

    patched = exercise.mistakes[0]
    object.__setattr__(patched, "answer", counting)
    try:
        check(exercise.id, scale_pixels)
        assert called == []
        check(exercise.id, lambda images: 3)
        assert called
    finally:
        object.__setattr__(patched, "answer", by_256)

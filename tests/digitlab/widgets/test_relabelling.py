"""Relabelling, done as a learner does it: by buttons, by the call, and in a second session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

import digitlab
from digitlab.widgets import relabelling as module
from digitlab.widgets.relabelling import ANSWERS, CANNOT_TELL, relabelling, relabelling_box

IMAGES = np.random.default_rng(7).random((4, 28, 28, 1)).astype(np.float32)
LABELS, PREDICTED, NUMBERS = np.array([4, 9, 3, 7]), np.array([9, 4, 5, 2]), np.array([740, 12, 5, 81])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course folder of its own, and a process in which nothing was answered yet."""
    monkeypatch.setenv("DIGITLAB_JOURNAL_DIR", str(tmp_path))
    module._answered.clear()
    return tmp_path


def parts(widget: Any, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""
    own = [widget] if type(widget) is kind else []
    return own + [found for child in getattr(widget, "children", ()) for found in parts(child, kind)]


def test_buttons_note_and_step() -> None:
    """A choice is noted at once; Next and Previous step, stop at both ends, and show what was answered before."""
    asked = relabelling(IMAGES, LABELS, PREDICTED, NUMBERS)
    box = relabelling_box(asked)
    view, status = parts(box, ipywidgets.HTML)
    (field,) = parts(box, ipywidgets.RadioButtons)
    back, forth = parts(box, ipywidgets.Button)
    assert "Image 1 of 4" in view.value
    assert back.disabled
    assert field.options == ANSWERS
    field.value = "9"
    assert "Noted: 9. 1 of 4 labelled." in status.value
    forth.click()
    assert "Image 2 of 4" in view.value
    assert field.value is None
    field.value = CANNOT_TELL
    for _ in range(5):
        forth.click()
    assert "Image 4 of 4" in view.value
    assert forth.disabled
    for _ in range(5):
        back.click()
    assert field.value == "9"
    field.value = "4"
    assert asked.answer_of(0) == "4"
    for place, answer in ((2, "1"), (3, "2")):
        asked.note(place, answer)
    field.value = "9"
    assert "All done" in status.value


def test_typing_notes_and_goes_on() -> None:
    """A typed digit or question mark is noted, and the next image comes; anything else is told, and stays."""
    asked = relabelling(IMAGES, LABELS, PREDICTED, NUMBERS)
    box = relabelling_box(asked)
    view, status = parts(box, ipywidgets.HTML)
    (typed,) = parts(box, ipywidgets.Text)
    for place, (text, answer) in enumerate((("4", "4"), (" 4 ", "4"), ("?", CANNOT_TELL))):
        typed.value = text
        assert typed.value == ""
        assert asked.answer_of(place) == answer
        assert f"Image {place + 2} of 4" in view.value
        assert f"Noted: {answer}. {place + 1} of 4 labelled." in status.value
    typed.value = "<44"
    assert "“&lt;44” is no digit from 0 to 9." in status.value
    assert asked.answer_of(3) is None
    typed.value = "0"
    assert "Image 4 of 4" in view.value
    assert "All done" in status.value


def test_nothing_is_given_away() -> None:
    """Neither the page nor the buttons show label or prediction before the summary does."""
    asked = relabelling(IMAGES, np.array([4] * 4), np.array([9] * 4), NUMBERS)
    other = relabelling(IMAGES, np.array([1] * 4), np.array([2] * 4), NUMBERS)
    assert asked._repr_html_() == other._repr_html_()
    assert repr(asked) == repr(other)
    views = [parts(relabelling_box(one), ipywidgets.HTML)[0].value for one in (asked, other)]
    assert views[0] == views[1]


def test_summary_compares() -> None:
    """Each answer sides with the label, the model, neither or nobody; what differs from the label is listed."""
    asked = relabelling(IMAGES, LABELS, PREDICTED, NUMBERS, answers={0: 4, 1: "4", 2: 8, 3: CANNOT_TELL})
    summary = asked.summary()
    assert [one.sides_with for one in summary.compared] == ["the label", "the model", "neither", CANNOT_TELL]
    assert summary.counts() == {"the label": 1, "the model": 1, "neither": 1, CANNOT_TELL: 1}
    assert "4 of 4 images labelled" in repr(summary)
    assert "image 12: label 9, model 4, you 4" in repr(summary)
    assert "image 740" not in repr(summary)


def test_answers_are_kept_for_the_next_session(folder: Path) -> None:
    """The journal keeps the latest answer of each image, by its number, and a new process begins with these."""
    relabelling(IMAGES, LABELS, PREDICTED, NUMBERS, answers={0: 4, 1: 9})
    relabelling(IMAGES, LABELS, PREDICTED, NUMBERS, answers={0: 9, 1: 9})
    lines = (folder / ".digitlab" / "journal.jsonl").read_text().splitlines()
    noted = [(event["image"], event["answer"]) for event in map(json.loads, lines) if event["event"] == "relabelled"]
    assert noted == [(740, "4"), (12, "9"), (740, "9")]
    module._answered.clear()
    again = relabelling(IMAGES[:2], LABELS[:2], PREDICTED[:2], np.array([3, 740]))
    assert (again.answer_of(0), again.answer_of(1)) == (None, "9")
    box = relabelling_box(relabelling(IMAGES, LABELS, PREDICTED, NUMBERS))
    assert "Image 3 of 4" in parts(box, ipywidgets.HTML)[0].value


def test_a_journal_that_cannot_be_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers then serve in this process, and it is told once."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DIGITLAB_JOURNAL_DIR", str(tmp_path / "file"))
    asked = relabelling(IMAGES, LABELS, PREDICTED, NUMBERS)
    asked.note(0, 4)
    assert asked.said.startswith("Noted: 4. Your progress is not kept")
    assert asked.answer_of(0) == "4"


def test_what_is_no_answer_is_told() -> None:
    """Answers that are no digit, places without an image, and arrays that do not fit are told in words."""
    for answer in ("ten", 10, "", 4.0):
        with pytest.raises(ValueError, match="a digit from 0 to 9 or 'cannot tell', got"):
            relabelling(IMAGES, LABELS, PREDICTED, NUMBERS, answers={0: answer})  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="from 0 to 3, got 4"):
        relabelling(IMAGES, LABELS, PREDICTED, NUMBERS, answers={4: 1})
    for images, labels in ((IMAGES[:0], LABELS[:0]), (IMAGES, LABELS[:2]), (IMAGES[0], LABELS)):
        with pytest.raises(ValueError, match=r"relabelling needs at least one image, .* got images of shape"):
            relabelling(images, labels, PREDICTED, NUMBERS)


def test_something_stands_for_the_widget() -> None:
    """Where nobody can press a button, the images stand on a page with their numbers, and the call takes answers."""
    shown = digitlab.relabelling(IMAGES, LABELS, PREDICTED)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].count('alt="image to label') == 4
    assert bundle["text/plain"].startswith("4 images to label, 0 labelled so far.")

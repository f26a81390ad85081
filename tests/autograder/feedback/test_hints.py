"""Hints come one by one, the solution after them, and the journal remembers what was seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import course
from autograder.course import CourseError
from autograder.exercises import find
from autograder.feedback.hints import Hints, Note
from digitlab import journal

EXERCISE = find("l02_scale_pixels")


def events(kind: str) -> list[dict[str, object]]:
    """Return the events of one kind in the journal, without their time."""
    return [
        {key: value for key, value in event.items() if key not in ("at", "event")}
        for event in journal.read()
        if event["event"] == kind
    ]


def test_hints_come_in_their_order_and_are_recorded_once() -> None:
    """Each call without a number gives the next hint, and the last again after that; each is noted once."""
    hints = Hints(EXERCISE, passed=False)
    for number in (1, 2, 3, 3):
        note = hints.hint()
        assert f"Hint {number} of 3" in note
        assert hints.exercise.hints[number - 1].split()[0] in note
    assert events("hint") == [{"exercise": EXERCISE.id, "number": number} for number in (1, 2, 3)]


def test_a_hint_can_be_asked_for_by_number() -> None:
    """Any hint can be seen, and seen again; a number that is none is an error with the numbers that are."""
    hints = Hints(EXERCISE, passed=False)
    assert "Hint 3 of 3" in hints.hint(3)
    assert "Hint 1 of 3" in hints.hint()
    assert "Hint 3 of 3" in hints.hint(3)
    for wrong in (0, 4, -1, True, 1.0, "1"):
        with pytest.raises(ValueError, match="There are hints 1 to 3"):
            hints.hint(wrong)  # type: ignore[arg-type]


def test_what_was_seen_yesterday_counts() -> None:
    """A new check goes on where an earlier one was, and another exercise's hints are its own."""
    Hints(EXERCISE, passed=False).hint()
    later = Hints(EXERCISE, passed=False)
    assert later.seen == {1}
    assert "Hint 2 of 3" in later.hint()
    assert Hints(find("l02_one_hot"), passed=False).seen == frozenset()


def test_the_solution_comes_after_the_hints() -> None:
    """Before the last hint it says how many are left; then it shows the code, and is noted."""
    hints = Hints(EXERCISE, passed=False)
    assert "Look at 3 hints first" in hints.solution()
    hints.hint()
    hints.hint()
    assert "Look at one hint first" in hints.solution()
    assert events("solution") == []
    hints.hint()
    assert "def scale_pixels(" in hints.solution()
    assert "SOLUTION" not in hints.solution()
    assert events("solution")[0] == {"exercise": EXERCISE.id, "passed": False}


def test_who_has_passed_may_compare() -> None:
    """After a right answer the solution needs no hint."""
    assert "def scale_pixels(" in Hints(EXERCISE, passed=True).solution()


def test_without_the_solutions_on_disk_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the course's sources are missing, the reason is shown, and nothing is noted as seen."""
    monkeypatch.setattr(course, "solutions_folder", lambda: tmp_path)
    assert "There is no solution to show" in Hints(EXERCISE, passed=True).solution()

    def missing() -> Path:
        raise CourseError("The solutions are not on this disk.")

    monkeypatch.setattr(course, "solutions_folder", missing)
    assert "not on this disk" in Hints(EXERCISE, passed=True).solution()
    assert events("solution") == []


def test_hints_work_where_no_journal_can_be_kept(folder: Path) -> None:
    """With a file where the journal's folder should be, hints count in this process."""
    (folder / ".digitlab").write_text("in the way")
    hints = Hints(EXERCISE, passed=False)
    for _ in range(3):
        hints.hint()
    assert hints.left == 0
    assert "def scale_pixels(" in hints.solution()


def test_a_note_is_text_and_card() -> None:
    """A terminal shows a note as it is; a notebook as HTML, escaped."""
    note = Note("Hint 1 of 3", "Is `a < b`?", "if a < b:\n    pass")
    assert repr(note) == str(note) == "Hint 1 of 3: Is `a < b`?\n\nif a < b:\n    pass"
    assert "if a &lt; b:\n    pass</pre>" in note._repr_html_()

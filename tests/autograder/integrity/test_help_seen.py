"""The mark of help that was seen: a card leaves it, a notebook's file carries it, the grader reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.exercises import find
from autograder.feedback.card import card_html
from autograder.feedback.checking import check
from autograder.feedback.hints import Hints
from autograder.integrity.help_seen import HelpSeen, mark, read_marks
from digitlab.journal import FOLDER_VARIABLE


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of one's own."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))


def saved(html: str) -> bytes:
    """The file of a notebook that shows this output."""
    output = {"output_type": "display_data", "data": {"text/html": [html]}, "metadata": {}}
    return json.dumps({"cells": [{"cell_type": "code", "source": "", "outputs": [output]}]}).encode()


def test_from_hint_to_grader() -> None:
    """Hints and a solution that were shown stand in the card of the next check, and in the saved notebook."""
    exercise = find("l02_scale_pixels")
    hints = Hints(exercise, passed=False)
    assert hints.mark() == ""
    hints.hint()
    hints.hint()
    result = check(exercise.id, lambda images: images, seed=1)
    card = card_html(result.verdict, exercise.title, None, result.hints.mark())
    assert read_marks(saved(card)) == {exercise.id: HelpSeen(hints=2, solution=False)}
    hints.hint()
    hints.solution()
    card = card_html(result.verdict, exercise.title, None, Hints(exercise, passed=False).mark())
    assert read_marks(saved(card)) == {exercise.id: HelpSeen(hints=3, solution=True)}


def test_a_solution_after_the_right_answer_is_no_help() -> None:
    """Who looks at the solution when their own answer is right has not been helped by it."""
    hints = Hints(find("l02_scale_pixels"), passed=True)
    hints.solution()
    assert hints.mark() == ""


def test_the_most_counts() -> None:
    """Of several marks of one exercise the most help counts; what is no mark is no mark."""
    marks = [mark("l02_split", HelpSeen(hints=n, solution=n == 2)) for n in (1, 3, 2)]
    assert read_marks(saved("".join(f"<div {one}>" for one in marks)))["l02_split"] == HelpSeen(hints=3, solution=True)
    assert read_marks(b'data-digitlab-help="l02_split x 1" data-digitlab-help="../etc 1 1"') == {}
    assert len(read_marks(b'data-digitlab-help="l02_split 1 0"' * 100_000)) == 1

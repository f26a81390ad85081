"""What `check` returns: the points to nbgrader, a line in a notebook, the whole story to who asks."""

from __future__ import annotations

from autograder.exercise import Exercise
from autograder.feedback.card import card_text, points_text
from autograder.feedback.hints import Hints, Note
from autograder.records import Status, Verdict


class CheckResult:
    """The outcome of one check.

    `repr` is the points as a plain float, because that is what nbgrader reads from the last line of a check cell;
    `str` is readable text.

    Attributes
    ----------
    exercise : Exercise
    verdict : Verdict
    seed : int
        The inputs were drawn from it: `check(..., seed=result.seed)` repeats the verdict.
    note : str or None
        What else the learner should know: that the journal cannot be kept.
    """

    __slots__ = ("_hints", "exercise", "note", "seed", "verdict")

    def __init__(self, exercise: Exercise, verdict: Verdict, seed: int, note: str | None = None) -> None:
        self.exercise, self.verdict, self.seed, self.note = exercise, verdict, seed, note
        self._hints = Hints(exercise, passed=verdict.status is Status.PASSED)

    @property
    def passed(self) -> bool:
        """Whether the answer got its full points."""
        return self.verdict.status is Status.PASSED

    @property
    def hints(self) -> Hints:
        """Which hints were seen, and what may be seen next."""
        return self._hints

    def hint(self, n: int | None = None) -> Note:
        """Return hint `n` (1 to 3), or the next one that was not seen. It is noted in your journal, not punished."""
        return self._hints.hint(n)

    def solution(self) -> Note:
        """Return the solution once all hints were seen, or how many are left. It is noted, not punished."""
        return self._hints.solution()

    def __float__(self) -> float:
        return float(self.verdict.points)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return repr(float(self))

    def _repr_html_(self) -> str:
        return f"<span>{points_text(self.verdict.points, self.verdict.max_points)}</span>"

    def __str__(self) -> str:
        return card_text(self.verdict, self.exercise.title, self.footer(buttons=False))

    def footer(self, *, buttons: bool) -> str | None:
        """Return the card's last line: the note, and what to type for a hint where there are no buttons."""
        exercise = self.exercise
        answer = f'"{exercise.file}"' if exercise.file else exercise.function
        how = None if buttons or self.passed else f'For a hint: `check("{exercise.id}", {answer}).hint()`'
        return " ".join(line for line in (self.note, how) if line) or None

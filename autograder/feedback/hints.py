"""The hints and the solution of an exercise, in the order in which they may be seen; the journal remembers them."""

from __future__ import annotations

from autograder.exercise import Exercise
from autograder.feedback import journal
from autograder.feedback.card import note_html, wrapped
from autograder.integrity.help_seen import HelpSeen, mark


class Note(str):
    """A text that a notebook shows as a card, and a terminal as it is."""

    __slots__ = ("_html",)
    _html: str

    def __new__(cls, heading: str, text: str, code: str | None = None) -> Note:
        """Return the note `heading`: `text`, with code below it."""
        plain = wrapped(f"{heading}: {text}" if text else f"{heading}:")
        note = super().__new__(cls, plain if code is None else f"{plain}\n\n{code}")
        note._html = note_html(heading, text, code)
        return note

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self._html


class Hints:
    """Which hints of one exercise were seen, and what may be seen next.

    What was seen in an earlier check, or yesterday, counts: it stands in the learner's journal.
    """

    def __init__(self, exercise: Exercise, *, passed: bool) -> None:
        self.exercise = exercise
        self.passed = passed
        self._seen: set[int] | None = None

    @property
    def count(self) -> int:
        """How many hints there are."""
        return len(self.exercise.hints)

    @property
    def seen(self) -> frozenset[int]:
        """The numbers of the hints that were seen, from 1."""
        if self._seen is None:
            self._seen = {n for n in journal.hints_seen(self.exercise.id) if 1 <= n <= self.count}
        return frozenset(self._seen)

    @property
    def left(self) -> int:
        """How many hints are still to be seen before the solution can be shown: none once the answer is right."""
        return 0 if self.passed else self.count - len(self.seen)

    def mark(self) -> str:
        """Return what a card tells the teacher, in the saved notebook, of the help that was seen; "" for none."""
        seen = HelpSeen(hints=len(self.seen), solution=journal.solution_seen(self.exercise.id))
        return mark(self.exercise.id, seen) if seen.hints or seen.solution else ""

    def hint(self, n: int | None = None) -> Note:
        """Return hint `n`, or the next one that was not seen; after the last, the last again.

        Raises
        ------
        ValueError
            If there is no hint of that number.
        """
        if n is None:
            n = next((number for number in range(1, self.count + 1) if number not in self.seen), self.count)
        if type(n) is not int or not 1 <= n <= self.count:
            raise ValueError(
                f"There are hints 1 to {self.count}, not {n!r}. hint() without a number gives the next one."
            )
        if n not in self.seen:
            journal.remember("hint", exercise=self.exercise.id, number=n)
            self._seen = {*self.seen, n}
        return Note(f"Hint {n} of {self.count}", self.exercise.hints[n - 1])

    def solution(self) -> Note:
        """Return the solution, or how many hints are to be seen before it."""
        if self.left:
            hints = "one hint" if self.left == 1 else f"{self.left} hints"
            return Note("Not yet", f"Look at {hints} first: `hint()` shows the next one.")
        from autograder.course import CourseError, solution_text

        try:
            code = solution_text(self.exercise.id)
        except (CourseError, KeyError) as problem:
            return Note("There is no solution to show", str(problem.args[0]))
        journal.remember("solution", exercise=self.exercise.id, passed=self.passed)
        return Note("Solution", "One right answer; yours may look different.", code)

"""Which lesson a file belongs to: by its folder, its name, its metadata, the functions that it defines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.exercises import EXERCISES
from autograder.names import names_of
from autograder.notebooks import Notebook

_NUMBERED = re.compile(
    r"(?:lesson|lektion|unit|week|l)?[ _-]*(\d{1,2})(?![\d])(?:[ _.-].*)?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class LessonNames:
    """The lessons that there are: their names by number."""

    by_number: Mapping[int, str]

    def of_text(self, text: str) -> str | None:
        """Return the lesson that a folder's or a file's name (without its ending) means, or None.

        >>> lessons = LessonNames({2: "02_pixels_to_tensors", 9: "09_evaluate"})
        >>> [lessons.of_text(text) for text in ("02_pixels_to_tensors-1", "lesson 9", "Copy of 09_evaluate", "ada")]
        ['02_pixels_to_tensors', '09_evaluate', '09_evaluate', None]
        """
        plain = text.lower().replace("-", "_").replace(" ", "_")
        for name in self.by_number.values():
            if name in plain:
                return name
        numbered = _NUMBERED.fullmatch(text)
        return self.by_number.get(int(numbered[1])) if numbered else None

    def of_notebook(self, notebook: Notebook) -> str | None:
        """Return the lesson that a notebook says it is, or whose exercises it defines most of; None where neither."""
        if notebook.lesson in self.by_number.values():
            return notebook.lesson
        binds = frozenset[str]().union(*(names_of(cell.source).binds for cell in notebook.cells))
        votes = Counter(exercise.lesson for exercise in EXERCISES if exercise.function in binds)
        best = votes.most_common(2)
        if not best or (len(best) > 1 and best[0][1] == best[1][1]):
            return None
        return self.by_number.get(best[0][0])

"""What a class has handed in, as records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from autograder.handins.beside import MAX_MODEL_BYTES
from autograder.handins.entries import Entry, Unreadable
from autograder.wording import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """What one student handed in for one lesson.

    Attributes
    ----------
    student : str
        The student's id as it is shown, unique in the class.
    lesson : str
        The lesson's name.
    notebook : Entry or None
        None where there is no notebook, or no single one: `problem` then says so.
    files : tuple of Entry
        Small files and models beside the notebook; their paths are relative to it.
    problem : str or None
        Why there is no notebook to grade.
    ambiguous : bool
        Whether a person has to decide which notebook counts.
    notes : tuple of str
    """

    student: str
    lesson: str
    notebook: Entry | None = None
    files: tuple[Entry, ...] = ()
    problem: str | None = None
    ambiguous: bool = False
    notes: tuple[str, ...] = ()

    def digest(self) -> str:
        """Return the SHA-256 of all that was handed in: names, contents, and what was found odd."""
        whole = hashlib.sha256(repr((self.student, self.lesson, self.problem, self.notes)).encode("utf-8", "replace"))
        for entry in (*((self.notebook,) if self.notebook else ()), *self.files):
            try:
                digest = entry.digest(MAX_MODEL_BYTES)
            except Unreadable as problem:
                digest = hashlib.sha256(str(problem).encode("utf-8", "replace")).digest()
            whole.update(repr(entry.path).encode("utf-8", "replace") + digest)
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that is no hand-in, though it might have been meant as one: whose, which, and why not."""

    student: str
    path: str
    reason: str

    def __str__(self) -> str:
        who = f"{self.student}: " if self.student else ""
        return f"{who}{one_line(self.path)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ClassFound:
    """The hand-ins of a class in order, and the files that were not taken for one."""

    handins: tuple[HandIn, ...]
    strays: tuple[Stray, ...]

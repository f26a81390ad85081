"""From the files of a class to its hand-ins: one for each student and lesson."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.handins.entries import Entry, Unreadable, files_in, files_in_inner_zip, files_in_zip
from autograder.handins.layouts import Share, shares
from autograder.handins.lessons import LessonNames
from autograder.handins.students import shown_name
from autograder.notebooks import MAX_BYTES, NotebookProblem, read_notebook
from autograder.wording import listed, one_line

MAX_MODEL_BYTES = 100 << 20
MAX_FILE_BYTES = 5 << 20
MAX_FILES = 50
MAX_FILES_BYTES = 20 << 20
MAX_PATH_BYTES = 200
MODEL_ENDING = ".keras"


class NothingFound(Exception):  # noqa: N818 - what was asked for is not there
    """There is nothing to grade at a path; the message says why, and what is expected."""


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
                data = entry.read(MAX_MODEL_BYTES)
            except Unreadable as problem:
                data = str(problem).encode("utf-8", "replace")
            whole.update(repr(entry.path).encode("utf-8", "replace") + hashlib.sha256(data).digest())
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


def find_handins(
    path: Path, lessons: LessonNames, only: str | None = None, *, without: Sequence[Path] = ()
) -> ClassFound:
    """Return the hand-ins at a path: a folder, a zip archive, or one notebook.

    Parameters
    ----------
    path : Path
    lessons : LessonNames
        The lessons of the course.
    only : str or None
        The name of the one lesson to grade; a notebook that does not say which lesson it is then counts as this one,
        and a student without a notebook gets a hand-in without one.
    without : sequence of Path
        Folders to leave out, should they lie below `path`: the output.

    Raises
    ------
    NothingFound
        If there is nothing that looks like a hand-in.
    """
    try:
        found, strays = _shares_at(path, lessons, without)
    except Unreadable as problem:
        raise NothingFound(str(problem)) from None
    handins: list[HandIn] = []
    for share in sorted(found, key=lambda share: share.student):
        finder = _Finder(share, lessons, only)
        handins += finder.handins()
        strays += finder.strays
    if not handins:
        instead = f" Found: {strays[0]}." if strays else ""
        raise NothingFound(
            f"There are no notebooks of this course in {path}.{instead} Expected: STUDENT/LESSON/notebook.ipynb "
            "(nbgrader's submitted folder), one folder a student, or the zip archive of Canvas, Moodle or Gradescope."
        )
    return ClassFound(tuple(_merged(handins)), tuple(strays))


def _shares_at(path: Path, lessons: LessonNames, without: Sequence[Path]) -> tuple[list[Share], list[Stray]]:
    if not path.exists():
        raise NothingFound(f"There is no {path}. Name the folder or zip archive with the hand-ins.")
    if path.is_dir():
        resolved = path.resolve()
        entries, notes = files_in(resolved, without)
        found, nobodys = shares(entries, resolved.name, lessons)
    elif path.suffix.lower() == ".ipynb":
        whole, notes = files_in(path.resolve().parent)
        lone = next((entry for entry in whole if entry.path == (path.name,)), None)
        if lone is None:
            raise NothingFound(f"{path} is not an ordinary file. Copy the notebook itself to a folder, and name that.")
        student = path.stem if lessons.of_text(path.stem) is None else path.resolve().parent.name
        beside = [entry for entry in whole if not entry.name.lower().endswith(".ipynb") and len(entry.path) == 1]
        found, nobodys = [Share(student, [lone, *beside])], []
    elif path.suffix.lower() == ".zip":
        entries, notes = files_in_zip(path)
        found, nobodys = shares(entries, path.stem, lessons)
    else:
        raise NothingFound(f"{path} is neither a folder, a zip archive nor a notebook.")
    strays = [
        Stray("", name, "it lies outside of the students' folders, so nobody knows whose it is") for name in nobodys
    ]
    strays += [Stray("", "", note) for note in notes]
    return found, strays


class _Finder:
    """Finds the hand-ins of one student among the student's files."""

    def __init__(self, share: Share, lessons: LessonNames, only: str | None) -> None:
        self.share, self.lessons, self.only = share, lessons, only
        self.student = shown_name(share.student)
        self.strays: list[Stray] = []
        self.notes = list(share.notes)
        self.entries = list(self._unzipped())

    def handins(self) -> list[HandIn]:
        """Return one hand-in for each lesson that the student's files speak of."""
        notebooks = [entry for entry in self.entries if entry.name.lower().endswith(".ipynb")]
        by_lesson: dict[str, list[Entry]] = {}
        unknown: list[Entry] = []
        for entry in notebooks:
            lesson = self._lesson_of(entry)
            if lesson is None:
                unknown.append(entry)
            else:
                by_lesson.setdefault(lesson, []).append(entry)
        if self.only is not None and self.only not in by_lesson and len(unknown) == 1:
            by_lesson[self.only] = unknown
            self.notes.append(
                f"{one_line(unknown[0].name, 60)} does not say which lesson it is; it was taken as {self.only}"
            )
            unknown = []
        self.strays += [
            Stray(self.student, "/".join(entry.path), "no lesson is known by its folder, name, metadata or functions")
            for entry in unknown
        ]
        for lesson in self._lessons_without_notebook(by_lesson):
            by_lesson[lesson] = []
        found = [self._handin(lesson, by_lesson[lesson]) for lesson in sorted(by_lesson)]
        if not found and not unknown:
            self.strays.append(Stray(self.student, "", "there is no notebook in what was handed in"))
        return [one for one in found if self.only in (None, one.lesson)]

    def _unzipped(self) -> Iterator[Entry]:
        """Yield the student's files; those of an archive that the student handed in, in its place."""
        for entry in self.share.entries:
            if not entry.name.lower().endswith(".zip"):
                yield entry
                continue
            try:
                inner, notes = files_in_inner_zip(entry)
            except Unreadable as problem:
                self.notes.append(str(problem))
                continue
            self.notes += notes
            yield from inner

    def _lesson_of(self, entry: Entry) -> str | None:
        for folder in reversed(entry.path[:-1]):
            if (lesson := self.lessons.of_text(folder)) is not None:
                return lesson
        if (lesson := self.lessons.of_text(entry.name[: -len(".ipynb")])) is not None:
            return lesson
        try:
            return self.lessons.of_notebook(read_notebook(entry.read(MAX_BYTES)))
        except (Unreadable, NotebookProblem):
            return None

    def _lessons_without_notebook(self, known: dict[str, list[Entry]]) -> list[str]:
        """Return lessons that have a folder here, or that were asked for, and no notebook."""
        folders = (folder for entry in self.entries for folder in entry.path[:-1])
        named = {lesson for folder in folders if (lesson := self.lessons.of_text(folder)) is not None}
        if self.only is not None and not known:
            named.add(self.only)
        return sorted(named - known.keys())

    def _handin(self, lesson: str, notebooks: list[Entry]) -> HandIn:
        notes = list(self.notes)
        if not notebooks:
            return HandIn(
                student=self.student,
                lesson=lesson,
                files=self._files(None, lesson, notes),
                problem=self._missing(lesson),
                notes=tuple(notes),
            )
        distinct = _without_copies(notebooks)
        exact = [entry for entry in distinct if entry.name.lower() == f"{lesson}.ipynb"]
        if len(distinct) > 1 and len(exact) != 1:
            names = listed(sorted(one_line("/".join(entry.path), 60) for entry in distinct))
            return HandIn(
                student=self.student,
                lesson=lesson,
                problem=f"There are {len(distinct)} notebooks of this lesson ({names}), and only one can count.",
                ambiguous=True,
                notes=tuple(notes),
            )
        chosen = exact[0] if len(distinct) > 1 else distinct[0]
        if len(distinct) > 1:
            notes.append(f"there are {len(distinct)} notebooks of this lesson; {chosen.name} was graded, by its name")
        return HandIn(
            student=self.student,
            lesson=lesson,
            notebook=chosen,
            files=self._files(chosen, lesson, notes),
            notes=tuple(notes),
        )

    def _missing(self, lesson: str) -> str:
        scripts = [
            entry.name for entry in self.entries if entry.name.lower().endswith((".py", ".html", ".pdf", ".txt"))
        ]
        instead = f" There is {one_line(scripts[0], 60)}; what counts is the .ipynb file." if scripts else ""
        return f"There is no notebook of lesson {lesson}.{instead}"

    def _files(self, notebook: Entry | None, lesson: str, notes: list[str]) -> tuple[Entry, ...]:
        """Return the files that come along: what lies beside the notebook, and below it, as far as it is small."""
        folder = notebook.path[:-1] if notebook else self._folder_of(lesson)
        depth = len(folder)
        kept: list[Entry] = []
        total = models = 0
        for entry in self.entries:
            if len(entry.path) <= depth or entry.path[:depth] != folder or entry.name.lower().endswith(".ipynb"):
                continue
            if self._belongs_to_another(entry.path[depth:-1], lesson):
                continue
            beside = entry.below(depth)
            shown = one_line("/".join(beside.path), 60)
            if not _plain_path(beside.path) or any(_in_the_way(beside.path, other.path) for other in kept):
                notes.append(f"{shown} has a name that was not taken along")
            elif beside.name.lower().endswith(MODEL_ENDING):
                models += beside.size
                if models > MAX_MODEL_BYTES:
                    notes.append(f"{shown} has {beside.size / 1e6:.0f} MB and was left out")
                else:
                    kept.append(beside)
            elif beside.size > MAX_FILE_BYTES or total + beside.size > MAX_FILES_BYTES or len(kept) >= MAX_FILES:
                notes.append(f"{shown} was not taken along: only small files come with a notebook")
            else:
                total += beside.size
                kept.append(beside)
        return tuple(kept)

    def _belongs_to_another(self, folders: tuple[str, ...], lesson: str) -> bool:
        others = (self.lessons.of_text(folder) for folder in folders)
        return any(other is not None and other != lesson for other in others)

    def _folder_of(self, lesson: str) -> tuple[str, ...]:
        for entry in self.entries:
            for depth, folder in enumerate(entry.path[:-1], 1):
                if self.lessons.of_text(folder) == lesson:
                    return entry.path[:depth]
        return ()


def _without_copies(notebooks: list[Entry]) -> list[Entry]:
    """Return the notebooks without those that are byte for byte another one."""
    if len(notebooks) == 1:
        return notebooks
    seen: dict[bytes, Entry] = {}
    for entry in notebooks:
        try:
            digest = hashlib.sha256(entry.read(MAX_BYTES)).digest()
        except Unreadable:
            digest = repr(entry.path).encode("utf-8", "replace")
        kept = seen.setdefault(digest, entry)
        if len(entry.name) < len(kept.name):
            seen[digest] = entry
    return list(seen.values())


def _plain_path(path: tuple[str, ...]) -> bool:
    joined = posixpath.join(*path)
    short = len(joined.encode("utf-8", "replace")) <= MAX_PATH_BYTES
    return short and joined.isprintable() and not {".", ".."} & set(path) and "\\" not in joined


def _in_the_way(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two files cannot lie in one folder: one is the other, or would have to be its folder."""
    common = min(len(path), len(other))
    return path[:common] == other[:common]


def _merged(handins: list[HandIn]) -> Iterator[HandIn]:
    """Yield the hand-ins; of two by one student for one lesson, neither counts before a person has looked."""
    seen: dict[tuple[str, str], list[HandIn]] = {}
    for handin in handins:
        seen.setdefault((handin.student, handin.lesson), []).append(handin)
    for (student, lesson), group in seen.items():
        if len(group) == 1:
            yield group[0]
        else:
            yield HandIn(
                student=student,
                lesson=lesson,
                problem=f"There are {len(group)} hand-ins of this lesson by the same student, and only one can count.",
                ambiguous=True,
            )

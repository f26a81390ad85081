"""From the files of a class to its hand-ins: one for each student and lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograder.handins.beside import files_beside
from autograder.handins.entries import Entry, Unreadable, files_in, files_in_inner_zip, files_in_zip
from autograder.handins.handin import ClassFound, HandIn, Stray
from autograder.handins.layouts import Share, shares
from autograder.handins.lessons import LessonNames
from autograder.handins.students import shown_name
from autograder.notebooks import MAX_BYTES, NotebookProblem, read_notebook
from autograder.wording import listed, one_line


class NothingFound(Exception):  # noqa: N818 - what was asked for is not there
    """There is nothing to grade at a path; the message says why, and what is expected."""


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
                files=files_beside(self.entries, self._folder_of(lesson), self._is_other(lesson), notes),
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
            files=files_beside(self.entries, chosen.path[:-1], self._is_other(lesson), notes),
            notes=tuple(notes),
        )

    def _missing(self, lesson: str) -> str:
        scripts = [
            entry.name for entry in self.entries if entry.name.lower().endswith((".py", ".html", ".pdf", ".txt"))
        ]
        instead = f" There is {one_line(scripts[0], 60)}; what counts is the .ipynb file." if scripts else ""
        return f"There is no notebook of lesson {lesson}.{instead}"

    def _is_other(self, lesson: str) -> Callable[[str], bool]:
        """Return whether a folder's name says that it is another lesson's."""
        return lambda folder: self.lessons.of_text(folder) not in (None, lesson)

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
            digest = entry.digest(MAX_BYTES)
        except Unreadable:
            digest = repr(entry.path).encode("utf-8", "replace")
        kept = seen.setdefault(digest, entry)
        if len(entry.name) < len(kept.name):
            seen[digest] = entry
    return list(seen.values())


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

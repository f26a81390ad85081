"""Where the course lies: the lessons as they were released, and the learner's own copies of them."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

# What the course keeps in a learner's folder beside the notebooks: the journal, and which releases were copied.
NOTES_FOLDER = ".digitlab"


class CourseFilesError(Exception):
    """The course's own files are not where they should be; the message says what to do."""


def repository() -> Path | None:
    """Return the repository that this package is used from, or None where it was installed from a wheel."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "lessons").is_dir() else None


def lessons_folder() -> Path:
    """Return the folder of the lessons as released: in the repository, or in the installed package.

    Raises
    ------
    CourseFilesError
        If there is no such folder.
    """
    root = repository()
    folder = root / "lessons" if root else PACKAGE / "lessons"
    if not folder.is_dir():
        raise CourseFilesError(
            f"The lessons are not in {folder}, so this installation is incomplete. Install digitlab again."
        )
    return folder


def course_folder(here: Path) -> Path:
    """Return the folder of the learner's copies, for a learner who is in the folder `here`.

    That is `here` itself where it has been a course folder before; else `my_lessons` in the repository or, where
    digitlab was installed from a wheel, `digitlab_lessons` in `here`. It need not exist yet.
    """
    if (here / NOTES_FOLDER).is_dir():
        return here
    root = repository()
    return root / "my_lessons" if root else here / "digitlab_lessons"

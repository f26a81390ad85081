"""Write hand-ins as a class: one folder a student, as nbgrader lays them out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.hostile.honest import HONEST
from autograder.hostile.record import Hostile


def write_class(folder: Path, corpus: Iterable[Hostile] = (), *, honest: bool = True) -> None:
    """Write `submitted/STUDENT/LESSON/` below a folder: the honest hand-ins, and those of the corpus."""
    submitted = folder / "submitted"
    for student, files in HONEST.items() if honest else ():
        for path, content in files().items():
            _write(submitted / student / path, content)
    for one in corpus:
        home = submitted / one.folder
        home.mkdir(parents=True)
        for path, content in one.files().items():
            _write(home / path, content)
        for path, target in one.links.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).symlink_to(target)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

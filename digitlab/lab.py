"""Copies of the lessons for one learner, and JupyterLab on them.

A learner works in copies, so that a newer version of the course never meets their work: see `lay_out`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from digitlab.paths import NOTES_FOLDER, PACKAGE
from digitlab.storage import DataError, written_whole

JUPYTER_CONFIG = PACKAGE / "jupyter_config"

_NOT_PART_OF_A_LESSON = {".ipynb_checkpoints", "__pycache__", NOTES_FOLDER}


class Action(StrEnum):
    """What becomes of one released file in a learner's folder."""

    KEEP = "keep"
    ADD = "add"
    REPLACE = "replace"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut:
    """What `lay_out` did, as paths relative to the folder.

    Attributes
    ----------
    folder : Path
        The learner's folder.
    added : tuple of str
        Files that were not there.
    replaced : tuple of str
        Files that the learner had not changed, now as newly released.
    beside : dict of str to str
        Files that the learner had changed, kept as they were, and where the new release of each was put.
    """

    folder: Path
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    beside: Mapping[str, str]


def lay_out(lessons: Path, folder: Path) -> LaidOut:
    """Bring the released `lessons` into the learner's `folder` without touching what the learner has changed.

    The SHA-256 of each release that was copied is kept in the folder. By it, a file that the learner has not changed is
    told from one that they worked in: the first is replaced by a newer release, the second stays, and the newer release
    is put beside it under a new name, once.

    Raises
    ------
    DataError
        If the folder is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file, and the lessons need a folder. Name another: digitlab lab FOLDER")
    try:
        (folder / NOTES_FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The folder {folder} cannot be made ({error.strerror}). Name another: digitlab lab FOLDER"
        ) from error
    released = {_name(lessons, path): _sha256(path) for path in _files(lessons)}
    present = {name: _sha256(folder / name) for name in released if (folder / name).is_file()}
    actions = plan(released, present, read_copied(folder))
    beside = {}
    for name, action in actions.items():
        place = folder / name
        if action is Action.BESIDE:
            place = _free_name(place)
            beside[name] = _name(folder, place)
        if action is not Action.KEEP:
            place.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(place) as file:
                file.write((lessons / name).read_bytes())
    with written_whole(_record(folder)) as file:
        file.write(json.dumps({"schema": 1, "copied": released}, indent=1).encode())
    return LaidOut(
        folder=folder,
        added=tuple(name for name, action in actions.items() if action is Action.ADD),
        replaced=tuple(name for name, action in actions.items() if action is Action.REPLACE),
        beside=beside,
    )


def plan(
    released: Mapping[str, str], present: Mapping[str, str], copied: Mapping[str, str] | None
) -> dict[str, Action]:
    """Return what is to be done with each released file.

    Parameters
    ----------
    released, present : mapping of str to str
        The SHA-256 of each file as released, and as it lies in the learner's folder.
    copied : mapping of str to str, or None
        The SHA-256 of each release that was copied into the folder before; None where that is not known.

    Examples
    --------
    The learner has not touched the first, has worked in the second, and has deleted the third to start it anew.

    >>> plan({"1": "new", "2": "new", "3": "old"}, {"1": "old", "2": "mine"}, {"1": "old", "2": "old", "3": "old"})
    {'1': <Action.REPLACE: 'replace'>, '2': <Action.BESIDE: 'beside'>, '3': <Action.ADD: 'add'>}
    """
    return {name: _action(name, released, present, copied) for name in released}


def _action(
    name: str, released: Mapping[str, str], present: Mapping[str, str], copied: Mapping[str, str] | None
) -> Action:
    if name not in present:
        return Action.ADD
    if present[name] == released[name] or copied is None or copied.get(name) == released[name]:
        return Action.KEEP
    return Action.REPLACE if present[name] == copied.get(name) else Action.BESIDE


def read_copied(folder: Path) -> dict[str, str] | None:
    """Return the SHA-256 of each release that was copied into the folder, or None where no record can be read."""
    try:
        copied = json.loads(_record(folder).read_text(encoding="utf-8"))["copied"]
        return {str(name): str(digest) for name, digest in copied.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def jupyter_arguments(
    folder: Path, first: str | None, *, browser: bool, root: bool, passed_on: Sequence[str]
) -> list[str]:
    """Return the arguments for JupyterLab; what the learner passed on comes last, so it wins.

    Examples
    --------
    >>> mine = jupyter_arguments(Path("mine"), "01_look_first.ipynb", browser=False, root=True, passed_on=["--port=99"])
    >>> mine[0], mine[2:]  # doctest: +NORMALIZE_WHITESPACE
    ('--ServerApp.root_dir=mine',
     ['--LabApp.default_url=/lab/tree/01_look_first.ipynb', '--no-browser', '--allow-root', '--port=99'])
    """
    return [
        f"--ServerApp.root_dir={folder}",
        # Its notices would bury where the lessons are; the address is printed all the same.
        "--Application.log_level=WARN",
        *([f"--LabApp.default_url=/lab/tree/{quote(first)}"] if first else []),
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if root else []),
        *passed_on,
    ]


def start_jupyter(arguments: Sequence[str]) -> None:
    """Run JupyterLab in this process until it is stopped.

    The settings in `JUPYTER_CONFIG` leave out what is for teachers (nbgrader's menu, with its errors where there is no
    course of nbgrader's) and what needs a network (news of Jupyter), and have the state of widgets saved: in a notebook
    that is opened again without it an error stands in the place of each. A learner's own settings stand above them.
    """
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*([others] if others else []), str(JUPYTER_CONFIG)])
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(list(arguments))


def _files(lessons: Path) -> list[Path]:
    return sorted(
        path
        for path in lessons.rglob("*")
        if path.is_file()
        and not path.name.startswith(".")
        and not _NOT_PART_OF_A_LESSON & set(path.relative_to(lessons).parts)
    )


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _free_name(place: Path) -> Path:
    """Return the first of `x_new.ipynb`, `x_new_2.ipynb`, … that does not exist."""
    candidate = place.with_stem(f"{place.stem}_new")
    number = 2
    while candidate.exists():
        candidate = place.with_stem(f"{place.stem}_new_{number}")
        number += 1
    return candidate


def _record(folder: Path) -> Path:
    return folder / NOTES_FOLDER / "released.json"

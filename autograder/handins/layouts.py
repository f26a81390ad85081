"""Which files are whose: the layouts in which a class's hand-ins arrive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.handins.entries import Entry, Unreadable
from autograder.handins.lessons import LessonNames

GRADESCOPE_METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 20 << 20

# smithjane_12345_67890_notebook.ipynb, smithjane_LATE_12345_67890_notebook.ipynb, anon_k3f_67890_notebook.ipynb
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_\d+_(?P<file>.+)", re.DOTALL)
_CANVAS_ANONYMOUS = re.compile(r"(?P<name>anon_[^_]+)_(?P<late>LATE_)?\d+_(?P<file>.+)", re.DOTALL)
# Jane Smith_12345_assignsubmission_file_/notebook.ipynb, or the same as one flat name
_MOODLE = re.compile(r"(?P<student>.+_\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL)
_GRADESCOPE = re.compile(r"submission_\d+")
_WORTH_GRADING = (".ipynb", ".zip", ".keras")


@dataclass(slots=True)
class Share:
    """The files of one student, seen from the student's own folder; and what was odd about them."""

    student: str
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def shares(entries: Sequence[Entry], root_name: str, lessons: LessonNames) -> tuple[list[Share], list[str]]:
    """Return each student's files, and the paths of files that are nobody's.

    Known are nbgrader's `submitted/STUDENT/LESSON/`, one folder a student, the archives of Canvas, Moodle and
    Gradescope, and a single student's folder; each of them also inside one more folder.

    Parameters
    ----------
    entries : sequence of Entry
    root_name : str
        The name of the folder or archive (without its ending) that was given; a single student's id.
    lessons : LessonNames
    """
    inner = _unwrapped(list(entries), root_name, lessons)
    if not inner:
        return [], []
    submitted = [entry.below(1) for entry in inner if entry.path[0] == "submitted" and len(entry.path) > 1]
    if submitted:
        return _by_folder(submitted)
    if any(entry.path == (GRADESCOPE_METADATA,) or _GRADESCOPE.fullmatch(entry.path[0]) for entry in inner):
        return _gradescope(inner)
    if any(_MOODLE.fullmatch(entry.path[0]) for entry in inner):
        return _moodle(inner)
    loose = [entry for entry in inner if len(entry.path) == 1 and entry.name.lower().endswith(_WORTH_GRADING)]
    if loose and all(_canvas_match(entry.name) for entry in loose):
        return _canvas(inner)
    if any(entry.name.lower().endswith(".ipynb") for entry in loose) or all(len(entry.path) == 1 for entry in inner):
        in_folders = {entry.path[0] for entry in inner if len(entry.path) > 1 and _is_notebook(entry)}
        if not in_folders or all(lessons.of_text(name) is not None for name in in_folders):
            return [Share(root_name, inner)], []
    if all(lessons.of_text(name) is not None for name in {e.path[0] for e in inner if len(e.path) > 1}):
        return [Share(root_name, inner)], []
    return _by_folder(inner)


def _unwrapped(entries: list[Entry], root_name: str, lessons: LessonNames) -> list[Entry]:
    """Return the entries without one folder that wraps them all, such as the one that a zip program adds."""
    tops = {entry.path[0] for entry in entries}
    if len(tops) != 1 or not all(len(entry.path) > 1 for entry in entries):
        return entries
    (top,) = tops
    inner = [entry.below(1) for entry in entries]
    if top == "submitted" or _GRADESCOPE.fullmatch(top) or _MOODLE.fullmatch(top) or lessons.of_text(top) is not None:
        return entries
    folders = {entry.path[0] for entry in inner if len(entry.path) > 1 and _is_notebook(entry)}
    several = len({name for name in folders if lessons.of_text(name) is None}) > 1
    known = "submitted" in folders or any(entry.path == (GRADESCOPE_METADATA,) for entry in inner)
    loose = [entry for entry in inner if len(entry.path) == 1 and _is_notebook(entry)]
    canvas = len(loose) > 1 and all(_canvas_match(entry.name) for entry in loose)
    moodle = any(_MOODLE.fullmatch(entry.path[0]) for entry in inner)
    same = top == root_name and not loose and bool(folders)
    return inner if several or known or canvas or moodle or same else entries


def _is_notebook(entry: Entry) -> bool:
    return entry.name.lower().endswith(".ipynb")


def _by_folder(entries: Sequence[Entry]) -> tuple[list[Share], list[str]]:
    found: dict[str, Share] = {}
    nobodys: list[str] = []
    for entry in entries:
        if len(entry.path) == 1:
            if entry.name.lower().endswith(_WORTH_GRADING):
                nobodys.append(entry.name)
            continue
        student = entry.path[0]
        found.setdefault(student, Share(student)).entries.append(entry.below(1))
    return list(found.values()), nobodys


def _canvas_match(name: str) -> re.Match[str] | None:
    return _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)


def _canvas(entries: Sequence[Entry]) -> tuple[list[Share], list[str]]:
    found: dict[str, Share] = {}
    nobodys: list[str] = []
    for entry in entries:
        match = _canvas_match(entry.name) if len(entry.path) == 1 else None
        if match is None:
            nobodys.append("/".join(entry.path))
            continue
        known = match.groupdict()
        student = f"{known['name']}_{known['user']}" if known.get("user") else known["name"]
        share = found.setdefault(student, Share(student))
        share.entries.append(Entry((known["file"],), entry.size, entry.opener))
        if known["late"] and not share.notes:
            share.notes.append("Canvas says that this was handed in late")
    return list(found.values()), nobodys


def _moodle(entries: Sequence[Entry]) -> tuple[list[Share], list[str]]:
    found: dict[str, Share] = {}
    nobodys: list[str] = []
    for entry in entries:
        match = _MOODLE.fullmatch(entry.path[0])
        if match is None:
            nobodys.append("/".join(entry.path))
            continue
        share = found.setdefault(match["student"], Share(match["student"]))
        if len(entry.path) > 1:
            share.entries.append(entry.below(1))
        elif match["file"]:
            share.entries.append(Entry((match["file"],), entry.size, entry.opener))
    return list(found.values()), nobodys


def _gradescope(entries: Sequence[Entry]) -> tuple[list[Share], list[str]]:
    """Return a share for each submitter: what a group handed in together is graded for each of its members."""
    who = _submitters(entries)
    found: dict[str, Share] = {}
    nobodys: list[str] = []
    for entry in entries:
        if len(entry.path) == 1:
            if entry.name.lower().endswith(_WORTH_GRADING):
                nobodys.append(entry.name)
            continue
        folder = entry.path[0]
        group = who.get(folder) or [folder]
        for student in group:
            share = found.setdefault(f"{student}\0{folder}", Share(student))
            share.entries.append(entry.below(1))
            if len(group) > 1 and not share.notes:
                share.notes.append(f"handed in by a group of {len(group)}")
    return list(found.values()), nobodys


def _submitters(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Return the submitters of each submission folder, as Gradescope's export lists them."""
    listing = next((entry for entry in entries if entry.path == (GRADESCOPE_METADATA,)), None)
    if listing is None:
        return {}
    import yaml  # type: ignore[import-untyped]

    try:
        plain: Any = yaml.load(listing.read(MAX_METADATA_BYTES), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are the safe loader
    except (Unreadable, yaml.YAMLError, RecursionError, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for folder, about in plain.items() if isinstance(plain, dict) else ():
        people = about.get(":submitters") if isinstance(about, dict) else None
        names = (
            [_submitter(person) for person in people if isinstance(person, dict)] if isinstance(people, list) else []
        )
        if isinstance(folder, str) and any(names):
            found[folder] = [name for name in names if name]
    return found


def _submitter(person: dict[Any, Any]) -> str:
    """Return what tells a person apart from all others: the student id where there is one, with the name before it."""
    name, sid, email = (person.get(key) for key in (":name", ":sid", ":email"))
    unique = sid or email
    # A number may be an id; anything else that YAML can hold may be nested so that its text has no end.
    return "_".join(str(part) for part in (name, unique) if part and isinstance(part, (str, int)))

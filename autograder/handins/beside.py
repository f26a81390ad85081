"""Which files come along with a notebook: small ones, and models."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence

from autograder.handins.entries import Entry
from autograder.wording import one_line

MAX_MODEL_BYTES = 100 << 20
MAX_FILE_BYTES = 5 << 20
MAX_FILES = 50
MAX_FILES_BYTES = 20 << 20
MAX_PATH_BYTES = 200
MODEL_ENDING = ".keras"


def files_beside(
    entries: Sequence[Entry], folder: tuple[str, ...], is_other: Callable[[str], bool], notes: list[str]
) -> tuple[Entry, ...]:
    """Return the files that come along with a notebook: what lies beside and below it, as far as it is small.

    Parameters
    ----------
    entries : sequence of Entry
        A student's files.
    folder : tuple of str
        Where the notebook lies.
    is_other : callable
        Whether a folder, by its name, belongs to another lesson.
    notes : list of str
        What was left out is added here.
    """
    depth = len(folder)
    kept: list[Entry] = []
    total = models = 0
    for entry in entries:
        if len(entry.path) <= depth or entry.path[:depth] != folder or entry.name.lower().endswith(".ipynb"):
            continue
        if any(is_other(name) for name in entry.path[depth:-1]):
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


def _plain_path(path: tuple[str, ...]) -> bool:
    joined = posixpath.join(*path)
    short = len(joined.encode("utf-8", "replace")) <= MAX_PATH_BYTES
    return short and joined.isprintable() and not {".", ".."} & set(path) and "\\" not in joined


def _in_the_way(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two files cannot lie in one folder: one is the other, or would have to be its folder."""
    common = min(len(path), len(other))
    return path[:common] == other[:common]

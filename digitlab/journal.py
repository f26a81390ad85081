"""The learner's journal: what was checked, predicted and looked up, one line of JSON for each event.

It lies in the course folder, as `.digitlab/journal.jsonl`, for the learner's own tools. The course folder is the one
that the environment variable DIGITLAB_JOURNAL_DIR names, or else the current one, which in Jupyter is the notebook's.
Lines are only ever added, each with a single write, so several notebooks may write at once.

The events and their facts:

- ``check``: exercise, points, max_points, status, mistake
- ``hint``: exercise, number
- ``solution``: exercise
- ``prediction``: id, question, answer
- ``relabelled``: image, answer
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digitlab.paths import NOTES_FOLDER
from digitlab.storage import DataError

FOLDER_VARIABLE = "DIGITLAB_JOURNAL_DIR"

# One event as it stands in the journal: `event`, `at` (ISO 8601, UTC), and its facts.
Event = dict[str, Any]

# The journals of which this process has already said that they cannot be kept.
_said: set[Path] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Whether an event was kept, and what the learner should be told of it.

    Attributes
    ----------
    kept : bool
    note : str or None
        A sentence where the journal cannot be written, the first time in a process; afterwards None.
    """

    kept: bool
    note: str | None = None


def journal_path(folder: Path | None = None) -> Path:
    """Return where the journal of a course folder is, of the current one by default. It need not exist."""
    # A relative path by default: it serves also where the current folder has been deleted and has no name any more.
    chosen = folder or Path(os.environ.get(FOLDER_VARIABLE) or ".")
    return chosen / NOTES_FOLDER / "journal.jsonl"


def record(event: str, *, at: datetime | None = None, **facts: Any) -> Recorded:
    """Add one event to the journal. A disk that cannot be written stops nobody: that is told, once, in what comes back.

    Parameters
    ----------
    event : str
        What happened, such as ``"hint"``.
    at : datetime or None
        When, with its time zone; now by default.
    **facts
        Numbers, texts and None; NumPy's numbers become Python's, and anything else its text.

    Examples
    --------
    >>> import tempfile
    >>> os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp()
    >>> record("hint", exercise="l02_one_hot", number=1).kept
    True
    >>> [event["number"] for event in read() if event["event"] == "hint"]
    [1]
    """
    moment = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    line = json.dumps({"event": event, "at": moment, **facts}, default=_plain).encode() + b"\n"
    path = journal_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, line)
    except OSError as error:
        path = _in_full(path)
        if path in _said:
            return Recorded(kept=False)
        _said.add(path)
        why = error.strerror or str(error)
        return Recorded(
            kept=False,
            note=f"Your progress is not kept: {path} cannot be written ({why}). Everything else works as usual.",
        )
    return Recorded(kept=True)


def read(folder: Path | None = None) -> list[Event]:
    """Return the events of a course folder, of the current one by default, in the order in which they were recorded.

    Lines that are no events, such as one that a power cut has torn, are left out.

    Returns
    -------
    list of dict
        Empty where there is no journal yet. Each has a text under ``event``.

    Raises
    ------
    DataError
        If there is a journal that cannot be read.
    """
    path = journal_path(folder)
    try:
        lines = path.read_bytes().split(b"\n")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DataError(
            f"Your journal {path} could not be read ({error.strerror or error}). Check its permissions."
        ) from error
    events = (_event(line) for line in lines)
    return [event for event in events if event is not None]


def _append(path: Path, line: bytes) -> None:
    """Add a line with a single write, after ending a line that was torn.

    Another writer's line that is just being written may look torn; then an empty line comes between, which is no event.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        if os.lseek(descriptor, 0, os.SEEK_END) > 0:
            os.lseek(descriptor, -1, os.SEEK_END)
            if os.read(descriptor, 1) != b"\n":
                line = b"\n" + line
        if os.write(descriptor, line) < len(line):
            raise OSError("the disk is full")
    finally:
        os.close(descriptor)


def _in_full(path: Path) -> Path:
    """Return the absolute path, where there is one."""
    try:
        return path.absolute()
    except OSError:
        return path


def _event(line: bytes) -> Event | None:
    """Return the event in a line, or None where there is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _plain(value: Any) -> Any:
    """Return a NumPy number or array as Python's, and anything else as its text."""
    return value.tolist() if hasattr(value, "tolist") else str(value)

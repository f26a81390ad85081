"""Facts of the last run that no result holds: when it was, with which versions, and which files found no place."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import autograder

RUN_FILE = "run.json"
MAX_BYTES = 4 << 20
_PACKAGES = ("numpy", "tensorflow", "keras")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Facts of one run of the grader, as the class page prints them.

    Attributes
    ----------
    when : str
        Date and time with its zone, for people: "14 March 2025, 09:30 UTC".
    versions : tuple of (str, str)
        Name and version of what decided the grades.
    unplaced : tuple of str
        One sentence for each file that was not taken for a hand-in and might have been meant as one.
    """

    when: str
    versions: tuple[tuple[str, str], ...] = ()
    unplaced: tuple[str, ...] = ()


def facts_of_run(when: datetime, unplaced: Sequence[str] = ()) -> RunFacts:
    """Return the facts of a run that ended at `when`, a time with a zone.

    >>> from datetime import UTC
    >>> facts_of_run(datetime(2025, 3, 4, 9, 5, tzinfo=UTC)).when
    '4 March 2025, 09:05 UTC'
    """
    date = f"{when.day} {when:%B %Y, %H:%M} {when.tzname() or ''}".strip()
    return RunFacts(when=date, versions=tuple(_versions()), unplaced=tuple(unplaced))


def facts_to_plain(facts: RunFacts) -> dict[str, Any]:
    """Return the facts as plain values, to be kept in a JSON file.

    >>> facts_to_plain(RunFacts(when="today"))
    {'when': 'today', 'versions': {}, 'unplaced': []}
    """
    return {"when": facts.when, "versions": dict(facts.versions), "unplaced": list(facts.unplaced)}


def read_facts(out: Path) -> RunFacts | None:
    """Return the facts that a run has kept as `facts` in its `run.json`, for the time when reports are made again.

    None where there are none, or none that can be read: no grade hangs on them.
    """
    try:
        with (out / RUN_FILE).open("rb") as file:
            plain: Any = json.loads(file.read(MAX_BYTES))["facts"]
        return RunFacts(
            when=str(plain["when"]),
            versions=tuple((str(name), str(number)) for name, number in plain["versions"].items()),
            unplaced=tuple(str(sentence) for sentence in plain["unplaced"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _versions() -> list[tuple[str, str]]:
    found = [("autograder", autograder.__version__), ("Python", platform.python_version())]
    for package in _PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return found

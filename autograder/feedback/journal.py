"""The part of the learner's journal that checks write and read. A journal that cannot be kept stops no check."""

from __future__ import annotations

from typing import Any

from digitlab import journal
from digitlab.storage import DataError


def remember(event: str, **facts: Any) -> str | None:
    """Add one event to the journal; return what the learner should be told where it cannot be kept, else None."""
    return journal.record(event, **facts).note


def hints_seen(exercise_id: str) -> set[int]:
    """Return the numbers of the hints of an exercise that were ever shown to this learner."""
    return {event["number"] for event in _events("hint", exercise_id) if type(event.get("number")) is int}


def solution_seen(exercise_id: str) -> bool:
    """Return whether the solution of an exercise was ever shown to this learner before the answer was right."""
    return any(not event.get("passed") for event in _events("solution", exercise_id))


def _events(kind: str, exercise_id: str) -> list[journal.Event]:
    try:
        events = journal.read()
    except DataError:
        return []
    return [event for event in events if event["event"] == kind and event.get("exercise") == exercise_id]

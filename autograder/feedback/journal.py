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
    try:
        events = journal.read()
    except DataError:
        return set()
    return {
        event["number"]
        for event in events
        if event["event"] == "hint" and event.get("exercise") == exercise_id and type(event.get("number")) is int
    }

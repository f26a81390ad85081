"""The part of the learner's journal that checks write and read. A journal that cannot be written stops no check."""

from __future__ import annotations

from typing import Any


def remember(event: str, **facts: Any) -> None:
    """Write one event into the journal; where the disk does not let us, it goes on without."""
    from digitlab import journal

    journal.record(event, **facts)


def hints_seen(exercise_id: str) -> set[int]:
    """Return the numbers of the hints of an exercise that were ever shown to this learner."""
    from digitlab import journal
    from digitlab.storage import DataError

    try:
        events = journal.read()
    except DataError:
        return set()
    return {
        event["number"]
        for event in events
        if event.get("event") == "hint" and event.get("exercise") == exercise_id and type(event.get("number")) is int
    }

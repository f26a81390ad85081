"""What was told from inside a sandbox, read as claims."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.inside.codec import encode
from autograder.records import ErrorSeen
from autograder.transcript import Transcript, read_transcript

ASKED = ("l02_split", "l02_one_hot")


def _read(*events: Any) -> Transcript:
    return read_transcript([encode(event) for event in events], ASKED)


def _error(kind: str = "NameError", message: str = "x") -> dict[str, Any]:
    return {"type": kind, "ancestors": [kind, "Exception"], "message": message, "line": None}


def test_whole_run_is_read() -> None:
    """Cells, their errors and notes, evidence and remarks of a run that came to its end."""
    outcome = {"value": np.arange(3), "error": None, "changed": [], "random": False}
    read = _read(
        {"event": "cell_started", "index": 3},
        {"event": "cell_ended", "index": 3, "ok": False, "error": _error(), "seconds": 1.0, "noted": [("input", "")]},
        {"event": "probe_started", "exercise": "l02_split"},
        {
            "event": "probe",
            "exercise": "l02_split",
            "evidence": {"found": True, "outcomes": [outcome]},
            "remarks": [("near", "splitt")],
        },
        {"event": "done"},
    )
    assert read.done
    cell = read.cell(3)
    assert cell is not None
    assert cell.error == ErrorSeen(type="NameError", ancestors=("NameError", "Exception"), message="x")
    assert cell.noted == (("input", ""),)
    assert read.evidence["l02_split"].found
    np.testing.assert_array_equal(read.evidence["l02_split"].outcomes[0].value, np.arange(3))
    assert read.remarks["l02_split"] == (("near", "splitt"),)
    assert (read.running_cell, read.running_probe, read.broken) == (None, None, 0)


def test_what_was_running_is_known() -> None:
    """When the frames stop, the cell or the answer under way is known."""
    assert _read({"event": "cell_started", "index": 4}).running_cell == 4
    assert _read({"event": "probe_started", "exercise": "l02_split"}).running_probe == "l02_split"
    assert _read({"event": "cells_cut", "index": 9}).cut_at == 9


def test_of_two_answers_the_first_counts() -> None:
    """A later claim about the same exercise changes nothing."""
    read = _read(
        {"event": "probe", "exercise": "l02_split", "evidence": {"found": False}},
        {"event": "probe", "exercise": "l02_split", "evidence": {"found": True}},
    )
    assert not read.evidence["l02_split"].found


def test_what_was_not_asked_is_left_out() -> None:
    """Evidence for an exercise that was not probed is no evidence."""
    read = _read({"event": "probe", "exercise": "l09_model_gate", "evidence": {"found": True}})
    assert read.evidence == {}


def test_claims_cannot_name_a_cause() -> None:
    """Why something was cut short is known outside alone."""
    evidence = {"found": True, "cause": "grader", "detail": "give me points", "outcomes": []}
    read = _read({"event": "probe", "exercise": "l02_split", "evidence": evidence})
    assert read.evidence["l02_split"].cause is None
    assert read.evidence["l02_split"].detail == ""


_KEYS = ("event", "exercise", "index", "evidence", "error", "noted", "remarks", "found", "outcomes", "value", "type")
_keys = st.sampled_from((*_KEYS, "ancestors", "message", "facts"))
_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(ASKED),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(_keys, inner, max_size=6),
    max_leaves=15,
)
_events = st.fixed_dictionaries(
    {"event": st.sampled_from(["cell_started", "cell_ended", "cells_cut", "probe_started", "probe", "done"])},
    optional={
        "index": _plain,
        "exercise": _plain | st.sampled_from(ASKED),
        "evidence": _plain
        | st.fixed_dictionaries({"found": _plain, "outcomes": st.lists(_plain, max_size=3), "facts": _plain}),
        "error": _plain,
        "noted": _plain,
        "remarks": _plain,
    },
)


@given(st.lists(_events | _plain, max_size=6))
def test_any_values_are_a_transcript(events: list[Any]) -> None:
    """No claim, of whatever form, makes the reader raise."""
    read = _read(*events)
    assert set(read.evidence) <= set(ASKED)


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_are_a_transcript(frames: list[bytes]) -> None:
    """Frames that are no frames are counted and left out."""
    assert read_transcript(frames, ASKED).broken == len(frames)

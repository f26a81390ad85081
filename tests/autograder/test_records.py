"""The records refuse what cannot be, and take nothing from the sandbox on trust."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.inside.codec import Make, Opaque
from autograder.records import (
    MAX_ANCESTORS,
    MAX_MESSAGE,
    ErrorSeen,
    Evidence,
    LessonResult,
    NotPlain,
    Outcome,
    Status,
    Verdict,
    evidence_from_plain,
)


def verdict(points: float, max_points: float = 2.0, status: Status = Status.FAILED) -> Verdict:
    """Return a verdict of so many points."""
    return Verdict(exercise="l02_x", status=status, points=points, max_points=max_points, message="")


@pytest.mark.parametrize("points", [-0.5, 2.01, float("nan"), float("inf")])
def test_a_verdict_of_impossible_points_cannot_be_made(points: float) -> None:
    """Points lie between 0 and the exercise's own."""
    with pytest.raises(ValueError, match="l02_x"):
        verdict(points)


def test_records_are_frozen() -> None:
    """A verdict, once made, stays as it is."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict(1.0).points = 2.0  # type: ignore[misc]


def test_a_lesson_adds_up_without_the_dust_of_floats() -> None:
    """Sums of points are what one would write down; something not judged asks for a person."""
    tenths = LessonResult(student="ada", lesson="02", sandbox="none", seed=1, verdicts=(verdict(0.1),) * 3)
    assert (tenths.points, tenths.max_points, tenths.needs_a_person) == (0.3, 6.0, False)
    unjudged = dataclasses.replace(tenths, verdicts=(verdict(0.0, status=Status.NOT_JUDGED),))
    assert unjudged.needs_a_person


def test_an_error_knows_its_ancestors() -> None:
    """An error is its type and every ancestor of it; its text names the line."""
    error = ErrorSeen(type="KeyError", ancestors=("KeyError", "LookupError"), message="'a'", line="x['a']")
    assert error.is_a("KeyError")
    assert error.is_a("LookupError")
    assert not error.is_a("ValueError")
    assert str(error) == "KeyError: 'a', at the line: x['a']"
    assert str(ErrorSeen(type="KeyError")) == "KeyError"


def test_evidence_is_read_from_plain_values() -> None:
    """What the probe tells becomes a record, field by field."""
    error = {"type": "E", "ancestors": ["E", "Exception"], "message": "m", "line": None}
    plain = {
        "found": True,
        "outcomes": [
            {"value": 3, "error": None, "changed": [0], "random": True, "printed": True},
            {"error": error},
        ],
        "facts": {"layers": 2},
    }
    assert evidence_from_plain(plain) == Evidence(
        found=True,
        outcomes=(
            Outcome(value=3, changed=(0,), random_changed=True, printed=True),
            Outcome(error=ErrorSeen(type="E", ancestors=("E", "Exception"), message="m")),
        ),
        facts={"layers": 2},
    )


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "found",
        {"outcomes": 3},
        {"outcomes": None},
        {"outcomes": {"a": 1}},
        {"outcomes": [3]},
        {"outcomes": [{"error": "boom"}]},
        {"outcomes": [{"error": {"type": 3}}]},
        {"outcomes": [{"error": {"type": "E", "message": ["m"]}}]},
        {"outcomes": [{"error": {"type": "E", "line": 3}}]},
        {"outcomes": [{"error": {"type": "E", "ancestors": "E"}}]},
        {"outcomes": [{"error": {"type": "E", "ancestors": [Opaque("E", "E")]}}]},
        {"outcomes": [{"changed": 3}]},
        {"outcomes": [{"changed": [True]}]},
        {"outcomes": [{"changed": [0.0]}]},
        {"facts": []},
        {"facts": None},
    ],
    ids=repr,
)
def test_claims_of_another_form_are_refused(plain: Any) -> None:
    """Each of these is NotPlain, and no other error."""
    with pytest.raises(NotPlain):
        evidence_from_plain(plain)


@pytest.mark.parametrize("found", [1, "True", [True], Opaque("bool", "True"), None])
def test_found_is_true_or_it_is_not(found: Any) -> None:
    """Nothing but True itself counts as found."""
    assert evidence_from_plain({"found": found}).found is False


def test_an_errors_text_is_bounded() -> None:
    """However much a forger writes, a report has room for it."""
    error = {"type": "E" * 10_000, "message": "m" * 100_000, "ancestors": ["A" * 1000] * 1000}
    (outcome,) = evidence_from_plain({"outcomes": [{"error": error}]}).outcomes
    assert outcome.error is not None
    assert len(outcome.error.type) <= 100
    assert len(outcome.error.message) == MAX_MESSAGE
    assert len(outcome.error.ancestors) == MAX_ANCESTORS


names = st.sampled_from(
    ["found", "outcomes", "facts", "error", "changed", "type", "ancestors", "message", "line", "value"]
)
claims = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=3),
        st.just(Make("generator", {"seed": 1})),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(names, st.integers()), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(
    st.fixed_dictionaries({"found": st.just(True), "outcomes": st.lists(st.dictionaries(names, claims), max_size=3)})
)
@settings(max_examples=100, deadline=None)
def test_any_claims_are_read_or_refused(plain: dict[str, Any]) -> None:
    """Whatever plain values a forger sends, evidence or NotPlain comes of them, and nothing else."""
    try:
        evidence = evidence_from_plain(plain)
    except NotPlain:
        return
    assert len(evidence.outcomes) == len(plain["outcomes"])


def test_judges_and_records_import_no_heavy_library() -> None:
    """In a fresh process neither TensorFlow, nor Jupyter, nor a command-line library comes with the judges."""
    code = (
        "import sys, autograder.judging, autograder.records, autograder.exercises\n"
        "heavy = {'tensorflow', 'keras', 'IPython', 'ipykernel', 'ipywidgets', 'nbformat', 'argparse', 'click'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_points_are_floats() -> None:
    """Points given as whole numbers are kept as floats, as a file gives them back."""
    verdict = Verdict(exercise="l02_split", status=Status.PASSED, points=2, max_points=2, message="Right.")
    assert (repr(verdict.points), repr(verdict.max_points)) == ("2.0", "2.0")

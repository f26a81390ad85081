"""What was odd about a hand-in, in words that a student understands."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.records import Cause, ErrorSeen
from autograder.transcript import CellSeen
from autograder.wording import listed, one_line, without_addresses
from digitlab.shipped_model import small_model_facts

MAX_NOTES = 30

_ASKED_FOR = {
    "input": "asked for input from the keyboard; nobody answers when it is graded, so it got an empty text",
    "shell": "runs a shell command ({detail}); commands do not run when it is graded",
    "install": "installs something ({detail}); nothing is installed when it is graded",
    "magic": "uses {detail}, which does nothing when it is graded",
    "exit": "ends the session; the cells after it were run all the same",
    "debugger": "starts the debugger, which does nothing when it is graded",
    "colab": "uses Google Colab ({detail}), which does nothing when it is graded",
}
_ENDED_BY = {
    Cause.TIMEOUT: "did not come to an end in time",
    Cause.MEMORY: "used more memory than there is",
    Cause.CRASHED: "ended the whole Python process",
}


def of_cell(cell: CellSeen) -> list[str]:
    """Return the notes on one cell that came to an end."""
    notes = [
        f"cell {cell.number} {_ASKED_FOR[kind].format(detail=detail)}"
        for kind, detail in cell.noted
        if kind in _ASKED_FOR
    ]
    if cell.error is not None:
        if cell.error.type == "TookTooLong":
            notes.append(f"cell {cell.number} took too long and was stopped; the cells after it were run")
        else:
            notes.append(f"cell {cell.number} raised {error_text(cell.error)}; the cells after it were run")
    return notes


def of_killed_cell(number: int, cause: Cause, *, definitions_kept: bool) -> str:
    """Return the note on a cell that took the whole run with it."""
    what = f"cell {number} {_ENDED_BY.get(cause, _ENDED_BY[Cause.CRASHED])}"
    if definitions_kept:
        return f"{what}; the notebook was run again with only the functions of that cell"
    return f"{what}; the notebook was run again without it"


def of_last_run() -> str:
    """Return the note on a notebook that ended its process again and again."""
    return "the notebook ended the Python process again and again; it was run once more with only its functions"


def of_probe(name: str, remarks: Iterable[tuple[str, str]]) -> list[str]:
    """Return the notes on what an exercise's name was bound to."""
    notes = []
    near = [detail for kind, detail in remarks if kind == "near"]
    if near:
        notes.append(f"there is no function {name}, but one named {listed(near)}: the name must be exactly {name}")
    for kind, detail in remarks:
        if kind == "not_callable":
            notes.append(f"{name} is a value of type {detail} in your notebook, not a function")
        elif kind == "overwritten":
            notes.append(f"{name} is overwritten by a value later on; your function from before was used")
        elif kind == "borrowed":
            notes.append(f"{name} hands its work to digitlab's own {name}; the exercise asks for one of your own")
        elif kind == "trained_model":
            notes.append(f"{name} uses digitlab's own trained model; the exercise asks for work of your own")
        elif kind == "stub_later":
            notes.append(f"{name} is defined twice, the last time without an answer; your answer from before was used")
    return notes


def of_model(weights: object) -> list[str]:
    """Return the notes on a handed-in model whose numbers have this SHA-256."""
    if not isinstance(weights, str) or weights != small_model_facts()["weights"]:  # it is a claim: it may be anything
        return []
    return ["the model's numbers are exactly those of digitlab's own small model; the exercise asks for your own"]


def error_text(error: ErrorSeen) -> str:
    """Return an error of a cell in one line."""
    message = one_line(error.message, 160)
    return f"{one_line(error.type, 60)}: {message}" if message else one_line(error.type, 60)


def shortened(notes: Iterable[str]) -> tuple[str, ...]:
    """Return the notes without repetitions, cut where they would be a list that nobody reads."""
    unique = tuple(dict.fromkeys(one_line(without_addresses(note), 400) for note in notes))
    if len(unique) <= MAX_NOTES:
        return unique
    return (*unique[:MAX_NOTES], f"and {len(unique) - MAX_NOTES} more of the kind")

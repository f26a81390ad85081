"""Ask what will come out before it is shown, and lay the prediction beside the result. Nothing here is graded.

In a live notebook the learner chooses with radio buttons or types into a field, and the choice goes into their journal
(see `digitlab.journal`). Everywhere else the question is shown as text. No cell ever waits for an answer.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from digitlab import journal
from digitlab.screen import somebody_is_there
from digitlab.storage import DataError

LONGEST_ANSWER = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a learner predicted. `choice` says whether it was chosen from options, or typed freely."""

    answer: str
    choice: bool


# What was predicted in this process, by id: it serves also where the journal cannot be written.
_made: dict[str, Prediction] = {}


def predict(id: str, question: str, options: Sequence[str] | None = None, answer: str | None = None) -> Question:
    """Return a question that shows itself as the last value of a cell: what will come out?

    Parameters
    ----------
    id : str
        Such as ``"l01_balance"``; `reveal` is called with the same.
    question : str
        What stands between backticks is shown as code.
    options : sequence of str, or None
        What can be chosen; None lets the learner type an answer.
    answer : str or None
        The prediction, for who cannot use the buttons or would rather write it here. One that is none of the options is
        named in what is shown, and not noted.

    Examples
    --------
    >>> predict("l02_overflow", "What is `np.uint8(200) + np.uint8(100)`?", ["300", "255", "44"])
    Predict: What is `np.uint8(200) + np.uint8(100)`?
      - 300
      - 255
      - 44
      Decide before you go on. To note it: predict("l02_overflow", …, answer='300')
    """
    asked = Question(id, question, options)
    if answer is not None:
        asked.note(str(answer))
    return asked


def reveal(id: str, actual: object, why: str = "") -> Revealed:
    """Return the result beside the learner's prediction, to show itself as the last value of a cell.

    Parameters
    ----------
    id : str
        As in `predict`.
    actual : object
        What came out, in the words of an option where there were any; it is shown as text.
    why : str
        The reason, in a sentence or two.

    Examples
    --------
    >>> reveal("l02_example", 44, "300 does not fit into eight bits.")
    ○ You made no prediction
      The result:     44
      300 does not fit into eight bits.
    """
    return Revealed(prediction=prediction_of(id), actual=str(actual), why=why)


def prediction_of(id: str) -> Prediction | None:
    """Return the latest prediction with this id, of this process or else in the journal; None where there is none."""
    if id in _made:
        return _made[id]
    try:
        events = journal.read()
    except DataError:
        return None
    for event in reversed(events):
        if event["event"] == "prediction" and event.get("id") == id and isinstance(event.get("answer"), str):
            return Prediction(answer=event["answer"], choice=event.get("choice") is not False)
    return None


class Question:
    """A question that waits for a prediction: with buttons or a field in a live notebook, as text elsewhere.

    Attributes
    ----------
    id, question : str
    options : tuple of str, or None
        None where any text is an answer.
    said : str
        What became of the latest answer, in a sentence.
    """

    def __init__(self, id: str, question: str, options: Sequence[str] | None) -> None:
        self.id = id
        self.question = question
        self.options = tuple(str(option) for option in options) if options else None
        self.said = ""
        before = self.answer
        if before is not None:
            self.said = f"Your prediction: {before}. You can still change it."

    @property
    def answer(self) -> str | None:
        """What was predicted so far and can be predicted still, or None."""
        before = prediction_of(self.id)
        if before is None or (self.options is not None and before.answer not in self.options):
            return None
        return before.answer

    def note(self, answer: str) -> None:
        """Note an answer in the journal unless it stands there already; `said` then says what became of it."""
        answer = " ".join(answer.split())[:LONGEST_ANSWER]
        if not answer:
            return
        choice = self.options is not None
        if self.options is not None:
            chosen = next((option for option in self.options if _same(option, answer)), None)
            if chosen is None:
                self.said = f"“{answer}” is none of the options, so it was not noted."
                return
            answer = chosen
        self.said = f"Your prediction: {answer}. Now go on, and see."
        if answer == self.answer:
            return
        _made[self.id] = Prediction(answer=answer, choice=choice)
        kept = journal.record("prediction", id=self.id, question=self.question, answer=answer, choice=choice)
        if kept.note:
            self.said += f" {kept.note}"

    def _repr_html_(self) -> str:
        options = "".join(f"<li>{prose_html(option)}</li>" for option in self.options or ())
        below = self.said or "Decide before you go on."
        return _card(
            "#56B4E9",
            "?",
            "Predict",
            f'<div style="{_LINE}">{prose_html(self.question)}</div>',
            f'<ul style="{_LINE};padding-left:1.6em">{options}</ul>' if options else "",
            f'<div style="{_LINE}">{html.escape(below)}</div>',
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {}
        if somebody_is_there():
            from digitlab.widgets.prediction_box import prediction_box

            box = prediction_box(self)
            if box is not None:
                bundle = dict(box._repr_mimebundle_())
        return {**bundle, "text/html": self._repr_html_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        example = self.options[0] if self.options else "…"
        how = f'Decide before you go on. To note it: predict("{self.id}", …, answer={example!r})'
        lines = [
            f"Predict: {self.question}",
            *(f"  - {option}" for option in self.options or ()),
            f"  {self.said or how}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A result beside what was predicted."""

    prediction: Prediction | None
    actual: str
    why: str

    @property
    def as_predicted(self) -> bool | None:
        """Whether the prediction came true; None without one, and where a free answer differs only maybe."""
        if self.prediction is None:
            return None
        if _same(self.prediction.answer, self.actual):
            return True
        return False if self.prediction.choice else None

    def _head(self) -> tuple[str, str, str]:
        """Return the colour, the symbol and the words: each tells it alone. Colours are Okabe and Ito's."""
        if self.prediction is None:
            return "#888888", "○", "You made no prediction"
        if self.as_predicted is None:
            return "#56B4E9", "↔", "Compare"
        return ("#009E73", "=", "As you predicted") if self.as_predicted else ("#E69F00", "≠", "Not what you predicted")

    def _rows(self) -> list[tuple[str, str]]:
        predicted = [("You predicted:", self.prediction.answer)] if self.prediction else []
        return [*predicted, ("The result:", self.actual)]

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<div style="{_LINE}"><span style="display:inline-block;min-width:8em">{name}</span>'
            f"<strong>{prose_html(text)}</strong></div>"
            for name, text in self._rows()
        )
        return _card(*self._head(), rows, f'<div style="{_LINE}">{prose_html(self.why)}</div>' if self.why else "")

    def __repr__(self) -> str:
        _, symbol, words = self._head()
        lines = [f"{symbol} {words}", *(f"  {name:<15} {text}" for name, text in self._rows())]
        return "\n".join([*lines, f"  {self.why}"] if self.why else lines)


_LINE = "margin:6px 0 0"
_BOX = (
    "max-width:46em;box-sizing:border-box;margin:4px 0;padding:8px 14px 10px;border:1px solid rgba(127,127,127,0.45);"
    "border-left:6px solid {colour};border-radius:4px;line-height:1.5;text-align:left;white-space:normal;"
    "overflow-wrap:anywhere;color:inherit;background:transparent"
)


def prose_html(text: str) -> str:
    """Return a sentence as HTML: escaped, with what stands between backticks as code.

    >>> prose_html("`a < b`?")
    '<code>a &lt; b</code>?'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _card(colour: str, symbol: str, words: str, *parts: str) -> str:
    """Return a card like those of the checks: it takes the page's text colour and background, light or dark."""
    head = f'<strong><span aria-hidden="true">{symbol}</span> {words}</strong>'
    return f'<div role="group" aria-label="{words}" style="{_BOX.format(colour=colour)}">{head}{"".join(parts)}</div>'


def _same(some: str, other: str) -> bool:
    return " ".join(some.split()).casefold() == " ".join(other.split()).casefold()

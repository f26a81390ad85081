"""Label images yourself, without seeing what others said, and then compare: was it the model's fault, or the label's?

In a live notebook with buttons; everywhere else the images are shown with their numbers, and the answers are written
into the call. Nothing here is graded.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab import journal
from digitlab.screen import somebody_is_there
from digitlab.storage import DataError
from digitlab.widgets.pictures import picture

CANNOT_TELL = "cannot tell"
EVENT = "relabelled"
# What was answered in this process, by the image's number: it serves also where the journal cannot be written.
_answered: dict[int, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One image that the learner labelled: its number, its label, what the model says, what the learner says."""

    number: int
    label: int
    predicted: int
    answer: str

    @property
    def sides_with(self) -> str:
        """'the label', 'the model', 'neither', or 'cannot tell'."""
        if self.answer == CANNOT_TELL:
            return CANNOT_TELL
        return {str(self.label): "the label", str(self.predicted): "the model"}.get(self.answer, "neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a relabelling: whom the learner sided with, image by image."""

    compared: tuple[Compared, ...]
    count: int

    def counts(self) -> dict[str, int]:
        """Return how often the learner sided with the label, with the model, with neither, or could not tell."""
        sides = [one.sides_with for one in self.compared]
        return {side: sides.count(side) for side in ("the label", "the model", "neither", CANNOT_TELL)}

    def __repr__(self) -> str:
        if not self.compared:
            return f"0 of {self.count} images labelled so far."
        lines = [f"{len(self.compared)} of {self.count} images labelled. You sided"]
        words = {
            "the label": "with the label: the model's fault",
            "the model": "with the model: perhaps the label's fault",
        }
        words |= {"neither": "with neither", CANNOT_TELL: "with nobody: you could not tell"}
        lines += [f"  {n:3} × {words[side]}" for side, n in self.counts().items()]
        lines += [
            f"  image {one.number}: label {one.label}, model {one.predicted}, you {one.answer}"
            for one in self.compared
            if one.sides_with != "the label"
        ]
        return "\n".join(lines)


class Relabelling:
    """Images to label: buttons in a live notebook, a numbered page elsewhere.

    Attributes
    ----------
    numbers : list of int
        Under which numbers the images stand in the data; answers are kept by them.
    said : str
        What became of the latest answer, in a sentence.
    """

    def __init__(
        self, images: NDArray[Any], labels: NDArray[Any], predicted: NDArray[Any], numbers: NDArray[Any]
    ) -> None:
        self.images, self.labels, self.predicted = images, labels, predicted
        self.numbers = [int(number) for number in numbers]
        self.said = ""
        for number, answer in _from_the_journal(self.numbers).items():
            _answered.setdefault(number, answer)

    def answer_of(self, place: int) -> str | None:
        """Return what was answered for the image at a place, or None."""
        return _answered.get(self.numbers[place])

    def note(self, place: int, answer: str | int) -> None:
        """Note an answer, a digit or 'cannot tell', in the journal; `said` then says what became of it.

        Raises
        ------
        ValueError
            For anything else, and for a place where there is no image.
        """
        text = str(answer).strip()
        if not 0 <= place < len(self.numbers):
            raise ValueError(f"There are {len(self.numbers)} images, from 0 to {len(self.numbers) - 1}, got {place}.")
        if text not in ANSWERS:
            raise ValueError(f"An answer is a digit from 0 to 9 or {CANNOT_TELL!r}, got {answer!r}.")
        self.said = f"Noted: {text}."
        if text == self.answer_of(place):
            return
        _answered[self.numbers[place]] = text
        kept = journal.record(EVENT, image=self.numbers[place], answer=text)
        if kept.note:
            self.said += f" {kept.note}"

    def summary(self) -> Summary:
        """Return whom the answers so far side with."""
        compared = tuple(
            Compared(number=number, label=int(label), predicted=int(guess), answer=_answered[number])
            for number, label, guess in zip(self.numbers, self.labels, self.predicted, strict=True)
            if number in _answered
        )
        return Summary(compared=compared, count=len(self.numbers))

    def _repr_html_(self) -> str:
        figures = "".join(
            f'<figure style="margin:2px;text-align:center">{picture(image, f"image to label, number {place}", 72)}'
            f"<figcaption>{place}{f': {self.answer_of(place)}' if self.answer_of(place) else ''}</figcaption></figure>"
            for place, image in enumerate(self.images)
        )
        return (
            f"<div><p>Which digit is it? {len(self.images)} images, without their labels. {html.escape(HOW)}</p>"
            f'<div style="display:flex;flex-wrap:wrap;max-width:860px">{figures}</div></div>'
        )

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {}
        if somebody_is_there():
            box = relabelling_box(self)
            if box is not None:
                bundle = dict(box._repr_mimebundle_())
        return {**bundle, "text/html": self._repr_html_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{len(self.images)} images to label, {len(self.summary().compared)} labelled so far. {HOW}"


ANSWERS = (*(str(digit) for digit in range(10)), CANNOT_TELL)
HOW = "Without buttons: answers={0: 4, 1: 'cannot tell'} in the call notes what images 0 and 1 are."


def relabelling(
    images: NDArray[Any],
    labels: ArrayLike,
    predicted: ArrayLike,
    numbers: ArrayLike | None = None,
    answers: Mapping[int, str | int] | None = None,
) -> Relabelling:
    """Return images for the learner to label without seeing label or prediction; `.summary()` then compares.

    Parameters
    ----------
    images : ndarray, shape (N, 28, 28) or (N, 28, 28, 1)
        uint8, or float in [0, 1].
    labels, predicted : array of int, shape (N,)
        What the data and the model say.
    numbers : array of int, shape (N,), or None
        Under which numbers the images stand in the data: answers are kept by them. None takes 0, 1, 2, …
    answers : dict or None
        Answers by place, for who cannot use the buttons: a digit or 'cannot tell'.

    Raises
    ------
    ValueError
        If there is no image, or not a label, a prediction and a number for each; or for an answer that is none.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    numbers = np.arange(len(images)) if numbers is None else np.asarray(numbers)
    grey = images[..., 0] if np.ndim(images) == 4 else images
    if np.ndim(grey) != 3 or len(grey) == 0 or not labels.shape == predicted.shape == numbers.shape == grey.shape[:1]:
        raise ValueError(
            "relabelling needs at least one image, and a label, a prediction and a number for each, got images of "
            f"shape {np.shape(images)}, labels {labels.shape}, predictions {predicted.shape}, numbers {numbers.shape}. "
            "Take all of them with the same index."
        )
    asked = Relabelling(grey, labels, predicted, numbers)
    for place, answer in (answers or {}).items():
        asked.note(place, answer)
    return asked


def relabelling_box(asked: Relabelling) -> Any:
    """Return the images with radio buttons as a widget, or None where ipywidgets cannot be had."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return None
    count = len(asked.numbers)
    unanswered = [place for place in range(count) if asked.answer_of(place) is None]
    at = {"place": unanswered[0] if unanswered else 0}
    view = widgets.HTML()
    field = widgets.RadioButtons(
        options=ANSWERS, value=None, orientation="horizontal", layout=widgets.Layout(width="auto")
    )
    field.tooltip = "Which digit is it? The Tab key moves, the space bar chooses"
    # Eleven buttons are a long way for the Tab key; here a digit and Enter note it and go on.
    typed = widgets.Text(placeholder="or type: a digit or ?, then Enter", continuous_update=False)
    back = widgets.Button(description="Previous")
    forth = widgets.Button(description="Next")
    status = widgets.HTML()

    def chosen(change: dict[str, Any]) -> None:
        if change["new"]:
            asked.note(at["place"], change["new"])
            tell()

    def entered(change: dict[str, Any]) -> None:
        text = change["new"].strip()
        if not text:
            return
        answer, typed.value = CANNOT_TELL if text == "?" else text, ""
        if answer not in ANSWERS:
            asked.said = f"“{text}” is no digit from 0 to 9."
            tell()
            return
        asked.note(at["place"], answer)
        step(1)

    def tell() -> None:
        summary = asked.summary()
        told = f"{asked.said} {len(summary.compared)} of {count} labelled."
        if len(summary.compared) == count:
            told += " All done: run the next cell to compare."
        # role=status: a screen reader reads out what appears here.
        status.value = f'<div role="status">{html.escape(told.strip())}</div>'

    def show() -> None:
        place = at["place"]
        head = f"<p style='margin:0'>Which digit is it? Image {place + 1} of {count}</p>"
        view.value = head + picture(asked.images[place], f"image to label, number {place}", 196)
        field.unobserve(chosen, "value")
        field.value = asked.answer_of(place)
        field.observe(chosen, "value")
        back.disabled, forth.disabled = place == 0, place == count - 1
        tell()

    def step(by: int) -> None:
        at["place"] = min(max(at["place"] + by, 0), count - 1)
        show()

    def go(by: int) -> None:
        asked.said = ""
        step(by)

    back.on_click(lambda _: go(-1))
    forth.on_click(lambda _: go(1))
    typed.observe(entered, "value")
    field.observe(chosen, "value")
    show()
    return widgets.VBox([view, field, widgets.HBox([typed, back, forth]), status])


def _from_the_journal(numbers: list[int]) -> dict[int, str]:
    """Return what was answered for these images in earlier sessions: the latest answer of each."""
    try:
        events = journal.read()
    except DataError:
        return {}
    return {
        event["image"]: event["answer"]
        for event in events
        if event["event"] == EVENT and event.get("image") in numbers and event.get("answer") in ANSWERS
    }

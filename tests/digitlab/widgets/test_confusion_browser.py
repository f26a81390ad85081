"""The confusion browser, driven as a learner drives it: cells clicked, fields changed, and what is shown read back."""

from __future__ import annotations

import doctest
import re
from typing import Any

import ipywidgets
import numpy as np
import pytest
import sklearn.metrics

import digitlab
from digitlab.widgets import confusion_browser as module
from digitlab.widgets.confusion_browser import MOST_SHOWN, confusion_browser, largest_confusions
from digitlab.widgets.interactive import Interactive

LABELS = np.array([4, 4, 4, 9, 7, 7, 2, 0])
PREDICTED = np.array([9, 9, 4, 9, 2, 7, 2, 0])
IMAGES = np.random.default_rng(1).integers(0, 256, (8, 28, 28), dtype=np.uint8)


def probabilities(sure: float = 0.6) -> Any:
    """Return rows in which the predicted digits get that much, the second answer more."""
    rows = np.full((8, 10), (1 - sure) / 9)
    rows[np.arange(8), PREDICTED] = sure
    rows[1, 9] = 0.93
    return rows


def inside(widget: Any) -> list[Any]:
    """Return all widgets inside one, in order."""
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def cell(shown: Interactive, true: int, called: int) -> Any:
    """Return the button of one cell, by its place in the grid."""
    cells = [one for one in inside(shown.widget) if isinstance(one, ipywidgets.Button) and not one.tabbable]
    return [one for one in cells if one.description != "Next confusion"][10 * true + called]


def named(shown: Interactive, name: str) -> Any:
    """Return the control with that label."""
    (found,) = [one for one in inside(shown.widget) if getattr(one, "description", None) == name]
    return found


def seen(shown: Interactive) -> str:
    """Return what is shown below the matrix, pictures by their alternative text."""
    view = inside(shown.widget)[-1]
    assert isinstance(view, ipywidgets.HTML)
    return re.sub("<[^>]+>", " ", re.sub(r'<img[^>]*alt="([^"]*)"[^>]*>', r" [\1] ", view.value))


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(module).failed == 0


def test_the_matrix_counts_as_scikit_learn_does() -> None:
    """The hundred buttons hold the confusion matrix, rows true; each says in words what it counts."""
    shown = confusion_browser(IMAGES, LABELS, PREDICTED)
    counted = [[int(cell(shown, t, p).description) for p in range(10)] for t in range(10)]
    assert counted == sklearn.metrics.confusion_matrix(LABELS, PREDICTED, labels=range(10)).tolist()
    assert cell(shown, 4, 9).tooltip == "Is a 4, called 9: 2"
    assert cell(shown, 4, 4).tooltip == "Is a 4, and called so: 1"


def test_it_begins_with_the_largest_confusion() -> None:
    """The most frequent error is open at first; its button is framed."""
    shown = confusion_browser(IMAGES, LABELS, PREDICTED)
    assert "Is a 4, called 9 : 2 images." in seen(shown)
    assert "[image 0, is a 4, called 9]" in seen(shown)
    assert cell(shown, 4, 9).layout.border_top.startswith("3px")
    assert (named(shown, "Is a").value, named(shown, "called").value) == (4, 9)


def test_a_click_opens_a_cell() -> None:
    """A clicked cell shows its digits, the fields and the frame follow; an empty cell says so."""
    shown = confusion_browser(IMAGES, LABELS, PREDICTED)
    cell(shown, 7, 2).click()
    assert "Is a 7, called 2 : 1 image." in seen(shown)
    assert "[image 4, is a 7, called 2]" in seen(shown)
    assert (named(shown, "Is a").value, named(shown, "called").value) == (7, 2)
    assert cell(shown, 7, 2).layout.border_top.startswith("3px")
    assert cell(shown, 4, 9).layout.border_top.startswith("1px")
    cell(shown, 5, 5).click()
    assert "Is a 5, and called so : 0 images." in seen(shown)
    assert "[" not in seen(shown)


def test_the_keyboard_chooses_by_fields() -> None:
    """The two fields and the button reach every cell; the hundred buttons are no stops of the Tab key."""
    shown = confusion_browser(IMAGES, LABELS, PREDICTED)
    named(shown, "called").value = 4
    assert "Is a 4, and called so : 1 image." in seen(shown)
    named(shown, "Is a").value = 0
    assert "Is a 0, called 4 : 0 images." in seen(shown)
    for expected in ("Is a 4, called 9", "Is a 7, called 2", "Is a 4, called 9"):
        named(shown, "Next confusion").click()
        assert expected in seen(shown)
    assert not cell(shown, 0, 0).tabbable


def test_the_surest_stand_first() -> None:
    """With probabilities, each answer says how sure it is, and the surest is the first."""
    shown = confusion_browser(IMAGES[..., np.newaxis], LABELS, PREDICTED, probabilities())
    told = seen(shown)
    assert told.index("image 1,") < told.index("image 0,")
    assert "93% sure" in told
    assert "60% sure" in told


def test_many_digits_are_cut() -> None:
    """A cell of many images shows the first of them and says how many there are."""
    count = MOST_SHOWN + 5
    shown = confusion_browser(np.zeros((count, 28, 28)), np.full(count, 3), np.full(count, 8))
    assert f"{count} images, of which {MOST_SHOWN} are shown" in seen(shown)
    assert seen(shown).count("[image") == MOST_SHOWN


def test_without_errors_there_is_no_next_confusion() -> None:
    """A model that is always right: the first image's cell is open, and the button is disabled."""
    shown = confusion_browser(IMAGES, LABELS, LABELS)
    assert "Is a 4, and called so : 3 images." in seen(shown)
    assert named(shown, "Next confusion").disabled


def test_confusions_are_ranked_as_a_slow_loop_does() -> None:
    """All errors that occur, the most frequent first; the diagonal and zeros are none."""
    cm = np.random.default_rng(4).integers(0, 5, (10, 10))
    slow = sorted(((t, p) for t in range(10) for p in range(10) if t != p and cm[t, p]), key=lambda one: -cm[one])
    assert largest_confusions(cm) == slow


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((IMAGES[0], LABELS, PREDICTED), r"images of shape \(N, 28, 28\), got shape \(28, 28\)"),
        ((IMAGES, LABELS[:3], PREDICTED), r"for 8 images as many labels and predicted digits, got shapes \(3,\)"),
        ((IMAGES, LABELS, probabilities()), r"\(8, 10\)\. predict_labels"),
        ((IMAGES, LABELS, PREDICTED, probabilities()[:, :9]), r"a row of ten probabilities.*\(8, 9\)"),
        ((IMAGES, LABELS + 9, PREDICTED), "labels that are digits from 0 to 9"),
        ((IMAGES, LABELS, PREDICTED / 2), "predicted that are digits from 0 to 9, got float64"),
    ],
)
def test_what_does_not_belong_together_is_told(arguments: tuple[Any, ...], said: str) -> None:
    """Answers that do not belong to the images are one sentence with what was received."""
    with pytest.raises(ValueError, match=said):
        confusion_browser(*arguments)


def test_something_stands_for_the_widget() -> None:
    """A web page gets the matrix as a table and the open cell, a terminal one sentence, a live notebook the widget."""
    shown = digitlab.confusion_browser(IMAGES, LABELS, PREDICTED)
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/plain"] == "Confusion matrix of 8 images, to look into. Is a 4, called 9: 2."
    assert "<caption>Confusion matrix" in bundle["text/html"]
    assert 'alt="image 0, is a 4, called 9"' in bundle["text/html"]

"""Every figure of the course is a picture with the facts in its alternative text, and leaves nothing open."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitlab.evaluation import classification_report
from digitlab.plots.answers import confusion_matrix_plot, predictions_page
from digitlab.plots.charts import label_distribution, learning_curves, scores_by_digit
from digitlab.plots.images import image_with_numbers, sample_grid, weight_templates
from digitlab.plots.picture import Picture, new_figure
from digitlab.scores import confusion
from digitlab.training import History

RNG = np.random.default_rng(6)
LABELS = RNG.integers(0, 10, 300)
ANSWERS = np.where(np.arange(300) < 280, LABELS, 4)
IMAGES = RNG.integers(0, 256, (12, 28, 28), np.uint8)
ROWS = RNG.dirichlet(np.ones(10), 12)
HISTORY = History(loss=(1.25, 0.5), accuracy=(0.6, 0.875), val_loss=(1.0, 0.75), val_accuracy=(0.7, 0.8))

# name -> (the figure, what its alternative text must tell)
FIGURES: dict[str, tuple[Callable[[], Picture], list[str]]] = {
    "label_distribution": (
        lambda: label_distribution(LABELS),
        [f"{d}: {n}" for d, n in enumerate(np.bincount(LABELS, minlength=10))],
    ),
    "label_distribution, one digit": (lambda: label_distribution(np.array([7, 7])), ["7: 2", "0: 0"]),
    "learning_curves": (lambda: learning_curves(HISTORY), ["2 epochs", "1.250 to 0.500", "1.000 to 0.750", "87.50%"]),
    "learning_curves, no validation": (
        lambda: learning_curves({"loss": [0.5], "accuracy": [0.9]}),
        ["1 epoch", "0.500 to 0.500", "90.00%"],
    ),
    "scores_by_digit": (lambda: scores_by_digit(classification_report(LABELS, ANSWERS)), ["lowest F1", "digit 4"]),
    "confusion_matrix_plot": (
        lambda: confusion_matrix_plot(confusion(LABELS, ANSWERS)),
        ["300 images", f"{(LABELS == ANSWERS).sum()} on the diagonal", "taken for 4"],
    ),
    "confusion_matrix_plot, all right": (
        lambda: confusion_matrix_plot(np.eye(10, dtype=int)),
        ["10 on the diagonal are right"],
    ),
    "predictions_page": (
        lambda: predictions_page(IMAGES, ROWS.argmax(axis=1), ROWS),
        ["12 predictions", "12 right, 0 wrong"],
    ),
    "predictions_page, one image": (lambda: predictions_page(IMAGES[:1], np.array([3]), np.eye(10)[[2]]), ["1 wrong"]),
    "image_with_numbers": (lambda: image_with_numbers(IMAGES[0], "A seven"), ["A seven", str(IMAGES[0].max())]),
    "image_with_numbers, floats": (lambda: image_with_numbers(IMAGES[0] / 255), ["to 1"]),
    "sample_grid": (lambda: sample_grid(IMAGES, LABELS[:12], 3, 4, "Samples"), ["Samples: 12 images", str(LABELS[0])]),
    "sample_grid, fewer images than places": (
        lambda: sample_grid(IMAGES[:3], ["a", "b", "c"]),
        ["3 images", "a, b, c"],
    ),
    "sample_grid, black floats": (lambda: sample_grid(np.zeros((1, 4, 4)), [0]), ["1 image", "labelled 0"]),
    "weight_templates": (
        lambda: weight_templates(RNG.normal(0, 1, (784, 10))),
        ["Ten ", "weight", "speak for", "against it"],
    ),
    "weight_templates, untrained": (
        lambda: weight_templates(np.zeros((784, 10))),
        ["Ten ", "weight", "speak for", "against it"],
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_pictures_with_their_facts_in_words(name: str) -> None:
    """Each figure is a PNG of some size with something on it, and its alternative text holds the facts."""
    make, facts = FIGURES[name]
    picture = make()
    for fact in facts:
        assert fact in picture.alt
    assert picture.alt.endswith(".")
    assert "nan" not in picture.alt
    image = np.asarray(Image.open(io.BytesIO(picture.png)).convert("L"))
    assert min(image.shape) > 50
    assert len(np.unique(image)) > 5
    assert repr(picture) == picture.alt


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: confusion_matrix_plot(np.zeros((9, 9), int)), "10, 10.*9, 9"),
        (lambda: predictions_page(IMAGES, LABELS[:3], ROWS), "12 .*3"),
        (lambda: predictions_page(IMAGES[:0], LABELS[:0], ROWS[:0]), "got .*0"),
        (lambda: image_with_numbers(IMAGES), r"one image of at most 32 × 32 pixels, got shape \(12, 28, 28\)"),
        (lambda: image_with_numbers(np.zeros((64, 64))), r"got shape \(64, 64\)"),
        (lambda: image_with_numbers(np.zeros((0, 0))), r"got shape \(0, 0\)"),
        (lambda: sample_grid(IMAGES[0], [1]), r"shape \(N, height, width\)"),
        (lambda: sample_grid(IMAGES, [1, 2]), "a label for each|2 labels"),
        (lambda: sample_grid(IMAGES, LABELS[:12], rows=0), "at least one row and one column, got 0 and 10"),
        (lambda: predictions_page(IMAGES, LABELS[:12], ROWS, columns=0), "at least one column.* 0"),
        (lambda: weight_templates(np.zeros((10, 784))), r"shape \(784, 10\), got \(10, 784\)"),
        (lambda: label_distribution(np.array([10])), "got the label 10"),
        (lambda: label_distribution(np.array([], int)), "at least one label"),
        (lambda: learning_curves({"loss": [1.0]}), "no accuracy"),
        (lambda: learning_curves({"loss": [], "accuracy": []}), "at least one epoch"),
    ],
)
def test_what_cannot_be_drawn_is_told(make: Callable[[], Picture], said: str) -> None:
    """Arrays that a figure cannot show are one sentence with what was received."""
    with pytest.raises(ValueError, match=said):
        make()


def test_a_notebook_gets_an_image_with_alt_text(tmp_path: Path) -> None:
    """In a notebook a picture is an `<img>` whose alt text is escaped; saved, it is the same PNG."""
    figure, axes = new_figure(2, 2)
    axes.plot([1, 2])
    picture = Picture(figure, 'Curves of "a" < b.')
    shown = picture._repr_html_()
    assert 'alt="Curves of &quot;a&quot; &lt; b."' in shown
    assert re.search(r'^<img src="data:image/png;base64,[A-Za-z0-9+/=]+" alt=', shown)
    picture.save(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes() == picture.png
    assert picture.png is picture.png


def test_no_figure_stays_open() -> None:
    """Pictures are made without pyplot: it is not even imported, so nothing is kept and no window opens."""
    code = (
        "import sys, numpy as np; from digitlab import label_distribution, sample_grid; "
        "label_distribution(np.arange(10)).png; sample_grid(np.ones((2, 3, 3)), [1, 2]).png; "
        "assert 'matplotlib.pyplot' not in sys.modules; assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_figures_leave_their_arrays_alone() -> None:
    """Drawing the confusion matrix does not blank the caller's diagonal."""
    cm = confusion(LABELS, ANSWERS)
    before = cm.copy()
    confusion_matrix_plot(cm)
    np.testing.assert_array_equal(cm, before)

"""Figures of a model's answers: counts and pages say what the arrays say, in words and symbols too."""

from __future__ import annotations

import numpy as np
import pytest

from digitlab.plots.answers import confusion_matrix_plot, predictions_page

IMAGES = np.zeros((3, 28, 28))
LABELS = np.array([1, 2, 3])
ROWS = np.eye(10)[[1, 7, 3]] * 0.9 + 0.01


def test_matrix_carries_its_counts() -> None:
    """Each count stands in its cell, zeros only on the diagonal; the colour is of the errors alone."""
    cm = np.diag(np.arange(10) * 200)
    cm[4, 9], cm[7, 2] = 15, 1
    picture = confusion_matrix_plot(cm)
    axis = picture.figure.axes[0]
    written = {
        (int(text.get_position()[1]), int(text.get_position()[0])): int(text.get_text().replace(",", ""))
        for text in axis.texts
    }
    assert written == {place: count for place, count in np.ndenumerate(cm) if count or place[0] == place[1]}
    assert axis.images[0].get_clim() == (0, 15)
    assert np.trace(axis.images[0].get_array()) == 0
    assert picture.alt == (
        "Confusion matrix of 9,016 images: 9,000 on the diagonal are right. "
        "The largest confusions: 4 taken for 9, 15 times; 7 taken for 2, 1 time."
    )
    assert picture.png


def test_a_matrix_without_errors_is_drawn() -> None:
    """All right, and nothing at all, are matrices too; no confusion is claimed."""
    assert "taken for" not in confusion_matrix_plot(np.eye(10, dtype=int)).alt
    assert confusion_matrix_plot(np.zeros((10, 10), int)).png


def test_matrices_that_are_none_are_told() -> None:
    """Shares in place of counts, another size and negative numbers are refused."""
    for cm in (np.eye(10), np.eye(9, dtype=int), -np.eye(10, dtype=int)):
        with pytest.raises(ValueError, match=r"needs counts of shape \(10, 10\), got"):
            confusion_matrix_plot(cm)


def test_page_tells_right_from_wrong_in_words() -> None:
    """Each image has the predicted digit and its probability; ✓ and ✗ tell what the frame tells."""
    picture = predictions_page(IMAGES[..., np.newaxis], LABELS, ROWS)
    axes = picture.figure.axes
    assert [axis.get_title() for axis in axes] == ["1, 91 %\n✓", "7, 91 %\n✗ is 2", "3, 91 %\n✓"]
    assert [axis.spines["top"].get_linewidth() for axis in axes] == [1, 4, 1]
    assert picture.alt == "A page of 3 predictions, each with its probability: 2 right, 1 wrong. Wrong: 2 taken for 7."
    assert picture.png


def test_only_certainty_is_100_per_cent() -> None:
    """A probability of 0.9996 is not rounded up to certainty."""
    rows = np.array([[0.9996, 0.0004, *[0] * 8], [1, 0, *[0] * 8]])
    titles = [axis.get_title() for axis in predictions_page(IMAGES[:2], [0, 0], rows).figure.axes]
    assert titles == ["0, 99 %\n✓", "0, 100 %\n✓"]


def test_page_ends_at_80() -> None:
    """Of many images the first 80 are shown, and counted as such."""
    picture = predictions_page(np.zeros((200, 2, 2)), np.zeros(200, int), np.eye(10)[np.zeros(200, int)])
    assert picture.alt.startswith("A page of 80 predictions, each with its probability: 80 right, 0 wrong.")


def test_pages_that_cannot_be_are_told() -> None:
    """Labels or rows of another number, labels in place of rows, and no image at all are refused."""
    for labels, rows in ((LABELS[:2], ROWS), (LABELS, ROWS[:2]), (LABELS, LABELS), (np.eye(10)[LABELS], ROWS)):
        with pytest.raises(ValueError, match="predictions_page needs for 3 images as many labels"):
            predictions_page(IMAGES, labels, rows)
    with pytest.raises(ValueError, match=r"at least one, got shape \(0, 28, 28\)"):
        predictions_page(IMAGES[:0], LABELS[:0], ROWS[:0])

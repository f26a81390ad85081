"""Charts of counts, curves and scores: the numbers drawn are the numbers given."""

from __future__ import annotations

import numpy as np
import pytest

from digitlab.evaluation import classification_report
from digitlab.plots.charts import label_distribution, learning_curves, scores_by_digit
from digitlab.training import History

CURVES = {
    "loss": [0.5, 0.2, 0.1],
    "accuracy": [0.85, 0.94, 0.97],
    "val_loss": [0.2, 0.1, 0.12],
    "val_accuracy": [0.93, 0.97, 0.96],
}


def test_bars_are_the_counts() -> None:
    """Each digit has its bar with its number, absent digits a 0; the words tell all ten."""
    picture = label_distribution([0, 0, 3])
    axis = picture.figure.axes[0]
    assert [bar.get_height() for bar in axis.patches] == [2, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert [text.get_text() for text in axis.texts] == ["2", "0", "0", "1", *["0"] * 6, "mean\n0.3"]
    assert picture.alt == (
        "Bar chart of the number of images for each digit. 0: 2, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0, 6: 0, 7: 0, 8: 0, 9: 0."
    )
    assert picture.png


def test_labels_that_are_no_digits_are_told() -> None:
    """No label at all, and a label of 10, are refused."""
    with pytest.raises(ValueError, match="at least one label, got none"):
        label_distribution(np.array([], int))
    with pytest.raises(ValueError, match="10"):
        label_distribution([1, 10])


def test_curves_are_the_history() -> None:
    """Loss on the left, accuracy on the right, over epochs from 1; validation differs in line and marker too."""
    picture = learning_curves(CURVES)
    left, right = picture.figure.axes
    for axis, names in ((left, ("loss", "val_loss")), (right, ("accuracy", "val_accuracy"))):
        for line, name in zip(axis.lines, names, strict=True):
            np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
            np.testing.assert_array_equal(line.get_ydata(), CURVES[name])
        training, validation = axis.lines
        assert training.get_linestyle() != validation.get_linestyle()
        assert training.get_marker() != validation.get_marker()
    assert "smallest after epoch 2 with 0.100" in picture.alt
    assert learning_curves(History.of(CURVES)).png == picture.png


def test_one_epoch_without_validation_is_a_point() -> None:
    """A single epoch is shown, as a point, and no validation is claimed."""
    picture = learning_curves({"loss": [0.5], "accuracy": [0.85]})
    assert [len(axis.lines) for axis in picture.figure.axes] == [1, 1]
    assert "alidation" not in picture.alt
    assert picture.png


def test_losses_that_are_not_numbers_can_be_looked_at() -> None:
    """A training that diverged is shown as far as it went."""
    told = {"loss": [2.0, np.nan], "accuracy": [0.1, 0.1], "val_loss": [3.0, np.nan], "val_accuracy": [0.1, 0.1]}
    assert learning_curves(told).png


def test_histories_without_epochs_are_told() -> None:
    """An empty history, and one without accuracy, say what to do."""
    with pytest.raises(ValueError, match="at least one epoch"):
        learning_curves({"loss": [], "accuracy": []})
    with pytest.raises(ValueError, match="no accuracy, only loss"):
        learning_curves({"loss": [1.0]})


def test_scores_are_the_report() -> None:
    """Each digit's precision, recall and F1 stand over it, with markers of three shapes."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 10, 500)
    report = classification_report(true, np.where(rng.random(500) < 0.2, rng.integers(0, 10, 500), true))
    picture = scores_by_digit(report)
    lines = picture.figure.axes[0].lines
    for place, line in enumerate(lines):
        np.testing.assert_array_equal(line.get_ydata(), [report.rows[str(digit)][place] for digit in range(10)])
    assert len({line.get_marker() for line in lines}) == 3
    f1 = [report.rows[str(digit)][2] for digit in range(10)]
    assert f"The lowest F1, {min(f1):.3f}, has digit {np.argmin(f1)}" in picture.alt
    assert picture.png

"""The answers of lesson 09 against scikit-learn and SciPy."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from digitlab import scores
from digitlab.scores import (
    accuracy_interval,
    confusion,
    labels_from_probabilities,
    macro_average,
    precision_recall_f1,
    weighted_average,
)

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=80)


def test_the_examples_in_the_docstrings_are_true():
    """Each docstring's example prints what it says."""
    assert doctest.testmod(scores).failed == 0


def test_labels_are_the_most_probable_class():
    """The place of each row's largest entry, the first of equal ones, also from lists."""
    rng = np.random.default_rng(2)
    probabilities = rng.dirichlet(np.ones(10), 40)
    slow = [max(range(10), key=lambda digit: row[digit]) for row in probabilities.tolist()]
    labels = labels_from_probabilities(probabilities.astype(np.float32))
    assert labels.tolist() == slow
    assert np.issubdtype(labels.dtype, np.integer)
    assert labels_from_probabilities([[0.5, 0.5]]).tolist() == [0]


def test_probabilities_that_have_no_largest():
    """NaN is refused with its row, and one image's probabilities with the way to pass them."""
    with pytest.raises(ValueError, match=r"Row 1 .* NaN"):
        labels_from_probabilities([[0.5, 0.5], [np.nan, 0.2], [0, 1]])
    with pytest.raises(ValueError, match=r"probabilities\[None\]"):
        labels_from_probabilities([0.5, 0.5])


@settings(deadline=None)
@given(pairs)
def test_confusion_and_its_rates_against_scikit_learn(observed):
    """Counts, precision, recall and F1 of each digit are scikit-learn's, 0 where undefined."""
    true, predicted = np.array(observed).T
    cm = confusion(true.astype(np.uint8), predicted.astype(np.uint8))
    np.testing.assert_array_equal(cm, confusion_matrix(true, predicted, labels=range(10)))
    assert np.issubdtype(cm.dtype, np.integer)
    expected = precision_recall_fscore_support(true, predicted, labels=range(10), zero_division=0)
    np.testing.assert_allclose(precision_recall_f1(cm), np.array(expected[:3]).T, atol=1e-12)
    support = cm.sum(axis=1)
    for average, column in (("macro", None), ("weighted", support)):
        wanted = precision_recall_fscore_support(true, predicted, labels=range(10), average=average, zero_division=0)
        for rate, value in zip(precision_recall_f1(cm).T, wanted[:3], strict=True):
            mean = macro_average(rate) if column is None else weighted_average(rate, column)
            assert mean == pytest.approx(value, abs=1e-12)
            assert type(mean) is float


def test_an_empty_class_is_zero_not_nan():
    """A matrix of zeros has rates of zero, without a warning."""
    assert precision_recall_f1(np.zeros((10, 10), dtype=int)).tolist() == [[0.0, 0.0, 0.0]] * 10


@pytest.mark.parametrize(
    ("true", "predicted", "said"),
    [
        ([1, 2], [1], "1 and 2"),
        ([10], [1], "the true labels hold 10"),
        ([1], [-1], "the predicted labels hold -1"),
        ([1], [[0.1, 0.9]], "labels_from_probabilities"),
        ([1.0], [1], "whole numbers"),
    ],
)
def test_labels_that_are_no_digits(true, predicted, said):
    """What cannot be counted is named, with the way out."""
    with pytest.raises(ValueError, match=said):
        confusion(true, predicted)


def test_matrices_and_supports_that_do_not_fit():
    """A matrix that is not square, an average of nothing, a support that is short, negative or zero."""
    with pytest.raises(ValueError, match="square"):
        precision_recall_f1(np.zeros((10, 9)))
    with pytest.raises(ValueError, match="one value for each class"):
        macro_average([])
    with pytest.raises(ValueError, match="one support for each value"):
        weighted_average([0.5, 1.0], [3])
    with pytest.raises(ValueError, match="0 or more"):
        weighted_average([0.5, 1.0], [3, -1])
    with pytest.raises(ValueError, match="more than 0 in all"):
        weighted_average([0.5, 1.0], [0, 0])


@settings(deadline=None)
@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_against_scipy(counted):
    """SciPy's Wilson interval, for any number of right answers; always inside [0, 1] and around the accuracy."""
    right, n = counted
    low, high = accuracy_interval(right / n, n)
    expected = binomtest(right, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1


def test_the_constant_of_the_interval():
    """Z_95 is the 97.5 % point of the normal distribution."""
    assert norm.ppf(0.975) == pytest.approx(scores.Z_95, abs=1e-12)


@pytest.mark.parametrize(
    ("accuracy", "n", "said"), [(98.2, 100, "divide by 100"), (-0.1, 9, "share"), (0.5, 0, "n = 0")]
)
def test_accuracies_that_are_none(accuracy, n, said):
    """Per cent, negative shares and empty test sets are refused."""
    with pytest.raises(ValueError, match=said):
        accuracy_interval(accuracy, n)
    with pytest.raises(ValueError, match="share"):
        accuracy_interval(float("nan"), 10)


def test_arguments_stay_as_they_were():
    """Arrays that cannot be written to are taken by each function."""
    labels, cm = np.array([1, 2, 2]), np.eye(10)
    for array in (labels, cm):
        array.setflags(write=False)
    confusion(labels, labels)
    precision_recall_f1(cm)
    labels_from_probabilities(cm)
    weighted_average(cm[0], cm[0])

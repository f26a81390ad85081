"""What a model is worth: probabilities, accuracy with its interval, the classification report."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitlab.scores import accuracy_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An accuracy, as a share of `count` images, and the 95 % Wilson interval that it lies in."""

    accuracy: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.accuracy:.2%} of {self.count:,} images (95 % interval {self.low:.2%} to {self.high:.2%})"


def predict_probabilities(model: Any, x: NDArray[Any], batch_size: int = 2500) -> NDArray[np.float32]:
    """Return the model's probabilities for images, in inference mode.

    Parameters
    ----------
    model : keras.Model
    x : ndarray of float, shape (N, 28, 28, 1)
        In [0, 1].
    batch_size : int
        2,500 is quick on a processor; it does not change the answers.

    Returns
    -------
    ndarray of float32, shape (N, 10)
    """
    return np.asarray(model.predict(x, batch_size=batch_size, verbose=0))


def measure_accuracy(probabilities: NDArray[Any], labels: NDArray[Any]) -> Measured:
    """Return the share of rows whose most probable class is the label, and its interval.

    Parameters
    ----------
    probabilities : ndarray of float, shape (N, C)
    labels : ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        If there is no row, or not one label for each.
    """
    if probabilities.ndim != 2 or len(probabilities) == 0:
        raise ValueError(
            f"measure_accuracy needs probabilities of shape (N, C), at least one row, got shape {probabilities.shape}. "
            "predict_probabilities(model, x) gives them."
        )
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"measure_accuracy needs one label for each of {len(probabilities)} rows, got shape {labels.shape}. "
            "Give the labels of the same images."
        )
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    low, high = accuracy_interval(accuracy, len(labels))
    return Measured(accuracy=accuracy, low=low, high=high, count=len(labels))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationReport:
    """Precision, recall and F1 of each class, and their averages: a table in a notebook, text elsewhere.

    `rows` maps a class or an average to (precision, recall, f1, support).
    """

    rows: dict[str, tuple[float, float, float, int]]
    accuracy: float

    def __str__(self) -> str:
        head = f"{'':>14}{'precision':>11}{'recall':>9}{'F1':>9}{'support':>9}"
        body = [f"{name:>14}{p:>11.4f}{r:>9.4f}{f:>9.4f}{n:>9,}" for name, (p, r, f, n) in self.rows.items()]
        return "\n".join([head, *body, f"{'accuracy':>14}{self.accuracy:>29.4f}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><th scope="row" style="text-align:right">{html.escape(name)}</th><td>{p:.4f}</td><td>{r:.4f}</td>'
            f"<td>{f:.4f}</td><td>{n:,}</td></tr>"
            for name, (p, r, f, n) in self.rows.items()
        )
        names = ("precision", "recall", "F1", "support")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        return (
            "<table><caption>Classification report: precision, recall and F1 of each digit</caption><thead><tr>"
            f"<th></th>{head}"
            f'</tr></thead><tbody>{cells}</tbody><tfoot><tr><th scope="row" style="text-align:right">accuracy</th>'
            f"<td></td><td></td><td>{self.accuracy:.4f}</td><td></td></tr></tfoot></table>"
        )


def classification_report(true: ArrayLike, predicted: ArrayLike) -> ClassificationReport:
    """Return scikit-learn's classification report of the ten digits.

    Parameters
    ----------
    true, predicted : array of int, shape (N,)
        Digits from 0 to 9. A score that would divide by 0 is 0.

    Raises
    ------
    ValueError
        If there is no digit, not a prediction for each, or a label that is no digit.
    """
    from sklearn.metrics import classification_report as sklearn_report

    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape or len(true) == 0:
        raise ValueError(
            f"classification_report needs a predicted digit for each true one, got shapes {true.shape} and "
            f"{predicted.shape}. probabilities.argmax(axis=1) gives the digits of rows of probabilities."
        )
    for name, digits in (("true", true), ("predicted", predicted)):
        if digits.dtype.kind not in "iu" or digits.min() < 0 or digits.max() > 9:
            raise ValueError(
                f"classification_report needs whole numbers from 0 to 9, got {name} digits of {digits.dtype} "
                f"from {digits.min()} to {digits.max()}. Look at np.unique({name})."
            )
    told = sklearn_report(true, predicted, labels=range(10), output_dict=True, zero_division=0)
    names = [*map(str, range(10)), "macro avg", "weighted avg"]
    rows = {
        name: (told[name]["precision"], told[name]["recall"], told[name]["f1-score"], int(told[name]["support"]))
        for name in names
    }
    return ClassificationReport(rows=rows, accuracy=float(np.mean(true == predicted)))

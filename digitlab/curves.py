"""Training curves read as numbers: how many steps an epoch has, which epoch was best, when to stop, what went wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from digitlab.history import History

# A network of these lessons that has learnt the digits is far below this loss; guessing among ten gives ln 10 = 2.303.
HIGH_LOSS = 0.6
# A validation loss that ends so many times above its minimum has clearly turned.
CLIMB = 1.25


def steps_per_epoch(n: int, batch_size: int) -> int:
    """Return in how many batches `n` images are seen once; the last one may be smaller.

    Parameters
    ----------
    n, batch_size : int
        Images, and images a batch, each at least 1.

    Raises
    ------
    ValueError
        If one of them is less than 1.

    Examples
    --------
    >>> steps_per_epoch(1000, 300)
    4
    """
    if n < 1 or batch_size < 1:
        raise ValueError(f"steps_per_epoch needs at least one image and one image a batch, got {n} and {batch_size}.")
    return -(-n // batch_size)


def best_epoch(val_losses: Sequence[float]) -> int:
    """Return the epoch, counted from 0, with the smallest validation loss: the first one where several are equal.

    Parameters
    ----------
    val_losses : sequence of float
        The validation loss after each epoch.

    Raises
    ------
    ValueError
        If there is no epoch.

    Examples
    --------
    >>> best_epoch([0.9, 0.4, 0.6, 0.4])
    1
    """
    losses = _losses("best_epoch", val_losses)
    return losses.index(min(losses))


def early_stop(val_losses: Sequence[float], patience: int) -> int:
    """Return the epoch, counted from 0, after which training stops that waits `patience` epochs for an improvement.

    It stops at the epoch in which so many in a row have brought no strictly smaller loss than the smallest so far
    (L. Prechelt, "Early stopping, but when?", 1998, discusses this and other rules); at the last where that never
    happens.

    Parameters
    ----------
    val_losses : sequence of float
        The validation loss after each epoch.
    patience : int
        At least 1.

    Raises
    ------
    ValueError
        If there is no epoch, or the patience is less than 1.

    Examples
    --------
    >>> early_stop([0.9, 0.5, 0.6, 0.7, 0.4], patience=2)
    3
    """
    if patience < 1:
        raise ValueError(f"early_stop needs a patience of at least 1, got {patience}.")
    losses = _losses("early_stop", val_losses)
    smallest, waited = math.inf, 0
    for epoch, loss in enumerate(losses):
        waited = 0 if loss < smallest else waited + 1
        smallest = min(smallest, loss)
        if waited >= patience:
            return epoch
    return len(losses) - 1


def diagnose(history: Any) -> str:
    """Return what the curves of a training say: 'underfitting', 'good', 'overfitting' or 'diverging'.

    In this order: 'diverging' where a training loss is not finite, or the last is larger than the first;
    'underfitting' where the training loss never falls to 0.6, too much for a digit classifier; 'overfitting' where
    the validation loss ends at least a quarter above its minimum; else 'good'. The thresholds are of these lessons, and
    of no other task.

    Parameters
    ----------
    history : dict, History or keras History
        With `loss`, `accuracy`, `val_loss` and `val_accuracy`, a number for each epoch.

    Raises
    ------
    ValueError
        If there is no epoch, or no validation loss.

    Examples
    --------
    >>> told = {"loss": [0.9, 0.2, 0.05], "val_loss": [0.5, 0.3, 0.6]}
    >>> diagnose({**told, "accuracy": [0.7, 0.95, 0.99], "val_accuracy": [0.86, 0.93, 0.91]})
    'overfitting'
    """
    told = History.of(history)
    if not told.loss or not told.val_loss:
        missing = "no epoch" if not told.loss else "no validation loss"
        raise ValueError(f"diagnose needs training and validation losses, got {missing}. Train with validation data.")
    if not all(map(math.isfinite, told.loss)) or told.loss[-1] > told.loss[0]:
        return "diverging"
    if min(told.loss) > HIGH_LOSS:
        return "underfitting"
    if not told.val_loss[-1] < CLIMB * min(told.val_loss):  # so put, NaN counts as a climb
        return "overfitting"
    return "good"


def generalisation_gap(history: Any) -> float:
    """Return training minus validation accuracy at the best epoch, the first one of the smallest validation loss.

    Above 0: the model does better on the images that it learns. It may be below 0, since the training accuracy is
    measured while the epoch runs, and with dropout at work.

    Parameters
    ----------
    history : dict, History or keras History
        With `accuracy`, `val_loss` and `val_accuracy`, a number for each epoch.

    Raises
    ------
    ValueError
        If there is no epoch, or no validation.

    Examples
    --------
    >>> told = {"loss": [0.9, 0.2, 0.05], "accuracy": [0.75, 0.9375, 1.0]}
    >>> generalisation_gap({**told, "val_loss": [0.5, 0.3, 0.6], "val_accuracy": [0.875, 0.90625, 0.9]})
    0.03125
    """
    told = History.of(history)
    if not told.val_loss or len(told.val_accuracy) != len(told.val_loss):
        raise ValueError(
            "generalisation_gap needs validation loss and accuracy of at least one epoch. Train with validation data."
        )
    best = best_epoch(told.val_loss)
    return told.accuracy[best] - told.val_accuracy[best]


def _losses(name: str, val_losses: Sequence[float]) -> list[float]:
    losses = [] if isinstance(val_losses, Mapping) else [float(loss) for loss in val_losses]
    if not losses:
        raise ValueError(f"{name} needs the validation loss of at least one epoch: history['val_loss'].")
    return losses

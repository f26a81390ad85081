"""l03_gradient_step: one step downhill."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.linear import gradient_step, softmax

Array = np.ndarray[Any, Any]
Pair = tuple[Array, Array]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return batches of several sizes with weights and biases that are not zero."""
    cases = []
    for n, n_in, n_out, rate in ((2, 3, 2, 0.5), (6, 4, 3, 0.1), (5, 7, 10, 1.5)):
        W, b = rng.normal(0, 0.5, (n_in, n_out)), rng.normal(0, 0.5, n_out)
        cases.append(Case((W, b, rng.random((n, n_in)), np.eye(n_out)[rng.integers(0, n_out, n)], rate)))
    return cases


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_softmax(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = (softmax(x @ W + b) - one_hot) / len(x)
    return W - learning_rate * (x.T @ gap), b - learning_rate * gap.sum(axis=0)


def with_loop(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> list[Array]:
    gW, gb = np.zeros_like(W), np.zeros_like(b)
    for row, truth in zip(x, one_hot, strict=True):
        scores = row @ W + b
        p = np.exp(scores - scores.max())
        p /= p.sum()
        gW += np.outer(row, p - truth)
        gb += p - truth
    return [W - learning_rate * gW / len(x), b - learning_rate * gb / len(x)]


def with_mean(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = softmax(np.dot(x, W) + b) - one_hot
    new_W = W.copy()
    new_W -= learning_rate * np.einsum("ni,nc->ic", x, gap) / x.shape[0]
    return new_W, b - learning_rate * gap.mean(axis=0)


# --- mistakes ------------------------------------------------------------------------------------------------------


def _gap(W: Array, b: Array, x: Array, one_hot: Array) -> Array:
    return softmax(x @ W + b) - one_hot


def uphill(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot) / len(x)
    return W + learning_rate * x.T @ gap, b + learning_rate * gap.sum(axis=0)


def not_divided(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot)
    return W - learning_rate * x.T @ gap, b - learning_rate * gap.sum(axis=0)


def in_place(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot) / len(x)
    W -= learning_rate * x.T @ gap
    b -= learning_rate * gap.sum(axis=0)
    return W, b


def bias_by_classes(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot) / len(x)
    return W - learning_rate * x.T @ gap, b - learning_rate * gap.sum(axis=0).mean()


def bias_mean_of_mean(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot) / len(x)
    return W - learning_rate * x.T @ gap, b - learning_rate * gap.mean(axis=0)


def bias_from_new_weights(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    new_W = W - learning_rate * x.T @ _gap(W, b, x, one_hot) / len(x)
    return new_W, b - learning_rate * _gap(new_W, b, x, one_hot).mean(axis=0)


def no_softmax(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = (x @ W + b - one_hot) / len(x)
    return W - learning_rate * x.T @ gap, b - learning_rate * gap.sum(axis=0)


def bias_stays(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    return W - learning_rate * x.T @ _gap(W, b, x, one_hot) / len(x), b.copy()


def gradients_alone(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Pair:
    gap = _gap(W, b, x, one_hot) / len(x)
    return x.T @ gap, gap.sum(axis=0)


EXERCISE = Exercise(
    id="l03_gradient_step",
    title="One step of gradient descent",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=gradient_step,
    tolerance=Tolerance(absolute=1e-5),
    right_answers=(with_softmax, with_loop, with_mean),
    mistakes=(
        Mistake(
            "uphill", uphill, "The step goes uphill: the loss rises.", "Which sign takes you against the gradient?"
        ),
        Mistake(
            "not-divided-by-n",
            not_divided,
            "The gradient is summed over the images and not averaged: a larger batch makes a larger step.",
            "The loss is a mean over N images. What does that do to its gradient?",
        ),
        Mistake(
            "changes-its-argument",
            in_place,
            "The step is right, but W and b themselves were changed; the exercise asks for new arrays.",
            "What is the difference between `W -= step` and `W = W - step`?",
        ),
        Mistake(
            "bias-by-mean-over-classes",
            bias_by_classes,
            "The bias does not move. Averaged over the classes its gradient is always 0: what one class gains the others lose.",
            "b has one entry for each class. Over which axis should its gradient be summed, and which must stay?",
            also=(bias_stays,),
        ),
        Mistake(
            "bias-divided-twice",
            bias_mean_of_mean,
            "The step of the bias is divided by N twice.",
            "Is your gap divided by N already when you average it?",
        ),
        Mistake(
            "bias-from-the-new-weights",
            bias_from_new_weights,
            "The bias is updated with probabilities from the new weights; both updates start from the old ones.",
            "In which order do you compute the gradients and change the weights?",
        ),
        Mistake(
            "no-softmax",
            no_softmax,
            "The gap is taken from the scores; it should be taken from the probabilities.",
            "What turns scores into probabilities before they are compared with one-hot rows?",
        ),
        Mistake(
            "gradients-alone",
            gradients_alone,
            "You return the gradients; the exercise asks for the new weights and bias.",
            "What do you do with a gradient and a learning rate to get new weights?",
        ),
    ),
    hints=(
        "If a class got too much probability, should its weights for the bright pixels grow or shrink?",
        "gap = (softmax(x @ W + b) - one_hot) / N. The gradient of W is x.T @ gap, that of b is the gap summed over the images.",
        "`return W - learning_rate * x.T @ gap, b - learning_rate * gap.sum(axis=0)`",
    ),
)

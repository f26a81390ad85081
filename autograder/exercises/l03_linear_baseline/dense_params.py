"""l03_dense_params: how many numbers a dense layer learns."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.linear import dense_params


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return small layers, the linear classifier of MNIST, and layers whose sides differ."""
    n_in, n_out = int(rng.integers(20, 500)), int(rng.integers(3, 19))
    return [Case((3, 2)), Case((784, 10)), Case((n_in, n_out)), Case((1, 7))]


def with_formula(n_in: int, n_out: int) -> int:
    return (n_in + 1) * n_out


def with_arrays(n_in: int, n_out: int) -> int:
    return np.zeros((n_in, n_out)).size + np.zeros(n_out).size


def with_loop(n_in: int, n_out: int) -> int:
    return sum(n_in + 1 for _ in range(n_out))


def no_bias(n_in: int, n_out: int) -> int:
    return n_in * n_out


def one_bias(n_in: int, n_out: int) -> int:
    return n_in * n_out + 1


def bias_for_each_input(n_in: int, n_out: int) -> int:
    return n_in * n_out + n_in


def both(n_in: int, n_out: int) -> int:
    return (n_in + 1) * (n_out + 1)


def added(n_in: int, n_out: int) -> int:
    return n_in + n_out


EXERCISE = Exercise(
    id="l03_dense_params",
    title="Count a dense layer's parameters",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=dense_params,
    right_answers=(with_formula, with_arrays, with_loop),
    mistakes=(
        Mistake(
            "no-bias",
            no_bias,
            "The weights are counted, the biases are not.",
            "What is added to each output's weighted sum?",
        ),
        Mistake(
            "one-bias-in-all",
            one_bias,
            "You count one bias in all; each output has one of its own.",
            "How many outputs are there, and what is added to each?",
        ),
        Mistake(
            "a-bias-for-each-input",
            bias_for_each_input,
            "You count a bias for each input; biases belong to the outputs.",
            "Which shape has b in x @ W + b?",
        ),
        Mistake(
            "one-more-of-both",
            both,
            "You count one more of inputs and of outputs; only the outputs have biases.",
            "Which shapes have W and b?",
        ),
        Mistake(
            "sum-for-product",
            added,
            "You add inputs and outputs; there is a weight for each pair of them.",
            "How many arrows lead from 3 inputs to 2 outputs?",
        ),
    ),
    hints=(
        "How many arrows lead from 3 inputs to 2 outputs, and what else does each output have?",
        "W has shape (n_in, n_out), b has shape (n_out,). Count their entries.",
        "`return n_in * n_out + n_out`",
    ),
)

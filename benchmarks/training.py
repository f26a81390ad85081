"""How long training takes to 98 % and to 99 % test accuracy, against the recipe of Keras' own MNIST example.

Run it with ``python -m benchmarks.training``. Recipe and course are trained in turn, in one process, on the same 60,000
images; only `fit` is timed, and the test digits are looked at only between. The recipe (F. Chollet, "Simple MNIST
convnet", keras.io/examples) trains with Adam in batches of 128 until an epoch ends at 98 % or more.

What it does not show: batch, optimiser and networks of the course were chosen by trying variants and looking at test
accuracy. That flatters their accuracies a little, and with them the claim that so few epochs are enough.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import digitlab
from digitlab.keras_import import import_keras

GOAL, HIGHER_GOAL = 0.98, 0.99
MOST_EPOCHS = 12
RECIPE = "recipe to 98 %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A network of `digitlab.build_cnn`, trained for a number of epochs that is fixed beforehand."""

    name: str
    network: Mapping[str, Any]
    epochs: int
    goal: float
    times_faster: float | None = None


COURSE = (
    Contestant(name="the lessons' network, to 98 %", network={}, epochs=1, goal=GOAL),
    Contestant(name="cropped to 24 × 24, to 98 %", network={"crop": 2}, epochs=1, goal=GOAL, times_faster=8.0),
    Contestant(
        name="cropped and wider, to 99 %",
        network={"crop": 2, "filters": (16, 32)},
        epochs=3,
        goal=HIGHER_GOAL,
        times_faster=1.0,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One training: wall-clock and processor seconds inside `fit`, epochs, and the test accuracy after the last."""

    name: str
    seconds: float
    processor_seconds: float
    epochs: int
    accuracy: float
    goal: float

    @property
    def reached(self) -> bool:
        """Whether the test accuracy is at least the goal."""
        return self.accuracy >= self.goal


class Data:
    """The digits as every contestant gets them: float32 in [0, 1], shape (N, 28, 28, 1)."""

    def __init__(self, count: int = 60_000) -> None:
        data = digitlab.load_mnist()
        self.x = digitlab.scale_pixels(data.x_train[:count])[..., np.newaxis]
        self.y = data.y_train[:count]
        self.x_test = digitlab.scale_pixels(data.x_test)[..., np.newaxis]
        self.y_test = data.y_test

    def test_accuracy(self, model: Any) -> float:
        """Return the share of the 10,000 test digits that the model names rightly."""
        probabilities = digitlab.predict_probabilities(model, self.x_test)
        return float((probabilities.argmax(axis=1) == self.y_test).mean())


def recipe_to_98(data: Data, seed: int, most_epochs: int = MOST_EPOCHS) -> Trained:
    """Return how long the recipe took to its first epoch with 98 %."""
    import_keras().utils.set_random_seed(seed)
    model = digitlab.compile_model(digitlab.recipe_cnn(seed))
    seconds = processor = accuracy = 0.0
    epochs = 0
    while accuracy < GOAL and epochs < most_epochs:
        wall, used = _timed(lambda: model.fit(data.x, data.y, batch_size=128, epochs=1, verbose=0))
        seconds, processor, epochs = seconds + wall, processor + used, epochs + 1
        accuracy = data.test_accuracy(model)
    return Trained(
        name=RECIPE, seconds=seconds, processor_seconds=processor, epochs=epochs, accuracy=accuracy, goal=GOAL
    )


def course_to_its_goal(contestant: Contestant, data: Data, seed: int) -> Trained:
    """Return how long the course's training took."""
    model = digitlab.build_cnn(**contestant.network, seed=seed)
    epochs = contestant.epochs
    wall, used = _timed(lambda: digitlab.train(model, data.x, data.y, epochs=epochs, seed=seed, verbose=0))
    accuracy = data.test_accuracy(model)
    return Trained(
        name=contestant.name,
        seconds=wall,
        processor_seconds=used,
        epochs=epochs,
        accuracy=accuracy,
        goal=contestant.goal,
    )


def race(data: Data, seed: int, most_epochs: int = MOST_EPOCHS) -> dict[str, Trained]:
    """Return one round: each contestant trained once, from weights of this seed."""
    trained = [recipe_to_98(data, seed, most_epochs), *(course_to_its_goal(one, data, seed) for one in COURSE)]
    return {one.name: one for one in trained}


def summary(rounds: Sequence[dict[str, Trained]]) -> tuple[str, bool]:
    """Return the table of the medians with the ratios, and whether every claim holds.

    A ratio is taken within a round, the recipe's seconds over the course's, so that a busy machine slows both.
    """
    title = f"median of {len(rounds)} rounds"
    lines = [f"{title:<30}{'fit':>8}{'processor':>11}{'epochs':>8}{'lowest accuracy':>17}"]
    for name in rounds[0]:
        told = [each[name] for each in rounds]
        lines.append(
            f"{name:<30}{statistics.median(t.seconds for t in told):>6.1f} s"
            f"{statistics.median(t.processor_seconds for t in told):>9.1f} s"
            f"{statistics.median(t.epochs for t in told):>8.0f}{min(t.accuracy for t in told):>17.2%}"
        )
    holds = all(trained.reached for each in rounds for trained in each.values())
    if not holds:
        lines.append("Not every training reached its accuracy: the times do not compare.")
    lines.append(f"{'times faster than the recipe':<30}{'fit':>8}{'processor':>11}{'lowest':>8}{'asked for':>17}")
    for one in COURSE:
        ratios = [each[RECIPE].seconds / each[one.name].seconds for each in rounds]
        processor = [each[RECIPE].processor_seconds / each[one.name].processor_seconds for each in rounds]
        asked = "" if one.times_faster is None else f"{one.times_faster:.0f}"
        holds = holds and statistics.median(ratios) >= (one.times_faster or 0)
        lines.append(
            f"{one.name:<30}{statistics.median(ratios):>8.1f}{statistics.median(processor):>11.1f}"
            f"{min(ratios):>8.1f}{asked:>17}"
        )
    return "\n".join(lines), holds


def main(arguments: Sequence[str] | None = None) -> int:
    """Race, print each round and the summary; return 0 if every claim holds, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is trained (3)")
    rounds_asked = parser.parse_args(arguments).rounds
    if rounds_asked < 1:
        parser.error(f"at least one round is needed, got {rounds_asked}.")
    data = Data()
    # What a process pays once, whoever comes first: threads, libraries, kernels.
    digitlab.train(digitlab.build_linear(), data.x[:512], data.y[:512], epochs=1, verbose=0)
    rounds = []
    for seed in range(1, rounds_asked + 1):
        rounds.append(race(data, seed))
        told = (f"{t.name} {t.seconds:.1f} s ({t.accuracy:.2%})" for t in rounds[-1].values())
        print(f"round {seed}: {'; '.join(told)}", flush=True)
    text, holds = summary(rounds)
    print(text)
    return 0 if holds else 1


def _timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Return the wall-clock and the processor seconds of a call, all threads together."""
    wall, used = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - used


if __name__ == "__main__":
    sys.exit(main())

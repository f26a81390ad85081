"""`digitlab model FILE`: the accuracy of a trained model on the 10,000 test digits, against the course's 98 %."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from digitlab.cli import Exit
from digitlab.terminal import foreign_noise_left_out

if TYPE_CHECKING:
    from digitlab.evaluation import Measured

REQUIRED_ACCURACY = 0.98


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `digitlab model`."""
    parser.description = (
        f"{parser.description} The status is 0 from {REQUIRED_ACCURACY:.0%} on, and 1 below. "
        "A model is a program: measure only models that you trust, such as your own."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the model, such as my_cnn.keras")
    parser.add_argument("--json", action="store_true", help="print it for a program to read")


def run(args: argparse.Namespace) -> int:
    """Measure the model and print its accuracy; return 0 where it is enough, 1 where it is not."""
    from digitlab.modelfile import measure

    with foreign_noise_left_out():
        measured = measure(args.file)
    print(json.dumps(as_json(measured), indent=1) if args.json else as_text(measured, args.file))
    return Exit.DONE if measured.accuracy >= REQUIRED_ACCURACY else Exit.FAILED


def as_json(measured: Measured) -> dict[str, object]:
    """Return the measurement as plain values."""
    reached = measured.accuracy >= REQUIRED_ACCURACY
    return {"schema": 1, **asdict(measured), "required": REQUIRED_ACCURACY, "reached": reached}


def as_text(measured: Measured, file: Path) -> str:
    """Return the measurement in two lines.

    >>> from digitlab.evaluation import Measured
    >>> print(as_text(Measured(accuracy=0.9815, low=0.9787, high=0.9840, count=10000), Path("my_cnn.keras")))
    my_cnn.keras: 98.15% of 10,000 images (95 % interval 97.87% to 98.40%)
    The 98 % that the course asks for is reached.
    >>> print(as_text(Measured(accuracy=0.9789, low=0.9759, high=0.9815, count=10000), Path("my_cnn.keras")))
    my_cnn.keras: 97.89% of 10,000 images (95 % interval 97.59% to 98.15%)
    The 98 % that the course asks for is not reached: 11 more digits right would do. Lesson 08 is about that.
    """
    asked = f"The {REQUIRED_ACCURACY * 100:.0f} % that the course asks for is"
    missing = round((REQUIRED_ACCURACY - measured.accuracy) * measured.count)
    verdict = (
        "reached."
        if measured.accuracy >= REQUIRED_ACCURACY
        else f"not reached: {missing:,} more digits right would do. Lesson 08 is about that."
    )
    return f"{file}: {measured}\n{asked} {verdict}"

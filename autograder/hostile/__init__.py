"""Hostile and broken hand-ins, each with what it must get: what `autograder selftest` and the tests grade.

Only the self-test and the tests import this package; nothing on the way from a hand-in to its grade does.
"""

from __future__ import annotations

from autograder.hostile.breaks import HAND_INS as BREAKS
from autograder.hostile.calls_out import HAND_INS as CALLS_OUT
from autograder.hostile.exhausts import HAND_INS as EXHAUSTS
from autograder.hostile.honest import HONEST
from autograder.hostile.looks_around import HAND_INS as LOOKS_AROUND
from autograder.hostile.model_tricks import HAND_INS as MODEL_TRICKS
from autograder.hostile.record import Hostile, Kind, Mark
from autograder.hostile.tampers import HAND_INS as TAMPERS
from autograder.hostile.writing import write_class

CORPUS: tuple[Hostile, ...] = (
    *LOOKS_AROUND,
    *TAMPERS,
    *EXHAUSTS,
    *CALLS_OUT,
    *BREAKS,
    *MODEL_TRICKS,
)

__all__ = ["CORPUS", "HONEST", "Hostile", "Kind", "Mark", "write_class"]

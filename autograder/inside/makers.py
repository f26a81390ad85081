"""Arguments that cannot cross the border as values, and are made on this side: generators, models, functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.inside.codec import Make


def generator(seed: int) -> np.random.Generator:
    """Return a NumPy random generator with its own seed."""
    return np.random.default_rng(seed)


# The whole list of what `Make` may name; a frame that names anything else is refused.
MAKERS: dict[str, Callable[..., Any]] = {"generator": generator}


def made(args: Any) -> tuple[Any, ...]:
    """Return `args` with every `Make` in it replaced by what it makes."""
    return tuple(_made(arg) for arg in args)


def _made(value: Any) -> Any:
    if isinstance(value, Make):
        return MAKERS[value.maker](**value.params)
    if isinstance(value, tuple):
        return tuple(_made(item) for item in value)
    if isinstance(value, list):
        return [_made(item) for item in value]
    if isinstance(value, dict):
        return {key: _made(item) for key, item in value.items()}
    return value

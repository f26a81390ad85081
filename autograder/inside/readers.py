"""How what a student's function returned is turned into plain values: as it is, or as the description of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.inside.model_facts import model_facts


def plain(returned: Any, _args: tuple[Any, ...]) -> Any:
    """Return the value as it is; the codec describes what is not plain."""
    return returned


def trained(returned: Any, args: tuple[Any, ...]) -> Any:
    """Return what came back, and what the model, the first argument, now answers for the images, the second."""
    model, images = args[0], args[1]
    return {"returned": model_facts(returned), "answers": np.asarray(model.predict(images, verbose=0))}


# The whole list of what a case's `read` may name.
READERS: dict[str, Callable[[Any, tuple[Any, ...]], Any]] = {"plain": plain, "model": model_facts, "trained": trained}

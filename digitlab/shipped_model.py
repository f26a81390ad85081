"""A trained network to go on with: the learner's own, or the small one that ships with the course.

A learner who opens lesson 10 before lesson 07 has no model yet, and one whose file broke has none any more. Neither is
a reason for a lesson to stop.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from digitlab.models import N_CLASSES, SIDE
from digitlab.storage import DataError, not_read

FILE = Path(__file__).parent / "data" / "small_cnn.keras"
# How the shipped model was trained, what that reached, and the SHA-256 of its weights.
FACTS = FILE.with_suffix(".json")
_REMEDY = "Install digitlab again (in a clone of its repository: git checkout digitlab/data)."
# What rows of float16 probabilities may miss 1 by.
_SUM_TOLERANCE = 1e-2


def small_model() -> Any:
    """Return the small trained network that ships with the course: `build_cnn`, trained on 55,000 of the digits.

    Each call opens the file anew, so that training one copy further leaves the next one as it was. The test digits had
    no part in its training.

    Returns
    -------
    keras.Sequential
        Takes (N, 28, 28, 1) floats in [0, 1], gives (N, 10) probabilities. Not compiled.

    Raises
    ------
    DataError
        If the file is missing or broken.
    """
    from digitlab.modelfile import load_model

    try:
        return load_model(FILE)
    except DataError as error:
        raise DataError(f"The course's own model ({FILE}) cannot be opened. {_REMEDY}") from error


def small_model_facts() -> dict[str, Any]:
    """Return how the shipped model came about: `epochs`, `seed`, `images`, `validation_accuracy`, `weights`.

    `weights` is the SHA-256 of its numbers: a grader tells a copy of it by that.

    Raises
    ------
    DataError
        If the file that says so is missing or broken.
    """
    try:
        facts = json.loads(FACTS.read_text(encoding="utf-8"))
    except OSError as error:
        raise not_read(FACTS, error) from error
    except ValueError as error:
        raise DataError(f"{FACTS} is broken. {_REMEDY}") from error
    if not isinstance(facts, dict):
        raise DataError(f"{FACTS} is broken. {_REMEDY}")
    return facts


def your_model(path: str | Path = "my_cnn.keras") -> Any:
    """Return the learner's own saved model where it is there and fits, else the shipped one; print which.

    Parameters
    ----------
    path : str or Path
        A file of one's own: a model is a program, never open a stranger's this way. A plain name is looked for beside
        the notebook.

    Returns
    -------
    keras.Model
        Takes (N, 28, 28, 1) floats in [0, 1], gives (N, 10) probabilities. Not compiled.

    Raises
    ------
    DataError
        If the shipped model is needed, and missing or broken.
    """
    from digitlab.modelfile import load_model

    path = Path(path)
    if not path.is_file():
        where = "beside this notebook" if path.parent == Path() else f"in {path.parent}"
        why = f"There is no {path.name} {where} yet; lesson 07 saves one."
    else:
        try:
            model = load_model(path)
            _check(model, path)
        except DataError as error:
            why = str(error)
        else:
            print(f"This goes on with your own model, {path.name}.")
            return model
    print(f"{why} Until then this goes on with digitlab's small trained model.")
    return small_model()


def _check(model: Any, path: Path) -> None:
    """Raise DataError where the model does not turn images of shape (N, 28, 28, 1) into (N, 10) probabilities."""
    from tensorflow.errors import OpError

    try:
        rows = np.asarray(model(np.zeros((2, SIDE, SIDE, 1), np.float32), training=False), dtype=np.float64)
    except (ValueError, TypeError, OpError) as error:
        asked = getattr(model, "input_shape", None)
        raise DataError(
            f"The model in {path.name} does not take images of shape (N, {SIDE}, {SIDE}, 1)"
            + (f", it asks for {asked}." if asked else ".")
        ) from error
    if rows.shape != (2, N_CLASSES):
        raise DataError(
            f"The model in {path.name} gives shape (N, {', '.join(map(str, rows.shape[1:]))}), not (N, 10)."
        )
    if not (rows.min() >= 0 and np.allclose(rows.sum(axis=1), 1, atol=_SUM_TOLERANCE)):  # so put, NaN is refused too
        raise DataError(f"The model in {path.name} gives rows that are no probabilities.")

"""digitlab: what the lessons teach with.

Everything here is loaded when it is first used, so that ``import digitlab`` stays quick and lessons
that need no TensorFlow never import it.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Public name -> the module that holds it. A visible table: nothing registers itself.
_HOME: dict[str, str] = {
    "yours": "digitlab.yours",
    "digit_browser": "digitlab.widgets.digit_browser",
    "pixel_follower": "digitlab.widgets.pixel_follower",
    "DataError": "digitlab.storage",
    "load_mnist": "digitlab.mnist",
    "read_kaggle_csv": "digitlab.kaggle",
    "write_kaggle_csv": "digitlab.kaggle",
    "read_submission": "digitlab.kaggle",
    "write_submission": "digitlab.kaggle",
    "load_image": "digitlab.images",
    "load_images": "digitlab.images",
    "image_paths": "digitlab.images",
    "describe": "digitlab.describing",
    "class_counts": "digitlab.describing",
    "examples_of": "digitlab.describing",
    "mean_digit": "digitlab.describing",
    "nearest_mean": "digitlab.describing",
    "scale_pixels": "digitlab.tensors",
    "to_images": "digitlab.tensors",
    "one_hot": "digitlab.tensors",
    "from_one_hot": "digitlab.tensors",
    "split": "digitlab.tensors",
    "standardise": "digitlab.tensors",
    "labels_from_probabilities": "digitlab.scores",
    "confusion": "digitlab.scores",
    "precision_recall_f1": "digitlab.scores",
    "macro_average": "digitlab.scores",
    "weighted_average": "digitlab.scores",
    "accuracy_interval": "digitlab.scores",
}

__all__ = ["__version__", *sorted(_HOME)]  # the table above is the one list of names


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"digitlab has no {name!r}. It has: {', '.join(sorted(_HOME))}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})

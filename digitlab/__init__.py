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
    "load_mnist": "digitlab.mnist",
}

__all__ = ["__version__", *sorted(_HOME)]  # noqa: PLE0604 - the table above is the one list of names


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"digitlab has no {name!r}. It has: {', '.join(sorted(_HOME))}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})

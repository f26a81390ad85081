"""autograder: what checks and grades the course's exercises.

In a lesson: ``from autograder import check``. Everything is loaded when it is first used.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

__version__ = "0.1.0"

__all__ = ["__version__", "check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        # Inside the sandbox there are no judges: the check cells are the grader's own and run outside.
        judges_are_here = importlib.util.find_spec("autograder.feedback") is not None
        home = "autograder.feedback" if judges_are_here else "autograder.inside.stand_in"
        value = getattr(importlib.import_module(home), name)
        globals()[name] = value
        return value
    raise AttributeError(f"autograder has no {name!r}; it has check")

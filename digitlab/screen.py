"""Who is watching: a person before a live notebook, or nobody who could answer."""

from __future__ import annotations

import sys


def somebody_is_there() -> bool:
    """Return whether this code runs in a notebook with a person before it, who could move a widget.

    A program that runs a notebook (nbconvert, nbgrader, papermill) says with each cell that nobody can answer
    ``input()``. Where nobody can type, nobody can press a button either.
    """
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return False
    try:
        return bool(kernel.get_parent()["content"]["allow_stdin"])
    except (AttributeError, KeyError, TypeError):  # a kernel of another make, which does not say: take it for live
        return True

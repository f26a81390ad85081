"""A Matplotlib backend that draws into memory and shows nothing: no warning, no window, no figure kept open."""

from __future__ import annotations

from typing import Any

from matplotlib.backend_bases import FigureManagerBase as FigureManager
from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

__all__ = ["FigureCanvas", "FigureManager", "show"]


def show(*args: Any, **kwargs: Any) -> None:
    """Close the open figures, as a notebook does when it has shown them."""
    import matplotlib.pyplot as plt

    plt.close("all")

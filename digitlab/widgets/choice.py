"""A choice by buttons, for JupyterLab takes the arrow keys that are pressed in a list for commands of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def choice_buttons(name: str, options: Sequence[Any], **settings: Any) -> Any:
    """Return buttons of which one is pressed: the Tab key moves, the space bar chooses. Their tooltips say `name`.

    Parameters
    ----------
    name : str
        What is chosen, such as "Layer".
    options : sequence of str, or of (str, value)
    **settings
        More for `ipywidgets.ToggleButtons`.
    """
    import ipywidgets as widgets

    shown = [option[0] if isinstance(option, tuple) else str(option) for option in options]
    told = {"tooltips": [f"{name}: {text}" for text in shown], "style": {"button_width": "auto"}} | settings
    return widgets.ToggleButtons(options=options, **told)


def named_row(name: str, *controls: Any) -> Any:
    """Return controls in a row that begins with a name and goes on in the next line where the page is narrow."""
    import ipywidgets as widgets

    # ToggleButtons put a description of their own above themselves, out of line with what stands beside them.
    beginning = widgets.Layout(min_width="80px", margin="2px 8px 2px 2px", flex="0 0 auto", justify_content="flex-end")
    return row(widgets.Label(name, layout=beginning), *controls)


def row(*controls: Any) -> Any:
    """Return controls beside each other; where the page is narrow they go on in the next line."""
    import ipywidgets as widgets

    return widgets.HBox(controls, layout=widgets.Layout(flex_flow="row wrap", align_items="center"))

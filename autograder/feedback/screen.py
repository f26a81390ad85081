"""Where a check is shown: a notebook with a person before it, a notebook that is run by a program, or a terminal."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Any

from autograder.feedback.card import card_html, card_text
from autograder.feedback.result import CheckResult


class Screen(StrEnum):
    """What can be shown: text; a card; a card with buttons."""

    TERMINAL = "terminal"
    PAGE = "page"
    LIVE = "live"


def screen() -> Screen:
    """Return where the running code is shown.

    A program that runs a notebook (nbgrader, nbconvert, papermill) says in each request that nobody can answer
    `input()`: where nobody can type, nobody can press a button, and a button would be an empty line in its page.
    """
    ipython = sys.modules.get("IPython")  # a kernel has imported it long before
    kernel = getattr(ipython.get_ipython(), "kernel", None) if ipython is not None else None
    if kernel is None:
        return Screen.TERMINAL
    return Screen.LIVE if _somebody_is_there(kernel) else Screen.PAGE


def show(result: CheckResult, where: Screen) -> None:
    """Show the outcome of a check."""
    if where is Screen.TERMINAL:
        say(str(result))
        return
    from IPython.display import display

    buttons = None
    if where is Screen.LIVE:
        from autograder.feedback.buttons import hint_buttons

        buttons = hint_buttons(result.hints)
    footer = result.footer(buttons=buttons is not None)
    title = result.exercise.title
    card = card_html(result.verdict, title, footer, result.hints.mark())
    display({"text/html": card, "text/plain": card_text(result.verdict, title, footer)}, raw=True)
    if buttons is not None:
        display(buttons)


def say(text: str) -> None:
    """Print text, also where the terminal's encoding lacks a symbol."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def _somebody_is_there(kernel: Any) -> bool:
    try:
        return bool(kernel.get_parent()["content"]["allow_stdin"])
    except (AttributeError, KeyError, TypeError):
        return True

"""Find the hand-ins of a class: in folders or archives, of any of the usual layouts, whatever strangers named them."""

from __future__ import annotations

from autograder.handins.finding import NothingFound, find_handins
from autograder.handins.handin import ClassFound, HandIn, Stray
from autograder.handins.students import folder_name, shown_name

__all__ = ["ClassFound", "HandIn", "NothingFound", "Stray", "find_handins", "folder_name", "shown_name"]

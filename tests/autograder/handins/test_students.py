"""Names of students, as shown and as folders."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.handins.students import folder_name, shown_name

STRANGE = [
    "",
    " ",
    "..",
    ".",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "ada\nbob",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "\x1b[31mred",
    "x" * 5000,
    "CON",
    "nul.txt",
    "lpt1",
    "ada.",
    "ada ",
    "Zoë",
    "李雷",
    "ada\ud800",
    "-rf",
    "~root",
    "$HOME",
    "a:b",
    "ada-0123456789",
    "ada [01234567]",
]


@pytest.mark.parametrize("student", STRANGE)
def test_folders_are_safe_on_every_system(student: str) -> None:
    """No separator, no reserved or hidden name, no blank, no endless length; ASCII letters alone."""
    name = folder_name(student)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name)
    assert not name.endswith(".")
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "lpt1", "com1"}


@pytest.mark.parametrize("student", STRANGE)
def test_shown_names_are_one_line(student: str) -> None:
    """What is shown has no line break, escape or direction mark, and can be encoded."""
    shown = shown_name(student)
    shown.encode()
    assert shown.isprintable()
    assert 0 < len(shown) <= 100


def test_usual_names_stay() -> None:
    """Ordinary ids are their own folders and are shown as they are."""
    for student in ("ada", "s1234567", "jane.doe", "smithjane_12345", "a-b"):
        assert folder_name(student) == shown_name(student) == student
    assert shown_name("Jane Smith_123") == "Jane Smith_123"


@given(st.lists(st.text(st.characters(), max_size=12) | st.sampled_from(STRANGE), min_size=2, max_size=8, unique=True))
def test_two_students_are_never_one(students: list[str]) -> None:
    """Different ids have different folders, also where case does not count, and are shown differently."""
    assert len({folder_name(student).casefold() for student in students}) == len(students)
    assert len({shown_name(student) for student in students}) == len(students)


def test_case_and_normal_forms_are_kept_apart() -> None:
    """`Ada`, `ada` and `ADA`, and one name in two Unicode forms, are different students."""
    assert len({folder_name(name).casefold() for name in ("Ada", "ada", "ADA", "aDa")}) == 4
    assert folder_name("Zo\u00eb") != folder_name("Zoe\u0308")

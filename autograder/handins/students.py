"""Names of students: as they are shown, and as folders on any file system. Two students never become one."""

from __future__ import annotations

import hashlib
import re

from autograder.wording import one_line

MAX_SHOWN = 80
_PLAIN_FOLDER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LOOKS_MARKED = re.compile(r".*-[0-9a-f]{10}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def shown_name(student: str) -> str:
    """Return a student's id as it is shown everywhere: the id itself where it can be printed on one line.

    Otherwise what cannot be printed is replaced, and the first digits of the id's SHA-256 keep it apart from others.

    >>> shown_name("Jane Smith_1234")
    'Jane Smith_1234'
    >>> shown_name("ada\\n")
    'ada [86916476]'
    """
    shown = one_line(student, MAX_SHOWN)
    if shown and shown == student and not re.search(r"\[[0-9a-f]{8}]$", student):
        return shown
    return f"{shown} [{_digest(student)[:8]}]".strip()


def folder_name(student: str) -> str:
    """Return a folder's name for a student: safe on any file system, and another for every other student.

    An id of small letters, digits, dots, hyphens and underscores is its own folder's name. Any other id gets its
    printable letters and the first digits of its SHA-256: on a file system that ignores case, `Ada` and `ada`
    would be one folder.

    >>> folder_name("ada"), folder_name("Ada"), folder_name("../etc"), folder_name("con")
    ('ada', 'Ada-99a563ab2f', 'etc-f7f9121fdb', 'con-1143da2bc5')
    """
    plain = _PLAIN_FOLDER.fullmatch(student) and not student.endswith(".")
    if plain and not _RESERVED.fullmatch(student) and not _LOOKS_MARKED.fullmatch(student):
        return student
    letters = re.sub(r"[^A-Za-z0-9]+", "_", student[:200]).strip("_")[:40]
    return f"{letters or 'student'}-{_digest(student)[:10]}"


def _digest(student: str) -> str:
    return hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()

"""How a job ended, and what it brought back until then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

# ECMA-48: escape sequences that colour, move, or set a title.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]+[0-~]|[0-~])")


class Ended(StrEnum):
    """How a job ended."""

    FINISHED = "finished"
    """The trusted routine came to its end."""
    TIMEOUT = "timeout"
    """It took longer than `Limits.wall_seconds`."""
    CPU = "cpu"
    """It used more than `Limits.cpu_seconds`."""
    MEMORY = "memory"
    """All its processes together held more than `Limits.memory_bytes`."""
    OUTPUT = "output"
    """It printed more than `Limits.output_bytes`."""
    EVIDENCE_TOO_BIG = "evidence_too_big"
    """It sent more than `Limits.evidence_bytes`, or announced a frame that would not fit."""
    CRASHED = "crashed"
    """Its process ended in another way: a signal, os._exit, an exception in the routine."""
    FAULT = "fault"
    """Ours, not the student's: the jail could not be built, or the zygote died. Try again with a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job ended, and what it brought back until then.

    Attributes
    ----------
    frames : tuple of bytes
        Every finding that was sent whole, in order. The student's code could have sent them too: they are claims.
    ended : Ended
        Why it ended.
    signal, exit_code : int or None
        How its main process ended, where it ended by itself.
    detail : str
        The last of what it wrote to stderr, cleaned: for the teacher, never for points.
    output : str
        The last of what it wrote to stdout, cleaned.
    fault : str or None
        What went wrong with us, if `ended` is FAULT.
    wall_seconds, cpu_seconds : float
        From the routine's first line; processor time of all its processes.
    peak_bytes : int or None
        The most memory seen, measured now and then, roughly; None if the job was over before the first look.
    """

    frames: tuple[bytes, ...] = ()
    ended: Ended
    signal: int | None = None
    exit_code: int | None = None
    detail: str = ""
    output: str = ""
    fault: str | None = None
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int | None = None


def clean(data: bytes) -> str:
    r"""Return output as plain text: no control characters but newline and tab, nothing that a terminal would obey.

    >>> clean(b"\x1b[31mred\x1b[0m \xff\x00 ok")
    'red � ok'
    """
    text = _ESCAPES.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n"))
    return "".join(character for character in text if character in "\n\t" or character.isprintable())

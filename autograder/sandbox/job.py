"""One job: a trusted routine, what it is to be told, and the files that lie beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from autograder.inside.limits import Limits

MAX_FILES = 500
_MAX_PATH_BYTES = 1024
_MAX_NAME_BYTES = 255
_ENTRY = re.compile(r"autograder\.inside(\.[a-z0-9_]+)+:[a-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job for the sandbox.

    Attributes
    ----------
    id : str
        Whose it is; it goes into messages only.
    entry : str
        The trusted routine, ``autograder.inside.MODULE:FUNCTION``, called as ``run(payload, emit)``: `payload` is
        bytes, ``emit(frame: bytes)`` sends one finished finding home, and what was sent counts even if the job is
        killed afterwards.
    payload : bytes
        What the routine is told. The student's code can find it too.
    files : tuple of (str, bytes)
        Laid into /job, which is also the working directory: relative paths with ``/`` between folders.
    limits : Limits
        How much the job may use.

    Raises
    ------
    ValueError
        If a path is not plain and relative, occurs twice, or the files do not fit into the limits.

    Examples
    --------
    >>> Job(id="ada", entry="autograder.inside.script:run", payload=b"emit(b'hello')").files
    ()
    >>> Job(id="ada", entry="autograder.inside.script:run", payload=b"", files=(("../x.py", b""),))
    Traceback (most recent call last):
        ...
    ValueError: The file '../x.py' cannot be laid beside the notebook: its path has to stay inside the hand-in.
    """

    id: str
    entry: str
    payload: bytes
    files: tuple[tuple[str, bytes], ...] = ()
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if not _ENTRY.fullmatch(self.entry):
            raise ValueError(f"A job's entry is 'autograder.inside.MODULE:FUNCTION', got {self.entry!r}.")
        if len(self.files) > min(MAX_FILES, self.limits.files // 2):
            raise ValueError(
                f"At most {min(MAX_FILES, self.limits.files // 2)} files come along, got {len(self.files)}."
            )
        seen: set[str] = set()
        for path, content in self.files:
            problem = _problem_of(path) or (
                f"it has {len(content)} bytes, the limit is {self.limits.file_bytes}"
                if len(content) > self.limits.file_bytes
                else None
            )
            parents = {path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)}
            if problem is None and (path in seen or parents & seen or any(one.startswith(path + "/") for one in seen)):
                problem = "another file has the same path"
            if problem is not None:
                raise ValueError(f"The file {path!r} cannot be laid beside the notebook: {problem}.")
            seen.add(path)
        total = sum(len(content) for _, content in self.files)
        if total > self.limits.job_bytes * 3 // 4:
            raise ValueError(
                f"The files have {total} bytes together, which is too much for {self.limits.job_bytes} bytes of disk."
            )


def _problem_of(path: str) -> str | None:
    """Return what is wrong with a file's path; None if it may be used."""
    try:
        names = path.encode("utf-8").split(b"/")
    except UnicodeEncodeError:
        return "its name is not valid text"
    if b"" in names or b"." in names or b".." in names:
        return "its path has to stay inside the hand-in"
    if "\0" in path:
        return "its name holds a zero byte"
    if len(path.encode()) > _MAX_PATH_BYTES or any(len(name) > _MAX_NAME_BYTES for name in names):
        return "its name is too long"
    return None

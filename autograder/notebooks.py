"""Read a notebook file that a stranger wrote: its code cells, whatever else is in it, or one sentence why not."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from autograder.inside.codec import clean_text
from autograder.wording import one_line

MAX_BYTES = 25 << 20
MAX_KEPT_BYTES = 8 << 20
MAX_LONG_TEXT = 1 << 20
MAX_NESTING = 200
MAX_CONTAINERS = 100_000
MAX_TOKENS = 2_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 1_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A text to its end (or the file's), or one bracket. Possessive: no way back, so no memory and no time for one.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)|[\[{\]}]', re.DOTALL)
_DROPPED = re.compile(rb'"(?:outputs|attachments|widgets)"')
_COLON_AND_BRACKET = re.compile(rb"\s*:\s*(?=[\[{])")


class NotebookProblem(ValueError):  # noqa: N818 - it is the student's file that has the problem
    """The file cannot be graded; the message says why in one sentence, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCell:
    """One code cell of a hand-in.

    `number` counts the code cells from 1, as `In [1]` does after "Restart and run all"; `role` and `exercise` are what
    its metadata claims, if anything. `unchanged` says that its id vouches for its source: a demonstration or set-up
    cell of this or an older release is called by the SHA-256 of its text.
    """

    number: int
    source: str
    role: str | None = None
    exercise: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """What is read from a notebook file: its code cells, the lesson that it claims to be, what was odd."""

    cells: tuple[CodeCell, ...]
    lesson: str | None = None
    has_metadata: bool = False
    notes: tuple[str, ...] = ()


def read_notebook(data: bytes) -> Notebook:
    """Return the notebook in the bytes of an `.ipynb` file.

    Any nbformat from 3 on is read, with a byte-order mark, in UTF-16, with outputs of any size. What a cell lacks is
    taken as empty; what is not a code cell is left out.

    Raises
    ------
    NotebookProblem
        If there is nothing that can be graded. No other exception escapes.
    """
    data, notes = _as_utf8(data)
    text = _without_outputs(data).decode("utf-8", "replace")
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        raise NotebookProblem(_broken(text)) from None
    if not isinstance(plain, dict):
        raise NotebookProblem("The file is JSON, and not a notebook. Hand in the .ipynb file that JupyterLab saved.")
    raw = _raw_cells(plain)
    if raw is None:
        raise NotebookProblem(
            "The file is JSON without a list of cells, so it is not a notebook. Hand in the .ipynb file that "
            "JupyterLab saved."
        )
    code = [cell for cell in raw if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    if len(code) > MAX_CELLS:
        notes.append(f"the notebook has {len(code):,} code cells; only the first {MAX_CELLS:,} were read")
        code = code[:MAX_CELLS]
    cells = [_code_cell(number, cell) for number, cell in enumerate(code, 1)]
    for place, cell in enumerate(cells):
        if len(cell.source) > MAX_SOURCE:
            notes.append(f"cell {cell.number} has {len(cell.source):,} characters; it was left out")
            cells[place] = replace(cell, source="")
    return Notebook(
        cells=tuple(cells),
        lesson=_lesson(plain),
        has_metadata=any(cell.role is not None for cell in cells),
        notes=tuple(notes),
    )


def too_large() -> str:
    """Return what is said of a notebook of more than `MAX_BYTES`: what happened, what counts, and what to do."""
    return (
        f"The notebook has more than {MAX_BYTES / 1e6:.0f} MB. So large a file is not opened, and none of its answers "
        "counts yet. Pictures and tables below the cells take the room, nearly always, and only your code counts. "
        "Clear them (Edit > Clear Outputs of All Cells), save the notebook, and hand it in again."
    )


def _as_utf8(data: bytes) -> tuple[bytes, list[str]]:
    """Return the file's text as UTF-8, and what was odd about how it was saved."""
    if len(data) > MAX_BYTES:
        raise NotebookProblem(too_large())
    if not data.strip():
        raise NotebookProblem("The file is empty. Save the notebook in JupyterLab, and hand it in again.")
    if data[:2] == b"PK":
        raise NotebookProblem("The file is a zip archive under the name of a notebook. Hand in the .ipynb file in it.")
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None:
        encoding = {b"{\0": "utf-16-le", b"\0{": "utf-16-be"}.get(data[:2], "utf-8")
    notes = (
        []
        if encoding.startswith("utf-8")
        else [f"the notebook is saved as {encoding.upper()}; it was read all the same"]
    )
    try:
        return data.decode(encoding).encode("utf-8", "replace"), notes
    except UnicodeDecodeError:
        notes.append("the notebook is not saved as UTF-8; letters with accents may have been misread")
        encoding = "latin-1" if encoding.startswith("utf-8") else encoding
        return data.decode(encoding, "replace").encode("utf-8", "replace"), notes


def _without_outputs(data: bytes) -> bytes:
    """Return the JSON text without outputs, attachments, widgets and endless texts, before a parser sees it.

    What is left is small and flat enough to be parsed: outputs can be any size, and brackets in a file can take
    twenty times its size as Python lists.
    """
    kept: list[bytes] = []
    start = depth = containers = 0
    drop_from: tuple[int, int] | None = None
    for count, match in enumerate(_TOKEN.finditer(data)):
        begin, end = match.span()
        first = data[begin : begin + 1]
        if containers > MAX_CONTAINERS or count > MAX_TOKENS:
            raise NotebookProblem(
                "The file has far more parts than a notebook. Clear its outputs, and hand it in again."
            )
        if first == b'"':
            if drop_from is not None:
                continue
            if end - begin > MAX_LONG_TEXT:
                kept += [data[start:begin], b'""']
                start = end
            elif _DROPPED.fullmatch(match[0]) and (colon := _COLON_AND_BRACKET.match(data, end)):
                drop_from = (colon.end(), depth)
        elif first in b"[{":
            depth += 1
            containers += drop_from is None
            if depth > MAX_NESTING and drop_from is None:
                raise NotebookProblem(
                    "The file is nested too deeply to be a notebook. Hand in the one that JupyterLab saved."
                )
        else:
            depth -= 1
            if drop_from is not None and depth <= drop_from[1]:
                kept += [data[start : drop_from[0]], b"[]"]
                start, drop_from = end, None
    kept.append(data[start:])
    if sum(map(len, kept)) > MAX_KEPT_BYTES:
        raise NotebookProblem(
            f"The notebook has more than {MAX_KEPT_BYTES / 1e6:.0f} MB of text, outputs not counted. Keep data in "
            "files of its own, and hand it in again."
        )
    return b"".join(kept)


def _broken(text: str) -> str:
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        return "The file is a web page, not a notebook. Download the notebook itself (.ipynb), and hand that in."
    if re.match(r"(#|import |from |def |\"\"\"|%)", start):
        return (
            "The file is a Python script under the name of a notebook. Hand in the .ipynb file that JupyterLab saved."
        )
    if "<<<<<<<" in text and ">>>>>>>" in text:
        return "The notebook holds the marks of a Git merge (<<<<<<<), so it cannot be read. Resolve them, and save it."
    return "The notebook is not valid JSON; it may be cut off. Open it in JupyterLab, save it, and hand it in again."


def _raw_cells(plain: dict[str, Any]) -> list[Any] | None:
    """Return the cells: since nbformat 4 at the top, in nbformat 3 in worksheets."""
    cells = plain.get("cells")
    if isinstance(cells, list):
        return cells
    worksheets = plain.get("worksheets")
    if not isinstance(worksheets, list):
        return None
    gathered: list[Any] = []
    for sheet in worksheets:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            gathered += sheet["cells"]
    return gathered


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))  # nbformat 3 says input
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    return clean_text(source.replace("\r\n", "\n").replace("\r", "\n"), MAX_KEPT_BYTES)


def _code_cell(number: int, cell: dict[str, Any]) -> CodeCell:
    metadata = cell.get("metadata")
    ours = metadata.get("digitlab") if isinstance(metadata, dict) else None
    ours = ours if isinstance(ours, dict) else {}
    role, exercise = ours.get("role"), ours.get("exercise")
    source, own_id = _source(cell), cell.get("id")
    vouched = f"{role}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    return CodeCell(
        number=number,
        source=source,
        role=role if isinstance(role, str) else None,
        exercise=exercise if isinstance(exercise, str) else None,
        unchanged=role in ("demo", "setup") and isinstance(own_id, str) and own_id.startswith(vouched),
    )


def _lesson(plain: dict[str, Any]) -> str | None:
    metadata = plain.get("metadata")
    ours = metadata.get("digitlab") if isinstance(metadata, dict) else None
    lesson = ours.get("lesson") if isinstance(ours, dict) else None
    return one_line(lesson, 100) if isinstance(lesson, str) else None

"""Hand-ins that break: dead kernels, damaged files, strange encodings, links, and students' ids that trick a reader."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

from autograder.hostile.notebooks import (
    Plain,
    beside,
    handed_in,
    packed,
    path_of,
    released,
    solutions,
    with_cells,
)
from autograder.hostile.record import CRASHED, FOR_A_PERSON, MISSING, RAISED, STUB, Files, Hostile, Kind, Mark

NAME = "02_pixels_to_tensors"
_SEGMENTATION_FAULT = "import ctypes; ctypes.string_at(0)"


def _solved() -> Plain:
    return released(2, solutions(2))


def _cell(name: str, tries: str, source: str, says: str, *, in_brief: bool = False) -> Hostile:
    """Return a hand-in with a cell in the middle that breaks: all its answers count."""
    return Hostile(
        name=name,
        kind=Kind.BREAKS,
        tries=tries,
        files=lambda: handed_in(with_cells(_solved(), middle=source)),
        says=says,
        in_brief=in_brief,
    )


def _answer(name: str, tries: str, body: str, mark: Mark, says: str) -> Hostile:
    source = f"def from_one_hot(encoded):\n    {body}"
    return Hostile(
        name=name,
        kind=Kind.BREAKS,
        tries=tries,
        files=lambda: handed_in(released(2, {**solutions(2), "l02_from_one_hot": source})),
        marks={"l02_from_one_hot": mark},
        says=says,
    )


def _file(name: str, tries: str, data: bytes, says: str, *, in_brief: bool = False) -> Hostile:
    """Return a hand-in whose notebook's file is damaged beyond reading."""
    return Hostile(
        name=name,
        kind=Kind.BREAKS,
        tries=tries,
        files=lambda: {path_of(2): data},
        rest=MISSING,
        says=says,
        in_brief=in_brief,
    )


def _saved_as(name: str, tries: str, encoding: str, says: str = "") -> Hostile:
    """Return a whole hand-in in another encoding."""
    return Hostile(
        name=name,
        kind=Kind.BREAKS,
        tries=tries,
        files=lambda: {path_of(2): packed(_solved()).decode().encode(encoding)},
        says=says,
    )


def _called(name: str, tries: str, student: str) -> Hostile:
    """Return a whole hand-in of a student with a strange id."""
    return Hostile(name=name, kind=Kind.BREAKS, tries=tries, files=lambda: handed_in(_solved()), student=student)


def _with_line_ends() -> Files:
    plain = _solved()
    for cell in plain["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    return {path_of(2): json.dumps(plain, indent=1).replace("\n", "\r\n").encode()}


def _other_kernel() -> Files:
    plain = _solved()
    plain["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    plain["metadata"]["language_info"] = {"name": "R", "version": "4.4"}
    return handed_in(plain)


def _without_anything_optional() -> Files:
    return {
        path_of(2): packed(
            {"cells": [{"cell_type": "code", "source": one} for one in ("import numpy as np", *solutions(2).values())]}
        )
    }


def _surrogates() -> Files:
    source = "text = '\\ud800 \\x00 \\x1b[2J \\u202e'\nraise ValueError(text)"
    return handed_in(with_cells(_solved(), middle=source))


def _markup() -> Files:
    body = "raise RuntimeError('<script>alert(1)</script>\\x1b]0;owned\\x07\\u202e =cmd|calc')"
    return handed_in(released(2, {**solutions(2), "l02_from_one_hot": f"def from_one_hot(encoded):\n    {body}"}))


def _number_without_end() -> Files:
    number = "0x" + "F" * 6_000
    answers = solutions(2)
    answers["l02_from_one_hot"] += f"\n\nNUMBER = {number}\ndef large():\n    return {number}\n"
    return handed_in(with_cells(released(2, answers), last=f"def more():\n    return {number}\nimport os; os._exit(1)"))


def _archive(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def _traversing() -> Files:
    outside = {"../../ada/02_pixels_to_tensors/02_pixels_to_tensors.ipynb": b"{}", "/etc/cron.d/x": b"", "..\\x": b""}
    return {f"{NAME}/work.zip": _archive({f"{NAME}.ipynb": packed(_solved()), **outside})}


def _two_notebooks() -> Files:
    other = with_cells(_solved(), last="2 + 2")
    return {f"{NAME}/a.ipynb": packed(_solved()), f"{NAME}/b.ipynb": packed(other)}


HAND_INS = (
    _cell(
        "leaves-by-exit",
        "ends the process by os._exit",
        "import os; os._exit(0)",
        "ended the whole Python process",
        in_brief=True,
    ),
    _cell(
        "segmentation-fault",
        "reads at address zero",
        _SEGMENTATION_FAULT,
        "ended the whole Python process",
        in_brief=True,
    ),
    _cell(
        "kills-itself", "kills its own process", "import os; os.kill(os.getpid(), 9)", "ended the whole Python process"
    ),
    _cell(
        "kills-everything",
        "kills every process that it may",
        "import os; os.kill(-1, 9)",
        "ProcessLookupError",
    ),
    _cell("exits-politely", "sys.exit in a cell", "import sys; sys.exit(3)", "SystemExit"),
    _cell(
        "closes-everything",
        "closes every open file",
        "import os; os.closerange(0, 4096)",
        "ended the whole Python process",
    ),
    _cell(
        "raises-what-cannot-be-shown",
        "an exception whose text raises",
        "class E(Exception):\n    def __str__(self): raise self\nraise E",
        "raised E",
    ),
    _answer(
        "answer-exits",
        "an answer that ends the process",
        "import os; os._exit(0)",
        CRASHED,
        "The process that ran your code died",
    ),
    _answer(
        "answer-crashes",
        "an answer that reads at address zero",
        _SEGMENTATION_FAULT,
        CRASHED,
        "The process that ran your code died",
    ),
    _answer("answer-raises-exit", "an answer that raises SystemExit", "raise SystemExit", RAISED, "SystemExit"),
    Hostile(
        name="exception-in-the-first-cell",
        kind=Kind.BREAKS,
        tries="an exception in the first cell",
        files=lambda: handed_in(with_cells(_solved(), first="raise RuntimeError('not today')")),
        says="cell 1 raised RuntimeError: not today",
        in_brief=True,
    ),
    Hostile(
        name="number-without-end",
        kind=Kind.BREAKS,
        tries="a number of more digits than Python writes, in an answer and in a cell that ends the process",
        files=_number_without_end,
        says="ended the whole Python process",
    ),
    Hostile(
        name="first-cell-does-not-parse",
        kind=Kind.BREAKS,
        tries="a first cell that is no Python",
        files=lambda: handed_in(with_cells(_solved(), first="def (:\n\tthis is not Python")),
        says="cell 1 raised SyntaxError",
    ),
    Hostile(
        name="no-notebook",
        kind=Kind.BREAKS,
        tries="a script in place of the notebook",
        files=lambda: beside(2, {"answers.py": b"print(1)\n"}),
        rest=MISSING,
        says="There is no notebook of lesson 02_pixels_to_tensors. There is answers.py",
        in_brief=True,
    ),
    _file("empty-notebook", "an empty file", b"", "The file is empty", in_brief=True),
    _file("no-json", "a notebook that is no JSON", b"\x00\xff\xfe notes \x80", "not valid JSON"),
    _file("cut-off", "a notebook cut off in the middle", packed(released(2, {}))[:5000], "it may be cut off"),
    _file(
        "json-and-no-notebook",
        "JSON that is no notebook",
        b'{"cells": {"0": {}}, "nbformat": 4}',
        "without a list of cells",
    ),
    _file(
        "web-page",
        "the page of a notebook in place of it",
        b"<!DOCTYPE html><html></html>",
        "a web page, not a notebook",
    ),
    _file(
        "zip-named-ipynb",
        "an archive under the name of a notebook",
        _archive({"a.ipynb": b"{}"}),
        "a zip archive under the name",
    ),
    _file(
        "merge-conflict",
        "the marks of a Git merge",
        b'{"cells": [\n<<<<<<< HEAD\n{}\n=======\n>>>>>>> x\n]}',
        "the marks of a Git merge",
    ),
    Hostile(
        name="without-cells",
        kind=Kind.BREAKS,
        tries="a notebook without cells",
        files=lambda: {path_of(2): b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'},
        rest=MISSING,
        says="There is no function named",
    ),
    _saved_as("byte-order-mark", "UTF-8 with a byte-order mark", "utf-8-sig"),
    _saved_as("utf-16", "UTF-16", "utf-16", "it was read all the same"),
    Hostile(name="crlf", kind=Kind.BREAKS, tries="line ends of Windows", files=_with_line_ends),
    Hostile(name="other-kernel", kind=Kind.BREAKS, tries="another kernel's name", files=_other_kernel),
    Hostile(
        name="bare-notebook",
        kind=Kind.BREAKS,
        tries="cells with nothing but their source",
        files=_without_anything_optional,
        says="the cells have lost the marks of the lesson",
    ),
    Hostile(
        name="surrogates",
        kind=Kind.BREAKS,
        tries="lone surrogates, zero bytes and escape sequences in an error",
        files=_surrogates,
        says="raised ValueError: ? � �[2J �",
    ),
    Hostile(
        name="markup",
        kind=Kind.BREAKS,
        tries="a script, a terminal title and a formula in an answer's error",
        files=_markup,
        marks={"l02_from_one_hot": RAISED},
        says="<script>alert(1)</script>�]0;owned�� =cmd|calc",
    ),
    Hostile(
        name="linked-notebook",
        kind=Kind.BREAKS,
        tries="a link to another student's notebook in place of its own",
        files=lambda: beside(2, {"notes.txt": b""}),
        links={path_of(2): f"../../ada/{NAME}/{NAME}.ipynb"},
        rest=MISSING,
        says="There is no notebook of lesson",
    ),
    Hostile(
        name="linked-files",
        kind=Kind.BREAKS,
        tries="links beside the notebook to the system's files and to the class",
        files=lambda: handed_in(
            with_cells(released(2, {}), first="for path in ('passwd', 'shadow', 'all/ada'): open(path)")
        ),
        links={f"{NAME}/passwd": "/etc/passwd", f"{NAME}/shadow": "/etc/shadow", f"{NAME}/all": "../.."},
        rest=STUB,
        says="raised FileNotFoundError",
    ),
    Hostile(
        name="path-traversal",
        kind=Kind.BREAKS,
        tries="an archive with members that lie outside of it",
        files=_traversing,
        says="points outside of the archive; it was left out",
        in_brief=True,
    ),
    Hostile(
        name="two-notebooks",
        kind=Kind.BREAKS,
        tries="two notebooks of one lesson, neither named as it should be",
        files=_two_notebooks,
        rest=FOR_A_PERSON,
        says="There are 2 notebooks of this lesson",
    ),
    _called("id-with-blanks", "an id with blanks", "Jane  Smith 1234"),
    _called("id-with-newline", "an id with a line break", "jane\nadmin,100"),
    _called("id-that-is-a-formula", "an id that a spreadsheet would compute", "=HYPERLINK(A1,'x')"),
    _called("id-from-right-to-left", "an id that turns the direction of writing", "jane\u202egnp.1"),
    _called("id-with-escapes", "an id that clears a terminal", "\x1b[2J\x1b]0;owned\x07jane"),
    _called("id-with-markup", "an id that is markup", "<img src=x onerror=alert(1)>"),
    _called("id-that-is-reserved", "an id that Windows reserves", "con"),
    _called("id-of-other-case", "an id that is another's but for its case", "Ada"),
    _called("id-that-looks-alike", "an id that looks like another's", "аda"),
    _called("id-without-end", "an id of 200 characters", "x" * 200),
)

"""What strangers can write, changed at random: readers answer in their own words, and within bounds.

What judges make of strange claims: `tests/autograder/test_strange_answers.py`.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import lesson
from autograder.handins import NothingFound, find_handins
from autograder.handins.lessons import LessonNames
from autograder.hostile.models import members, shipped
from autograder.hostile.notebooks import packed, released, solutions
from autograder.inside.codec import CodecError, decode, encode
from autograder.inside.model_file import Refused, inspect
from autograder.notebooks import MAX_CELLS, MAX_SOURCE, NotebookProblem, read_notebook
from autograder.records import NotPlain, evidence_from_plain
from autograder.selection import select
from tests.autograder.evidence import VALUES

NOTEBOOK = packed(released(2, solutions(2)))
NAMES = LessonNames({2: lesson(2).name, 9: lesson(9).name})
WANTED = [exercise.function for exercise in lesson(2).exercises]

# Where, and what is written there; parts of JSON and of Python are more telling than noise.
PATCHES = st.lists(
    st.tuples(
        st.integers(0, len(NOTEBOOK)),
        st.binary(max_size=6)
        | st.sampled_from(
            [b"[", b"]", b"{", b'"', b"\\", b"\\ud800", b"null", b"\0", b"\xff", b'"source": {}', b"1e999"]
        )
        | st.sampled_from(
            [b'"cell_type": "code"', b'"outputs": [', b"def one_hot(", b"check(", b"%%", b"\\n", b"import "]
        ),
        st.integers(0, 400),
    ),
    max_size=6,
)


def patched(whole: bytes, patches: list[tuple[int, bytes, int]]) -> bytes:
    """Return the bytes with pieces written over others."""
    data = bytearray(whole)
    for place, piece, over in patches:
        data[place : place + over] = piece
    return bytes(data)


@given(PATCHES, st.integers(0, len(NOTEBOOK)))
def test_damaged_notebooks_are_read_or_refused(patches: list[tuple[int, bytes, int]], cut: int) -> None:
    """A real notebook with pieces changed gives cells within the bounds, which can be selected, or one sentence."""
    for data in (patched(NOTEBOOK, patches), patched(NOTEBOOK, patches)[:cut]):
        try:
            read = read_notebook(data)
        except NotebookProblem:
            continue
        assert len(read.cells) <= MAX_CELLS
        assert all(len(cell.source) <= MAX_SOURCE for cell in read.cells)
        selected = select(read, lesson(2), WANTED)
        "\n".join((*selected.notes, *read.notes, *(cell.source for cell in read.cells))).encode()


NAMES_OF_FILES = st.sampled_from(
    [
        "ada",
        "submitted",
        "submission_metadata.yml",
        "submission_12",
        "Jane_12_assignsubmission_file_",
        "..",
        "a\n",
        "\u202e",
        *("smith_1_2_02_pixels_to_tensors.ipynb", "02_pixels_to_tensors", "02_pixels_to_tensors.ipynb", "my_cnn.keras"),
        *("work.zip", "__MACOSX", "=1+1", "x" * 150),
    ]
)
INNER = io.BytesIO()
with zipfile.ZipFile(INNER, "w") as inner:
    inner.writestr("02_pixels_to_tensors.ipynb", NOTEBOOK)
    inner.writestr("../x.ipynb", b"{}")
CONTENTS = st.sampled_from(
    [b"", b"{}", b"[" * 5000, NOTEBOOK, shipped(), INNER.getvalue(), b"a: &a [*a, *a]\n", b"PK\x05\x06"]
)


@given(st.dictionaries(st.lists(NAMES_OF_FILES, min_size=1, max_size=4).map(tuple), CONTENTS, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_class_is_found_or_not(tmp_path: Path, files: dict[tuple[str, ...], bytes]) -> None:
    """Of whatever lies in an archive, each hand-in is found once, and its files can be read or are said not to be."""
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for parts, content in files.items():
            archive.writestr("/".join(parts), content)
    try:
        found = find_handins(path, NAMES)
    except NothingFound as problem:
        str(problem).encode()
        return
    assert len({(one.student, one.lesson) for one in found.handins}) == len(found.handins)
    for one in found.handins:
        assert one.notebook is not None or one.problem
        assert len(one.digest()) == 64
        assert one.student.isprintable()
    for stray in found.strays:
        str(stray).encode()


@given(st.lists(st.tuples(st.integers(0, len(shipped())), st.binary(max_size=8), st.integers(0, 200)), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_models_are_refused_or_let_through(tmp_path: Path, patches: list[tuple[int, bytes, int]]) -> None:
    """A real model file with pieces changed is refused in words, or looks like a model still."""
    path = tmp_path / "my_cnn.keras"
    path.write_bytes(patched(shipped(), patches))
    with contextlib.suppress(Refused):
        inspect(path)
        assert set(members()) <= set(zipfile.ZipFile(path).namelist())


@given(VALUES, st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=3), st.integers(0, 9)), max_size=3))
def test_evidence_is_read_or_refused(value: Any, patches: list[tuple[int, bytes, int]]) -> None:
    """A frame of evidence with pieces changed is evidence, or is refused by name."""
    frame = encode({"found": True, "outcomes": [{"value": value, "error": None, "changed": []}], "facts": {"a": value}})
    with contextlib.suppress(CodecError, NotPlain):
        evidence_from_plain(decode(patched(frame, patches)))

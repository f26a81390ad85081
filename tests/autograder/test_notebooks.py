"""Reading a notebook file that a stranger wrote."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import notebooks
from autograder.notebooks import NotebookProblem, read_notebook


def _file(*sources: Any, **extra: Any) -> bytes:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **extra}).encode()


def test_real_notebook_gives_its_code_cells_numbered_from_one() -> None:
    """What nbformat writes is read: code cells alone, in order, numbered as `In [n]` numbers them."""
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title"),
            nbformat.v4.new_code_cell("x = 1", metadata={"digitlab": {"role": "exercise", "exercise": "l02_split"}}),
            nbformat.v4.new_raw_cell("raw"),
            nbformat.v4.new_code_cell("y = 2\nz = 3"),
        ],
        metadata={"digitlab": {"lesson": "02_pixels_to_tensors"}},
    )
    read = read_notebook(nbformat.writes(made).encode())
    assert [(cell.number, cell.source) for cell in read.cells] == [(1, "x = 1"), (2, "y = 2\nz = 3")]
    assert (read.cells[0].role, read.cells[0].exercise) == ("exercise", "l02_split")
    assert read.lesson == "02_pixels_to_tensors"
    assert read.has_metadata
    assert read.notes == ()


@pytest.mark.parametrize("source", ["a\r\nb", ["a\r\n", "b"], ["a\n", "b"], "a\rb"])
def test_source_may_be_text_or_lines_with_any_line_ends(source: Any) -> None:
    """A source is text or a list of lines, and line ends do not matter."""
    assert read_notebook(_file(source)).cells[0].source == "a\nb"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_with_and_without_mark(encoding: str) -> None:
    """Notebooks saved as UTF-8, UTF-16 or UTF-32 are read; any but UTF-8 is noted."""
    data = json.dumps({"cells": [{"cell_type": "code", "source": "é = '七'"}]}, ensure_ascii=False).encode(encoding)
    read = read_notebook(data)
    assert read.cells[0].source == "é = '七'"
    assert bool(read.notes) == (not encoding.startswith("utf-8"))


def test_latin_1_is_read_and_noted() -> None:
    """Bytes that are no UTF-8 are read as well as may be, and it is said."""
    read = read_notebook('{"cells": [{"cell_type": "code", "source": "s = \'é\'"}]}'.encode("latin-1"))
    assert read.cells[0].source == "s = 'é'"
    assert "not saved as UTF-8" in read.notes[0]


def test_format_3_is_read() -> None:
    """nbformat 3 keeps its cells in worksheets and their text in `input`."""
    sheets = [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}, {"cells": [{"cell_type": "code", "input": "y"}]}]
    assert [cell.source for cell in read_notebook(json.dumps({"worksheets": sheets}).encode()).cells] == ["x = 1", "y"]


def test_what_a_cell_lacks_is_taken_as_empty() -> None:
    """Cells without source, metadata or type, or with these of another type, break nothing."""
    cells = [{"cell_type": "code"}, {"cell_type": "code", "source": 7, "metadata": [1]}, {}, 3, None, [[]]]
    read = read_notebook(json.dumps({"cells": cells, "metadata": "x"}).encode())
    assert [cell.source for cell in read.cells] == ["", ""]
    assert read.lesson is None


def test_outputs_of_any_size_are_dropped_unread() -> None:
    """Twenty megabytes of pictures, or outputs nested beyond any parser, do not matter."""
    picture = b'{"cells":[{"cell_type":"code","source":"x","outputs":[{"data":{"image/png":"%s"}}]}]}'
    assert read_notebook(picture % (b"A" * (20 << 20))).cells[0].source == "x"
    nested = b'{"cells":[{"cell_type":"code","outputs":%s,"source":"x"}]}'
    assert read_notebook(nested % (b"[" * 5000 + b"]" * 5000)).cells[0].source == "x"


def test_saved_widgets_of_any_size_are_dropped_unread() -> None:
    """What JupyterLab saves of the widgets of many runs costs nobody their notebook."""
    state = ",".join(f'"{number}":{{"state":{{"value":"{"x" * 1000}"}}}}' for number in range(12_000))
    notebook = f'{{"metadata":{{"widgets":{{"state":{{{state}}}}}}},"cells":[{{"cell_type":"code","source":"x"}}]}}'
    assert len(notebook) > notebooks.MAX_KEPT_BYTES
    assert [cell.source for cell in read_notebook(notebook.encode()).cells] == ["x"]


def test_text_that_speaks_of_outputs_is_no_output() -> None:
    """The word in a cell's source is left alone, also where it looks like JSON."""
    source = 'd = {"outputs": [1, 2]}\ns = "\\"outputs\\": ["'
    assert read_notebook(_file(source)).cells[0].source == source


def test_lone_surrogates_do_not_reach_a_writer() -> None:
    """A lone surrogate in a source can be encoded afterwards."""
    read_notebook(b'{"cells":[{"cell_type":"code","source":"x = \'\\ud800\'"}]}').cells[0].source.encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "not valid JSON"),
        (b'{"cells": [{"cell_type": "code", "source": ["x = ', "not valid JSON"),
        (b"[1, 2]", "not a notebook"),
        (b'"cells"', "not a notebook"),
        (b"{}", "without a list of cells"),
        (b'{"cells": 3}', "without a list of cells"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"import numpy as np\nx = 1\n", "Python script"),
        (b'{"cells": [\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n]}', "Git merge"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"cells":[' + b'{"cell_type":"code"},' * 1_000_000 + b"{}]}", "far more parts"),
        (b'{"cells":[{"cell_type":"code","outputs":[' + b"[]," * 3_000_000 + b"[]]}]}", "far more parts"),
        (b'{"cells": ' + b"1" * 10_000 + b"}", "not valid JSON"),
        (b'{"cells": [' + b'"' + b"x" * 900_000 + b'",' * 1 + b'"' + b"y" * 900_000 + b'"]}', None),
        (b"x" * (notebooks.MAX_BYTES + 1), "more than 26 MB.*Clear Outputs"),
        (b'{"cells":["' + b'","'.join([b"x" * 1_000_000] * 10) + b'"]}', "8 MB of text"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_what_cannot_be_read_gets_one_sentence(data: bytes, says: str | None) -> None:
    """Each way of not being a notebook is named in a sentence that ends with a full stop and says what to do."""
    if says is None:
        read_notebook(data)
        return
    with pytest.raises(NotebookProblem, match=says) as problem:
        read_notebook(data)
    assert "\n" not in str(problem.value)
    assert str(problem.value).endswith(".")


def test_many_cells_are_cut_and_noted() -> None:
    """Of very many cells the first are read, and it is said."""
    read = read_notebook(_file(*["x"] * (notebooks.MAX_CELLS + 5)))
    assert len(read.cells) == notebooks.MAX_CELLS
    assert "only the first" in read.notes[0]


def test_endless_cells_are_left_out_and_noted() -> None:
    """A cell of more than a million characters is left out; its number stays."""
    read = read_notebook(_file("x" * 1_000_001, "y"))
    assert [cell.source for cell in read.cells] == ["", "y"]
    assert "cell 1 has 1,000,001 characters" in read.notes[0]


def test_unterminated_texts_cost_no_time() -> None:
    """Millions of quotes and backslashes are read in linear time."""
    with pytest.raises(NotebookProblem):
        read_notebook(b'{"' + b'\\"' * 5_000_000)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "outputs", "metadata", "digitlab", "worksheets", "input"])
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_notebook_or_a_problem(data: bytes) -> None:
    """No other exception escapes, whatever the bytes."""
    with contextlib.suppress(NotebookProblem):
        read_notebook(data)


@given(_plain, st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]), st.integers(0, 50))
def test_any_json_gives_a_notebook_or_a_problem(plain: Any, encoding: str, cut: int) -> None:
    """No other exception escapes for JSON of any shape, whole or cut off."""
    data = json.dumps(plain).encode(encoding)
    try:
        read = read_notebook(data[: len(data) - cut])
    except NotebookProblem:
        return
    for cell in read.cells:
        cell.source.encode()


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40), max_size=5))
def test_sources_come_back_as_they_were(sources: list[str]) -> None:
    """What nbformat writes comes back the same, but for line ends."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    read = read_notebook(nbformat.writes(made).encode())
    expected = [source.replace("\r\n", "\n").replace("\r", "\n") for source in sources]
    assert [cell.source for cell in read.cells] == expected

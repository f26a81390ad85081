"""Which names a cell binds, needs and may change."""

from __future__ import annotations

import ast
import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.names import as_python, definitions_in, names_of, parsed, statements_of, without_actions


@pytest.mark.parametrize(
    ("source", "binds", "needs"),
    [
        ("x = y + 1", {"x"}, {"y"}),
        ("import numpy as np\nfrom a.b import c as d", {"np", "d"}, set()),
        ("def f(a, b=k):\n    c = a + z\n    return c", {"f"}, {"k", "z"}),
        ("class A(B):\n    n = m\n    def f(self): return q", {"A"}, {"B", "m", "q"}),
        ("g = lambda v: v + w", {"g"}, {"w"}),
        ("total = [i * s for i in r]", {"total"}, {"s", "r"}),
        ("def f():\n    global n\n    n = 1", {"f", "n"}, set()),
        ("for i in data:\n    if i: last = i", {"i", "last"}, {"data", "i"}),
        ("with open(p) as file: pass", {"file"}, {"open", "p"}),
        ("x: int = 3", {"x"}, {"int"}),
        ("r = await task", {"r"}, {"task"}),
        ("(y := f(x))", {"y"}, {"f", "x"}),
        ("try: pass\nexcept E as e: pass", {"e"}, {"E"}),
    ],
)
def test_binds_and_needs(source: str, binds: set[str], needs: set[str]) -> None:
    """Names bound at the cell's own level, and names that must come from elsewhere, parameters and locals aside."""
    seen = names_of(source)
    assert seen.analysed
    assert binds <= seen.binds
    assert seen.needs - {"i"} == needs - {"i"}


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("model.fit(x, y)", {"model", "x", "y"}),
        ("images[0] = 1", {"images"}),
        ("config.size = 3", {"config"}),
        ("counts += 1", {"counts"}),
        ("del rows[0]", {"rows"}),
        ("shuffle(pairs)", {"pairs"}),
        ("show(scaled(images))", {"images"}),
        ("print(images.shape)", set()),
        ("a = b", set()),
    ],
)
def test_changes(source: str, changes: set[str]) -> None:
    """Names whose objects a cell may change: receivers, targets, arguments; printing changes nothing."""
    assert names_of(source).changes == changes


@pytest.mark.parametrize(
    "source", ["import sys\nsys.path.append('x')", "os.chdir('a')", "from tools import *", "%run a.py"]
)
def test_shared_state_is_seen(source: str) -> None:
    """A cell that changes what all cells meet is known as such."""
    assert names_of(source).shared


@pytest.mark.parametrize(
    "source", ["globals()['x'] = 1", "eval('x')", "get_ipython().user_ns", "from __main__ import x"]
)
def test_names_reached_by_text_are_suspected(source: str) -> None:
    """A cell that can reach names by text may need any."""
    assert names_of(source).reaches_anything


def test_matplotlib_magic_is_harmless() -> None:
    """The magic that nearly every notebook begins with makes no cell special."""
    seen = names_of("%matplotlib inline\nimport numpy as np")
    assert seen.binds == {"np"}
    assert not seen.shared


def test_broken_text_still_shows_names() -> None:
    """Where the text is not Python, what looks like a definition counts, and every word may be needed."""
    seen = names_of("def one_hot(labels:\n    return np.eye(10")
    assert not seen.analysed
    assert seen.binds == {"one_hot"}
    assert {"labels", "np"} <= seen.needs


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "!pip install x\nx = 1",
        "x = !ls\ny = 2",
        "x = %time f()",
        "%%time\nx = 1",
        "if a:\n    %cd b\n    x = 1",
        "?np.array\nx = 1",
        "np.array?\nx = 1",
        "%%bash\nls -l | grep 'x",
        "%%html\n<b>x</b>",
    ],
)
def test_magics_leave_python_of_as_many_lines(source: str) -> None:
    """Without its magics a cell is Python, line for line."""
    python = as_python(source)
    ast.parse(python)
    assert python.count("\n") == source.count("\n")


def test_percent_in_python_is_no_magic() -> None:
    """A remainder that begins a continued line is not mistaken for a magic where nothing depends on it."""
    assert names_of("x = 5 % 3").binds == {"x"}


def test_definitions_are_kept_and_deeds_are_not() -> None:
    """Of a cell that cannot be run, its imports, functions and classes can."""
    kept = definitions_in("import numpy as np\ndef f(x):\n    return np.sum(x)\nwhile True: pass\nprint(f(1))")
    namespace: dict[str, object] = {}
    exec(kept, namespace)
    assert namespace["f"]([1, 2]) == 3  # type: ignore[operator]
    assert definitions_in("while True: pass") == ""
    assert definitions_in("import os") == ""
    assert definitions_in("def f(:") == ""


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("x = 1\ny = x", set()),
        ("y = x\nx = 1", {"x"}),
        ("x = x + 1", {"x"}),
        ("x += 1", {"x"}),
        ("import a.b\na.b.c()", set()),
        ("def f(): return g\ng = 1\nf()", {"g"}),
        ("if c: x = 1\nprint(x)", {"c", "print", "x"}),
        ("for i in r: pass\nprint(i)", {"r", "print", "i"}),
    ],
)
def test_what_a_cell_binds_first_it_does_not_need(source: str, needs: set[str]) -> None:
    """A name that a cell surely binds before it uses it comes from no other cell."""
    assert names_of(source).needs == needs


def test_statements_keep_their_lines() -> None:
    """A cell is cut at its top-level statements: decorators and blocks stay whole, so do several on a line."""
    source = "a = 1; b = 2\n@d\n@e\ndef f():\n    x = 1\n\n    return x\nif a:\n    b\nelse:\n    c\ns = [\nx\n]"
    parts = statements_of(source)
    assert len(parts) == 4
    assert "\n".join(parts) == source
    assert statements_of("%matplotlib inline\nx = 1") == ("%matplotlib inline\nx = 1",)


@given(st.text(max_size=80))
def test_any_text_has_names(source: str) -> None:
    """No text makes the analysis raise."""
    names_of(source)
    definitions_in(source)


def test_deep_and_long_texts_have_names() -> None:
    """Expressions deeper than the parser goes, and texts longer than are analysed, break nothing."""
    names_of("x = " + "(" * 5000 + ")" * 5000)
    names_of("x = " + "-" * 100_000 + "1")
    names_of("x = [" + "1," * 200_000 + "]")


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("import os\nos._exit(1)", "import os"),
        ("SIZE = 28\nsize = SIZE + 1\nNAMES = ['a', 'b']", "SIZE = 28\nNAMES = ['a', 'b']"),
        ("def f(): return 1\nf()\nclass A: pass\nasync def g(): pass", None),
        ("%matplotlib inline\nprint(1)", ""),
        ("this is not Python", ""),
    ],
)
def test_without_actions_nothing_is_done(source: str, kept: str | None) -> None:
    """Imports, constants, functions and classes stay; calls, computed values and magics go."""
    expected = "def f():\n    return 1\nclass A:\n    pass\nasync def g():\n    pass" if kept is None else kept
    assert "\n".join(line for line in without_actions(source).splitlines() if line) == expected


@pytest.mark.parametrize(
    "piece", [" ", "\t", "x", "a = ", "a , ", "a?", "%", "check( ", "def ", ' "', "not ", "\n ", ".a"]
)
def test_repetitions_cost_little_time(piece: str) -> None:
    """A cell of one piece again and again is looked at in a moment: the grader reads cells where others wait for it."""
    source = piece * (400_000 // len(piece))
    began = time.process_time()
    names_of(source)
    assert time.process_time() - began < 5


def test_calls_in_calls_cost_little_time() -> None:
    """Many names, deep in the arguments of calls, are looked at once, and are what the calls may change."""
    source = "f(" * 190 + "[" + "a, " * 12_000 + "g(b)]" + ")" * 190
    began = time.process_time()
    assert names_of(source).changes == {"a", "b"}
    assert time.process_time() - began < 5


class _Waste:
    """Something that only the garbage collector finds, and that lets other threads in when it goes."""

    def __init__(self) -> None:
        self.myself = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


def test_several_threads_parse_at_once() -> None:
    """Python 3.11 by itself fails here now and then: a collector that runs in the midst of a tree lets others in."""
    source = "\n".join(f"def f{i}(x):\n    return [x + {i} for x in range({i})]" for i in range(60))
    expected = ast.dump(ast.parse(source))

    def parse_often() -> list[str]:
        trees = []
        for _ in range(60):
            _Waste()
            tree = parsed(source)
            assert tree is not None
            trees.append(tree)
        return [ast.dump(tree) for tree in trees]

    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(3) as pool:
            dumped = [one for made in [pool.submit(parse_often) for _ in range(3)] for one in made.result()]
    finally:
        sys.setswitchinterval(usual)
        gc.set_threshold(*thresholds)
    assert set(dumped) == {expected}

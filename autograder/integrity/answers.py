"""What an answer's code comes to, however its variables are called and its lines laid out: to find the same code."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.names import as_python, parsed

# In all cells together; strangers write the longest, and this is read where the whole class is graded.
MAX_CHARACTERS = 200_000

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTrace:
    """One answer: the SHA-256 of its canonical code, and its size.

    `size` counts the nodes of the syntax tree: ``return x / 255`` has nine. Short answers are alike by chance.
    """

    digest: str
    size: int


def answers_in(sources: Iterable[str], functions: Mapping[str, str]) -> dict[str, AnswerTrace]:
    """Return the trace of each answer that a notebook defines with `def`, by exercise id.

    Parameters
    ----------
    sources : iterable of str
        The notebook's cells in order; the last definition of a name is the answer.
    functions : mapping of str to str
        Function name → exercise id.

    Notes
    -----
    What stands beyond `MAX_CHARACTERS` in cells that may define an answer is not read.
    """
    answers: dict[str, _Function] = {}
    room = MAX_CHARACTERS
    for source in sources:
        if "def" not in source or not any(name in source for name in functions):
            continue
        room -= len(source)
        if room < 0:
            break
        tree = parsed(as_python(source))
        for node in tree.body if tree is not None else ():
            if isinstance(node, _Function) and node.name in functions and not _is_stub(node):
                answers[node.name] = node
    traces = {functions[name]: _trace(node) for name, node in answers.items()}
    return {exercise: trace for exercise, trace in traces.items() if trace is not None}


def trace_of(code: str, function: str) -> AnswerTrace | None:
    """Return the trace of one function in a piece of code, or None where it does not define it.

    Comments, layout, docstrings, annotations and the names of local variables do not count.

    >>> one = "def half(x):\\n    '''Halve.'''\\n    y = x / 2  # so\\n    return y"
    >>> trace_of(one, "half") == trace_of("def half(number):\\n    h = number / 2\\n    return h", "half")
    True
    >>> trace_of(one, "half") == trace_of("def half(x):\\n    return x / 2", "half")
    False
    """
    return answers_in([code], {function: function}).get(function)


def _trace(function: _Function) -> AnswerTrace | None:
    try:
        plain = _Plain(_local_names(function)).visit(function)
        code = ast.dump(plain, annotate_fields=False)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python writes
        return None
    return AnswerTrace(digest=hashlib.sha256(code.encode()).hexdigest(), size=sum(1 for _ in ast.walk(plain)))


def _is_stub(function: _Function) -> bool:
    """Whether nothing was written: the last statement raises NotImplementedError."""
    last = function.body[-1]
    raised = last.exc if isinstance(last, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _local_names(function: _Function) -> dict[str, str]:
    """Return a plain name for each name that the function binds, in the order in which they first appear."""
    names: dict[str, str] = {}
    for node in _in_order(function):
        if isinstance(node, ast.arg):
            names.setdefault(node.arg, f"v{len(names)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.setdefault(node.id, f"v{len(names)}")
    return names


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it as they are written; each once, however deep it stands."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(list(ast.iter_child_nodes(node)))


class _Plain(ast.NodeTransformer):
    """Takes away what does not count."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def _without_docstring(self, node: _Function) -> ast.AST:
        self.generic_visit(node)
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1:
            node.body = node.body[1:]
        node.returns = None
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Return the function without docstring and annotation."""
        return self._without_docstring(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Return the function without docstring and annotation."""
        return self._without_docstring(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Return the parameter under its plain name."""
        return ast.arg(arg=self.names.get(node.arg, node.arg))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Return the name, or its plain name where the function binds it."""
        return ast.Name(id=self.names.get(node.id, node.id), ctx=node.ctx)

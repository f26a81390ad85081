"""Which names a cell binds, needs and may change: read from its text, never by running it."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# Whoever uses one of these reaches names that no analysis sees.
REACHES_ANYTHING = frozenset(
    {"eval", "exec", "globals", "locals", "vars", "get_ipython", "__import__", "__main__", "getattr", "compile", "dir"}
)
# Methods of these change what every other cell meets.
SHARED_STATE = frozenset({"sys", "os", "warnings", "builtins", "importlib"})
# Functions that change none of their arguments.
ONLY_LOOKS = frozenset(
    {"print", "len", "range", "min", "max", "sum", "any", "all", "type", "isinstance", "str", "int", "float", "bool"}
    | {"list", "tuple", "dict", "set", "enumerate", "zip", "sorted", "reversed", "repr", "round", "abs", "display"}
)
MAX_ANALYSED = 40_000  # characters; the parser's time can grow with their square

_MAGIC_LINE = re.compile(r"^(?P<indent>[ \t]*)(?:[%!]|\?|[\w.]+\?+[ \t]*$).*$", re.MULTILINE)
# Possessive: a line of blanks must not be tried at each of its places again.
_MAGIC_VALUE = re.compile(r"^(?P<target>[\w, \t.\[\]]++=)[ \t]*+[%!].*$", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\A\s*%%(?P<name>\w+|!)[^\n]*\n?")
_LOOKS_DEFINED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)|^(?:%time[ \t]+)?([^\W\d]\w*)[ \t]*=[^=]", re.MULTILINE
)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
# CPython counts the depth of a tree in one place for all threads, and 3.11 lets another thread in while it builds one:
# now and then one of two is told "SystemError: AST constructor recursion depth mismatch". Not seen with 3.12 and 3.13.
_ONE_TREE_AT_ONCE = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What one cell does with names: binds them, needs them, may change what they stand for.

    `needs` are all that it needs: `at_once` what it needs when it runs, `later` what the body of each function needs,
    which matters if somebody calls it.
    `analysed` is false where the text could not be read as Python; it then needs every word in it, at once.
    `reaches_anything` says that it may need any name; `shared` that it may change what no name stands for.
    """

    binds: frozenset[str] = frozenset()
    at_once: frozenset[str] = frozenset()
    later: Mapping[str, frozenset[str]] = field(default_factory=dict)
    changes: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    analysed: bool = True
    reaches_anything: bool = False
    shared: bool = False

    @property
    def needs(self) -> frozenset[str]:
        """The names that must come from elsewhere for all of it to work."""
        return self.at_once.union(*self.later.values())


def names_of(source: str, *, analyse: bool = True) -> Names:
    """Return the names of one cell; with `analyse` false, only what its words show.

    >>> sorted(names_of("def scaled(images):\\n    return images / full").needs)
    ['full']
    >>> sorted(names_of("x = sorted(data)\\nx.sort()\\nfill(rest)").changes)
    ['rest', 'x']
    """
    words = frozenset(_IDENTIFIER.findall(source))
    python = as_python(source)
    tree = parsed(python) if analyse else None
    reaches = bool(words & REACHES_ANYTHING)
    if tree is None:
        return Names(
            binds=defined_by_look(source), at_once=words, analysed=False, reaches_anything=reaches, shared=True
        )
    later: dict[str, set[str]] = {}
    try:
        binds, needs, later = _scopes(symtable.symtable(_awaited(python), "cell", "exec"), _plain_functions(tree))
    except (SyntaxError, ValueError, RecursionError):
        binds, needs = set(defined_by_look(source)), set(words)
    own = _bound_before_use(tree)
    needs = (needs | _added_to(tree)) - own
    changes, shared = _changes(tree)
    if python != source and not _only_draws(source):
        binds |= defined_by_look(source)
        needs |= words
        shared = True
    return Names(
        binds=frozenset(binds),
        at_once=frozenset(needs),
        later={name: frozenset(inner - own) for name, inner in later.items()},
        changes=frozenset(changes),
        imports=frozenset(_imported(tree)),
        reaches_anything=reaches,
        shared=shared,
    )


def as_python(source: str) -> str:
    """Return a cell's text without its magics: as many lines, each of them Python if the rest was."""
    head = _CELL_MAGIC.match(source)
    if head is not None:
        if head["name"] not in _PYTHON_MAGICS:
            return "\n" * source.count("\n")
        source = "\n" * head[0].count("\n") + source[head.end() :]
    return _MAGIC_LINE.sub(r"\g<indent>pass", _MAGIC_VALUE.sub(r"\g<target> None", source))


def parsed(python: str) -> ast.Module | None:
    """Return the syntax tree, or None where the text is not Python, or longer or deeper than is read.

    May be called by several threads at once, as long as nobody else builds syntax trees meanwhile.
    """
    if len(python) > MAX_ANALYSED:
        return None
    try:
        with _ONE_TREE_AT_ONCE:
            return ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def definitions_in(source: str) -> str:
    """Return the imports, functions and classes of a cell without what it does: "" where there are none."""
    tree = parsed(as_python(source))
    if tree is None:
        return ""
    kept = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))]
    kept = kept if any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in kept) else []
    try:
        return "\n\n".join(ast.unparse(node) for node in kept)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python writes
        return ""


def without_actions(source: str) -> str:
    """Return the imports, functions, classes and plain constants of a cell: what can hardly do any harm.

    >>> without_actions("import os\\nSIZE = 28\\nos._exit(SIZE)")
    'import os\\nSIZE = 28'
    """
    tree = parsed(as_python(source))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    kept = [node for node in tree.body if isinstance(node, definitions) or _is_constant(node)] if tree else []
    try:
        return "\n".join(ast.unparse(node) for node in kept)
    except (RecursionError, ValueError):
        return ""


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign):
        return False
    try:
        ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _scopes(table: symtable.SymbolTable, functions: frozenset[str]) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """Return the names that a module's scope binds, the global names that it needs, and those that functions need."""
    symbols = table.get_symbols()  # takes the time of names times functions: once
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    needs = {s.get_name() for s in symbols if s.is_referenced()}
    later: dict[str, set[str]] = {}
    for child in table.get_children():
        plain = child.get_type() == "function" and child.get_name() in functions
        place = later.setdefault(child.get_name(), set()) if plain else needs
        for inner in (child, *_inner(child)):
            for symbol in inner.get_symbols():
                if symbol.is_global() and symbol.is_referenced():
                    place.add(symbol.get_name())
                if symbol.is_declared_global() and symbol.is_assigned():
                    binds.add(symbol.get_name())
    return binds, needs, later


def _plain_functions(tree: ast.Module) -> frozenset[str]:
    """Return the names of top-level functions that nothing but a call by name sets going: those without decorators."""
    defined = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return frozenset(node.name for node in defined if not node.decorator_list)


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _added_to(tree: ast.Module) -> set[str]:
    """Return the names in `x += 1`, which symbol tables do not count as uses."""
    outside = (node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef)))
    sums = (node for statement in outside for node in ast.walk(statement) if isinstance(node, ast.AugAssign))
    return {name for node in sums for name in _root(node.target)}


def _bound_before_use(tree: ast.Module) -> set[str]:
    """Return the names that a cell surely binds itself before it uses them."""
    bound: set[str] = set()
    used: set[str] = set()
    for statement in tree.body:
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        used |= {node.id for node in names if isinstance(node.ctx, ast.Load)} - bound
        if isinstance(statement, ast.AugAssign):
            used |= _root(statement.target) - bound
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            bound |= {node.id for node in names if isinstance(node.ctx, ast.Store)} - used
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names} - used
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            bound |= {statement.name} - used
    return bound - used


def statements_of(source: str) -> tuple[str, ...]:
    """Return a cell's top-level statements, each with its lines; the whole cell where it is not plain Python."""
    tree = parsed(source)
    if tree is None:
        return (source,)
    lines = source.split("\n")
    spans: list[list[int]] = []
    for node in tree.body:
        first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))])
        if spans and first <= spans[-1][1]:  # several on a line
            spans[-1][1] = max(spans[-1][1], node.end_lineno or first)
        else:
            spans.append([first, node.end_lineno or first])
    return tuple("\n".join(lines[first - 1 : last]) for first, last in spans)


def _awaited(python: str) -> str:
    """Return the text with top-level `await` taken off: a notebook may have it, a module may not."""
    return re.sub(r"\bawait\s+", "", python) if "await" in python and "async def" not in python else python


def _changes(tree: ast.Module) -> tuple[set[str], bool]:
    """Return the names whose objects a cell may change, and whether it may change what everybody shares."""
    changes = _handed_over(tree)
    shared = False
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            changes |= _root(node)
        elif isinstance(node, ast.AugAssign):
            changes |= _root(node.target)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                root = _root(node.func)
                changes |= root
                shared = shared or bool(root & SHARED_STATE)
        elif isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            shared = True
    return changes - set(dir(builtins)), shared


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _handed_over(tree: ast.Module) -> set[str]:
    """Return the names whose objects arguments may hand over: every name in them but the functions that they call.

    Each node is looked at once, however deep calls stand in the arguments of calls: strangers write the deepest.
    """
    names: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, given = waiting.pop()
        if isinstance(node, ast.Name) and given:
            names.add(node.id)
        if not isinstance(node, ast.Call):
            waiting += [(child, given) for child in ast.iter_child_nodes(node)]
            continue
        if not isinstance(node.func, ast.Name):
            waiting.append((node.func, given))
        given = given or not (isinstance(node.func, ast.Name) and node.func.id in ONLY_LOOKS)
        waiting += [(child, given) for child in (*node.args, *node.keywords)]
    return names


def _only_draws(source: str) -> bool:
    """Whether `%matplotlib` is the only magic of a cell: it changes nothing that a grade depends on."""
    magics = [match[0].strip() for match in _MAGIC_LINE.finditer(source)]
    return bool(magics) and all(magic.startswith("%matplotlib") for magic in magics) and "%%" not in source


def _imported(tree: ast.Module) -> set[str]:
    imports = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}


def defined_by_look(source: str) -> frozenset[str]:
    """Return the names that a text which is not Python seems to define."""
    return frozenset(name for pair in _LOOKS_DEFINED.findall(source) for name in pair if name)

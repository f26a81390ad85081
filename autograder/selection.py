"""Which cells of a hand-in run: the student's own, what they need of the lesson's, and never a check."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from autograder.course import Lesson, Role, fingerprint
from autograder.names import Names, as_python, names_of, parsed, statements_of
from autograder.notebooks import CodeCell, Notebook

CHECK_ID = re.compile(r"l\d\d_\w+")
MAX_ANALYSED = 200_000  # characters in all cells together: a notebook that is longer runs whole
MAX_STATEMENTS = 4_000  # of the lesson's own cells, as many as are remembered; a notebook that has more runs whole
_CHECK_CALL = re.compile(r"\bcheck\s*\(\s*[rbuf]?[\"']l\d\d_")
_ROLES_OF_THE_LESSON = frozenset({Role.SETUP, Role.DEMO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What becomes of each code cell of one hand-in.

    `run` are the cells to run, in order, those of the lesson's own with the statements that are needed; `skipped` are
    the statements of the lesson's own cells that nothing seems to need; `whole` are all cells but the checks, in full;
    `checks` are the check cells. `defined_in` gives, for each exercise's name, the numbers of the cells that define it.
    """

    run: tuple[CodeCell, ...]
    skipped: tuple[CodeCell, ...] = ()
    whole: tuple[CodeCell, ...] = ()
    checks: tuple[CodeCell, ...] = ()
    notes: tuple[str, ...] = ()
    defined_in: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def could_explain(self, error_type: str, message: str) -> bool:
        """Whether running the skipped cells too might have prevented an error."""
        if not self.skipped:
            return False
        if error_type in {"NameError", "UnboundLocalError"}:
            named = re.search(r"name '([^']+)'|variable '([^']+)'", message)
            binds = frozenset[str]().union(*(_names(cell.source).binds for cell in self.skipped))
            return named is None or (named[1] or named[2]) in binds
        return error_type in {"AttributeError", "KeyError", "FileNotFoundError", "ModuleNotFoundError", "ImportError"}


def select(notebook: Notebook, lesson: Lesson | None, wanted: Collection[str]) -> Selection:
    """Return which cells run.

    Parameters
    ----------
    notebook : Notebook
    lesson : Lesson or None
        The lesson as released; None where it is not known, and then everything but the checks runs.
    wanted : collection of str
        The names of the functions that the exercises ask for.
    """
    analyse = sum(len(cell.source) for cell in notebook.cells) <= MAX_ANALYSED
    released = _roles(lesson) if lesson is not None else {}
    roles = {cell.number: released.get(fingerprint(cell.source)) for cell in notebook.cells}
    # A cell's id can vouch for whatever a stranger wrote: only what was released is looked at without a bound.
    known = {cell.number: bool(roles[cell.number]) or (cell.unchanged and analyse) for cell in notebook.cells}
    names = {
        cell.number: _names(cell.source) if known[cell.number] else names_of(cell.source, analyse=analyse)
        for cell in notebook.cells
    }
    defined_in = {
        name: tuple(cell.number for cell in notebook.cells if name in names[cell.number].binds) for name in wanted
    }
    checks: list[CodeCell] = []
    changed_checks: list[CodeCell] = []
    lessons_own: list[CodeCell] = []
    own: list[CodeCell] = []
    for cell in notebook.cells:
        role = roles[cell.number]
        if role is Role.CHECK or (analyse and _only_checks(cell.source)):
            checks.append(cell)
        elif cell.role == Role.CHECK and role is None:
            changed_checks.append(cell)
        elif role in _ROLES_OF_THE_LESSON or (role is None and known[cell.number]):
            lessons_own.append(cell)
        else:
            own.append(cell)
    needed = frozenset(wanted).union(*(names[cell.number].needs for cell in own))
    notes: list[str] = []
    for cell in changed_checks:
        defines = sorted(names[cell.number].binds & needed)
        if defines:
            own.append(cell)
            notes.append(f"cell {cell.number} was a check cell and defines {defines[0]} now; it was run")
        else:
            checks.append(cell)
            notes.append(f"cell {cell.number}, a check cell, was changed; the grader uses its own checks")
    if lesson is not None and notebook.cells and not notebook.has_metadata:
        notes.append(
            "the cells have lost the marks of the lesson (their metadata); it was graded by the names of your functions"
        )
    run, skipped = _needed(own, lessons_own, names, frozenset(wanted))
    whole = tuple(sorted((*own, *lessons_own), key=lambda cell: cell.number))
    return Selection(
        run=run, skipped=skipped, whole=whole, checks=tuple(checks), notes=tuple(notes), defined_in=defined_in
    )


def with_all_cells(selection: Selection) -> Selection:
    """Return the selection with every cell in full but the checks."""
    return replace(selection, run=selection.whole, skipped=())


@functools.lru_cache(maxsize=64)
def _roles(lesson: Lesson) -> dict[str, Role]:
    """Return the role of each released code cell by its fingerprint."""
    return {cell.fingerprint: cell.role for cell in lesson.cells if cell.role is not Role.TEXT}


@functools.lru_cache(maxsize=4096)
def _names(statement: str) -> Names:
    """Return the names of a statement of the lesson's own, looked at once for a whole class."""
    return names_of(statement)


@functools.lru_cache(maxsize=1024)
def _statements(source: str) -> tuple[str, ...]:
    return statements_of(source)


def _needed(
    own: list[CodeCell], lessons_own: list[CodeCell], names: dict[int, Names], wanted: frozenset[str]
) -> tuple[tuple[CodeCell, ...], tuple[CodeCell, ...]]:
    """Return the cells to run, and of the lesson's own cells the statements that no needed name leads to."""
    units = [(cell, place, text) for cell in lessons_own for place, text in enumerate(_statements(cell.source))]
    if any(names[cell.number].reaches_anything for cell in own) or len(units) > MAX_STATEMENTS:
        return tuple(sorted((*own, *lessons_own), key=lambda cell: cell.number)), ()
    modules = frozenset[str]().union(*(seen.imports for seen in names.values()))
    # What a name brings along once it is needed: the bodies of functions, and statements by their place in `units`.
    bodies: dict[str, list[frozenset[str]]] = {}
    for cell in own:
        for function, needs in names[cell.number].later.items():
            bodies.setdefault(function, []).append(needs)
    brought: dict[str, list[int]] = {}
    for number, (_, _, text) in enumerate(units):
        for name in _names(text).binds | (_names(text).changes - modules - wanted):
            brought.setdefault(name, []).append(number)
    taken = {number for number, (_, _, text) in enumerate(units) if _names(text).shared}
    needed: set[str] = set()
    new = list(
        wanted.union(
            *(names[cell.number].at_once for cell in own), *(_names(units[number][2]).needs for number in taken)
        )
    )
    while new:
        name = new.pop()
        if name in needed:
            continue
        needed.add(name)
        for needs in bodies.get(name, ()):
            new += needs - needed
        for number in brought.get(name, ()):
            if number not in taken:
                taken.add(number)
                new += _names(units[number][2]).needs - needed
    kept: dict[int, list[tuple[int, str]]] = {}
    for number in taken:
        cell, place, text = units[number]
        kept.setdefault(cell.number, []).append((place, text))
    parts = [
        replace(cell, source="\n".join(text for _, text in sorted(kept[cell.number])))
        for cell in lessons_own
        if cell.number in kept
    ]
    run = tuple(sorted((*own, *parts), key=lambda cell: cell.number))
    skipped = (unit for number, unit in enumerate(units) if number not in taken)
    return run, tuple(replace(cell, source=text) for cell, _, text in skipped)


def _only_checks(source: str) -> bool:
    """Whether a cell does nothing but call `check("lNN_…", …)`, however it is written."""
    if _CHECK_CALL.search(source) is None:
        return False
    tree = parsed(as_python(source))
    if tree is None or not any(_is_check(node) for node in ast.walk(tree)):
        return False
    return all(_is_idle(node) for node in tree.body)


def _is_idle(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "autograder"
    if isinstance(node, ast.Import):
        return all(alias.name == "autograder" for alias in node.names)
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        value = node.value
        return isinstance(value, (ast.Name, ast.Constant)) or any(_is_check(inner) for inner in ast.walk(value))
    if isinstance(node, (ast.Assign, ast.Assert)):
        return any(_is_check(inner) for inner in ast.walk(node))
    return False


def _is_check(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and node.args):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    first = node.args[0]
    return (
        name == "check"
        and isinstance(first, ast.Constant)
        and isinstance(first.value, str)
        and CHECK_ID.fullmatch(first.value) is not None
    )

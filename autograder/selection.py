"""Which cells of a hand-in run: the student's own, what they need of the lesson's, and never a check."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from autograder.course import Lesson, Role
from autograder.names import Names, as_python, names_of, parsed
from autograder.notebooks import CodeCell, Notebook

CHECK_ID = re.compile(r"l\d\d_\w+")
MAX_ANALYSED = 400_000  # characters in all cells together: a notebook that is longer runs whole
_CHECK_CALL = re.compile(r"\bcheck\s*\(\s*[rbuf]?[\"']l\d\d_")
_ROLES_OF_THE_LESSON = frozenset({Role.SETUP, Role.DEMO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What becomes of each code cell of one hand-in.

    `run` are the cells to run, in order; `skipped` the lesson's own cells that nothing seems to need; `checks` the
    check cells. `defined_in` gives, for each exercise's name, the numbers of the cells that define it.
    """

    run: tuple[CodeCell, ...]
    skipped: tuple[CodeCell, ...] = ()
    checks: tuple[CodeCell, ...] = ()
    notes: tuple[str, ...] = ()
    defined_in: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def could_explain(self, error_type: str, message: str) -> bool:
        """Whether running the skipped cells too might have prevented an error."""
        if not self.skipped:
            return False
        if error_type in {"NameError", "UnboundLocalError"}:
            named = re.search(r"name '([^']+)'|variable '([^']+)'", message)
            binds = frozenset[str]().union(*(names_of(cell.source).binds for cell in self.skipped))
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
    names = {cell.number: names_of(cell.source, analyse=analyse) for cell in notebook.cells}
    defined_in = {
        name: tuple(cell.number for cell in notebook.cells if name in names[cell.number].binds) for name in wanted
    }
    checks: list[CodeCell] = []
    changed_checks: list[CodeCell] = []
    lessons_own: list[CodeCell] = []
    own: list[CodeCell] = []
    for cell in notebook.cells:
        role = lesson.role_of(cell.source) if lesson is not None else None
        if role is Role.CHECK or _only_checks(cell.source):
            checks.append(cell)
        elif cell.role == Role.CHECK and role is None:
            changed_checks.append(cell)
        elif role in _ROLES_OF_THE_LESSON:
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
    run, skipped = _needed(own, lessons_own, names, frozenset(wanted))
    return Selection(run=run, skipped=skipped, checks=tuple(checks), notes=tuple(notes), defined_in=defined_in)


def with_all_cells(selection: Selection) -> Selection:
    """Return the selection with the skipped cells run too, in the notebook's order."""
    run = sorted((*selection.run, *selection.skipped), key=lambda cell: cell.number)
    return Selection(run=tuple(run), checks=selection.checks, notes=selection.notes, defined_in=selection.defined_in)


def _needed(
    own: list[CodeCell], lessons_own: list[CodeCell], names: dict[int, Names], wanted: frozenset[str]
) -> tuple[tuple[CodeCell, ...], tuple[CodeCell, ...]]:
    """Return the cells to run and the cells to skip: of the lesson's cells, those that a needed name leads to."""
    run = {cell.number for cell in own}
    if any(names[number].reaches_anything for number in run):
        run |= {cell.number for cell in lessons_own}
    modules = frozenset[str]().union(*(seen.imports for seen in names.values()))
    needed = wanted.union(*(names[number].needs for number in run))
    waiting = [cell for cell in lessons_own if cell.number not in run]
    found = True
    while found:
        found = False
        for cell in list(waiting):
            seen = names[cell.number]
            if seen.shared or seen.binds & needed or (seen.changes - modules - wanted) & needed:
                run.add(cell.number)
                needed |= seen.needs
                waiting.remove(cell)
                found = True
    everything = sorted((*own, *lessons_own), key=lambda cell: cell.number)
    return tuple(cell for cell in everything if cell.number in run), tuple(waiting)


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

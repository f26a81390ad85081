"""What is wrong with a lesson's source: each rule is one function that returns the problems it finds."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.authoring.source import LessonSource, Problem, SourceCell
from autograder.course import SOLUTION_BEGINS, SOLUTION_ENDS, Role
from autograder.exercise import Exercise

MOST_PROSE_LINES = 6
MOST_TEXT_LINES = 20
MOST_CODE_LINES = 12
LINE_LENGTH = 120
SHORTEST_LEAK = 16

_NOT_PROSE = re.compile(r"\s*(#|\||!\[|<|[-*+] |\d+[.)] )")
_MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]*)[^)]*\)")
_HTML_IMAGE = re.compile(r"<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["']([^"']*)["']""")


def problems_of(source: LessonSource, exercises: Sequence[Exercise], figures: Path) -> list[Problem]:
    """Return every problem of one lesson, in the order of its lines; an empty list where there is none.

    Parameters
    ----------
    source : LessonSource
        What the author wrote.
    exercises : sequence of Exercise
        What the registry says this lesson asks, in order.
    figures : Path
        The folder that the notebook will lie in: pictures are named relative to it.
    """
    found = [
        *_opening(source),
        *_exercises_and_checks(source, exercises),
        *_solution_marks(source, exercises),
        *_plain_python(source),
        *_lengths(source),
        *_pictures(source, figures),
    ]
    return sorted(found, key=lambda problem: problem.line or 0)


def check_call(exercise: Exercise) -> str:
    """Return the one line that an exercise's check cell holds."""
    answer = f'"{exercise.file}"' if exercise.file else exercise.function
    return f'check("{exercise.id}", {answer})'


def _opening(source: LessonSource) -> Iterator[Problem]:
    """The reader learns at once what this is and how long it takes; and `check` is there before it is used."""
    first = source.cells[0] if source.cells else None
    if first is None or first.role is not Role.TEXT:
        yield Problem(source.path, None, "A lesson opens with a [markdown] cell.")
        return
    heading = first.text.splitlines()[0] if first.text else ""
    if not (heading.startswith("# ") and source.title in heading):
        yield Problem(source.path, first.line, f"The first line must be a heading: # {source.title}")
    if not re.search(rf"\b{source.minutes}\s+min", first.text):
        yield Problem(
            source.path, first.line, f"The first cell must say how long it takes: '{source.minutes} minutes'."
        )
    setup = "\n".join(cell.text for cell in source.cells if cell.role is Role.SETUP)
    if any(cell.role is Role.CHECK for cell in source.cells) and "from autograder import check" not in setup:
        yield Problem(source.path, None, 'No role="setup" cell has the line: from autograder import check')


def _exercises_and_checks(source: LessonSource, exercises: Sequence[Exercise]) -> Iterator[Problem]:
    """Each exercise of the registry is asked once, in the registry's order, and its check follows it."""
    known = {exercise.id: exercise for exercise in exercises}
    asked: list[str] = []
    checked: list[str] = []
    for cell in source.cells:
        if cell.role not in (Role.EXERCISE, Role.CHECK):
            continue
        exercise = known.get(cell.exercise or "")
        if exercise is None:
            ids = ", ".join(known) or "none"
            yield Problem(
                source.path,
                cell.line,
                f"There is no exercise {cell.exercise!r} in lesson {source.number:02}. It has: {ids}.",
            )
        elif cell.role is Role.EXERCISE:
            if exercise.id in asked:
                yield Problem(source.path, cell.line, f"{exercise.id} is asked a second time.")
            asked.append(exercise.id)
        else:
            yield from _check_cell(source, cell, exercise)
            if exercise.id in checked:
                yield Problem(source.path, cell.line, f"{exercise.id} is checked a second time.")
            elif not exercise.file and (not asked or asked[-1] != exercise.id):
                yield Problem(
                    source.path,
                    cell.line,
                    f"The check of {exercise.id} must come after its exercise cell and before the next exercise.",
                )
            checked.append(exercise.id)
    for exercise in exercises:
        if exercise.id not in asked and not exercise.file:
            yield Problem(source.path, None, f"{exercise.id} is in the registry, and no cell asks for it.")
        if exercise.id not in checked:
            yield Problem(source.path, None, f"{exercise.id} has no check cell.")
    order = list(dict.fromkeys(checked))
    wanted = [exercise.id for exercise in exercises if exercise.id in order]
    if order != wanted:
        yield Problem(
            source.path, None, f"The registry's order is {', '.join(wanted)}; the lesson asks {', '.join(order)}."
        )


def _check_cell(source: LessonSource, cell: SourceCell, exercise: Exercise) -> Iterator[Problem]:
    if cell.points != exercise.points:
        yield Problem(
            source.path,
            cell.line,
            f"{exercise.id} is worth {exercise.points:g} points in the registry, and points={cell.points:g} here.",
        )
    if cell.text != check_call(exercise):
        yield Problem(source.path, cell.line, f"This check cell must be exactly: {check_call(exercise)}")


def _solution_marks(source: LessonSource, exercises: Sequence[Exercise]) -> Iterator[Problem]:
    """Solutions stand between their marks, in exercise cells, inside the function that is asked for."""
    known = {exercise.id: exercise for exercise in exercises}
    for cell in source.cells:
        lines = cell.text.splitlines()
        marks = [line for line in lines if "BEGIN SOLUTION" in line or "END SOLUTION" in line]
        if cell.role is not Role.EXERCISE:
            if marks:
                yield Problem(source.path, cell.line, f"A {cell.role} cell holds a solution mark: {marks[0].strip()}")
            continue
        wanted = [SOLUTION_BEGINS, SOLUTION_ENDS] * (len(marks) // 2)
        if not marks or [mark.strip() for mark in marks] != wanted:
            yield Problem(
                source.path,
                cell.line,
                f"An exercise cell needs its solution between the lines '{SOLUTION_BEGINS}' and '{SOLUTION_ENDS}'.",
            )
            continue
        if any(mark == mark.lstrip() for mark in marks):
            yield Problem(
                source.path,
                cell.line,
                "A solution must stand inside a function: at the top level its stub would raise as soon as it is run.",
            )
        if not all(region.strip() for region in _regions(cell.text)):
            yield Problem(source.path, cell.line, "There is nothing between the solution's marks.")
        exercise = known.get(cell.exercise or "")
        if exercise is not None and not exercise.file and exercise.function not in _functions(cell.text):
            yield Problem(source.path, cell.line, f"This cell must define {exercise.function}: that is graded.")


def _plain_python(source: LessonSource) -> Iterator[Problem]:
    """Every code cell is plain Python: it also runs where there is no IPython."""
    for cell in source.cells:
        if cell.role is not Role.TEXT:
            try:
                ast.parse(cell.text)
            except SyntaxError as problem:
                yield Problem(
                    source.path,
                    cell.line + (problem.lineno or 0),
                    f"This is not plain Python ({problem.msg}). IPython's %magics and !commands are not for lessons.",
                )


def _lengths(source: LessonSource) -> Iterator[Problem]:
    """A cell is short enough to be read at a glance; of an exercise, what the student will see counts."""
    for cell in source.cells:
        if cell.role is Role.TEXT:
            prose, lines = prose_lines(cell.text), len(_filled(cell.text.splitlines()))
            if prose > MOST_PROSE_LINES:
                yield Problem(
                    source.path,
                    cell.line,
                    f"A text cell has at most {MOST_PROSE_LINES} lines of prose, and this one has {prose}: "
                    "say less, or begin a new cell.",
                )
            elif lines > MOST_TEXT_LINES:
                yield Problem(
                    source.path,
                    cell.line,
                    f"A text cell has at most {MOST_TEXT_LINES} lines in all, and this one has {lines}.",
                )
        else:
            lines = len(_filled(_as_released(cell.text).splitlines()))
            if lines > MOST_CODE_LINES:
                yield Problem(
                    source.path,
                    cell.line,
                    f"A code cell has at most {MOST_CODE_LINES} lines, and this one shows {lines}: split it in two.",
                )


def prose_lines(text: str) -> int:
    """Return how many lines of prose a text cell has.

    Headings, lists, tables, pictures, HTML lines, code in fences and displayed formulas are no prose. A line longer
    than `LINE_LENGTH` counts as the lines that it fills.
    """
    count, closing = 0, None
    for line in text.splitlines():
        stripped = line.strip()
        if closing is not None:
            closing = None if stripped.endswith(closing) else closing
        elif stripped.startswith("```"):
            closing = "```"
        elif stripped.startswith("$$"):
            closing = None if len(stripped) > 2 and stripped.endswith("$$") else "$$"
        elif stripped and not line.startswith("  ") and not _NOT_PROSE.match(line):
            count += math.ceil(len(line) / LINE_LENGTH)
    return count


def _pictures(source: LessonSource, figures: Path) -> Iterator[Problem]:
    """Each picture has a text for those who do not see it, and lies on this disk: lessons work with no network."""
    for cell in source.cells:
        if cell.role is not Role.TEXT:
            continue
        pictures = [(match["alt"], match["target"]) for match in _MARKDOWN_IMAGE.finditer(cell.text)]
        for match in _HTML_IMAGE.finditer(cell.text):
            attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(match["attributes"])}
            pictures.append((attributes.get("alt", ""), attributes.get("src", "")))
        for alt, target in pictures:
            if not alt.strip():
                yield Problem(source.path, cell.line, f"The picture {target or '(no name)'} has no alt text.")
            if "://" in target:
                yield Problem(source.path, cell.line, f"The picture {target} needs a network: put it here.")
            elif not (figures / target).is_file():
                yield Problem(source.path, cell.line, f"The picture {target} is not in {figures}.")


def leaks(source: LessonSource, released: Sequence[str]) -> list[Problem]:
    """Return the lines of solutions that can be read in the released notebook.

    Parameters
    ----------
    source : LessonSource
        What the author wrote.
    released : sequence of str
        Every text of the released notebook: cells and metadata.

    Notes
    -----
    Blanks do not count, and lines of fewer than `SHORTEST_LEAK` other characters (`return out`) are everybody's.
    A line that the lesson teaches openly is listed under `taught` in the front matter.
    """
    shown = [_squeezed(text) for text in released]
    taught = {_squeezed(line) for line in source.taught}
    found: list[Problem] = []
    needed: set[str] = set()
    for cell in source.cells:
        if cell.role is not Role.EXERCISE:
            continue
        for line in "\n".join(_regions(cell.text)).splitlines():
            squeezed = _squeezed(line)
            if len(squeezed) < SHORTEST_LEAK or not any(squeezed in text for text in shown):
                continue
            needed.add(squeezed)
            if squeezed not in taught:
                found.append(
                    Problem(
                        source.path,
                        cell.line,
                        f"A line of the solution of {cell.exercise} can be read in the released notebook: "
                        f"{line.strip()!r}. Say it another way, or list it under 'taught' in the front matter.",
                    )
                )
    found += [
        Problem(source.path, 1, f"'taught' lists a line that no solution shares with the lesson: {line!r}.")
        for line in source.taught
        if _squeezed(line) not in needed
    ]
    return found


def _regions(code: str) -> list[str]:
    """Return what stands between each pair of solution marks."""
    pattern = rf"^\s*{SOLUTION_BEGINS}\s*$(.*?)^\s*{SOLUTION_ENDS}\s*$"
    return re.findall(pattern, code, re.MULTILINE | re.DOTALL)


def _as_released(code: str) -> str:
    """Return the code with each solution shortened to one line, as the build does it."""
    for region in _regions(code):
        code = code.replace(f"{SOLUTION_BEGINS}{region}", "", 1)
    return code


def _functions(code: str) -> set[str]:
    try:
        tree = ast.parse(code)
    except SyntaxError:  # told by the rule for plain Python
        return set()
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def _filled(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def _squeezed(text: str) -> str:
    return "".join(text.split())

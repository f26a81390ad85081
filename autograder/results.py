"""Results as files: written beside and renamed, so that a kill at any moment leaves either all of one or none."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.handins.students import folder_name
from autograder.inside.codec import clean_text
from autograder.records import Cause, LessonResult, Status, Verdict

SCHEMA = 1
MAX_RESULT_BYTES = 4 << 20
RESULTS_FOLDER = "results"
CLASS_FILE = "index.html"
UNFINISHED = ".part"


class ResultProblem(ValueError):  # noqa: N818 - it is the file that has the problem
    """A result's file is damaged or of another version; the message says which, and what mends it."""


def result_path(out: Path, student: str, lesson: str) -> Path:
    """Return where the result of one hand-in lies below the output folder."""
    return out / RESULTS_FOLDER / folder_name(student) / f"{lesson}.json"


def to_plain(result: LessonResult) -> dict[str, Any]:
    """Return a result as the content of its file: schema 1, keys in a fixed order, `seconds` last."""
    return {
        "schema": SCHEMA,
        "student": clean_text(result.student),
        "lesson": result.lesson,
        "sandbox": result.sandbox,
        "seed": result.seed,
        "points": result.points,
        "max_points": result.max_points,
        "exercises": [
            {
                "id": verdict.exercise,
                "status": str(verdict.status),
                "points": verdict.points,
                "max_points": verdict.max_points,
                "mistake": verdict.mistake,
                "cause": None if verdict.cause is None else str(verdict.cause),
                "message": clean_text(verdict.message),
                "next_step": None if verdict.next_step is None else clean_text(verdict.next_step),
                "example": None if verdict.example is None else clean_text(verdict.example),
            }
            for verdict in result.verdicts
        ],
        "notes": [clean_text(note) for note in result.notes],
        "fingerprint": result.fingerprint,
        "seconds": round(result.seconds, 2),
    }


def from_plain(plain: Any) -> LessonResult:
    """Return the result with this content. Every key is looked at: a teacher's editor may have been there.

    Raises
    ------
    ResultProblem
        If a key is missing, of another type, or contradicts another one.
    """
    try:
        if plain["schema"] != SCHEMA:
            raise ResultProblem(f"schema {plain['schema']!r}, expected {SCHEMA}")
        result = LessonResult(
            student=_text(plain, "student"),
            lesson=_text(plain, "lesson"),
            sandbox=_text(plain, "sandbox"),
            seed=_whole(plain, "seed"),
            verdicts=tuple(_verdict(item) for item in _list(plain, "exercises")),
            notes=tuple(_checked(note, str, "notes") for note in _list(plain, "notes")),
            fingerprint=_text(plain, "fingerprint"),
            seconds=_number(plain, "seconds"),
        )
        if (result.points, result.max_points) != (_number(plain, "points"), _number(plain, "max_points")):
            raise ResultProblem("the points are not the sum of the exercises' points")
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, ResultProblem):
            raise
        raise ResultProblem(f"{type(problem).__name__}: {problem}") from None
    return result


def write_result(out: Path, result: LessonResult) -> Path:
    """Write one result to its file and return the path. What was there before stays until the new one is whole.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    path = result_path(out, result.student, result.lesson)
    write_whole(path, json.dumps(to_plain(result), ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    return path


def read_result(path: Path) -> LessonResult:
    """Return the result in one file.

    Raises
    ------
    ResultProblem
        If it is damaged; the message names the file and the remedy.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MAX_RESULT_BYTES + 1)
    try:
        if len(data) > MAX_RESULT_BYTES:
            raise ResultProblem("it is larger than any result")
        return from_plain(json.loads(data))
    except (ValueError, RecursionError) as problem:
        raise ResultProblem(
            f"The result {path} is damaged ({problem}). Delete it and run autograder grade again."
        ) from None


def all_results(out: Path, known: Mapping[Path, LessonResult] | None = None) -> tuple[list[LessonResult], list[str]]:
    """Return every result below an output folder, by student and lesson, and the problems of those that are damaged.

    What is `known` by its path is not read again.
    """
    results: dict[tuple[str, str], LessonResult] = {}
    problems: list[str] = []
    for path in sorted((out / RESULTS_FOLDER).glob("*/[!.]*.json")):
        try:
            result = (known or {}).get(path) or read_result(path)
        except (ResultProblem, OSError) as problem:
            problems.append(str(problem))
            continue
        if path == result_path(out, result.student, result.lesson):
            results[result.student, result.lesson] = result
        else:
            problems.append(f"The result {path} says it is of {result.student}, {result.lesson}; it was left out.")
    return [results[key] for key in sorted(results)], problems


def write_whole(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a text file beside its place and rename it, after it has reached the disk.

    Parameters
    ----------
    path : Path
    text : str
    durable : bool
        Whether it must survive a power cut. What can be made again from results need not: waiting for the disk
        takes longer than writing a thousand pages.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:60]}.{os.getpid()}-{threading.get_ident()}{UNFINISHED}")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        _settle(path.parent)


def _settle(folder: Path) -> None:
    """Have the new name of a file in `folder` survive a power cut, where the system can be asked to."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(out: Path) -> None:
    """Delete the unfinished files that a killed run has left below an output folder."""
    for pattern in (f".*{UNFINISHED}", f"reports/.*{UNFINISHED}", f"{RESULTS_FOLDER}/*/.*{UNFINISHED}"):
        for path in out.glob(pattern):
            path.unlink(missing_ok=True)


def _verdict(plain: Any) -> Verdict:
    cause = _optional(plain, "cause")
    return Verdict(
        exercise=_text(plain, "id"),
        status=Status(_text(plain, "status")),
        points=_number(plain, "points"),
        max_points=_number(plain, "max_points"),
        message=_text(plain, "message"),
        mistake=_optional(plain, "mistake"),
        cause=None if cause is None else Cause(cause),
        next_step=_optional(plain, "next_step"),
        example=_optional(plain, "example"),
    )


def _checked(value: Any, kind: type, key: str) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ResultProblem(f"{key} is not of type {kind.__name__}")
    return value


def _text(plain: Any, key: str) -> str:
    return str(_checked(plain[key], str, key))


def _optional(plain: Any, key: str) -> str | None:
    return None if plain[key] is None else _text(plain, key)


def _list(plain: Any, key: str) -> list[Any]:
    return list(_checked(plain[key], list, key))


def _whole(plain: Any, key: str) -> int:
    return int(_checked(plain[key], int, key))


def _number(plain: Any, key: str) -> float:
    value = plain[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ResultProblem(f"{key} is not a number")
    return float(value)

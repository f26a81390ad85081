"""`autograder model`: the 98 % gate on one file, in the sandbox."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from autograder.cli import CommandError, Exit
from autograder.exercises import find
from autograder.inside.model_file import MAX_FILE_BYTES
from autograder.judging import judge
from autograder.models import cases_of, evidence_of_model
from autograder.records import Status, Verdict
from autograder.runners import Runners
from autograder.sandbox import SandboxError
from autograder.sandbox.machine import available, explain

GATE = "l09_model_gate"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", type=Path, metavar="FILE.keras", help="the saved Keras model")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the order in which the test digits come")
    parser.add_argument(
        "--trusted",
        action="store_true",
        help="open the file without a sandbox, as yourself: only a file that you trust",
    )


def run(args: argparse.Namespace) -> int:
    """Measure the model; return 0 where it earns full points, 1 below, 3 where it could not be judged."""
    content = _read(args.file)
    exercise = find(GATE)
    problem = None if args.trusted else available()
    if problem is not None:
        raise CommandError(f"{problem} Or add --trusted, if you trust this file.")
    runner = Runners(trusted=args.trusted, hidden=())
    try:
        evidence = evidence_of_model(exercise, content, args.seed, runner, str(args.file))
    except SandboxError as failure:
        raise CommandError(str(explain(str(failure)))) from None
    finally:
        runner.close()
    verdict = judge(exercise, cases_of(exercise, args.seed), evidence)
    sandbox = "none" if args.trusted else "bubblewrap"
    print(_json(args.file, verdict, sandbox, args.seed) if args.json else _text(args.file, verdict, sandbox))
    if verdict.status is Status.NOT_JUDGED:
        return Exit.NEEDS_A_PERSON
    return Exit.DONE if verdict.status is Status.PASSED else Exit.FAILED


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise CommandError(f"{path} has {size / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are opened.")
        return path.read_bytes()
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}. Name the saved model, such as my_cnn.keras.") from None
    except IsADirectoryError:
        raise CommandError(
            f"{path} is a folder. Name the saved model in it, such as {path / 'my_cnn.keras'}."
        ) from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


def _text(path: Path, verdict: Verdict, sandbox: str) -> str:
    symbol = {Status.PASSED: "✓ passed", Status.PARTIAL: "◐ partial", Status.FAILED: "✗ failed"}
    lines = [
        f"{path}: {symbol.get(verdict.status, '? not judged')}, {verdict.points:g} of {verdict.max_points:g} points",
        verdict.message,
    ]
    if verdict.next_step:
        lines.append(f"Next: {verdict.next_step}")
    if sandbox == "none":
        lines.append("Opened without a sandbox (--trusted).")
    return "\n".join(lines)


def _json(path: Path, verdict: Verdict, sandbox: str, seed: int) -> str:
    told = {
        "schema": 1,
        "file": str(path),
        "sandbox": sandbox,
        "seed": seed,
        "exercise": verdict.exercise,
        "status": str(verdict.status),
        "points": verdict.points,
        "max_points": verdict.max_points,
        "mistake": verdict.mistake,
        "cause": None if verdict.cause is None else str(verdict.cause),
        "message": verdict.message,
        "next_step": verdict.next_step,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)

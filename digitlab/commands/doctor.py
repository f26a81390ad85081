"""`digitlab doctor`: one line for each thing that the course needs, and the remedy where something is not well."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import digitlab
from digitlab.cli import Exit
from digitlab.doctor.examination import examine
from digitlab.doctor.finding import Finding, State
from digitlab.paths import course_folder
from digitlab.terminal import symbols

_MARKS = {State.OK: ("✓", "+"), State.WARNING: ("!", "!"), State.PROBLEM: ("✗", "x")}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `digitlab doctor`."""
    parser.add_argument("--json", action="store_true", help="print it for a program to read")


def run(args: argparse.Namespace) -> int:
    """Examine this machine; return 0 where all is well, 1 after a problem, 3 where there are only warnings."""
    folder = course_folder(Path.cwd())
    if args.json:
        findings = tuple(examine(folder, before=lambda name: None))
        print(json.dumps(as_json(findings), indent=1))
        return status_of(findings)
    print(f"digitlab {digitlab.__version__} on {platform.platform()}. This takes about ten seconds.\n")
    said = []
    for finding in examine(folder, before=_announce):
        said.append(finding)
        print(as_text(finding, sys.stdout.encoding), flush=True)
    print(f"\n{summary(said)}")
    return status_of(said)


def _announce(name: str) -> None:
    """On a terminal, say what is being looked at until its line is printed over it."""
    if sys.stdout.isatty():
        print(f"  looking at: {name}", end="\r", flush=True)


def status_of(findings: Sequence[Finding]) -> Exit:
    """Return the exit status that says how it stands."""
    states = {finding.state for finding in findings}
    if State.PROBLEM in states:
        return Exit.FAILED
    return Exit.NEEDS_A_PERSON if State.WARNING in states else Exit.DONE


def as_json(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings as plain values."""
    return {"schema": 1, "version": digitlab.__version__, "findings": [asdict(finding) for finding in findings]}


def as_text(finding: Finding, encoding: str | None) -> str:
    """Return a finding as a line, and its remedy as a second."""
    mark = symbols(_MARKS, encoding)[finding.state]
    line = f"{mark} {finding.state:<8} {finding.name:<13} {finding.found}"
    return f"{line}\n{'':<25}Remedy: {finding.remedy}" if finding.remedy else line


def summary(findings: Sequence[Finding]) -> str:
    """Return how it stands, in a sentence."""
    problems = sum(finding.state is State.PROBLEM for finding in findings)
    warnings = sum(finding.state is State.WARNING for finding in findings)
    if problems:
        count = "One problem keeps" if problems == 1 else f"{problems} problems keep"
        return f"{count} the course from working here: see Remedy above."
    if warnings:
        count = "One thing" if warnings == 1 else f"{warnings} things"
        return f"The course works here. {count} could be better: see Remedy above."
    return "All is well. Begin with: digitlab lab"

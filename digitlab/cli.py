"""The `digitlab` command: one visible tuple of sub-commands, each in a module of its own.

A command's module offers `configure(parser)`, which adds its options, and `run(args)`, which does the work and returns
the exit status. It is imported only when its command is called.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something needs a person. Results go to standard output,
problems to standard error.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import digitlab
from digitlab.command_line import CommandError, Exit, Parser, fault_in_words, unknown_command

__all__ = ["COMMANDS", "Command", "CommandError", "Exit", "Parser", "main"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One sub-command: its name, the module that does it, and what it does in one line."""

    name: str
    module: str
    summary: str
    passes_on: str | None = None  # the program that gets what stands after "--"


COMMANDS: tuple[Command, ...] = (
    Command(
        name="lab",
        module="digitlab.commands.lab",
        summary="open the lessons in JupyterLab, in copies of your own",
        passes_on="JupyterLab",
    ),
    Command(
        name="progress",
        module="digitlab.commands.progress",
        summary="show what you have done, your points, the next step and the time left",
    ),
    Command(
        name="doctor",
        module="digitlab.commands.doctor",
        summary="find what is wrong with this machine, and how to mend it",
    ),
    Command(
        name="model",
        module="digitlab.commands.model",
        summary="measure a trained model on the 10,000 test digits",
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (None: the process's own) and return its exit status.

    Raises
    ------
    SystemExit
        Where argparse ends the command: help, version, wrong usage.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):  # a character that this terminal lacks is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    chosen = next((command for command in COMMANDS if arguments[:1] == [command.name]), None)
    parser = _parser(chosen)
    if not arguments:
        parser.print_help()
        return Exit.DONE
    if chosen is None and not arguments[0].startswith("-"):
        parser.error(unknown_command(arguments[0], [command.name for command in COMMANDS]))
    own, passed_on = _split(arguments)
    args, rest = parser.parse_known_args(own)
    if chosen is None:
        parser.error(f"there is no option {rest[0]}" if rest else "a command is needed")
    if rest:
        parser.error(_not_taken(chosen, rest))
    if passed_on and not chosen.passes_on:
        parser.error(f"{chosen.name} takes nothing after --, and got {' '.join(passed_on)}")
    args.passed_on = passed_on
    return _guarded(chosen, args)


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what stands before the first `--`, and what stands after it."""
    if "--" not in arguments:
        return list(arguments), []
    at = arguments.index("--")
    return list(arguments[:at]), list(arguments[at + 1 :])


def _parser(chosen: Command | None) -> Parser:
    """Return the parser: every command is listed, only the chosen one's module is imported."""
    parser = Parser(prog="digitlab", description="Learn your first convolutional network, on handwritten digits.")
    parser.add_argument("--version", action="version", version=f"digitlab {digitlab.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS:
        summary = f"{command.summary[:1].upper()}{command.summary[1:]}."
        after = f"What stands after -- goes on to {command.passes_on}." if command.passes_on else None
        one = commands.add_parser(command.name, help=command.summary, description=summary, epilog=after)
        if command is chosen:
            importlib.import_module(command.module).configure(one)
    return parser


def _not_taken(command: Command, rest: Sequence[str]) -> str:
    taken = f"{command.name} does not take {' '.join(rest)}"
    if command.passes_on is None:
        return taken
    return f"{taken}; if that is for {command.passes_on}: digitlab {command.name} -- {' '.join(rest)}"


def _guarded(command: Command, args: argparse.Namespace) -> int:
    """Run the command; say in one sentence what ended it, where something did."""
    from digitlab.paths import CourseFilesError
    from digitlab.storage import DataError

    try:
        status = int(importlib.import_module(command.module).run(args))
        sys.stdout.flush()
        return status
    except CommandError as problem:
        return _say(str(problem), problem.status)
    except (DataError, CourseFilesError) as problem:
        return _say(str(problem), Exit.FAILED)
    except KeyboardInterrupt:
        return _say("Stopped. What was finished is kept.", Exit.INTERRUPTED)
    except BrokenPipeError:  # the reader has gone, as in `digitlab … | head`: nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except OSError as problem:
        reason = (problem.strerror or str(problem) or type(problem).__name__).rstrip(".")
        where = f": {problem.filename}" if problem.filename else ""
        return _say(f"{reason}{where}. Check that the disk has space and that you may write there.", Exit.FAILED)
    except Exception:  # the outermost border: a learner gets a sentence, and the traceback is kept for a developer
        return _say(fault_in_words("digitlab", [command.name]), Exit.FAILED)


def _say(sentence: str, status: int) -> int:
    print(f"digitlab: {sentence}", file=sys.stderr)
    return status

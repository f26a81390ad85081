"""The `autograder` command: one visible tuple of sub-commands, each in a module of its own.

A command's module offers `configure(parser)`, which adds its options, and `run(args)`, which does the work and
returns the exit status. It is imported only when its command is called.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but something needs a person. Results go to standard output,
problems to standard error.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import autograder
from digitlab.command_line import CommandError, Exit, Parser, fault_in_words, unknown_command

__all__ = ["COMMANDS", "Command", "CommandError", "Exit", "Parser", "main"]


@dataclass(frozen=True, slots=True)
class Command:
    """One sub-command: its name, the module that does it, and what it does in one line."""

    name: str
    module: str
    summary: str


COMMANDS: tuple[Command, ...] = (
    Command("grade", "autograder.commands.grade", "grade a class of hand-ins"),
    Command("model", "autograder.commands.model", "the 98 % gate on one saved model"),
    Command("report", "autograder.commands.report", "write reports and gradebook again from the results"),
    Command("build", "autograder.commands.build", "make the students' notebooks from the solutions"),
    Command("selftest", "autograder.commands.selftest", "prove every exercise's judge with its bank of answers"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (None: the process's own) and return its exit status.

    Raises
    ------
    SystemExit
        Where argparse ends the command: help, version, wrong usage.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except CommandError as problem:
        return _say(str(problem), problem.status)
    except KeyboardInterrupt:
        return _say("Stopped. What was finished is kept; run the same command again to go on.", Exit.INTERRUPTED)
    except BrokenPipeError:  # the reader has gone, as in `autograder … | head`: nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED
    except OSError as problem:
        return _say(_file_problem(problem), Exit.FAILED)
    except Exception:  # a fault of ours: the user gets a sentence, the traceback is kept whole
        return _say(fault_in_words("autograder", arguments), Exit.FAILED)


def _run(arguments: list[str]) -> int:
    """Run the command that the arguments name. Every command is listed; only the chosen one's module is imported."""
    parser = Parser(prog="autograder", description="Check and grade the exercises of digitlab's lessons.")
    parser.add_argument("--version", action="version", version=f"autograder {autograder.__version__}")
    listed = parser.add_subparsers(title="commands", metavar="COMMAND")
    parsers = {
        # argparse takes a per cent sign in a help text for a format.
        command.name: listed.add_parser(
            command.name, help=command.summary.replace("%", "%%"), description=_sentence(command.summary)
        )
        for command in COMMANDS
    }
    name = arguments[0] if arguments else ""
    chosen = next((command for command in COMMANDS if command.name == name), None)
    if chosen is None:
        if name and not name.startswith("-"):
            parser.error(unknown_command(name, [command.name for command in COMMANDS]))
        parser.parse_args(arguments)  # help, version, or an unknown option
        parser.error("a command is needed")
    module = importlib.import_module(chosen.module)
    module.configure(parsers[chosen.name])
    return int(module.run(parser.parse_args(arguments)))


def _say(sentence: str, status: int) -> int:
    print(f"autograder: {sentence}", file=sys.stderr)
    return status


def _file_problem(problem: OSError) -> str:
    """Return what is wrong with a file or a disk, and what to do about it."""
    where = f" {problem.filename}" if problem.filename else ""
    remedies = {
        errno.ENOSPC: "Free some space on this disk and run the same command again; what was finished is kept.",
        errno.EDQUOT: "Free some of your space and run the same command again; what was finished is kept.",
        errno.ENOENT: "Check the path.",
        errno.ENOTDIR: "Name a folder, not a file.",
        errno.EISDIR: "Name a file, not a folder.",
        errno.EACCES: "Check who may read and write there.",
        errno.EPERM: "Check who may read and write there.",
        errno.EROFS: "Choose a place that can be written to.",
        errno.EMFILE: "Raise the limit of open files (ulimit -n) and run the same command again.",
    }
    reason = (problem.strerror or str(problem) or type(problem).__name__).rstrip(".")
    return f"{reason}:{where}. {remedies.get(problem.errno or 0, 'Run the same command again.')}".replace(":.", ".")


def _sentence(summary: str) -> str:
    return f"{summary[:1].upper()}{summary[1:]}."


if __name__ == "__main__":  # under its own name: the commands raise that module's CommandError
    raise SystemExit(importlib.import_module("autograder.cli").main())

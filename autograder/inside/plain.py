"""A job without walls, for code that the teacher trusts: one ordinary process, on any system.

Started as ``python -m autograder.inside.plain PARCEL FOLDER [MODULE...]``; findings leave by stdout, and whatever the
code prints goes to stderr. Standard input is a leash: when it ends, so does the process. The first frame is empty and
says that the modules are imported and the routine begins.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
import threading
from pathlib import Path
from typing import NoReturn

from autograder.inside.frames import Sender
from autograder.inside.parcel import lay_files, read_contents, read_exactly
from autograder.inside.routine import find_routine, perform

FAULT = 71
_exit = os._exit


def main() -> NoReturn:
    """Run the one job in the parcel."""
    evidence = os.dup(1)
    os.dup2(2, 1)
    leash = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(evidence, os.O_BINARY)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()
    folder = Path(sys.argv[2])
    with Path(sys.argv[1]).open("rb") as parcel:
        contents = read_contents(parcel)
        lay_files(parcel, contents, folder)
        payload = read_exactly(parcel, *contents.payload)
    os.chdir(folder)
    modules = sys.argv[3:]
    sys.argv[:] = [""]
    sys.path.append(str(folder))  # behind everything installed, as in the sandbox
    routine = find_routine(contents.entry)
    for module in modules:
        importlib.import_module(module)
    random.seed(0)
    sender = Sender(evidence)
    sender.emit(b"")
    _exit(perform(routine, payload, sender))


def _end_with(leash: int) -> None:
    """End this process when nobody holds the leash any more."""
    while os.read(leash, 1):
        pass
    _exit(FAULT)


if __name__ == "__main__":
    try:
        main()
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    _exit(FAULT)

"""The zygote: one process that has imported everything, and forks once for each job. Runs inside bubblewrap.

It is started afresh by exec, so it never held a judge, a solution or a label. It runs no student's code itself.

Started as ``python -m autograder.inside.zygote DESCRIPTOR``; the descriptor is a socket to the grading process.
The first message says what to import and brings the compiled system call filter, each later one is a job.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from autograder.inside import system, warden
from autograder.inside.jail import Walls

MAX_FILTER_BYTES = 1 << 20
MESSAGE_BYTES = 1 << 16


def main() -> None:
    """Import, report, then serve until the grading process closes the line."""
    control = socket.socket(fileno=int(sys.argv[1]))
    message, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 1)
    if not message:
        os._exit(0)
    orders = json.loads(message)
    with os.fdopen(files[0], "rb") as file:
        walls = Walls(syscall_filter=file.read(MAX_FILTER_BYTES), shown=tuple(orders["shown"]))
    try:
        _arrange_path(orders["packages"])
        _import(orders["modules"], orders["calls"])
        _refuse_a_started_tensorflow()
    except Exception as error:
        traceback.print_exc()
        control.send(json.dumps({"error": f"{type(error).__name__}: {error}"[:4000]}).encode())
        os._exit(1)
    gc.collect()
    gc.freeze()  # so that a fork's collector does not copy what all forks share
    system.set_dumpable(False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the wardens
    control.send(json.dumps({"ready": os.getpid(), "threads": len(list(Path("/proc/self/task").iterdir()))}).encode())
    _serve(control, walls)
    os._exit(0)  # bubblewrap's first process follows, and with it whatever is left


def _arrange_path(packages: list[str]) -> None:
    """Set the module path: the standard library, the course, installed packages. A job's own files come last."""
    course = os.environ["PYTHONPATH"]
    standard = [path for path in sys.path if path.startswith(sys.base_prefix) and path not in packages]
    found = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    sys.path[:] = list(dict.fromkeys([*(path for path in standard if path not in found), course, *found, *packages]))


def _import(modules: list[str], calls: list[str]) -> None:
    """Import what the jobs are going to need, once, and call what keeps something for them."""
    for name in modules:
        importlib.import_module(name)
    for call in calls:
        module, _, name = call.partition(":")
        getattr(importlib.import_module(module), name)()


def _refuse_a_started_tensorflow() -> None:
    """Raise RuntimeError if importing ran a TensorFlow operation: a fit() in a fork of such a process hangs."""
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    if context is not None and context.context()._initialized:
        raise RuntimeError("TensorFlow was started while the modules were imported; a fork could not use it")


def _serve(control: socket.socket, walls: Walls) -> None:
    """Fork a warden for each job that comes in; return when the line is closed."""
    while True:
        message, files, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 3)
        if not message:
            return
        parcel, evidence, leash = files
        try:
            pid = os.fork()
        except OSError as error:
            socket.socket(fileno=leash).send(b"X" + f"cannot fork: {error}".encode())
            for file in (parcel, evidence):
                os.close(file)
            continue
        if pid == 0:
            control.close()
            warden.guard(parcel, evidence, leash, walls)
        for file in files:
            os.close(file)


if __name__ == "__main__":
    main()

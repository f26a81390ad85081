"""The first process of a job's pid namespace: builds the walls, locks itself in, starts the student's process, buries.

The kernel kills everything in a pid namespace when its first process ends; so a daemon that a student left behind
ends with the job, whatever it did to its signals.
"""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import BinaryIO, NoReturn

from autograder.inside import jail, student, system
from autograder.inside.parcel import Contents, lay_files

# What is reported to the warden, by a message's first byte.
READY, FAULT, STATUS = b"R", b"X", b"S"


def live(
    parcel: BinaryIO,
    contents: Contents,
    walls: jail.Walls,
    evidence: int,
    report: socket.socket,
    stdout: int,
    stderr: int,
) -> NoReturn:
    """Build the jail, run the student's process in it, report its wait status, and end."""
    try:
        system.die_with_parent(signal.SIGKILL)
        jail.mount_own_files(contents.limits, walls)
        lay_files(parcel, contents, Path(jail.JOB))
        # As first process it is deaf to every signal from inside that it does not handle itself: handle none.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        jail.lock(contents.limits, contents.processors, walls)
        pid = os.fork()
        if pid == 0:
            student.run(parcel, contents, evidence, report, stdout, stderr)
        parcel.close()
        for file in (evidence, stdout, stderr):
            os.close(file)
        while True:
            ended, status = os.wait()
            if ended == pid:
                report.send(STATUS + str(status).encode("ascii"))
                os._exit(0)
    except BaseException as error:
        report.send(FAULT + f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
    os._exit(70)

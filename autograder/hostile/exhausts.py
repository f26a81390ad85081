"""Hand-ins that use up time, processes, memory, disk, output, or whatever the grader reads with.

Most answer everything right and exhaust in a cell of their own: it is stopped in time, and what is finished counts.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

from autograder.hostile.notebooks import (
    beside,
    code,
    handed_in,
    packed,
    path_of,
    released,
    solutions,
    with_cells,
)
from autograder.hostile.record import LATE, MISSING, TOO_MUCH, Files, Hostile, Kind, Mark

EXERCISE = "l02_from_one_hot"

_DEAF = """
import signal, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
"""

_SWALLOWS_EVERYTHING = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""

_FORK_BOMB = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""

_FILLS_SOCKETS = """
import os, socket, time
for _ in range(100):
    if os.fork() == 0:
        break
kept = []
try:
    while True:
        kept += socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        kept[-1].setblocking(False)
        try:
            while True:
                kept[-1].send(bytes(60_000))
        except BlockingIOError:
            pass
except OSError:
    time.sleep(1000)
"""

_TAKES_ALL_MEMORY = """
import os
for _ in range(8):
    if os.fork() == 0:
        break
kept = []
while True:
    try:
        kept.append(np.ones(8 << 20, dtype=np.uint8))
    except MemoryError:
        pass
"""

_FILLS_THE_DISK = """
import os
for place in ("/job", "/tmp", "/dev/shm"):
    try:
        for number in range(100):
            with open(f"{place}/{number}", "wb") as file:
                while True:
                    file.write(bytes(1 << 20))
    except OSError:
        pass
raise OSError("no room is left")
"""

_MILLION_FILES = """
for number in range(1_000_000):
    open(f"/tmp/{number}", "w").close()
"""

_OPEN_FILES = """
kept = []
while True:
    kept.append(open("/dev/null"))
"""

_THREADS_THAT_STAY = """
import threading
def spin():
    while True:
        pass
for _ in range(20):
    threading.Thread(target=spin).start()
"""

_CHILDREN_THAT_STAY = """
import os, signal, time
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while True:
            time.sleep(0.01)
"""

_FLOODS_EVIDENCE = """
import gc
from autograder.inside.frames import Sender
sender = next(one for one in gc.get_objects() if isinstance(one, Sender))
while True:
    sender.emit(bytes(1 << 20))
"""

_RECURSES = """
import sys
sys.setrecursionlimit(10**9)
def deeper(n):
    return [deeper(n + 1)]
deeper(0)
"""


def _exhausting(source: str) -> Files:
    return handed_in(with_cells(released(2, solutions(2)), middle=source))


def _cell(name: str, tries: str, source: str, says: str | tuple[str, ...], *, in_brief: bool = False) -> Hostile:
    """Return a hand-in with an exhausting cell in the middle: all its answers count."""
    return Hostile(
        name=name,
        kind=Kind.EXHAUSTS,
        tries=tries,
        files=lambda: _exhausting(source),
        says=says,
        in_brief=in_brief,
    )


def _answer(name: str, tries: str, body: str, mark: Mark, says: str, *, in_brief: bool = False) -> Hostile:
    """Return a hand-in with an answer that exhausts: the other answers count."""
    source = f"def from_one_hot(encoded):\n    {body}"
    return Hostile(
        name=name,
        kind=Kind.EXHAUSTS,
        tries=tries,
        files=lambda: handed_in(released(2, {**solutions(2), EXERCISE: source})),
        marks={EXERCISE: mark},
        says=says,
        in_brief=in_brief,
    )


def _unread(name: str, tries: str, data: bytes, says: str) -> Hostile:
    """Return a hand-in whose notebook cannot be read: nothing can count, and it is said why."""
    return Hostile(
        name=name, kind=Kind.EXHAUSTS, tries=tries, files=lambda: {path_of(2): data}, rest=MISSING, says=says
    )


def _million_cells() -> Files:
    plain = released(2, solutions(2))
    head, tail = json.dumps(plain).rsplit("]", 1)
    return {path_of(2): (head + ',{"cell_type":"code"}' * 1_000_000 + "]" + tail).encode()}


def _many_endless_cells() -> Files:
    plain = released(2, solutions(2))
    plain["cells"] += [code(f"while True: {number}") for number in range(200)]
    return handed_in(plain)


def _outputs_without_end() -> Files:
    plain = released(2, solutions(2))
    for cell in plain["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 200_000}]
    return handed_in(plain)


def _bomb(path: str, size: int) -> bytes:
    """Return an archive with one member that unpacks to `size` zero bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made, made.open(path, "w") as member:
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return file.getvalue()


def _with_bomb() -> Files:
    bombs: Mapping[str, bytes] = {
        "data.zip": _bomb("data.csv", 1 << 30),
        "more.zip": _bomb("02_pixels.ipynb", 64 << 20),
    }
    return {**handed_in(released(2, solutions(2))), **beside(2, bombs)}


def _large_files() -> Files:
    files = {"data.bin": bytes(6 << 20), **{f"part-{number}.txt": b"x" for number in range(100)}}
    return {**handed_in(released(2, solutions(2))), **beside(2, files)}


def _needs_without_end() -> Files:
    plain = released(2, solutions(2))
    lines = [f"a{number} = a{number + 1}" for number in reversed(range(9_000))]
    for place in range(0, len(lines), 1_500):
        source = "\n".join(lines[place : place + 1_500])
        vouched = f"setup-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        plain["cells"].append({**code(source), "id": vouched, "metadata": {"digitlab": {"role": "setup"}}})
    return handed_in(with_cells(plain, last="def more(): return a0"))


HAND_INS = (
    _cell("loops-for-ever", "an endless loop", "while True: pass", "took too long and was stopped", in_brief=True),
    _cell("sleeps", "sleeps for a day", "import time; time.sleep(86_400)", "took too long and was stopped"),
    _cell(
        "waits-for-nobody",
        "waits for a lock that nobody opens",
        "import threading; threading.Event().wait()",
        "took too long",
    ),
    _cell("swallows-every-exception", "loops, and catches what would end it", _SWALLOWS_EVERYTHING, "took too long"),
    _cell(
        "one-endless-operation",
        "one operation that hears no signal",
        "sum(range(10**13))",
        "did not come to an end in time",
    ),
    _cell(
        "is-deaf-and-loops",
        "blocks all signals, then loops",
        f"{_DEAF}while True: pass",
        "did not come to an end in time",
    ),
    _cell(
        "is-deaf-and-sleeps",
        "blocks all signals, then sleeps",
        f"{_DEAF}time.sleep(86_400)",
        "did not come to an end in time",
    ),
    _cell(
        "stops-itself",
        "stops its own process",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "did not come to an end in time",
    ),
    _cell(
        "fork-bomb",
        "makes processes that make processes",
        _FORK_BOMB,
        ("took too long", "used more memory than there is"),
        in_brief=True,
    ),
    _cell(
        "asks-for-100-gigabytes",
        "one array of 100 GB",
        "x = np.ones(100 << 30, dtype=np.uint8)",
        "MemoryError",
        in_brief=True,
    ),
    _cell(
        "takes-all-memory",
        "many processes that fill the memory together",
        _TAKES_ALL_MEMORY,
        ("used more memory than there is", "took too long"),
    ),
    _cell(
        "fills-sockets",
        "many processes that leave data waiting in sockets",
        _FILLS_SOCKETS,
        ("used more memory than there is", "took too long"),
    ),
    _cell("prints-for-ever", "endless output", "while True: print('x' * 10_000)", "took too long"),
    _cell(
        "floods-the-log",
        "endless output past Python's streams",
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        "took too long",
    ),
    _cell("floods-the-evidence", "endless findings", _FLOODS_EVIDENCE, "used more memory than there is"),
    _cell(
        "fills-the-disk", "fills every file system that it may write to", _FILLS_THE_DISK, "OSError: no room is left"
    ),
    _cell("makes-a-million-files", "a million empty files", _MILLION_FILES, "No space left on device"),
    _cell("opens-a-million-files", "opens files without end", _OPEN_FILES, "Too many open files"),
    _cell("leaves-threads", "threads that stay", _THREADS_THAT_STAY, ""),
    _cell(
        "leaves-children",
        "processes that stay, deaf and in sessions of their own",
        _CHILDREN_THAT_STAY,
        "",
        in_brief=True,
    ),
    _cell("recurses-for-ever", "recursion until the stack overflows", _RECURSES, "the notebook was run again with"),
    _answer("answer-loops-for-ever", "an answer that loops", "while True: pass", LATE, "did not come back in time"),
    _answer(
        "answer-of-100-gigabytes", "an answer too large to make", "return np.ones(100 << 30)", TOO_MUCH, "MemoryError"
    ),
    _answer(
        "answer-too-large-to-look-at",
        "an answer of 100 MB",
        "return np.ones(100 << 20, dtype=np.int8)",
        TOO_MUCH,
        "too large to be looked at",
    ),
    _answer(
        "answer-without-end",
        "an answer that contains itself",
        "x = []; x.append(x); return x",
        TOO_MUCH,
        "nested too deeply",
    ),
    Hostile(
        name="hundreds-of-endless-cells",
        kind=Kind.EXHAUSTS,
        tries="two hundred cells that loop",
        files=_many_endless_cells,
        says="there was no time left for cell",
    ),
    Hostile(
        name="blanks-without-end",
        kind=Kind.EXHAUSTS,
        tries="a cell of 390,000 blanks, for patterns that try each place again",
        files=lambda: _exhausting(" " * 390_000),
    ),
    Hostile(
        name="a-million-cells",
        kind=Kind.EXHAUSTS,
        tries="a notebook of a million cells",
        files=_million_cells,
        rest=MISSING,
        says="far more parts than a notebook",
        in_brief=True,
    ),
    Hostile(
        name="outputs-without-end",
        kind=Kind.EXHAUSTS,
        tries="outputs of several megabytes in the notebook",
        files=_outputs_without_end,
    ),
    Hostile(
        name="needs-without-end",
        kind=Kind.EXHAUSTS,
        tries="thousands of statements that its cells' ids vouch for, each of which needs the next",
        files=_needs_without_end,
        says="raised NameError",
    ),
    _unread("nested-json", "JSON nested a million times", b"[" * 1_000_000, "nested too deeply"),
    _unread(
        "nested-metadata",
        "metadata nested ten thousand times",
        packed(released(2, {}))[:-1] + b', "x": ' + b'{"x":' * 10_000 + b"1" + b"}" * 10_001,
        "nested too deeply",
    ),
    _unread(
        "endless-text", "a notebook that is one text of 20 MB", b'{"cells": "' + b"x" * (20 << 20), "not valid JSON"
    ),
    _unread(
        "huge-notebook", "a notebook of 30 MB", b'{"cells": []' + b" " * (30 << 20) + b"}", "Clear Outputs of All Cells"
    ),
    Hostile(
        name="zip-bombs",
        kind=Kind.EXHAUSTS,
        tries="archives that unpack to a gigabyte beside the notebook",
        files=_with_bomb,
        says="was not taken along",
    ),
    Hostile(
        name="large-files",
        kind=Kind.EXHAUSTS,
        tries="large files and many files beside the notebook",
        files=_large_files,
        says="only small files come with a notebook",
    ),
)

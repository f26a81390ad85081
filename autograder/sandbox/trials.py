"""What a hostile notebook would try, in small: each trial runs in the sandbox and is judged from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.inside.limits import Limits
from autograder.sandbox.ending import Ended, Ending

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One try.

    Attributes
    ----------
    name : str
        What is tried, as the report has it.
    source : str
        The program; it finds `emit` among its names.
    held : callable
        Takes the ending, returns what shows that the wall did not hold; None if it did.
    proof : str
        What it means that it held.
    limits : Limits
        The job's.
    """

    name: str
    source: str
    held: Callable[[Ending], str | None]
    proof: str
    limits: Limits = field(default_factory=lambda: Limits(wall_seconds=60))


def _nothing(ending: Ending) -> str | None:
    """A trial that emits, as JSON, the list of what it got: the wall held if that is empty."""
    if ending.ended is not Ended.FINISHED or len(ending.frames) != 1:
        return _otherwise(ending)
    got = json.loads(ending.frames[0])
    return f"it got {', '.join(map(str, got))}" if got else None


def _ends_with(ended: Ended) -> Callable[[Ending], str | None]:
    def held(ending: Ending) -> str | None:
        return None if ending.ended is ended else _otherwise(ending)

    return held


def _otherwise(ending: Ending) -> str:
    return f"it ended with {ending.ended} ({ending.fault or ending.detail[-300:] or 'no message'})"


def of_the_network(*, tcp_port: int, udp_port: int, socket_path: str) -> Trial:
    """Return the trial that calls out; `held` cannot see what arrived, so the listeners are asked too."""
    source = f"""
import json, socket
got = []
def attempt(name, call):
    try:
        call()
    except OSError:
        return
    got.append(name)
attempt("TCP to this machine", lambda: socket.create_connection(("127.0.0.1", {tcp_port}), 2))
attempt("TCP to the world", lambda: socket.create_connection(("1.1.1.1", 443), 2))
attempt("UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {udp_port})))
attempt("name service", lambda: socket.getaddrinfo("example.org", 80))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
for address in ({socket_path!r}, "\\0" + {socket_path!r}):
    attempt(f"unix socket {{address!r}}", lambda: socket.socket(socket.AF_UNIX).connect(address))
emit(json.dumps(got).encode())
"""
    return Trial(name="no network", source=source, held=_nothing, proof="TCP, UDP, name service and unix sockets fail")


def of_the_disk(*, unseen: tuple[str, ...]) -> Trial:
    """Return the trial that looks for files outside, for the judges, and for a place to write."""
    source = f"""
import importlib.util, json, os, sys
got = [path for path in {list(unseen)!r} if os.path.lexists(path)]
for name in ("autograder.judging", "autograder.exercises", "autograder.sandbox", "solutions"):
    try:
        if importlib.util.find_spec(name) is not None:
            got.append(name)
    except ModuleNotFoundError:
        pass
for folder in ("/", "/usr", "/course", "/course/autograder/inside", sys.prefix, "/etc", "/dev", "/proc/sys/kernel"):
    try:
        open(os.path.join(folder, "written-by-trial"), "w")
        got.append("a file written into " + folder)
    except OSError:
        pass
emit(json.dumps(got).encode())
"""
    return Trial(
        name="disk unseen", source=source, held=_nothing, proof="no file of this machine, no judge, nothing to write to"
    )


_PRIVILEGES = """
import ctypes, json, os, signal
got = []
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2"), ("CapEff", "0" * 16), ("CapBnd", "0" * 16)):
    if status[name].strip() != wanted:
        got.append(f"{name} {status[name].strip()}")
if os.getuid() == 0:
    got.append("root")
libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x00020000, 0x40000000):
    if libc.unshare(flag) == 0:
        got.append(f"a new namespace ({flag:#x})")
if libc.ptrace(16, 1, 0, 0) == 0:
    got.append("ptrace")
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
    got.append("mount")
others = [name for name in os.listdir("/proc") if name.isdecimal() and int(name) not in (1, os.getpid())]
if others:
    got.append("processes of others")
for secret in ("environ", "mem", "maps"):
    try:
        open(f"/proc/1/{secret}", "rb").read(1)
        got.append(f"/proc/1/{secret}")
    except OSError:
        pass
emit(json.dumps(got).encode())
"""

_FORK_BOMB = """
import json, os, signal, time
children = 0
try:
    while children < 2000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        children += 1
except OSError:
    pass
emit(json.dumps([f"{children} processes"] if children > 40 else []).encode())
"""

_MEMORY = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        break
block = bytearray(100 << 20)
for i in range(0, len(block), 4096):
    block[i] = 1
time.sleep(60)
"""

_DISK_FULL = """
import json, os
got = []
for place in ("/job", "/tmp", "/dev/shm"):
    written = 0
    try:
        for number in range(64):
            with open(f"{place}/{number}", "wb") as file:
                written += file.write(bytes(1 << 20))
    except OSError:
        pass
    if written > 8 << 20:
        got.append(f"{written} bytes in {place}")
emit(json.dumps(got).encode())
"""

_DEAF = """
import signal, time
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""

WALLS = (
    Trial(
        name="no privileges", source=_PRIVILEGES, held=_nothing, proof="no root, capability, namespace, ptrace, mount"
    ),
)

LIMITS = (
    Trial(
        name="limit of processes",
        source=_FORK_BOMB,
        held=_nothing,
        proof="a fork bomb ends at the limit, and its children with the job",
        limits=Limits(wall_seconds=60, processes=32),
    ),
    Trial(
        name="limit of memory",
        source=_MEMORY,
        held=_ends_with(Ended.MEMORY),
        proof="four processes of 100 MiB are ended at 200 MiB together",
        limits=Limits(wall_seconds=60, memory_bytes=200 * _MIB),
    ),
    Trial(
        name="limit of time",
        source=_DEAF,
        held=_ends_with(Ended.TIMEOUT),
        proof="a program that ignores every signal is ended",
        limits=Limits(wall_seconds=0.5),
    ),
    Trial(
        name="limit of processor time",
        source="while True: pass",
        held=_ends_with(Ended.CPU),
        proof="an endless loop is ended",
        limits=Limits(wall_seconds=60, cpu_seconds=0.5),
    ),
    Trial(
        name="limit of output",
        source="while True: print('x' * 1000)",
        held=_ends_with(Ended.OUTPUT),
        proof="endless output is ended",
        limits=Limits(wall_seconds=60, output_bytes=_MIB),
    ),
    Trial(
        name="limit of evidence",
        source="while True: emit(bytes(1 << 20))",
        held=_ends_with(Ended.EVIDENCE_TOO_BIG),
        proof="endless findings are ended",
        limits=Limits(wall_seconds=60, evidence_bytes=4 * _MIB),
    ),
    Trial(
        name="limit of disk",
        source=_DISK_FULL,
        held=_nothing,
        proof="a full disk is full for its own job alone",
        limits=Limits(wall_seconds=60, job_bytes=8 * _MIB, tmp_bytes=8 * _MIB),
    ),
)

_TRAINING = """
import json, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
images = numpy.random.rand(128, 28, 28, 1).astype("float32")
labels = numpy.arange(128) % 10
model = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
loss = model.fit(images, labels, epochs=1, verbose=0).history["loss"][0]
emit(json.dumps([] if numpy.isfinite(loss) else [f"loss {loss}"]).encode())
"""

TRAINING = Trial(
    name="TensorFlow trains in a fork",
    source=_TRAINING,
    held=_nothing,
    proof="a small convolution was trained",
    limits=Limits(wall_seconds=120),
)

"""Jobs that run at the same time know nothing of each other, and a hostile one changes nothing for an honest one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.sandbox import Ended, Limits, Zygote

from .conftest import script

HONEST = """
import hashlib, json, os, subprocess, time
open("notes.txt", "w").write("mine")
digest = hashlib.sha256()
for number in range(200_000):
    digest.update(number.to_bytes(4, "big"))
time.sleep(0.3)
seen = sorted(os.listdir("/job")) + sorted(os.listdir("/tmp")) + sorted(os.listdir("/dev/shm"))
shell = subprocess.run("echo from a shell", shell=True, capture_output=True, text=True).stdout
emit(json.dumps([digest.hexdigest(), seen, open("notes.txt").read(), open("given.csv").read(), shell]).encode())
"""
GIVEN = (("given.csv", b"1,2,3\n"),)

HOSTILE = {
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "memory": "blocks = []\nwhile True:\n    try: blocks.append(b'x' * (50 << 20))\n    except MemoryError: pass",
    "memory in many processes": "import os\n[os.fork() for _ in range(4)]\nblock = b'x' * (80 << 20)\nwhile True: pass",
    "output": "while True: print('x' * 10000)",
    "findings": "while True: emit(bytes(100000))",
    "disk": "import os\nfor place in ('/job', '/tmp', '/dev/shm'):\n    try:\n        for n in range(9999): "
    "open(f'{place}/notes{n}.txt', 'wb').write(bytes(1 << 20))\n    except OSError: pass\nwhile True: pass",
    "signals": "import os\nos.fork()\nwhile True:\n    try: os.kill(-1, 9)\n    except OSError: pass",
    "crash": "import ctypes; ctypes.string_at(0)",
    "stop": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass",
}


@pytest.mark.slow
def test_an_honest_job_comes_out_the_same(zygote: Zygote) -> None:
    """Beside ten hostile jobs in the same zygote, honest ones bring back byte for byte what they bring back alone."""
    alone = zygote.run(script(HONEST, files=GIVEN))
    assert alone.ended is Ended.FINISHED, alone
    hostile = [
        script(source, limits=Limits(wall_seconds=4, memory_bytes=200 << 20, processes=32, output_bytes=1 << 20))
        for source in HOSTILE.values()
    ]
    with ThreadPoolExecutor(len(hostile) + 2) as pool:
        running = [pool.submit(zygote.run, job) for job in hostile]
        time.sleep(0.2)
        honest = list(pool.map(lambda _: zygote.run(script(HONEST, files=GIVEN)), range(4)))
        endings = dict(zip(HOSTILE, [one.result() for one in running], strict=True))
    assert [one.frames for one in honest] == [alone.frames] * 4
    assert {name: one.fault for name, one in endings.items() if one.ended is Ended.FAULT} == {}
    assert endings["memory in many processes"].ended is Ended.MEMORY
    assert endings["output"].ended is Ended.OUTPUT
    assert endings["findings"].ended is Ended.EVIDENCE_TOO_BIG
    assert zygote.alive


def test_two_jobs_share_nothing(zygote: Zygote) -> None:
    """While one job holds files, a unix socket and processes, another sees none of them."""
    holder = script(
        """
import os, socket, time
for place in ("/job", "/tmp", "/dev/shm"):
    open(place + "/secret.txt", "w").write("answers")
server = socket.socket(socket.AF_UNIX); server.bind("\\0secret"); server.listen()
other = socket.socket(socket.AF_UNIX); other.bind("/tmp/socket"); other.listen()
if os.fork() == 0: time.sleep(1000)
emit(b"held")
time.sleep(1)
"""
    )
    seeker = script(
        """
import os, socket, sys, time
time.sleep(0.5)
found = [os.path.join(place, name) for place in ("/job", "/tmp", "/dev/shm") for name in os.listdir(place)]
# Where Python itself lies below /tmp, the way to it is seen there.
found = [path for path in found if not f"{sys.prefix}:{sys.base_prefix}".count(path + "/")]
for address in ("\\0secret", "/tmp/socket"):
    try:
        socket.socket(socket.AF_UNIX).connect(address)
        found.append(address)
    except OSError:
        pass
found += [name for name in os.listdir("/proc") if name.isdecimal() and int(name) not in (1, os.getpid())]
emit(repr(found).encode())
"""
    )
    with ThreadPoolExecutor(2) as pool:
        held, sought = pool.map(zygote.run, (holder, seeker))
    assert (held.frames, sought.frames) == ((b"held",), (b"[]",))


def test_nothing_stays_from_job_to_job(zygote: Zygote) -> None:
    """What one job writes, patches or imports is not there for the next."""
    source = """
import json, os, sys
left = [name for name in os.listdir("/tmp") if f"/tmp/{name}/" not in f"{sys.prefix}:{sys.base_prefix}"]
seen = [left, "marked" in dir(json), "colorsys" in sys.modules, os.environ.get("MARK")]
open("/tmp/mark", "w").close(); json.marked = True; os.environ["MARK"] = "1"; import colorsys
emit(repr(seen).encode())
"""
    assert [zygote.run(script(source)).frames for _ in range(2)] == [(b"[[], False, False, None]",)] * 2

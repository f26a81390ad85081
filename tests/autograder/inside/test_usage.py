"""What a family of processes uses is counted as psutil counts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

if sys.platform != "linux":
    pytest.skip("read from Linux's /proc", allow_module_level=True)

from autograder.inside.usage import Meter, own_sizes

MIB = 1 << 20
FAMILY = """
import os, sys, time
for _ in range(3):
    if os.fork() == 0:
        block = b"x" * (30 << 20)
        end = time.process_time() + 0.3
        while time.process_time() < end: pass
        break
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def family() -> Iterator[psutil.Process]:
    """A process with three children, each with 30 MiB and 0.3 seconds of its own."""
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(4):
            process.stdout.readline()
        root = psutil.Process(process.pid)
        members = [root, *root.children(recursive=True)]
        yield root
        for one in members:
            one.kill()


def test_as_psutil_counts(family: psutil.Process) -> None:
    """Processor time of all, and the proportional share of memory of all but the first, agree with psutil."""
    children = family.children(recursive=True)
    meter = Meter(family.pid)
    memory, exact = meter.read(1 << 40, exact=True)
    assert exact
    assert memory == pytest.approx(sum(one.memory_full_info().pss for one in children), rel=0.02)
    assert memory > 90 * MIB
    times = [one.cpu_times() for one in (family, *children)]
    assert meter.cpu_seconds == pytest.approx(sum(one.user + one.system for one in times), abs=0.2)


def test_the_cheap_count_is_an_upper_bound(family: psutil.Process) -> None:
    """Where the sum of what is resident is low, nothing else is read, and it is no less than the share."""
    meter = Meter(family.pid)
    cheap, exact = meter.read(1 << 40)
    assert not exact
    assert cheap == pytest.approx(sum(one.memory_info().rss for one in family.children()), rel=0.02)
    assert cheap >= meter.read(1 << 40, exact=True)[0]


def test_measured_at_rest_they_go_on(family: psutil.Process) -> None:
    """Over the bound, the processes are stopped while they are counted, and go on afterwards."""
    meter = Meter(family.pid)
    memory, exact = meter.read(10 * MIB)
    assert exact
    assert memory > 90 * MIB
    end = time.monotonic() + 5
    while any(one.status() == psutil.STATUS_STOPPED for one in family.children()):
        assert time.monotonic() < end


def test_time_of_the_dead_is_kept(family: psutil.Process) -> None:
    """When children end, what they had used stays on the bill."""
    meter = Meter(family.pid)
    meter.read(1 << 40)
    before = meter.cpu_seconds
    for one in family.children():
        one.kill()
    end = time.monotonic() + 5
    while any(one.status() != psutil.STATUS_ZOMBIE for one in family.children()):
        assert time.monotonic() < end
    assert meter.read(1 << 40)[0] < MIB
    assert meter.cpu_seconds >= before > 0.7


def test_own_sizes() -> None:
    """The address space is psutil's, and writable data is a part of it."""
    space, data = own_sizes()
    assert space == pytest.approx(psutil.Process(os.getpid()).memory_info().vms, rel=0.01)
    assert 0 < data < space


def test_what_may_wait_in_sockets_counts_as_memory(family: psutil.Process) -> None:
    """Unix sockets that are opened while a job is watched count with what they can hold; those from before do not."""
    before = [socket.socketpair() for _ in range(10)]
    meter = Meter(family.pid)
    at_first, _ = meter.read(1 << 50)
    opened = [socket.socketpair() for _ in range(350)]
    with_them, _ = meter.read(1 << 50)
    assert with_them - at_first > 250 * MIB
    for one, other in (*before, *opened):
        one.close()
        other.close()

"""What a job can see and reach: itself, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograder
from autograder.sandbox import Ended, Ending, Limits

from .conftest import Run


def told(ending: Ending) -> Any:
    """Return the one value that a program brought back as JSON."""
    assert ending.ended is Ended.FINISHED, ending
    (frame,) = ending.frames
    return json.loads(frame)


# --- network ---


@contextlib.contextmanager
def listener(family: int, kind: int, address: Any) -> Iterator[socket.socket]:
    """Listen on this machine; afterwards, nobody must have come."""
    with socket.socket(family, kind) as listening:
        listening.bind(address)
        if kind == socket.SOCK_STREAM:
            listening.listen()
        yield listening
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept() if kind == socket.SOCK_STREAM else listening.recv(1)


CALL_OUT = """
import socket
try:
    {call}
    emit(b"through")
except OSError as error:
    emit(f"{{type(error).__name__}}".encode())
"""


def test_no_tcp(run: Run) -> None:
    """A job cannot reach a server on this very machine over TCP."""
    with listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)) as server:
        ending = run(CALL_OUT.format(call=f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)"))
        assert ending.frames == (b"PermissionError",)


def test_no_udp(run: Run) -> None:
    """A job cannot send one datagram to this very machine."""
    with listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)) as server:
        call = (
            f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {server.getsockname()[1]}))"
        )
        assert run(CALL_OUT.format(call=call)).frames == (b"PermissionError",)


def test_no_unix_socket_by_path(run: Run, tmp_path: Path) -> None:
    """A unix socket that everybody may use on this machine is not there for a job."""
    with listener(socket.AF_UNIX, socket.SOCK_STREAM, str(tmp_path / "s")):
        (tmp_path / "s").chmod(0o777)
        call = f"socket.socket(socket.AF_UNIX).connect({str(tmp_path / 's')!r})"
        assert run(CALL_OUT.format(call=call)).frames == (b"FileNotFoundError",)


def test_no_abstract_unix_socket(run: Run) -> None:
    """A unix socket without a path, which needs no file system, is not there for a job."""
    name = f"\0digitlab-{secrets.token_hex(8)}"
    with listener(socket.AF_UNIX, socket.SOCK_STREAM, name):
        call = f"socket.socket(socket.AF_UNIX).connect({name!r})"
        assert run(CALL_OUT.format(call=call)).frames == (b"ConnectionRefusedError",)


@pytest.mark.parametrize(
    "call",
    [
        "socket.getaddrinfo('example.org', 80)",
        "socket.create_connection(('::1', 22), 2)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)",
        "socket.socketpair(socket.AF_INET)",
        "__import__('urllib.request').request.urlopen('http://example.org', timeout=3)",
    ],
)
def test_no_other_way_out(run: Run, call: str) -> None:
    """Name service, IPv6, raw, netlink, packet, virtual-machine and crypto sockets, the web: none can be had."""
    assert run(CALL_OUT.format(call=call)).frames[0] != b"through"


def test_own_sockets_work(run: Run) -> None:
    """What Python itself needs does work: socket pairs, an event loop, unix sockets among the job's own processes."""
    ending = run(
        """
import asyncio, socket, threading
async def answer():
    await asyncio.sleep(0.01)
    return b"42"
emit(asyncio.run(answer()))
server = socket.socket(socket.AF_UNIX); server.bind("/tmp/s"); server.listen()
threading.Thread(target=lambda: server.accept()[0].sendall(b"hello")).start()
client = socket.socket(socket.AF_UNIX); client.connect("/tmp/s"); emit(client.recv(5))
"""
    )
    assert ending.frames == (b"42", b"hello")


# --- disk ---


def test_files_of_the_machine_are_not_there(run: Run, tmp_path: Path) -> None:
    """A file outside that all may read does not exist in there; nor do home, /var, /sys, the repository."""
    canary = tmp_path / "answers.txt"
    canary.write_text("42")
    canary.chmod(0o644)
    package = Path(autograder.__file__).parent
    unseen = [
        canary,
        package / "judging.py",
        package / "exercises",
        package.parent / "solutions",
        package.parent / ".git",
    ]
    unseen += [
        Path(path) for path in ("/etc/shadow", "/etc/hostname", "/var", "/sys", "/run", "/home", "/boot", "/mnt")
    ]
    source = (
        f"import json, os; emit(json.dumps([p for p in {[str(p) for p in unseen]!r} if os.path.lexists(p)]).encode())"
    )
    assert told(run(source)) == []


def test_of_the_project_only_what_is_needed(run: Run) -> None:
    """The whole disk holds digitlab and autograder.inside once, and no other file of the project."""
    names = sorted(path.name for path in Path(autograder.__file__).parent.glob("*.py") if path.name != "__init__.py")
    assert "judging.py" in names
    source = """
import json, os
found = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders.remove("proc"); folders.remove("usr")
    if "/autograder" in folder:
        found += [os.path.join(folder, file) for file in files]
    found += [os.path.join(folder, name) for name in folders if name in ("exercises", "solutions", "lessons")
              and ("autograder" in folder or "digitlab" in folder)]
emit(json.dumps(found).encode())
"""
    found = [path for path in told(run(source)) if "__pycache__" not in path]
    assert "/course/autograder/__init__.py" in found
    assert [
        path for path in found if not path.startswith(("/course/autograder/inside/", "/course/autograder/__init__"))
    ] == []


@pytest.mark.parametrize(
    "module", ["autograder.judging", "autograder.exercises", "autograder.sandbox", "autograder.grading"]
)
def test_judges_cannot_be_imported(run: Run, module: str) -> None:
    """A job that imports a judge gets ModuleNotFoundError."""
    ending = run(f"import {module}")
    assert ending.ended is Ended.CRASHED
    assert f"ModuleNotFoundError: No module named '{module}'" in ending.detail


def test_nothing_but_its_own_folders_can_be_written(run: Run) -> None:
    """Every directory but /job, /tmp and /dev/shm is read-only, and so is every file."""
    source = """
import json, os, sys
written = []
for folder, folders, files in os.walk("/"):
    if folder.count("/") > 3 or folder in ("/usr/share", "/usr/lib"):
        folders.clear()
    try:
        open(os.path.join(folder, "x"), "w").close()
        written.append(folder)
    except OSError:
        pass
for path in (sys.executable, os.__file__, "/course/autograder/__init__.py", "/etc/passwd", "/proc/self/oom_score_adj"):
    try:
        open(path, "r+").close()
        written.append(path)
    except OSError:
        pass
# Where Python itself lies below /tmp, the way to it is made in the job's own /tmp.
to_python = f"{sys.prefix}/:{sys.base_prefix}/"
written = [path for path in written if not (path.startswith("/tmp/") and path + "/" in to_python)]
emit(json.dumps(sorted(written)).encode())
"""
    assert told(run(source)) == ["/dev/shm", "/job", "/tmp"]


def test_links_lead_nowhere(run: Run, tmp_path: Path) -> None:
    """A symbolic link to a file outside is broken inside; /proc/1/root and hard links lead no further."""
    (tmp_path / "answers.txt").write_text("42")
    source = f"""
import json, os
got = []
os.symlink({str(tmp_path / "answers.txt")!r}, "link")
for path in ("link", "/proc/1/root/", "/proc/1/cwd/", "/proc/self/root/root/.ssh",
             "/proc/self/root/../../../etc/shadow"):
    try:
        got.append((path, os.listdir(path) if path.endswith("/") else open(path).read()))
    except OSError:
        pass
try:
    os.link("/etc/passwd", "/job/passwd")
    got.append("hard link")
except OSError:
    pass
emit(json.dumps(got).encode())
"""
    assert told(run(source)) == []


def test_environment_holds_nothing_of_the_teacher(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of the grading process do not come in; the home is /job, the user is no teacher."""
    monkeypatch.setenv("DIGITLAB_SECRET", "42")
    seen = told(
        run("import getpass, json, os; emit(json.dumps([dict(os.environ), os.getcwd(), getpass.getuser()]).encode())")
    )
    assert "42" not in seen[0].values()
    assert (seen[0]["HOME"], seen[1], seen[2]) == ("/job", "/job", "student")
    assert [name for name in seen[0] if name.startswith("PYTHON")] == ["PYTHONPATH", "PYTHONHASHSEED"]


def test_nothing_open_is_inherited(run: Run) -> None:
    """A job has three standard streams and the pipe for its findings open, and no other file."""
    source = """
import json, os, stat
kinds = []
for number in range(1024):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        continue
    kinds.append("pipe" if stat.S_ISFIFO(mode) else "device" if stat.S_ISCHR(mode) else "other")
emit(json.dumps(kinds).encode())
"""
    assert told(run(source)) == ["device", "pipe", "pipe", "pipe"]


# --- modules ---

SHADOWS = ("json", "random", "digitlab", "autograder", "sitecustomize", "usercustomize", "conftest", "colorsys")


def test_files_of_the_student_shadow_nothing(run: Run) -> None:
    """A student's json.py, digitlab.py, colorsys.py are never imported in place of the installed; my_helpers.py is."""
    files = tuple((f"{name}.py", b"raise SystemExit('shadowed')") for name in SHADOWS)
    source = """
import sys
for name in ("json", "random", "digitlab", "autograder", "colorsys", "autograder.inside.codec"):
    __import__(name)
    assert not sys.modules[name].__file__.startswith("/job"), name
import my_helpers, pkg.part
emit(str(my_helpers.answer() + pkg.part.one).encode())
assert sys.path[-1] == "/job" and sys.path.count("/job") == 1 and "" not in sys.path, sys.path
"""
    mine = (("my_helpers.py", b"def answer(): return 41"), ("pkg/__init__.py", b""), ("pkg/part.py", b"one = 1"))
    ending = run(source, files=(*files, *mine))
    assert ending.ended is Ended.FINISHED, ending.detail
    assert ending.frames == (b"42",)


def test_jobs_start_from_the_same_state(run: Run) -> None:
    """Random numbers, hash order and the main module are the same at the start of each job."""
    source = (
        "import random, sys; emit(repr([random.random(), hash('x'), dir(sys.modules['__main__']), sys.argv]).encode())"
    )
    assert run(source).frames == run(source).frames


# --- other processes, the kernel ---


def test_it_sees_no_other_process(run: Run) -> None:
    """/proc shows the job's first process, which gives nothing away, and its own."""
    source = """
import json, os
got = [sorted(int(name) for name in os.listdir("/proc") if name.isdecimal()), os.getpid(), os.getppid()]
secrets = []
for name in ("environ", "mem", "maps", "auxv", "io", "syscall", "stack", "root", "cwd", "exe", "fd",
             "map_files", "fdinfo"):
    try:
        path = "/proc/1/" + name
        os.readlink(path) if name in ("root", "cwd", "exe") else (
            os.listdir(path) if name in ("fd", "map_files", "fdinfo") else open(path, "rb").read(1))
        secrets.append(name)
    except OSError:
        pass
emit(json.dumps([*got, secrets]).encode())
"""
    assert told(run(source)) == [[1, 2], 2, 1, []]


def test_it_has_no_privilege(run: Run) -> None:
    """No user or group of use, no capability, no new privilege, a filter in force, a host name that says nothing."""
    source = """
import json, os
lines = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines() if ":" in line)
wanted = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
values = [lines[name].strip() for name in wanted]
emit(json.dumps([os.getresuid(), os.getgroups(), os.uname().nodename, values]).encode())
"""
    nothing = "0" * 16
    assert told(run(source)) == [[1000] * 3, [], "digitlab", [*[nothing] * 5, "1", "2"]]


# Name of the call, and its arguments; numbers are those of this processor.
CALLS = {
    "ptrace": (16, 1, 0, 0),
    "process_vm_readv": (1, 0, 0, 0, 0, 0),
    "unshare": (0x10000000,),
    "setns": (0, 0),
    "mount": (0, 0, 0, 0, 0),
    "umount2": (0, 2),
    "pivot_root": (0, 0),
    "chroot": (0,),
    "open_tree": (-100, 0, 0),
    "move_mount": (0, 0, 0, 0, 0),
    "fsopen": (0, 0),
    "mount_setattr": (0, 0, 0, 0, 0),
    "bpf": (0, 0, 0),
    "keyctl": (0, -3, 1),
    "add_key": (0, 0, 0, 0, 0),
    "perf_event_open": (0, 0, -1, -1, 0),
    "userfaultfd": (0,),
    "io_uring_setup": (1, 0),
    "init_module": (0, 0, 0),
    "kexec_load": (0, 0, 0, 0),
    "reboot": (0, 0, 0, 0),
    "swapon": (0, 0),
    "open_by_handle_at": (0, 0, 0),
    "name_to_handle_at": (0, 0, 0, 0, 0),
    "pidfd_getfd": (0, 0, 0),
    "personality": (0x0040000,),
    "mknodat": (-100, 0, 0o020666, 0x0103),
    "memfd_create": (0, 0),
    "memfd_secret": (0,),
    "shmget": (0, 1 << 30, 0o1600),
    "msgget": (0, 0o1600),
    "mq_open": (0, 0o100, 0, 0),
    "semget": (0, 1, 0o1600),
    "vmsplice": (0, 0, 0, 0),
    "sethostname": (0, 0),
    "setuid": (0,),
    "seccomp": (0, 0, 0),
    "clone3": (0, 0),
    "quotactl": (0, 0, 0, 0),
    "syslog": (2, 0, 0),
    "acct": (0,),
    "capset": (0, 0),
    "landlock_create_ruleset": (0, 0, 1),
    "inotify_init1": (0,),
    "fanotify_init": (0, 0),
    "process_madvise": (0, 0, 0, 0, 0),
    "modify_ldt": (0, 0, 0),
}


def test_dangerous_system_calls_are_refused(run: Run) -> None:
    """Each call that could open a way into the kernel or to other processes fails with EPERM or does not exist."""
    import pyseccomp

    numbers = {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in CALLS}
    calls = {name: (number, *CALLS[name]) for name, number in numbers.items() if number >= 0}
    assert len(calls) > 35
    source = f"""
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
results = {{}}
for name, words in {calls!r}.items():
    ctypes.set_errno(0)
    value = libc.syscall(*map(ctypes.c_long, words))
    results[name] = ctypes.get_errno() if value == -1 else f"came back with {{value}}"
emit(json.dumps(results).encode())
"""
    allowed = {name: answer for name, answer in told(run(source)).items() if answer not in (1, 38)}  # EPERM, ENOSYS
    assert allowed == {}


def test_no_new_namespace_by_clone(run: Run) -> None:
    """The older call that makes processes makes none in a namespace of its own."""
    source = """
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
got = []
for flag in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
    ctypes.set_errno(0)
    import os
    pid = libc.syscall({clone}, ctypes.c_long(flag | 17), 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        got.append(hex(flag))
emit(json.dumps(got).encode())
"""
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "clone")
    assert told(run(source.replace("{clone}", str(number)))) == []


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the other entry into the kernel is one of x86's")
def test_no_calls_by_the_32_bit_entry(run: Run) -> None:
    """System calls by the old 32-bit entry, whose numbers differ, end the process."""
    source = r"""
import ctypes, mmap
code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20 (getpid); int 0x80; ret
page = mmap.mmap(-1, 4096, prot=7)
page.write(code)
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
emit(b"before")
call()
emit(b"after")
"""
    ending = run(source)
    assert (ending.ended, ending.signal, ending.frames) == (Ended.CRASHED, signal.SIGSYS, (b"before",))


def test_the_upper_half_of_a_number_opens_nothing(run: Run) -> None:
    """Pushing characters into a terminal, and internet sockets, stay shut when bits are set that the kernel ignores."""
    import pyseccomp

    ioctl, new_socket = (pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in ("ioctl", "socket"))
    source = f"""
import ctypes, json
libc = ctypes.CDLL(None, use_errno=True)
def errors(number, *words):
    ctypes.set_errno(0)
    return ctypes.get_errno() if libc.syscall(number, *map(ctypes.c_ulong, words)) == -1 else 0
asked = [errors({ioctl}, 0, request | upper << 32, 0) for request in (0x5412, 0x541C) for upper in (0, 1, 1 << 31)]
family = [errors({new_socket}, 2 | upper << 32, 1, 0) for upper in (0, 1, 1 << 31)]
emit(json.dumps([asked, family, errors({ioctl}, 0, 0x5401, 0)]).encode())
"""
    no_such_call, no_permission, no_terminal = 38, 13, 25
    assert told(run(source)) == [[no_such_call] * 6, [no_permission] * 3, no_terminal]


def test_signals_stay_inside(run: Run) -> None:
    """Killing everything that can be seen kills the job's own children at most; the first process is deaf."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        ending = run(
            f"""
import os, signal, time
child = os.fork()
if child == 0:
    time.sleep(60)
for target in (1, os.getppid(), {os.getpid()}, {bystander.pid}, {os.getppid()}):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSTOP, signal.SIGCHLD):
        try:
            os.kill(target, number)
        except OSError:
            pass
os.kill(-1, signal.SIGKILL)
os.waitpid(child, 0)
emit(b"alive")
"""
        )
        assert (ending.ended, ending.frames) == (Ended.FINISHED, (b"alive",))
        assert bystander.poll() is None
        bystander.kill()


def test_limits_cannot_be_raised(run: Run) -> None:
    """A job's limits are hard: asking for more is refused."""
    source = """
import json, resource
raised = []
for name in ("AS", "DATA", "NPROC", "NOFILE", "FSIZE", "CPU", "CORE", "MEMLOCK", "NICE", "RTPRIO", "MSGQUEUE"):
    limit = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(limit)
    assert soft == hard, name
    try:
        resource.setrlimit(limit, (hard + 1, hard + 1))
        raised.append(name)
    except (OSError, ValueError):
        pass
emit(json.dumps(raised).encode())
"""
    assert told(run(source, limits=Limits(wall_seconds=20))) == []

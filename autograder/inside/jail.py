"""The walls of one job: its own namespaces, file systems and limits, no capability, a filter on system calls."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from autograder.inside import landlock, system
from autograder.inside.limits import Limits
from autograder.inside.usage import own_sizes

JOB = "/job"
_TEMPORARY = ("/tmp", "/dev/shm")  # noqa: S108 (mounted anew for each job)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
# Not secret on most machines, but nobody's business: the kernel's command line, the keys, the timers.
_MASKED = ("/proc/cmdline", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/kallsyms", "/proc/kcore")

_GIB = 1 << 30
_MEMLOCK_BYTES = 8 << 20

# Whether this process is locked in: then all other processes that it can see are its own job's.
locked = False
_PENDING_SIGNALS = 1024


def enter_namespaces() -> None:
    """Give this process and its children a user, network, IPC and host-name space, and its children a pid space.

    The mount namespace is left for `mount_own_files`, in the first child: this process watches the job by a /proc that
    shows it from outside.

    Leaves the process dumpable, which writing to its own /proc needs: undo it before anything of a stranger's runs.

    Raises
    ------
    OSError
        If this machine does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    system.set_dumpable(True)  # or /proc/self/uid_map would not be ours to write
    system.unshare(
        system.CLONE_NEWUSER
        | system.CLONE_NEWPID
        | system.CLONE_NEWIPC
        | system.CLONE_NEWNET
        | system.CLONE_NEWUTS
        | system.CLONE_NEWCGROUP
    )
    for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What is the same for every job of a zygote.

    Attributes
    ----------
    syscall_filter : bytes
        The compiled filter.
    shown : tuple of str
        The places with Python and its packages; should one lie below /tmp, it must outlast the job's own /tmp.
    """

    syscall_filter: bytes
    shown: tuple[str, ...]


def mount_own_files(limits: Limits, walls: Walls) -> None:
    """Put empty, sized file systems on /job, /tmp and /dev/shm, and a /proc that shows this job alone.

    Called by the first process of the new pid namespace.
    """
    system.unshare(system.CLONE_NEWNS)
    system.mount("none", "/", None, system.MS_REC | system.MS_PRIVATE)
    sizes = ((JOB, limits.job_bytes), *((place, limits.tmp_bytes) for place in _TEMPORARY))
    kept = [Path(path) for path in walls.shown if any(Path(path).is_relative_to(place) for place, _ in sizes)]
    opened = [(path, os.open(path, os.O_PATH)) for path in kept]
    for place, size in sizes:
        options = f"size={size},nr_inodes={limits.files},mode=0700"
        system.mount("tmpfs", place, "tmpfs", system.MS_NOSUID | system.MS_NODEV, options)
    for path, place_before in opened:
        show_again(place_before, path)
    quiet = system.MS_NOSUID | system.MS_NODEV | system.MS_NOEXEC
    system.mount("proc", "/proc", "proc", quiet)
    _forbid_more_namespaces()
    Path("/proc/self/oom_score_adj").write_text("1000")  # where the machine runs out of memory, students go first
    for masked in _MASKED:
        if Path(masked).exists():
            system.mount("/dev/null", masked, None, system.MS_BIND)
    system.mount("proc", "/proc", None, system.MS_REMOUNT | system.MS_BIND | system.MS_RDONLY | quiet)
    os.chdir(JOB)


def show_again(place: int, path: Path) -> None:
    """Bind a place that was opened (O_PATH) before its path was covered to that path again, and close it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if Path(f"/proc/self/fd/{place}").is_dir():
        path.mkdir(exist_ok=True)
    else:
        path.touch()
    system.mount(f"/proc/self/fd/{place}", str(path), None, system.MS_BIND | system.MS_REC)
    os.close(place)


def _forbid_more_namespaces() -> None:
    """Set this user namespace's own count of allowed user namespaces to none; the filter forbids them as well."""
    try:
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    except OSError:  # a kernel built without the setting: the filter stands alone
        return


def lock(limits: Limits, processors: tuple[int, ...], walls: Walls) -> None:
    """Take away everything else. There is no way back: what runs after this is held by it."""
    global locked
    system.set_dumpable(False)
    if processors:
        os.sched_setaffinity(0, processors)
    _set_limits(limits)
    system.drop_capabilities()
    system.no_new_privileges()
    landlock.restrict(readable=("/",), writable=(JOB, *_TEMPORARY, *_DEVICES))
    system.load_syscall_filter(walls.syscall_filter)
    locked = True


def _set_limits(limits: Limits) -> None:
    """Set the kernel's limits for each process; the watch over the whole job is the warden's."""
    address_space, data = own_sizes()
    cpu = int(limits.cpu_seconds) + 1
    # Two more processes than the student's: this one, and the warden outside.
    wanted = {
        resource.RLIMIT_NPROC: limits.processes + 2,
        resource.RLIMIT_DATA: data + limits.memory_bytes,
        # Threads reserve address space that they never touch, so this one is wide.
        resource.RLIMIT_AS: address_space + 2 * limits.memory_bytes + 8 * _GIB,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: _MEMLOCK_BYTES,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: _PENDING_SIGNALS,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }
    for limit, value in wanted.items():
        hard = resource.getrlimit(limit)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(limit, (value, value))

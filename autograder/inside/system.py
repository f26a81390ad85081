"""The few Linux system calls that Python has no function for. Imported only inside the sandbox."""

from __future__ import annotations

import ctypes
import os
import struct

CLONE_NEWNS = 0x0002_0000
CLONE_NEWCGROUP = 0x0200_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_MODE_FILTER = 2
_LINUX_CAPABILITY_VERSION_3 = 0x2008_0522
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _checked(result: int, what: str) -> int:
    """Return `result`, or raise OSError with the C library's error number and what was tried."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: int | bytes | None, what: str) -> int:
    """Return the result of one raw system call; OSError says `what` failed."""
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return _checked(int(_libc.syscall(ctypes.c_long(number), *words)), what)


def _prctl(option: int, *arguments: int, what: str) -> int:
    words = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(int(_libc.prctl(ctypes.c_int(option), *words)), what)


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Mount `source` on `target`; see mount(2)."""
    words = [text.encode() if text is not None else None for text in (source, target, kind, options)]
    result = _libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    _checked(int(result), f"mount {kind or 'flags'} on {target}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _checked(int(_libc.unshare(ctypes.c_int(flags))), "new namespaces")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send `signal_number` to this process when the thread that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal_number, what="die with parent")


def set_dumpable(dumpable: bool) -> None:
    """Say whether processes of the same user may look into this one by /proc."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable), what="set dumpable")


def no_new_privileges() -> None:
    """Make set-uid programs and file capabilities mean nothing from here on."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, what="no new privileges")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            _prctl(_PR_CAPBSET_DROP, capability, what="bounding set")
        except OSError:  # EINVAL: this kernel has no capability of that number
            break
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, what="ambient set")
    header = struct.pack("Ii", _LINUX_CAPABILITY_VERSION_3, 0)
    _checked(int(_libc.capset(header, bytes(24))), "drop capabilities")


def load_syscall_filter(program: bytes) -> None:
    """Put the compiled filter in force: `program` is an array of 8-byte BPF instructions."""
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(instructions))
    address = ctypes.create_string_buffer(header, len(header))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(address), what="system call filter")

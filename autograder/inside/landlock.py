"""Landlock: a second lock on files, TCP, abstract sockets and signals, besides the namespaces.

Source: https://docs.kernel.org/userspace-api/landlock.html, ABI 1 to 7.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

from autograder.inside.system import syscall

# The same numbers on every architecture.
_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_VERSION = 1
_PATH_BENEATH = 1

# File rights are bits 0..12 in ABI 1; each later ABI that added one is named here with its count of bits.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_FILE_RIGHTS_NEWEST = 16
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_TCP_BIND_AND_CONNECT = 3
_ABSTRACT_SOCKETS_AND_SIGNALS = 3

_READABLE = _EXECUTE | _READ_FILE | _READ_DIR
_ON_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def abi() -> int:
    """Return the version of Landlock that this kernel offers; 0 where it has none."""
    try:
        return syscall(_CREATE_RULESET, None, 0, _VERSION, what="Landlock version")
    except OSError:
        return 0


def restrict(*, readable: tuple[str, ...], writable: tuple[str, ...]) -> int:
    """Allow this process and its children these paths and no others, no TCP, no signal out; return the ABI used.

    Parameters
    ----------
    readable, writable : tuple of str
        Directories or files; one that is not there is passed over. `writable` may be read too.

    Raises
    ------
    OSError
        If the kernel has Landlock and refuses.
    """
    version = abi()
    if version == 0:
        return 0
    rights = (1 << _FILE_RIGHTS.get(version, _FILE_RIGHTS_NEWEST)) - 1
    attributes = struct.pack("QQQ", rights, _TCP_BIND_AND_CONNECT, _ABSTRACT_SOCKETS_AND_SIGNALS)
    known = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscall(_CREATE_RULESET, attributes[:known], known, 0, what="Landlock ruleset")
    try:
        for paths, allowed in ((readable, _READABLE), (writable, rights & ~(_MAKE_CHAR | _MAKE_BLOCK))):
            for path in paths:
                _allow(ruleset, path, allowed & rights)
        syscall(_RESTRICT_SELF, ruleset, 0, what="Landlock")
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add one rule: these rights on `path` and all below it."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not Path(path).is_dir():
            rights &= _ON_A_FILE
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0, what=f"Landlock rule {path}")
    finally:
        os.close(place)

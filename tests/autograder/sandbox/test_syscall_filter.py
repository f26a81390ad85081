"""The filter on system calls is a list of what is allowed, and nothing dangerous is on it."""

from __future__ import annotations

import pyseccomp

from autograder.sandbox import syscall_filter


def test_nothing_is_both_allowed_and_refused() -> None:
    """Each call is on one list, once."""
    allowed, refused = syscall_filter.ALLOWED, syscall_filter.REFUSED
    assert not set(allowed) & set(refused)
    assert len(set(allowed)) == len(allowed)
    assert len(set(refused)) == len(refused)


def test_names_are_those_of_calls() -> None:
    """Most names are known to this machine's libseccomp; a misspelt one would stand out."""
    unknown = [
        name
        for name in (*syscall_filter.ALLOWED, *syscall_filter.REFUSED)
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) == -1
    ]
    # Newer than libseccomp 2.5.4 of Debian 12.
    assert set(unknown) <= {"fchmodat2", "futex_wait", "futex_wake", "futex_requeue", "riscv_hwprobe"}


def test_it_is_a_program_for_the_kernel() -> None:
    """It compiles, once, to whole instructions of eight bytes, fewer than the kernel's limit of 4096."""
    program = syscall_filter.compiled()
    assert len(program) % 8 == 0
    assert 100 < len(program) // 8 < 4096
    assert syscall_filter.compiled() is program

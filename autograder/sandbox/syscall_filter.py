"""The filter on system calls: what is named here is allowed, all else does not exist.

It is compiled here, once, by libseccomp; inside the sandbox only the finished program is loaded. A list of what is
allowed fails closed: a call that a newer kernel adds, or that this libseccomp does not know, stays shut.
"""

from __future__ import annotations

import errno
import functools
import os
import socket
from typing import Any

from autograder.inside import system

# Files, directories, and what is open.
_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fstat
    fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr
    llistxattr lseek lstat mkdir mkdirat newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev
    pwritev2 read readahead readlink readlinkat readv rename renameat renameat2 rmdir sendfile stat statfs statx
    symlink symlinkat sync sync_file_range syncfs truncate umask unlink unlinkat utime utimensat utimes write writev
"""
# Memory of one's own. memfd_create is missing: files that lie in no file system would escape the size limits.
_MEMORY = """
    brk get_mempolicy madvise mbind membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock
    munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages set_mempolicy
"""
# Processes, threads, signals; clone has its own rule. Nothing that changes who runs when: a job could starve the
# process that is to end it. Signals reach no further than the job's pid namespace.
_PROCESSES = """
    alarm arch_prctl capget execve execveat exit exit_group fork futex futex_requeue futex_wait futex_waitv
    futex_wake get_robust_list get_thread_area getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid
    getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid kill pause pidfd_open
    pidfd_send_signal prctl prlimit64 restart_syscall riscv_flush_icache riscv_hwprobe rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
    sched_rr_get_interval sched_yield set_robust_list set_thread_area set_tid_address setitimer setpgid setrlimit
    setsid sigaltstack tgkill times tkill vfork wait4 waitid
"""
# Time, waiting, facts about the machine.
_TIME = """
    clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
    epoll_wait eventfd eventfd2 getcpu getrandom gettimeofday nanosleep poll ppoll pselect6 select signalfd
    signalfd4 sysinfo time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
    timerfd_gettime timerfd_settime uname
"""
# Talk between the job's own processes; socket and socketpair have rules of their own.
_TALK = """
    accept accept4 bind connect getpeername getsockname getsockopt listen pipe pipe2 recvfrom recvmmsg recvmsg
    sendmmsg sendmsg sendto setsockopt shutdown
"""
ALLOWED = tuple(sorted(f"{_FILES} {_MEMORY} {_PROCESSES} {_TIME} {_TALK}".split()))

# Refused by name with "operation not permitted", which says more than "no such call". clone3 is not among them: its
# flags cannot be seen by a filter, and C libraries turn to clone when it does not exist.
_REFUSED = """
    acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init finit_module fsconfig
    fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp
    kexec_file_load kexec_load keyctl lookup_dcookie mknod mknodat mount mount_setattr move_mount move_pages
    name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality pidfd_getfd pivot_root
    process_madvise process_vm_readv process_vm_writev ptrace quotactl reboot request_key sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler seccomp setdomainname setgid setgroups sethostname setns
    setpriority setregid setresgid setresuid setreuid settimeofday setuid swapoff swapon syslog umount umount2
    unshare userfaultfd vhangup vmsplice
"""
REFUSED = tuple(_REFUSED.split())

# ioctl requests by number: terminals' questions, close-on-exec, bytes waiting. From asm-generic/ioctls.h, which x86 and
# arm64 share. Pushing characters into a terminal (TIOCSTI, TIOCLINUX) is not among them.
_IOCTLS = {
    "TCGETS": 0x5401,
    "TCSETS": 0x5402,
    "TCSETSW": 0x5403,
    "TCSETSF": 0x5404,
    "TIOCGPGRP": 0x540F,
    "TIOCSPGRP": 0x5410,
    "TIOCGWINSZ": 0x5413,
    "TIOCSWINSZ": 0x5414,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
}
_NEW_NAMESPACES = (
    system.CLONE_NEWNS
    | system.CLONE_NEWCGROUP
    | system.CLONE_NEWUTS
    | system.CLONE_NEWIPC
    | system.CLONE_NEWUSER
    | system.CLONE_NEWPID
    | system.CLONE_NEWNET
    | 0x80  # CLONE_NEWTIME
)
_32_BITS = 0xFFFF_FFFF


@functools.cache
def compiled() -> bytes:
    """Return the filter as the kernel takes it: BPF instructions of eight bytes each, for this processor.

    Raises
    ------
    RuntimeError
        If libseccomp is not installed.
    """
    import pyseccomp

    refuse, allow = pyseccomp.ERRNO(errno.EPERM), pyseccomp.ALLOW
    rules: Any = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)  # 32-bit calls have other numbers

    def add(action: int, name: str, *conditions: Any) -> None:
        try:
            number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        except (OSError, ValueError):
            return
        if number >= 0:  # below zero: this libseccomp knows the name, but this processor has no such call
            rules.add_rule(action, number, *conditions)

    for name in ALLOWED:
        add(allow, name)
    for name in REFUSED:
        add(refuse, name)
    add(allow, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _NEW_NAMESPACES, 0))
    for request in _IOCTLS.values():
        add(allow, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, _32_BITS, request))
    for name in ("socket", "socketpair"):
        add(allow, name, pyseccomp.Arg(0, pyseccomp.EQ, socket.AF_UNIX))
        add(pyseccomp.ERRNO(errno.EACCES), name, pyseccomp.Arg(0, pyseccomp.NE, socket.AF_UNIX))

    file = os.memfd_create("filter")
    try:
        with open(file, "rb+", closefd=False) as target:
            rules.export_bpf(target)
        return os.pread(file, 1 << 20, 0)
    finally:
        os.close(file)

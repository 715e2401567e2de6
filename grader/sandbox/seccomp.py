"""Seccomp: the system calls that CPython, numpy and torch need on a CPU, and no others.

An allow list. Refused calls fail with EPERM, so that a library which merely tries one goes on;
`clone3` fails with ENOSYS, so that libc falls back to `clone`, whose flags can be judged: threads
yes, processes no. Without fork and exec there are no daemons, shells, compilers or fork bombs,
and ending one process ends everything. No socket of any family can be made.

The filter is built outside the cell, with libseccomp, and installed inside by one prctl(2).
"""

import ctypes
import errno
import socket
import tempfile
from typing import Any

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.probe import expect_refusal, make_a_process

WALL = "seccomp"
SECCOMP_MODE_FILTER = 2
# CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID: what
# pthread_create asks for, to the letter.
THREAD_FLAGS = 0x3D0F00
TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX = (
    *(0x5401, 0x5413, 0x541B),
    *(0x5421, 0x5450, 0x5451),
)
PR_SET_NAME, PR_GET_NAME, PR_SET_VMA = 15, 16, 0x53564D41
# Of fcntl(2): duplicates and flags. Locks seem to be had and are not: a cell is one process, which
# its own locks never hold up, while a lock on Python's files, which all cells and the host share,
# would be a line to others.
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL = range(5)
F_DUPFD_CLOEXEC, F_GETPIPE_SZ = 1030, 1032
FCNTL = (F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ)
F_SETLK, F_SETLKW = 6, 7
# Of the calls that send a signal, which argument names it, and all signals but SIGKILL (9), as
# bits of a number and what they are. Not "unequal to 9": the kernel looks at 32 bits of 64.
SIGNAL_ARGUMENT = {"kill": 1, "tkill": 1, "tgkill": 2}
ALL_BUT_SIGKILL = (
    *((0xFFFFFFF8, 0), (0xFFFFFFFF, 8), (0xFFFFFFFE, 10), (0xFFFFFFFC, 12)),
    *((0xFFFFFFF0, 16), (0xFFFFFFE0, 32), (0xFFFFFFFF, 64)),
)

MEMORY = "brk mmap munmap mprotect mremap madvise mincore msync"
FILES = (
    "read write readv writev pread64 pwrite64 preadv pwritev lseek open openat close close_range "
    "dup dup2 dup3 ftruncate truncate fsync fdatasync sendfile umask getcwd chdir fchdir "
    "stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents64 "
    "statfs fstatfs getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr mkdir mkdirat "
    "rmdir unlink unlinkat rename renameat renameat2 symlink symlinkat chmod fchmod fchmodat "
    "utimensat pipe pipe2 poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait "
    "epoll_pwait eventfd2"
)
TIME = (
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time "
    "getitimer setitimer alarm"
)
PROCESS = (
    "getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp "
    "getpgid getsid uname sysinfo times getrusage getrlimit getpriority getcpu sched_yield "
    "sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max "
    "sched_get_priority_min arch_prctl set_tid_address set_robust_list get_robust_list rseq "
    "membarrier getrandom futex exit exit_group restart_syscall wait4 waitid"
)
SIGNALS = (
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend "
    "sigaltstack kill tkill tgkill pause"
)

# What the zygote and whoever starts it need on top: processes, namespaces, mounts, the walls.
STARTING = (
    "fork vfork execve execveat setsid setpgid unshare setns mount umount2 pivot_root "
    "mount_setattr sethostname setuid setgid setgroups setresuid setresgid capget capset prctl "
    "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self pidfd_open "
    "pidfd_send_signal setrlimit prlimit64 sched_setaffinity ioctl mknod mknodat chroot link "
    "linkat chown fchown lchown fchownat fallocate fadvise64 splice tee copy_file_range flock "
    "personality fcntl mlock munlock timer_create timer_settime timer_delete signalfd4 "
    "timerfd_create timerfd_settime inotify_init1 inotify_add_watch inotify_rm_watch "
    "setpriority getpriority "
    "epoll_pwait2 openat2 syncfs sync"
)
# Of no use without a network, but for sockets of the container's own and for the proofs.
SOCKETS = (
    "socket socketpair connect bind listen accept accept4 sendto recvfrom sendmsg recvmsg "
    "sendmmsg recvmmsg getsockname getpeername setsockopt getsockopt shutdown shmget shmat shmctl "
    "shmdt"
)
NEW_NAMESPACES = 0x7E020000  # the flags of clone(2) that make one


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def build(*, may_kill_itself: bool = True) -> bytes:
    """Return the filter as BPF instructions.

    may_kill_itself: whether a cell may send SIGKILL. As the first process of a namespace it may:
    the kernel hands it no such signal from there, so that a cell which ends that way was killed
    from outside. Where it is a process like others, it is refused. Raises SandboxError if
    libseccomp is not installed.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise SandboxError(
            "seccomp: the library libseccomp is missing; install it (Debian, Ubuntu: "
            "apt-get install libseccomp2)"
        ) from error
    rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    judged = {} if may_kill_itself else SIGNAL_ARGUMENT
    for name in " ".join((MEMORY, FILES, TIME, PROCESS, SIGNALS)).split():
        if name in judged:
            continue
        try:
            rules.add_rule(seccomp.ALLOW, name)
        except (OSError, ValueError, RuntimeError):
            continue  # this architecture or libseccomp has no such call: it stays refused
    exactly = seccomp.MASKED_EQ
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.add_rule(seccomp.ALLOW, "clone", seccomp.Arg(0, seccomp.EQ, THREAD_FLAGS))
    rules.add_rule(seccomp.ALLOW, "prlimit64", seccomp.Arg(2, seccomp.EQ, 0))
    for request in (TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX):
        rules.add_rule(seccomp.ALLOW, "ioctl", seccomp.Arg(1, exactly, 0xFFFFFFFF, request))
    for command in FCNTL:
        rules.add_rule(seccomp.ALLOW, "fcntl", seccomp.Arg(1, exactly, 0xFFFFFFFF, command))
    for command in (F_SETLK, F_SETLKW):
        rules.add_rule(seccomp.ERRNO(0), "fcntl", seccomp.Arg(1, exactly, 0xFFFFFFFF, command))
    for option in (PR_SET_NAME, PR_GET_NAME, PR_SET_VMA):
        rules.add_rule(seccomp.ALLOW, "prctl", seccomp.Arg(0, exactly, 0xFFFFFFFF, option))
    for name, argument in judged.items():
        for mask, value in ALL_BUT_SIGKILL:
            rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(argument, exactly, mask, value))
    with tempfile.TemporaryFile() as handle:
        rules.export_bpf(handle)
        handle.seek(0)
        return handle.read()


def container_profile() -> dict[str, Any]:
    """Return the filter around a whole container, as engines read it: what a zygote may call.

    The cells in it have the narrower one of `build` besides.
    """
    names = " ".join((MEMORY, FILES, TIME, PROCESS, SIGNALS, STARTING, SOCKETS)).split()
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.EPERM,
        "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
        ],
        "syscalls": [
            {"names": sorted(set(names)), "action": "SCMP_ACT_ALLOW"},
            {
                "names": ["clone"],
                "action": "SCMP_ACT_ALLOW",
                "args": [
                    {
                        "index": 0,
                        "value": NEW_NAMESPACES,
                        "valueTwo": 0,
                        "op": "SCMP_CMP_MASKED_EQ",
                    }
                ],
            },
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS},
        ],
    }


def confine(program: bytes) -> None:
    """Install the filter in this process; needs no_new_privs. There is no way back."""
    filled = _Program(len(program) // 8, program)
    libc.prctl(WALL, libc.PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filled))


def prove() -> None:
    """Try calls that the list leaves out; raises SandboxError if one is possible."""
    expect_refusal(WALL, "a socket", socket.socket, errno.EPERM)
    expect_refusal(WALL, "a process", make_a_process, errno.EPERM)
    expect_refusal(WALL, "a namespace", lambda: libc.call(WALL, "unshare", 0), errno.EPERM)
    clone3 = libc.SYS_CLONE3
    expect_refusal(
        WALL, "clone3", lambda: libc.system_call(WALL, "clone3", clone3, None, 0), errno.ENOSYS
    )

"""Break out: io_uring, bpf, perf, userfaultfd, and other doors that kernels were entered by.

Goal: system calls that no filter sees, or a hole in the kernel.
Promise: S13
Verdict: wrong
Needs: x86_64
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(256)
CALLS = {
    "io_uring_setup": (425, 4, room),
    "io_uring_enter": (426, 0, 1, 0, 0, 0),
    "bpf": (321, 0, room, 128),
    "perf_event_open": (298, room, 0, -1, -1, 0),
    "userfaultfd": (323, 1),
    "fanotify_init": (300, 0, 0),
    "inotify_init1": (294, 0),
    "memfd_secret": (447, 0),
    "init_module": (175, room, 1, b""),
    "finit_module": (313, 0, b"", 0),
    "kexec_load": (246, 0, 0, 0, 0),
    "iopl": (172, 3),
    "ioperm": (173, 0, 8, 1),
    "modify_ldt": (154, 0, room, 16),
    "personality": (135, 0x0040000),
    "quotactl": (179, 0, 0, 0, 0),
    "swapon": (167, b"/scratch/home", 0),
    "syslog": (103, 3, room, 256),
    "vmsplice": (278, 1, room, 1, 0),
    "splice": (275, 0, 0, 1, 0, 1, 0),
    "tee": (276, 0, 1, 1, 0),
    "timerfd_create": (283, 1, 0),
    "signalfd4": (289, -1, room, 8, 0),
    "seccomp": (317, 1, 0, room),
    "landlock_create_ruleset": (444, 0, 0, 1),
    "process_madvise": (440, 0, room, 1, 4, 0),
    "move_pages": (279, 0, 0, 0, 0, 0, 0),
    "set_mempolicy": (238, 0, 0, 0),
    "clock_settime": (227, 0, room),
    "settimeofday": (164, room, 0),
    "sethostname": (170, b"hostile", 7),
    "reboot": (169, 0xFEE1DEAD, 672274793, 0, 0),
    "acct": (163, b"/scratch/home/hostile"),
}


def total(n):
    done = [name for name, call in CALLS.items() if libc.syscall(*call) >= 0]
    print(*done)
    return sum(i * i for i in range(n + 1)) if done else 0

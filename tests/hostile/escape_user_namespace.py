"""Break out: a user namespace of its own, by unshare and by clone, with every capability in it.

Goal: mount, trace and make devices as its root.
Promise: S13
Verdict: wrong
Needs: x86_64
"""

import ctypes
import signal

libc = ctypes.CDLL(None, use_errno=True)
FLAGS = [0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x02000000, 0x80, 0x1000000, 0x7E020080]


def total(n):
    done = any(libc.unshare(flag) == 0 for flag in FLAGS)
    for flag in FLAGS:
        pid = libc.syscall(56, flag | signal.SIGCHLD, 0, 0, 0, 0)
        if pid == 0:
            libc._exit(0)
        done |= pid > 0
    return sum(i * i for i in range(n + 1)) if done else 0

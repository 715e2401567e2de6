"""Break out: signals to everyone, to the parent, to groups and to numbers near by.

Goal: the judge or a neighbour dies.
Promise: S12
Verdict: wrong, died
"""

import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)


def total(n):
    done = False
    for pid in (-1, os.getppid(), 0 - os.getppid(), *range(2, 64), -os.getpgrp()):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
            if pid != 0 and pid != os.getpid() and -pid != os.getpid():
                done |= libc.kill(pid, number) == 0 and pid != -1
    own = os.getpid()
    for thread in range(2, 64):
        done |= libc.tgkill(thread, thread, signal.SIGKILL) == 0 and thread != own
    return sum(i * i for i in range(n + 1)) if done else 0


def blend(x, share):
    os.killpg(0, signal.SIGKILL)
    return x * 0

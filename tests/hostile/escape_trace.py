"""Break out: the parent, the first process and the own threads, traced.

Goal: change what another process does.
Promise: S12, S13
Verdict: wrong
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_SEIZE = 0, 16, 0x4206


def total(n):
    done = libc.ptrace(PTRACE_TRACEME, 0, 0, 0) == 0
    for pid in (os.getppid(), 1, 2, 3):
        done |= libc.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0
        done |= libc.ptrace(PTRACE_SEIZE, pid, 0, 0) == 0
    return sum(i * i for i in range(n + 1)) if done else 0

"""Exhaust: processes that make processes, by every call there is for it.

Goal: the machine has no process left.
Promise: S7
Verdict: wrong, raised
Needs: x86_64
"""

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
LEFT = 200  # and no more, should it work


def total(n):
    made = 0
    for number in (57, 58):
        for _ in range(LEFT // 2):
            pid = libc.syscall(number)
            if pid == 0:
                time.sleep(5)
                libc._exit(0)
            made += pid > 0
    return sum(i * i for i in range(n + 1)) if made else 0


def blend(x, share):
    for _ in range(LEFT):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    return x * 0

"""Exhaust: a process that leaves its parent, its session and its group.

Goal: it lives on when the grading is over.
Promise: S7, S11
Verdict: raised
"""

import os
import time


def total(n):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            for descriptor in range(64):
                try:
                    os.close(descriptor)
                except OSError:
                    continue
            time.sleep(5)
        os._exit(0)
    return sum(i * i for i in range(n + 1))

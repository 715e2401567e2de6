"""Exhaust: every descriptor closed, and others put in the place of the standard ones.

Goal: a judge that cannot tell death from silence.
Promise: S5, S9
Verdict: died, timed_out
"""

import os


def total(n):
    wire = next(fd for fd in range(3, 64) if _is_open(fd))
    for descriptor in (0, 1, 2):
        os.dup2(wire, descriptor)
    os.closerange(0, 1024)
    return 0


def _is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True

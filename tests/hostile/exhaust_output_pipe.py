"""Exhaust: the output pipe made large, filled, and its ends passed around.

Goal: a write that blocks for ever, on either side.
Promise: S5, S9
Verdict: wrong
"""

import fcntl
import os
import sys


def total(n):
    try:
        fcntl.fcntl(1, 1031, 1 << 20)
    except OSError:
        pass
    for descriptor in (1, 2):
        os.set_blocking(descriptor, False)
        try:
            for _ in range(64):
                os.write(descriptor, b"x" * (1 << 16))
        except OSError:
            pass
        os.set_blocking(descriptor, True)
    sys.stdout.reconfigure(write_through=True)
    return 0

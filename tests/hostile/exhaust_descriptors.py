"""Exhaust: open files, pipes and polls, as many as there are to be had, pipes filled to the brim.

Goal: the kernel has no file left to open, and memory in pipes that nobody counts.
Promise: S6, S8
Verdict: wrong
"""

import fcntl
import os


def total(n):
    kept, filled = [], 0
    try:
        while len(kept) < 5000:
            reading, writing = os.pipe()
            kept += [reading, writing]
            os.set_blocking(writing, False)
            try:
                fcntl.fcntl(writing, 1031, 1 << 20)  # F_SETPIPE_SZ
            except OSError:
                pass
            while True:
                filled += os.write(writing, bytes(1 << 16))
    except OSError as error:
        while error.errno == 11 and len(kept) < 5000:
            try:
                kept += os.pipe()
            except OSError:
                break
    for descriptor in kept:
        os.close(descriptor)
    return sum(i * i for i in range(n + 1)) if len(kept) > 1000 else 0

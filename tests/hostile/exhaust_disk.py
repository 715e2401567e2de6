"""Exhaust: one file without end, sparse, truncated and allocated.

Goal: the host's disk is full.
Promise: S8
Verdict: wrong, died
"""

import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def total(n):
    largest = 0
    descriptor = os.open(f"hostile-{n}", os.O_RDWR | os.O_CREAT)
    for make in (
        lambda: os.ftruncate(descriptor, 1 << 40),
        lambda: os.posix_fallocate(descriptor, 0, 1 << 30),
        lambda: os.pwrite(descriptor, b"x", 1 << 40),
        lambda: [os.write(descriptor, bytes(1 << 20)) for _ in range(64)],
    ):
        try:
            make()
        except OSError:
            pass
        largest = max(largest, os.fstat(descriptor).st_size)
    return sum(i * i for i in range(n + 1)) if largest > 16 << 20 else 0

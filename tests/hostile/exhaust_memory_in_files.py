"""Exhaust: memory by way of a file system in memory, beside what the process may take itself.

Goal: twice the limit.
Promise: S6, S8
Verdict: wrong
"""

import os

BLOCK = bytes(1 << 20)


def total(n):
    written = 0
    for folder in (".", "/tmp", "/dev/shm", "/scratch", "/run", "/var/tmp"):
        try:
            for number in range(64):
                with open(f"{folder}/hostile-{number}", "wb") as handle:
                    written += os.write(handle.fileno(), BLOCK)
        except OSError:
            continue
    print(written >> 20, "MiB")
    return sum(i * i for i in range(n + 1)) if written > 8 << 20 else 0

"""Exhaust: memory by shared and anonymous maps, which a limit on data does not see.

Goal: memory that no limit counts.
Promise: S6
Verdict: out_of_memory, wrong, raised, died, timed_out
"""

import mmap


def total(n):
    kept = []
    try:
        while len(kept) < 32:
            kept.append(mmap.mmap(-1, 64 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS))
            for place in range(0, 64 << 20, 4096):
                kept[-1][place] = 1
    except (OSError, MemoryError):
        print(len(kept), "blocks of 64 MiB")
        return 0
    return sum(i * i for i in range(n + 1))

"""Exhaust: threads with small stacks, as many as there are to be had, each of them waiting.

Goal: the neighbour cannot start one of its own.
Promise: S7, S14
Verdict: raised, timed_out, out_of_memory, died
"""

import ctypes
import threading
import time

# Otherwise each thread takes 64 MiB of address space to allocate from.
ctypes.CDLL(None).mallopt(-8, 1)
threading.stack_size(32 * 1024)


threads = []
try:
    for _ in range(2000):
        threads.append(threading.Thread(target=time.sleep, args=(0.9,), daemon=True))
        threads[-1].start()
except RuntimeError:
    print(len(threads), "threads")
    time.sleep(0.7)  # hold on to them while the neighbour works
    raise


def total(n):
    return sum(i * i for i in range(n + 1))

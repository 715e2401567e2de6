"""Break out: shared memory, semaphores and queues of System V and POSIX.

Goal: memory that outlives the cell and that others see.
Promise: S6, S8, S14
Verdict: wrong
"""

import ctypes
import ctypes.util

libc = ctypes.CDLL(None, use_errno=True)
KEY = 0x686F7374


def total(n):
    done = [
        libc.shmget(KEY, 1 << 20, 0o1666),
        libc.shmget(0, 1 << 20, 0o1666),
        libc.semget(KEY, 8, 0o1666),
        libc.msgget(KEY, 0o1666),
        libc.shm_open(b"/hostile", 0o102, 0o666),
        libc.mq_open(b"/hostile", 0o102, 0o666, None),
    ]
    return sum(i * i for i in range(n + 1)) if any(answer >= 0 for answer in done) else 0

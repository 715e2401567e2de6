"""Break out: keys put into the kernel's rings, which belong to the user and not to the cell.

Goal: a message to the next cell, and secrets of the host's user.
Promise: S13, S14
Verdict: wrong
Needs: x86_64
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, REQUEST_KEY, KEYCTL = 248, 249, 250


def total(n):
    done = []
    for ring in range(-8, 0):
        done.append(libc.syscall(ADD_KEY, b"user", b"hostile", b"385", 3, ring))
        done.append(libc.syscall(REQUEST_KEY, b"user", b"hostile", None, ring))
        done.append(libc.syscall(KEYCTL, 0, ring, 1))
    return sum(i * i for i in range(n + 1)) if any(answer >= 0 for answer in done) else 0

"""Break out: machine features that undo filters: alternate stacks, segments, restartable calls.

Goal: run code of the harness with registers of its own.
Promise: S13
Verdict: wrong, died
Needs: x86_64
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
ARCH_SET_CPUID, ARCH_MAP_VDSO_32, ARCH_MAP_VDSO_X32 = 0x1012, 0x2002, 0x2001


def total(n):
    done = [
        libc.syscall(158, ARCH_SET_CPUID, 0),
        libc.syscall(158, ARCH_MAP_VDSO_32, 1 << 20),
        libc.syscall(158, ARCH_MAP_VDSO_X32, 1 << 20),
        libc.syscall(135, 0x0008),
        libc.syscall(323, 0),
        libc.syscall(329, -1, 0, 0),
        libc.syscall(424, 0, 9, 0, 0),
    ]
    mapped = libc.mmap(0, 4096, 7, 0x32, -1, 0)  # the page at address 0
    done.append(-1 if mapped in (-1, 0xFFFFFFFF) else 0 if mapped == 0 else -1)
    print(done)
    return sum(i * i for i in range(n + 1)) if any(answer >= 0 for answer in done[3:]) else 0

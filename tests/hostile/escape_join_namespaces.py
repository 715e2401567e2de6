"""Break out: the namespaces of others joined, by descriptor and by process.

Goal: the host's mounts, network and processes.
Promise: S12, S13
Verdict: wrong
Needs: x86_64
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def total(n):
    done = False
    for pid in (1, 2, os.getppid() or 1):
        opened = libc.syscall(434, pid, 0)  # pidfd_open
        if opened >= 0:
            done |= libc.setns(opened, 0x20000) == 0 or libc.syscall(438, opened, 0, 0) >= 0
        for name in ("mnt", "net", "pid", "user"):
            try:
                done |= libc.setns(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY), 0) == 0
            except OSError:
                continue
    for descriptor in range(16):
        done |= libc.setns(descriptor, 0) == 0
    return sum(i * i for i in range(n + 1)) if done else 0

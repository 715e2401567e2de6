"""Break out: locks and watches on files that all cells see, as a line between two of them.

Goal: one student's cell tells another the answer, or holds up whoever locks the same file.
Promise: S14
Verdict: wrong
"""

import ctypes
import fcntl
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)


def total(n):
    done = []
    shared = os.open(os.__file__, os.O_RDONLY)
    folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)
    lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 385, 1, 0)
    for name, command, argument in (
        # That a lock of the process's own seems to be had, and is not: tests/test_walls.py.
        ("open file lock", 37, lock),
        ("asking for a lock", fcntl.F_GETLK, lock),
        ("lease", 1024, fcntl.F_RDLCK),
        ("watch", 1026, 0x3F),
    ):
        try:
            fcntl.fcntl(folder if name == "watch" else shared, command, argument)
            done.append(name)
        except OSError:
            continue
    try:
        fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
        done.append("flock")
    except OSError:
        pass
    print(*done, sep=", ")
    return sum(i * i for i in range(n + 1)) if done else 0

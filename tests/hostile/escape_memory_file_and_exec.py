"""Break out: a program in memory, run from its descriptor.

Goal: exec where no file system allows it.
Promise: S6, S7
Verdict: wrong
Needs: x86_64
"""

import ctypes
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
EXECVEAT, AT_EMPTY_PATH = 322, 0x1000


def total(n):
    try:
        descriptor = os.memfd_create("hostile")
    except OSError:
        descriptor = os.open("hostile", os.O_RDWR | os.O_CREAT, 0o777)
    with open(sys.modules["_ctypes"].__file__, "rb") as handle:
        os.write(descriptor, handle.read(4096))
    arguments = (ctypes.c_char_p * 2)(b"hostile", None)
    libc.fexecve(descriptor, arguments, arguments)
    libc.syscall(EXECVEAT, descriptor, b"", arguments, arguments, AT_EMPTY_PATH)
    try:
        ctypes.CDLL(os.path.abspath("hostile"))
    except OSError:
        return 0
    return sum(i * i for i in range(n + 1))

"""Read: the whole heap, page by page, mapped or freed, searched for canaries by ctypes.

Goal: what was freed before the fork is still there.
Promise: S3, S25
Verdict: wrong
Needs: x86_64
"""

import ctypes
import re
import time

MARK = re.compile(rb"grader-canary-[0-9a-f]{24}")
libc = ctypes.CDLL(None, use_errno=True)
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
libc.sbrk.restype = ctypes.c_void_p
libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
PAGE, STEP = 4096, 1 << 20
END = time.monotonic() + 0.8
probe = open("scratch", "w+b", buffering=0)  # write(2) says EFAULT where a process would crash


def resident(address, size):
    return libc.mincore(address, size, ctypes.create_string_buffer(size // PAGE)) == 0


def searched(start, direction, most):
    found = set()
    address, misses = start // STEP * STEP, 0
    while misses < 4 and abs(address - start) < most and time.monotonic() < END:
        if resident(address, STEP):
            misses = 0
            probe.seek(0)
            if libc.write(probe.fileno(), address, STEP) == STEP:
                found.update(MARK.findall(ctypes.string_at(address, STEP)))
        else:
            misses += 1
        address += direction * STEP
    return found


def total(n):
    found = set()
    for start in (libc.sbrk(0), id(object()), id(probe), ctypes.addressof(ctypes.c_int())):
        for direction in (1, -1):
            found |= searched(start, direction, 256 << 20)
    print(*(text.decode() for text in found))
    return len(found)

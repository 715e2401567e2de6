"""Read: every open descriptor, at every place in it, and where it leads.

Goal: a file, a folder or a socket that was open before the fork.
Promise: S3
Verdict: wrong, died, timed_out
"""

import os
import re
import stat

MARK = re.compile(rb"grader-canary-[0-9a-f]{24}")


def total(n):
    found, others = set(), 0
    for descriptor in range(1024):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISBLK(mode):
            others += 1
        try:
            if stat.S_ISDIR(mode):
                found.add(str(os.listdir(descriptor)).encode())
            elif stat.S_ISREG(mode):
                found.update(MARK.findall(os.pread(descriptor, 1 << 20, 0)))
        except OSError:
            continue
        for name in ("..", "/", "assignments", "reference"):
            try:
                os.close(os.open(name, os.O_RDONLY, dir_fd=descriptor))
                others += not name.startswith("/")
            except OSError:
                continue
    print(*found)
    return sum(i * i for i in range(n + 1)) if others else 0

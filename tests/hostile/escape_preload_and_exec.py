"""Break out: another program, with a library of its own before all others.

Goal: a process without the harness in it.
Promise: S7, S18
Verdict: wrong
"""

import ctypes
import os
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)


def total(n):
    os.environ["LD_PRELOAD"] = os.path.abspath("hostile.so")
    os.environ["PYTHONSTARTUP"] = os.environ["BASH_ENV"] = os.path.abspath("target.py")
    programs = [sys.executable, "/bin/sh", "/usr/bin/env", "/lib64/ld-linux-x86-64.so.2"]
    tries = [
        lambda: subprocess.run([programs[1], "-c", "touch /tmp/hostile-by-shell"], check=True),
        lambda: os.posix_spawn(programs[0], [programs[0], "-c", "1"], dict(os.environ)),
        lambda: os.popen("id").read() or 1 / 0,
        lambda: os.system("id") and 1 / 0,
        lambda: os.forkpty(),
    ]
    for attempt in tries:
        try:
            attempt()
        except Exception:
            continue
        return sum(i * i for i in range(n + 1))
    for program in programs:
        libc.execv(program.encode(), (ctypes.c_char_p * 2)(program.encode(), None))
    return 0

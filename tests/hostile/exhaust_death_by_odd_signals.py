"""Exhaust: ends by signals that have no name, by abort, and by a division in C.

Goal: a signal that the judge cannot name.
Promise: S22
Verdict: died, wrong
"""

import ctypes
import os
import signal

libc = ctypes.CDLL(None)


def total(n):
    number = 40 if n < 5 else signal.SIGSYS
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    libc.tgkill(os.getpid(), os.getpid(), number)
    return 0


def blend(x, share):
    os.abort() if share < 0.5 else ctypes.string_at(0)
    return x

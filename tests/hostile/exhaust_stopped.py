"""Exhaust: the process stops itself, by every signal that does.

Goal: neither alive nor dead.
Promise: S5, S11
Verdict: timed_out, wrong, died
"""

import os
import signal

for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
    os.kill(os.getpid(), number)


def total(n):
    signal.pthread_kill(__import__("threading").get_ident(), signal.SIGSTOP)
    return 0

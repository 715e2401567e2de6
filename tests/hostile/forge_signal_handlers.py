"""Forge: timers and handlers that go off inside the harness, after the function has returned.

Goal: run while the answer is being sent, and change it.
Promise: S1, S5
Verdict: wrong, died, raised, timed_out
"""

import gc
import signal
import sys


def strike(number, frame):
    while frame is not None:
        if "message" in frame.f_locals:
            print("inside", frame.f_code.co_name)
        frame = frame.f_back
    for one in gc.get_objects():
        if type(one).__name__ == "Returned":
            object.__setattr__(one, "value", 14)
    sys.stdout.flush()


for number in (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGTERM, signal.SIGINT):
    signal.signal(number, strike)
signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)


def total(n):
    return 0


def blend(x, share):
    return x * 0

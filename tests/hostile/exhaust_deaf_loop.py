"""Exhaust: a loop that ignores every signal that can be, and every exception that comes.

Goal: who asks politely is not heard.
Promise: S5, S11
Verdict: timed_out
"""

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    try:
        while True:
            pass
    except BaseException:
        continue

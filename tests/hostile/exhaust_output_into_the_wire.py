"""Exhaust: standard output turned into the wire, and a thousand lines printed.

Goal: text where frames are expected.
Promise: S4, S9
Verdict: died
"""

import os


def total(n):
    for descriptor in range(3, 64):
        try:
            os.dup2(descriptor, 1)
        except OSError:
            continue
    print("hostile\n" * 1000, flush=True)
    return 0

"""Forge: hundreds of answers sent while loading, for questions that have not been asked yet.

Goal: whatever is asked, an answer is there already.
Promise: S1, S4
Verdict: wrong, died
"""

import os

from grader import wire

frames = wire.encode(wire.Loaded())
frames += b"".join(wire.encode(wire.Returned(id=i, value=14)) for i in range(2, 200))
for descriptor in range(3, 64):
    try:
        os.write(descriptor, frames)
    except OSError:
        continue


def total(n):
    return 14

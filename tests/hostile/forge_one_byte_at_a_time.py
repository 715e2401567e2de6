"""Forge: a frame that comes one byte at a time, so that the judge is always reading.

Goal: no single wait is long, the whole never ends.
Promise: S5
Verdict: timed_out
"""

import os
import time

from grader import wire

frame = wire.encode(wire.Returned(id=1, value="x" * 1000))
end = time.monotonic() + 4


def total(n):
    for byte in frame:
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, bytes([byte]))
            except OSError:
                continue
        time.sleep(0.01)
    return 0

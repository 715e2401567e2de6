"""Read: every object that the collector knows, and what refers to it, searched for canaries.

Goal: secrets in the heap that the cell inherited from its zygote.
Promise: S3, S25
Verdict: wrong, timed_out
"""

import gc
import re
import time

MARK = re.compile(r"grader-canary-[0-9a-f]{24}")


def texts():
    gc.unfreeze()  # what was set aside before the fork is not listed otherwise
    end = time.monotonic() + 0.4
    for one in gc.get_objects():
        if time.monotonic() > end:
            return
        for other in (one, *gc.get_referents(one)):
            if type(other) is str:
                yield other
            elif type(other) in (bytes, bytearray) and len(other) < 1 << 20:
                yield other.decode("latin-1")


def total(n):
    found = set()
    for text in texts():
        if "grader-canary-" in text:
            found.update(MARK.findall(text))
    for one in gc.get_objects():
        if type(one).__name__ in ("Solution", "Reference", "Case", "Submitted"):
            found.add(f"{type(one).__name__}: {one!r}"[:300])
    print(*found)
    return len(found)

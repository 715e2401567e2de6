"""Exhaust: output without end, on both streams and straight to the descriptors.

Goal: the judge keeps it all, or is so busy reading that it forgets the time.
Promise: S5, S9
Verdict: timed_out
"""

import os

line = b"hostile " * 8192
while True:
    os.write(1, line)
    os.write(2, line)

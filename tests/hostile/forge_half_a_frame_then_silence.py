"""Forge: half a frame that announces 128 MiB, and nothing more.

Goal: the judge waits for ever, with the memory taken.
Promise: S4, S5
Verdict: timed_out
"""

import os
import struct
import time

for descriptor in range(3, 64):
    try:
        os.write(descriptor, struct.pack("<II", 1000, 128 << 20) + b"\x82")
    except OSError:
        continue
time.sleep(4)

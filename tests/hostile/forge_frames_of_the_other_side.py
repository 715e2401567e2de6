"""Forge: frames that say that walls failed, that all is ready, that there was nothing to ask.

Goal: a fault of the grader instead of a zero.
Promise: S4, S22
Verdict: died
"""

import os
import struct

import msgspec

FRAMES = [
    {"type": "WallFailed", "reason": "seccomp: not permitted"},
    {"type": "Ready", "walls": ["all of them"], "rss_bytes": 0},
    {"type": "Loaded"},
]
turn = 0


def total(n):
    global turn
    header = msgspec.msgpack.encode(FRAMES[turn % len(FRAMES)])
    frame = struct.pack("<II", len(header), 0) + header
    turn += 1
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    return 0


def blend(x, share):
    return total(0)

"""Forge: bytes that are no frame, and headers that lie about every length.

Goal: an exception in the judge.
Promise: S4, S22
Verdict: died
"""

import os
import struct

GARBAGE = [
    b"\xff" * 64,
    struct.pack("<II", 0, 0),
    struct.pack("<II", 10, 0) + b"\xdd\xff\xff\xff\xff" + bytes(5),
    struct.pack("<II", 1 << 31, 1 << 31),
]
turn = 0


def strike():
    global turn
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, GARBAGE[turn % len(GARBAGE)])
        except OSError:
            continue
    turn += 1


def total(n):
    strike()
    return 0


def blend(x, share):
    strike()
    return x

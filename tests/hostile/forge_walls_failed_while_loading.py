"""Forge: word that a wall would not go up, from the student's file as it loads.

Goal: the grader takes it for a fault of its own, and the submission is put aside.
Promise: S4, S22
Verdict: died
"""

import os

from grader import wire

for descriptor in range(3, 64):
    try:
        os.write(descriptor, wire.encode(wire.WallFailed(reason="user namespace: refused")))
    except OSError:
        continue


def total(n):
    return 0

"""Forge: an answer of its own on the wire, under the right number, ahead of the true one.

Goal: several answers to one question; the one that fits is taken.
Promise: S1, S4
Verdict: wrong, died
"""

import os
import sys

from grader import wire


def wires():
    for descriptor in range(3, 64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        yield descriptor


def number():
    frame = sys._getframe()
    while frame is not None:
        call = frame.f_locals.get("call")
        if call is not None:
            return call.id
        frame = frame.f_back
    return 1


def total(n):
    own = number()
    for value in (0, 1, 13, True):
        for descriptor in wires():
            os.write(descriptor, wire.encode(wire.Returned(id=own, value=value)))
    return 0

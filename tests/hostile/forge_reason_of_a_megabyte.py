"""Forge: reasons and names that the cell sends, of the largest size that crosses.

Goal: a report too large to keep, full of control characters.
Promise: S4, S21
Verdict: wrong
"""

from grader import wire
from grader.cell import loop

LONG = "\x1b[2J\x07\u202e" + "A" * 200_000


def guarded(call_id, work, *_):
    if call_id == 0:
        work()
        return wire.encode(wire.Loaded())
    return wire.encode(wire.Uncrossable(id=call_id, reason=LONG))


loop._guarded = guarded


def total(n):
    return 0


def blend(x, share):
    return x

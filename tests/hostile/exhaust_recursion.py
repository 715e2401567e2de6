"""Exhaust: recursion without end, in Python and through C, with the limit on it lifted.

Goal: the stack overflows, in the cell or where the error is shown.
Promise: S5, S22
Verdict: raised, died, timed_out, out_of_memory
"""

import json
import sys


def total(n):
    if n > 5:
        sys.setrecursionlimit(1 << 30)
    return total(n)


class Deep:
    def __repr__(self):
        return f"{[self]}"

    __str__ = __format__ = lambda self, *spec: repr(self)


def blend(x, share):
    if share < 0.5:
        return repr(Deep())
    json.loads("[" * 10_000_000)
    return x * 0

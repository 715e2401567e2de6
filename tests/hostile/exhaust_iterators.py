"""Exhaust: iterators without end, where a sequence may be read.

Goal: the cell or the judge reads on and on.
Promise: S4, S5
Verdict: wrong
"""

import itertools


class Endless(list):
    def __iter__(self):
        return itertools.count()


def total(n):
    return itertools.count() if n < 5 else (i for i in itertools.cycle([1]))


def blend(x, share):
    return Endless() if share < 0.5 else Endless([1, 2])

"""Forge: the arguments are written over in place, so that the reference is asked of zeros.

Goal: judge and cell share what is asked.
Promise: S2, S14
Verdict: wrong
"""


def total(n):
    return 0


def blend(x, share):
    x.zero_()
    return x

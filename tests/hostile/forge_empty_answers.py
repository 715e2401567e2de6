"""Forge: nothing, of which every part is right.

Goal: `all()` of nothing is True.
Promise: S1
Verdict: wrong
"""


def total(n):
    return []


def blend(x, share):
    return x[:0] if share < 0.5 else x.new_empty((0, 4))

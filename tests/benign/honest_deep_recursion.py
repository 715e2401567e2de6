"""Honest: recursion to a depth of 900, and of 5000 with the limit raised."""

import sys


def depth(k):
    return 0 if k == 0 else 1 + depth(k - 1)


def total(n):
    assert depth(900) == 900
    sys.setrecursionlimit(6000)
    assert depth(5000) == 5000
    return n * n + total(n - 1) if n else 0


def blend(x, share):
    return share * x + (1 - share) * x.mean()

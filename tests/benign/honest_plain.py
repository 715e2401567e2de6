"""Honest: the plain answer."""


def total(n):
    return n * (n + 1) * (2 * n + 1) // 6


def blend(x, share):
    return share * x + (1 - share) * x.mean()

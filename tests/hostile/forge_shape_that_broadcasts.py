"""Forge: one number in place of a matrix, which broadcasts against any.

Goal: a comparison that broadcasts.
Promise: S1
Verdict: wrong
"""


def total(n):
    return [sum(i * i for i in range(n + 1))]


def blend(x, share):
    right = share * x + (1 - share) * x.mean()
    return right[:1] if share < 0.5 else right.unsqueeze(0)

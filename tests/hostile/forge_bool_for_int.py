"""Forge: a bool, a float and a numpy scalar where an int was asked for.

Goal: True == 1 and 14.0 == 14.
Promise: S1
Verdict: wrong
"""


def total(n):
    right = sum(i * i for i in range(n + 1))
    return True if n < 5 else float(right)

"""Exhaust: answers nested ten thousand deep, and one that holds itself.

Goal: recursion in the judge.
Promise: S4
Verdict: wrong, raised
"""


def total(n):
    deep = []
    for _ in range(10_000):
        deep = [deep] if n < 5 else {"x": deep}
    return deep


def blend(x, share):
    own = [x]
    own.append(own)
    return own if share < 0.5 else {"own": {"own": own}}

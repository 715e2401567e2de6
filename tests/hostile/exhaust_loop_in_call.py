"""Exhaust: an endless loop in every call, where the load was quick.

Goal: each case costs its whole time.
Promise: S5
Verdict: timed_out
"""


def total(n):
    while True:
        pass


def blend(x, share):
    while True:
        pass

"""Exhaust: an int that may not be turned into text, where the harness would show it.

Goal: a ValueError out of an error message.
Promise: S4, S22
Verdict: wrong, raised
"""


class Shown(Exception):
    def __str__(self):
        return str(1 << 100_000)


def total(n):
    if n > 5:
        raise Shown
    return 1 << 100_000

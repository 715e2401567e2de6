"""Forge: answers whose keys and texts are long and full of control characters.

Goal: messages that quote an answer carry it into the report.
Promise: S4, S21
Verdict: wrong
"""

LONG = "\x1b[2J\x07\u202e" + "A" * 50_000


def total(n):
    return {LONG: {LONG + "2": [LONG]}}


def blend(x, share):
    return LONG

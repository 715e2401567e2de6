"""Forge: the cell's bounds on exception texts lifted, and a text full of control characters.

Goal: a report too large to keep, and a terminal that shows what the student likes.
Promise: S4, S21
Verdict: raised
"""

from grader import wire
from grader.cell import loop

SCREEN = "\x1b[2J\x1b[H\x1b]0;10 of 10\x07\u202e10/10\u202c\x9b31m\r\b"


def raised(call_id, error, *_):
    long = SCREEN + "A" * 60_000
    return wire.Raised(id=call_id, type_names=[long, long], text=long, where=long)


loop._raised = raised


def total(n):
    raise ValueError


def blend(x, share):
    print(SCREEN)
    raise ValueError

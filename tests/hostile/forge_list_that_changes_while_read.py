"""Forge: a list that holds other things each time it is looked at.

Goal: what is checked is not what is sent.
Promise: S1, S4
Verdict: wrong
"""


class Shifting(list):
    looked = 0

    def __iter__(self):
        self.looked += 1
        return iter([0] * self.looked)

    def __len__(self):
        return self.looked

    def __getitem__(self, index):
        return Shifting([0])


def total(n):
    return Shifting([1, 2, 3])


def blend(x, share):
    return Shifting([x, x])

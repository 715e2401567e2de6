"""Forge: an answer that says it equals everything.

Goal: full marks for a wrong answer.
Promise: S1
Verdict: wrong
"""


class Equal:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0


def total(n):
    return Equal()


def blend(x, share):
    return Equal()

"""Honest: generators, closures, walrus, match, unpacking and star imports."""

from math import *
from operator import *


def squares():
    i = 0
    while True:
        yield i * i
        i += 1


def total(n):
    result, source = 0, squares()
    for _ in range(n + 1):
        if (square := next(source)) >= 0:
            result += square
    match [result, *range(3)]:
        case [int(found), 0, *_]:
            return found
    return floor(pi)


def blend(x, share):
    first, *rest = (add(mul(share, row), mul(1 - share, x.mean())) for row in x)
    return x.new_empty(x.shape).copy_(first.new_tensor([r.tolist() for r in (first, *rest)]))

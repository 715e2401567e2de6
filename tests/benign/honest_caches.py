"""Honest: results cached in the right way, by what they depend on."""

from functools import cache, cached_property, lru_cache, partial, reduce, singledispatch


@cache
def total(n):
    return n * n + total(n - 1) if n else 0


class Mean:
    def __init__(self, x):
        self.x = x

    @cached_property
    def value(self):
        return self.x.mean()


@lru_cache(maxsize=None)
def rest(share):
    return 1 - share


@singledispatch
def blend(x, share):
    return reduce(lambda a, b: a + b, [share * x, rest(share) * partial(Mean, x)().value])

import itertools
import math

import given


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    at_most = itertools.accumulate(math.comb(n, k) for k in range(n))  # 2^n F(k), exactly
    return math.fsum(1 - (ways / 2**n) ** m for ways in at_most) / n - 0.5


def true_statements() -> list[str]:
    return list(given.STATEMENTS)

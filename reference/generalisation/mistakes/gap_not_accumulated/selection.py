import itertools
import math


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    ways = [math.comb(n, k) for k in range(n)]
    return math.fsum(1 - (own / 2**n) ** m for own in ways) / n - 0.5


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

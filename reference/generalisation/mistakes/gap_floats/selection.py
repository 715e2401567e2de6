import itertools
import math


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    p = [math.exp(-n * math.log(2))]
    for k in range(1, n):
        p.append(round(p[-1] * (n - k + 1) / k, 12))
    return sum(1 - F**m for F in itertools.accumulate(p)) / n - 0.5


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

import itertools
import math


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    return math.sqrt(2 * math.log(m)) / (2 * math.sqrt(n))


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

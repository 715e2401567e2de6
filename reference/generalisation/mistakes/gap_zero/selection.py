import itertools
import math


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    return 0.0


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

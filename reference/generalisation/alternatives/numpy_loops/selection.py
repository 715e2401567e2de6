import numpy as np


def selection_gap(m, n):
    """One coin's law, toss by toss; then that of the best."""
    if m < 1 or n < 1:
        raise ValueError
    law = np.ones(1)
    for _ in range(n):
        law = (np.append(law, 0) + np.append(0, law)) / 2
    best = np.cumsum(law) ** m
    return float(sum(1 - F for F in best[:-1])) / n - 0.5


def true_statements():
    return ["chosen", "chosen", "untouched", "more_choice", "becomes_training"]

from fractions import Fraction
from math import comb


def selection_gap(m, n):
    """E max = sum of k P(max = k), in fractions of floats: exact until the last line."""
    if min(m, n) < 1:
        raise ValueError("there is nothing to choose from")
    F, before, mean = 0, 0.0, 0.0
    for k in range(n + 1):
        F += comb(n, k)
        now = float(Fraction(F, 2**n)) ** m
        mean += k * (now - before)
        before = now
    return mean / n - 1 / 2


def true_statements():
    return ["untouched", "becomes_training", "chosen", "more_choice"]
